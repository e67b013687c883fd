import type { Vector } from '../../knowledge/core/vector.js';

/** What a head looks at: the sentence vector, and which words and pairs of words stand in the sentence. */
export interface Features {
  readonly vector: Vector;
  /** Places of the words in a table of {@link WORD_SLOTS}, each once. */
  readonly words: readonly number[];
  /** Value of each of those places; together they have length {@link WORD_WEIGHT}. */
  readonly weight: number;
}

/** Size of the table into which words and pairs are hashed. */
export const WORD_SLOTS = 4096;

/** Length of the word part beside the sentence vector, which has length 1. */
export const WORD_WEIGHT = 0.7;

/** Words beyond this many are not looked at. */
const MAX_WORDS = 60;

/** Features of a sentence. */
export function featuresOf(text: string, vector: Vector): Features {
  const words = text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  const slots = new Set<number>();
  words.forEach((word, k) => {
    slots.add(slotOf(word));
    slots.add(slotOf(`${words[k - 1] ?? '^'} ${word}`));
  });
  const last = words.at(-1);
  if (last !== undefined) slots.add(slotOf(`${last} $`));
  return { vector, words: [...slots], weight: slots.size === 0 ? 0 : WORD_WEIGHT / Math.sqrt(slots.size) };
}

/** FNV-1a, 32 bits, folded to the table. */
function slotOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) % WORD_SLOTS;
}
