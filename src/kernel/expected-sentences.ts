import type { ExpectedRef, ExpectedSpeech } from './vocab.js';

/**
 * Groups of words of which one must not become one of another group. The first three are words of agreement, of refusal
 * and of holding back ("perhaps"), empty where there are none: an expected sentence with words of one of these never
 * stands in the place of a reading without, nor the other way round. Then each weekday, month, number by itself.
 */
export type ProtectedWords = readonly (readonly string[])[];

/** How many of the first groups of {@link ProtectedWords} are about agreement. */
export const POLAR_GROUPS = 3;

/** Expected sentences with their name. */
export interface ExpectedSentences extends ExpectedRef {
  readonly sentences: ExpectedSpeech;
  /** Words that an expected sentence must not change, case ignored; nothing unless given. */
  readonly protect?: ProtectedWords;
}

/**
 * Names expected sentences by a hash of them. The largest lists take about a millisecond: keep the result.
 *
 * @param protect - words that an expected sentence must not change
 * @returns undefined when nothing is expected
 */
export function expectedSentences(
  sentences: ExpectedSpeech,
  protect?: ProtectedWords,
): ExpectedSentences | undefined {
  if (sentences.length === 0) return undefined;
  const id = hashOf(JSON.stringify([sentences, protect ?? []]));
  return { id, sentences, ...(protect === undefined ? {} : { protect }) };
}

/** 53 bits (cyrb53, public domain) and the length, in hexadecimal: thousands of lists do not collide. */
function hashOf(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const value = 4294967296 * (2097151 & b) + (a >>> 0);
  return `${value.toString(16)}-${text.length.toString(16)}`;
}
