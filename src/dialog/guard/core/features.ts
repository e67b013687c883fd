import { featuresOf, type Features } from '../../intent/core/features.js';

/** Size of the table into which pieces of words are hashed. */
export const PIECE_SLOTS = 8192;

/** Words that are judged at once; longer texts are judged piece by piece, so that nothing hides among other words. */
export const WINDOW_WORDS = 40;
const STRIDE_WORDS = 20;
/** Pieces of a text beyond these are not looked at: a turn has 1,000 characters at most. */
const MAX_WINDOWS = 60;

/** Shortest and longest pieces of a word, characters. */
const PIECE = { min: 3, max: 5 } as const;
const MAX_WORD_CHARS = 40;

/** Letters in their plain form: no marks, no invisible characters, no accents. */
export const plainWords = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => word !== '');

/** A text in overlapping pieces of {@link WINDOW_WORDS} words. */
export function windowsOf(text: string): readonly string[] {
  const words = plainWords(text);
  const windows: string[] = [];
  for (let at = 0; windows.length < MAX_WINDOWS; at += STRIDE_WORDS) {
    windows.push(words.slice(at, at + WINDOW_WORDS).join(' '));
    if (at + WINDOW_WORDS >= words.length) break;
  }
  return windows;
}

/** What the heads of the guard look at: words, pairs of words, and pieces of words, which survive odd spellings. */
export function guardFeatures(window: string): Features {
  const vector = new Float32Array(PIECE_SLOTS);
  const slots: number[] = [];
  for (const word of window.split(' ')) {
    const padded = ` ${word.slice(0, MAX_WORD_CHARS)} `;
    for (let at = 0; at < padded.length; at++) {
      let hash = 0x811c9dc5;
      for (let k = at; k < padded.length && k < at + PIECE.max; k++) {
        hash = Math.imul(hash ^ padded.charCodeAt(k), 0x01000193);
        const length = k - at + 1;
        const slot = ((hash ^ (hash >>> 15)) >>> 0) % PIECE_SLOTS;
        if (length < PIECE.min || vector[slot] === 1) continue;
        vector[slot] = 1;
        slots.push(slot);
      }
    }
  }
  const value = 1 / Math.sqrt(Math.max(1, slots.length));
  for (const slot of slots) vector[slot] = value;
  return featuresOf(window, vector);
}
