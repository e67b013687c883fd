import { loadPrompts } from '../../src/dialog/prompts.js';
import type { ModelContext } from '../../src/dialog/core/model/types.js';
import { join } from 'node:path';
import { projectRoot } from '../../src/threads/project-root.js';

/** What the dialog knows of a model, with the instructions that come with the program. */
export async function modelContext(more: Partial<ModelContext> = {}): Promise<ModelContext> {
  const { instructions } = await loadPrompts(join(projectRoot(), 'prompts'));
  return {
    mode: 'agent',
    budget: { firstMs: 650, idleMs: 1300, totalMs: 8000 },
    instructions,
    description: 'Calm, friendly and brief.',
    tools: [],
    speculates: true,
    canCall: true,
    ...more,
  };
}
