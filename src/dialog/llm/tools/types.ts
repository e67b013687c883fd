import type { DialogResult } from '../../core/effects.js';
import type { ToolDef } from '../core/types.js';

/** Tools from one place. Each only reads public data: what changes something belongs to the tasks. */
export interface ToolSource {
  /** Offered now; empty while the place does not answer. */
  tools(): readonly ToolDef[];
  /** Never rejects; a tool that fails, or is not there, is a failed result. */
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<DialogResult>;
  close(): Promise<void>;
}

/** A result that says why nothing came. */
export const failed = (why: 'unavailable' | 'timeout' | 'refused'): DialogResult => ({ type: 'failed', why });

/** Several places as one; of two tools with the same name the first counts. */
export function joinTools(sources: readonly ToolSource[]): ToolSource {
  return {
    tools: () => {
      const byName = new Map(
        sources.toReversed().flatMap((one) => one.tools().map((tool) => [tool.name, tool])),
      );
      return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
    },
    call: (name, args) => {
      const source = sources.find((one) => one.tools().some((tool) => tool.name === name));
      return source === undefined ? Promise.resolve(failed('refused')) : source.call(name, args);
    },
    close: async () => {
      await Promise.all(sources.map((one) => one.close()));
    },
  };
}
