import { wordAt } from './date-types.js';
import type { Token } from './tokens.js';

/** "a", "two", "a couple of", "a few": how many of something. */
export function countAt(
  tokens: readonly Token[],
  i: number,
): { readonly count: number; readonly length: number } | undefined {
  const a = wordAt(tokens, i) === 'a' || wordAt(tokens, i) === 'an' ? 1 : 0;
  const vague = wordAt(tokens, i + a) === 'couple' ? 2 : wordAt(tokens, i + a) === 'few' ? 3 : undefined;
  if (vague !== undefined) {
    const of = wordAt(tokens, i + a + 1) === 'of' ? 1 : 0;
    return { count: vague, length: a + 1 + of };
  }
  if (a === 1) return { count: 1, length: 1 };
  const count = tokens[i]?.num;
  return count === undefined || count > 400 ? undefined : { count, length: 1 };
}
