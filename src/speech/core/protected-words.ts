import type { ProtectedWords } from '../../kernel/expected-sentences.js';
import { cardinal, ordinal } from './numbers.js';

/** A word as it was read. */
export interface ReadWord {
  /** Lower case, without marks. */
  readonly word: string;
  /** Log-probability of all its tokens. */
  readonly logProb: number;
}

/** Groups of protected words by their words; made once for a list. */
export interface Protection {
  readonly groups: ReadonlyMap<string, number>;
  /** Words of the longest phrase in it. */
  readonly longest: number;
}

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/**
 * Words of a text with their places: lower case, straight apostrophes, no other marks, numbers in words ("25th" is
 * "twenty fifth", whatever the recogniser prefers to write).
 */
export function wordsIn(
  text: string,
): { readonly word: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(WORD)].flatMap(({ 0: match, index }) =>
    spelled(match.toLowerCase().replaceAll('’', "'"))
      .split(' ')
      .map((word) => ({ word, start: index, end: index + match.length })),
  );
}

function spelled(word: string): string {
  const [, digits, ending] = /^(\d{1,9})(st|nd|rd|th)?$/.exec(word) ?? [];
  if (digits === undefined) return word;
  return ending === undefined ? cardinal(digits) : ordinal(digits);
}

/** @param protect - groups of words or phrases; a word of several groups counts for the first */
export function protectionOf(protect: ProtectedWords = []): Protection {
  const groups = new Map<string, number>();
  let longest = 0;
  for (const [index, group] of protect.entries()) {
    for (const phrase of group) {
      const words = wordsIn(phrase).map(({ word }) => word);
      const key = words.join(' ');
      if (key === '' || groups.has(key)) continue;
      groups.set(key, index);
      longest = Math.max(longest, words.length);
    }
  }
  return { groups, longest };
}

/** Groups of which a sentence has words, each with the log-probability of its surest one. Longer phrases win. */
export function groupsIn(words: readonly ReadWord[], { groups, longest }: Protection): Map<number, number> {
  const found = new Map<number, number>();
  for (let at = 0; at < words.length;) {
    let taken = 1;
    for (let length = Math.min(longest, words.length - at); length > 0; length--) {
      const phrase = words.slice(at, at + length);
      const group = groups.get(phrase.map(({ word }) => word).join(' '));
      if (group === undefined) continue;
      const logProb = Math.min(...phrase.map((word) => word.logProb));
      found.set(group, Math.max(found.get(group) ?? -Infinity, logProb));
      taken = length;
      break;
    }
    at += taken;
  }
  return found;
}
