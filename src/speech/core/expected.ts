import { commonLetters } from '../../kernel/common-letters.js';
import { POLAR_GROUPS } from '../../kernel/expected-sentences.js';
import { groupsIn, wordsIn, type Protection, type ReadWord } from './protected-words.js';

/** A sentence as it was read without expectations. */
export interface FreeReading {
  readonly text: string;
  readonly words: readonly ReadWord[];
  /** Mean log-probability per token. */
  readonly acoustic: number;
}

/** When an expected sentence may take the place of the free reading; the measurements are in docs/speech.md. */
export interface AdmitOptions {
  /** Log units that it may be less likely for each part of their letters that both share above `leastAlike`. */
  readonly deficitPerLikeness: number;
  /** Sentences that share a smaller part of their letters are different sentences. */
  readonly leastAlike: number;
  /** Log units that it may be less likely for each word of some length that both have, and for a protected one. */
  readonly deficitPerWord: number;
  readonly deficitPerProtectedWord: number;
  /** Letters of such a word, at least. */
  readonly wordLetters: number;
  /** A free reading above this mean log-probability per token is a sure one and stays. */
  readonly sureAcoustic: number;
  /** A protected word of the free reading stays from this log-probability on. */
  readonly clearLogProb: number;
  /**
   * Letters of an expected sentence for each letter of the free reading, at least: no surname is dropped, and the end
   * of a sentence is never impossible, so that a "No." may be likelier than all the words after it that the recogniser
   * was unsure of.
   */
  readonly leastLetters: number;
}

/** Defaults of {@link AdmitOptions}. */
export const ADMIT_DEFAULTS: AdmitOptions = {
  deficitPerLikeness: 10,
  leastAlike: 0.2,
  deficitPerWord: 1,
  deficitPerProtectedWord: 3,
  wordLetters: 4,
  sureAcoustic: -0.1,
  clearLogProb: -2,
  leastLetters: 0.7,
};

/**
 * Whether an expected sentence may take the place of the free reading. The less likely the sound makes it, the more
 * alike the two must be and the more words they must share; without a common word it must be the likelier one. A sure
 * free reading stays, and so does every protected word that it has: an expected sentence repairs what was understood
 * and never says something else instead.
 *
 * @param deficit - log-probability of the free reading less that of the expected sentence
 */
export function admits(
  free: FreeReading,
  expected: string,
  deficit: number,
  protection: Protection,
  options: AdmitOptions = ADMIT_DEFAULTS,
): boolean {
  const [a, b] = [letters(free.text), letters(expected)];
  if (a === '' || b === '' || b.length < options.leastLetters * a.length) return false;
  if (free.acoustic > options.sureAcoustic) return false;
  const words = wordsOf(expected);
  if (changes(free.words, words, protection, options.clearLogProb)) return false;
  const alike = commonLetters(a, b) / Math.max(a.length, b.length);
  return (
    deficit <= options.deficitPerLikeness * (alike - options.leastAlike) &&
    deficit <= support(free.words, words, protection, options)
  );
}

/** Log units that the words which both have in common are worth. */
function support(
  free: readonly ReadWord[],
  expected: readonly ReadWord[],
  protection: Protection,
  { deficitPerWord, deficitPerProtectedWord, wordLetters }: AdmitOptions,
): number {
  const heard = new Set(free.map(({ word }) => word));
  return expected
    .filter(({ word }) => word.length >= wordLetters && heard.has(word))
    .reduce(
      (sum, { word }) => sum + (protection.groups.has(word) ? deficitPerProtectedWord : deficitPerWord),
      0,
    );
}

/** Whether a sentence is of another class of agreement, or leaves out a protected word that was read clearly. */
function changes(
  free: readonly ReadWord[],
  expected: readonly ReadWord[],
  protection: Protection,
  clear: number,
): boolean {
  const [had, has] = [groupsIn(free, protection), groupsIn(expected, protection)];
  for (let group = 0; group < POLAR_GROUPS; group++) {
    if (had.has(group) !== has.has(group)) return true;
  }
  return [...had].some(([group, logProb]) => logProb >= clear && !has.has(group));
}

/**
 * Whether two sentences say the same as far as one can see without understanding them: they have words of the same
 * protected groups, or, without any, the words of one are among those of the other.
 */
export function sameMeaning(a: string, b: string, protection: Protection): boolean {
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)];
  const [groupsA, groupsB] = [groupsIn(wordsA, protection), groupsIn(wordsB, protection)];
  if (groupsA.size > 0 || groupsB.size > 0) {
    return groupsA.size === groupsB.size && [...groupsA.keys()].every((group) => groupsB.has(group));
  }
  const [short, long] = wordsA.length < wordsB.length ? [wordsA, wordsB] : [wordsB, wordsA];
  const among = new Set(long.map(({ word }) => word));
  return short.every(({ word }) => among.has(word));
}

const wordsOf = (text: string): ReadWord[] => wordsIn(text).map(({ word }) => ({ word, logProb: 0 }));

/** Letters and digits of a text, in lower case. */
export const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
