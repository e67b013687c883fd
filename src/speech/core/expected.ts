import { commonLetters } from '../../kernel/common-letters.js';

/**
 * Log units that an expected sentence may be less likely than the free reading, for each part of their letters that
 * they share above {@link LEAST_ALIKE}. Measured on 126 short answers that were misread and 259 sentences that
 * answered something else: 63 of 68 errors are repaired and 2 sentences wrongly replaced (docs/speech.md).
 */
const DEFICIT_PER_LIKENESS = 10;
/** Sentences that share a smaller part of their letters are different sentences. */
const LEAST_ALIKE = 0.2;
/** A free reading below this confidence is mostly wrong, and how it is spelled says little. */
const POOR_CONFIDENCE = 0.35;
/** Log units that an expected sentence may then be less likely, however it is spelled. */
const POOR_DEFICIT = 1.5;

/**
 * Letters of an expected sentence for each letter of the free reading, at least. The end of a sentence is never
 * impossible, so that a "No." may be likelier than all the words after it that the recogniser was unsure of.
 */
const LEAST_LETTERS = 0.4;

/** A sentence as it was read without expectations. */
export interface FreeReading {
  readonly text: string;
  /** 0..1. */
  readonly confidence: number;
}

/**
 * Whether an expected sentence may take the place of the free reading: the less likely the sound makes it, the more
 * alike the two must be, unless the free reading is a poor one. It must not leave out most of what was heard.
 *
 * @param deficit - log-probability of the free reading less that of the expected sentence
 */
export function agrees(free: FreeReading, expected: string, deficit: number): boolean {
  const [a, b] = [letters(free.text), letters(expected)];
  if (a === '' || b === '' || b.length < LEAST_LETTERS * a.length) return false;
  if (free.confidence < POOR_CONFIDENCE && deficit <= POOR_DEFICIT) return true;
  return deficit <= DEFICIT_PER_LIKENESS * (commonLetters(a, b) / Math.max(a.length, b.length) - LEAST_ALIKE);
}

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Confidence of a sentence that was expected and is as likely as any other. */
const EXPECTED_CONFIDENCE = 0.75;
const CONFIDENCE_PER_DEFICIT = 0.08;

/**
 * Confidence of an expected sentence, 0..1. That it was expected is evidence which the recogniser's own figure leaves
 * out; how far it falls behind the free reading speaks against it.
 *
 * @param acoustic - the recogniser's own confidence in its words
 * @param deficit - as for {@link agrees}
 */
export const expectedConfidence = (acoustic: number, deficit: number): number =>
  Math.max(acoustic, EXPECTED_CONFIDENCE - CONFIDENCE_PER_DEFICIT * Math.max(0, deficit));
