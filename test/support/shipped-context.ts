import { join } from 'node:path';
import { loadBusiness } from '../../src/dialog/business.js';
import { loadPrompts } from '../../src/dialog/prompts.js';
import type { SessionPorts } from '../../src/session/ports.js';
import { projectRoot } from '../../src/threads/project-root.js';

/** The business and the words that come with the program. */
export async function shippedContext(): Promise<SessionPorts['context']> {
  const business = await loadBusiness(join(projectRoot(), 'business.yaml'));
  const { prompts, personas } = await loadPrompts(join(projectRoot(), 'prompts'));
  const [persona] = Object.values(personas);
  if (persona === undefined) throw new Error('no persona');
  return { business, prompts, persona: { id: persona.id, name: persona.name } };
}
