import type { Heard, SpeechMark } from '../kernel/vocab.js';

/** Share of a mark that must have been played for the word to count as heard. */
const HEARD_SHARE = 0.6;

/**
 * What the caller has heard of an utterance when `playedMs` of its audio were sent.
 *
 * @param text - the whole utterance
 * @param marks - its words with their place in the audio, in order; empty falls back to proportional length
 * @param durationMs - length of the whole audio
 */
export function heardText(
  text: string,
  marks: readonly SpeechMark[],
  durationMs: number,
  playedMs: number,
): Heard {
  if (playedMs <= 0) return { text: '', playedMs: 0, complete: text.trim() === '' };
  if (playedMs >= durationMs - 1) return { text, playedMs, complete: true };
  if (marks.length === 0) {
    return { text: proportional(text, playedMs / durationMs), playedMs, complete: false };
  }
  let end = 0;
  for (const mark of marks) {
    if (mark.startMs + (mark.endMs - mark.startMs) * HEARD_SHARE > playedMs) break;
    end = mark.charEnd;
  }
  return { text: text.slice(0, end).trim(), playedMs, complete: false };
}

/**
 * Where to go on after a false alarm: the start of the clause that was being spoken, so that no word is lost.
 *
 * @returns offset into the utterance's audio, ms
 */
export function clauseStartMs(text: string, marks: readonly SpeechMark[], playedMs: number): number {
  let start = 0;
  for (const mark of marks) {
    if (mark.startMs > playedMs) break;
    const before = text.slice(0, mark.charStart);
    if (mark.charStart === 0 || /[.,;:?!]["')]*\s*$/.test(before)) start = mark.startMs;
  }
  return Math.min(start, playedMs);
}

function proportional(text: string, share: number): string {
  const cut = Math.floor(text.length * share);
  const boundary = text.lastIndexOf(' ', cut);
  return boundary <= 0 ? '' : text.slice(0, boundary).trim();
}
