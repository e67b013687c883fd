import type { PromptId, PromptVars } from './prompt-catalogue.js';
import type { PromptSet } from './types.js';

/** One thing to say: an utterance and the values of its variables. */
export interface Line {
  readonly promptId: PromptId | `form.${string}`;
  readonly vars: Readonly<Record<string, string>>;
  /** Texts that come with a form and not from `prompts/`. */
  readonly variants?: readonly string[];
  /** Must be heard to its end: the caller cannot speak over it. */
  readonly firm?: true;
}

/** A line whose variables the compiler has checked against the catalogue. */
export function line<Id extends PromptId>(
  promptId: Id,
  ...vars: keyof PromptVars<Id> extends never ? [] : [PromptVars<Id>]
): Line {
  return { promptId, vars: vars[0] ?? {} };
}

/** A line that must be heard to its end. */
export const firmly = (spoken: Line): Line => ({ ...spoken, firm: true });

/**
 * The text of a line. The variants of a prompt take turns.
 *
 * @param turn - how often the prompt has been said before; chooses the variant
 * @returns the text; the empty string for a prompt that is not in the set, which the loader rules out
 */
export function render(prompts: PromptSet, spoken: Line, turn: number): string {
  const variants = spoken.variants ?? prompts[spoken.promptId]?.variants ?? [];
  const text = variants[turn % Math.max(1, variants.length)] ?? '';
  const filled = text.replace(/\{(\w+)\}/g, (_all, name: string) => spoken.vars[name] ?? '');
  // A value may stand at the beginning of a sentence.
  return filled
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(^|[.!?] )([a-z])/g, (_all, before: string, letter: string) => before + letter.toUpperCase());
}
