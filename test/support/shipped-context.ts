import { join } from 'node:path';
import { officeOf } from '../../src/app/engines.js';
import { loadPack } from '../../src/dialog/pack/load.js';
import type { SessionPorts } from '../../src/session/ports.js';
import { projectRoot } from '../../src/threads/project-root.js';

/**
 * A pack that comes with the program, as the dialog sees it; the voice is left to the engine.
 *
 * @param folder - below the project's root; the root itself, which is the default pack, unless told
 */
export async function shippedContext(folder = '.'): Promise<SessionPorts['context']> {
  const office = officeOf(await loadPack(join(projectRoot(), folder)));
  const { voice: _voice, ...persona } = office.persona;
  return { ...office, persona };
}
