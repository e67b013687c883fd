import type { DialogResult } from '../../core/effects.js';
import type { ToolSpec } from '../../core/tasks/form/spec.js';
import type { ToolSource } from './types.js';

/** The tools of a pack that only read public data. */
export function packTools(
  specs: Readonly<Record<string, ToolSpec>>,
  call: (name: string, args: Readonly<Record<string, unknown>>) => Promise<DialogResult>,
): ToolSource {
  const reading = Object.values(specs).filter(({ effect }) => effect === 'read');
  return {
    tools: () =>
      reading.map(({ name, args }) => ({
        name,
        description: `Asks the office's own system: ${name.replaceAll(/[-_]/g, ' ')}.`,
        parameters: {
          type: 'object',
          properties: Object.fromEntries(args.map((arg) => [arg, { type: 'string' }])),
          required: [...args],
        },
      })),
    call,
    close: () => Promise.resolve(),
  };
}
