import type { SpeechMark } from '../../kernel/vocab.js';
import type { PreparedText } from './prepared-text.js';

/** A word, or a piece of one, with its time in a provider's audio. */
export interface TimedText {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Milliseconds a letter takes where nothing is known of the voice yet. */
export const USUAL_LETTER_MS = 68;
/** Letters that a pause at a sign is worth. */
const PAUSE_LETTERS: Readonly<Record<string, number>> = { ',': 3, ';': 3, ':': 3, '.': 5, '!': 5, '?': 5 };
/** A provider's word is looked for within this many letters: it may read signs that we do not count. */
const SEARCH_LETTERS = 40;
/** Estimated words end this long before the audio that has come, so that the last ones have room when it ends. */
const RESERVE_MS = 250;
/** A provider's word times may be this late; then the word is estimated. */
const LATE_MS = 1500;

interface Time {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * When each word of a text is said, from a provider's word times or from the lengths of the words, while the audio is
 * still coming. Each word is given once, in order, within the audio.
 */
export class WordTimes {
  readonly #text: string;
  readonly #prepared: PreparedText;
  /** Letters of the line, and the first letter after each word. */
  readonly #letters: string;
  readonly #lettersEnd: readonly number[];
  readonly #weights: readonly number[];
  readonly #times = new Map<number, Time>();
  #cursor = 0;
  #next = 0;
  #lastEndMs = 0;
  #heardAny = false;

  /**
   * @param text - the sentence as it was given
   * @param letterMs - how long a letter takes this voice, for words without a time
   */
  constructor(
    text: string,
    prepared: PreparedText,
    private readonly letterMs: number,
  ) {
    this.#text = text;
    this.#prepared = prepared;
    let letters = '';
    this.#lettersEnd = prepared.words.map(
      ({ from, to }) => (letters += lettersOf(prepared.line.slice(from, to))).length,
    );
    this.#letters = letters;
    this.#weights = prepared.words.map(({ to }, index) => {
      const own = (this.#lettersEnd[index] ?? 0) - (this.#lettersEnd[index - 1] ?? 0);
      return own + 1 + (PAUSE_LETTERS[prepared.line.charAt(to)] ?? 0);
    });
  }

  /** All weights together: what a whole audio is divided by to know how long a letter takes. */
  get weight(): number {
    return this.#weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** A provider's word times, in order, in its own audio. */
  heard(words: readonly TimedText[]): void {
    for (const { text, startMs, endMs } of words) {
      const letters = lettersOf(text);
      if (letters === '' || !(endMs >= startMs)) continue;
      const at = this.#letters.indexOf(letters, this.#cursor);
      if (at < 0 || at > this.#cursor + SEARCH_LETTERS) continue;
      this.#heardAny = true;
      this.#cursor = at + letters.length;
      this.#assign(at, this.#cursor, startMs, endMs);
    }
  }

  /**
   * Words that are said whole in the audio so far and were not given yet.
   *
   * @param audioMs - audio so far, silence before it cut
   * @param leadMs - silence that was cut
   */
  take(audioMs: number, leadMs: number): SpeechMark[] {
    const marks: SpeechMark[] = [];
    for (;;) {
      const known = this.#heardAny ? this.#provided(leadMs) : undefined;
      const guess = known === undefined ? this.#estimated() : undefined;
      const waitMs = this.#heardAny ? LATE_MS : RESERVE_MS;
      if (known !== undefined && known.endMs <= audioMs) marks.push(this.#mark(known));
      else if (guess !== undefined && guess.endMs <= audioMs - waitMs) marks.push(this.#mark(guess));
      else return marks;
    }
  }

  /** The words that are left, at the end of the audio. */
  finish(audioMs: number, leadMs: number): SpeechMark[] {
    const marks: SpeechMark[] = [];
    while (this.#next < this.#prepared.words.length) {
      const known = this.#heardAny ? this.#provided(leadMs) : undefined;
      marks.push(this.#mark(clamped(known ?? this.#share(audioMs), this.#lastEndMs, audioMs)));
    }
    return marks;
  }

  #assign(from: number, to: number, startMs: number, endMs: number): void {
    for (let word = this.#next; word < this.#lettersEnd.length; word++) {
      const begin = this.#lettersEnd[word - 1] ?? 0;
      const end = this.#lettersEnd[word] ?? 0;
      if (begin >= to) return;
      if (end <= from) continue;
      const known = this.#times.get(word);
      const share = (letter: number): number => startMs + ((letter - from) / (to - from)) * (endMs - startMs);
      this.#times.set(word, {
        startMs: known?.startMs ?? share(Math.max(from, begin)),
        endMs: share(Math.min(to, end)),
      });
    }
  }

  /** Time of the next word once the provider has come past it. */
  #provided(leadMs: number): Time | undefined {
    const word = this.#next;
    if (word >= this.#lettersEnd.length || this.#cursor < (this.#lettersEnd[word] ?? 0)) return undefined;
    const own = this.#times.get(word);
    if (own !== undefined) {
      const startMs = Math.max(this.#lastEndMs, own.startMs - leadMs);
      return { startMs, endMs: Math.max(startMs + 1, own.endMs - leadMs) };
    }
    // The provider left it out: it shares the time up to the next word that has one.
    let until = word;
    while (until < this.#lettersEnd.length && !this.#times.has(until)) until++;
    const toMs = Math.max(this.#lastEndMs + 1, (this.#times.get(until)?.startMs ?? 0) - leadMs);
    return { startMs: this.#lastEndMs, endMs: this.#lastEndMs + (toMs - this.#lastEndMs) / (until - word) };
  }

  #estimated(): Time | undefined {
    const weight = this.#weights[this.#next];
    if (weight === undefined) return undefined;
    return { startMs: this.#lastEndMs, endMs: this.#lastEndMs + weight * this.letterMs };
  }

  /** The next word's share of what is left. */
  #share(audioMs: number): Time {
    const left = this.#weights.slice(this.#next);
    const all = left.reduce((sum, weight) => sum + weight, 0);
    const length = (Math.max(0, audioMs - this.#lastEndMs) * (left[0] ?? 0)) / Math.max(1, all);
    return { startMs: this.#lastEndMs, endMs: this.#lastEndMs + length };
  }

  #mark({ startMs, endMs }: Time): SpeechMark {
    const place = this.#prepared.words[this.#next++];
    const { charStart, charEnd } = place ?? { charStart: 0, charEnd: 0 };
    this.#lastEndMs = endMs;
    return { text: this.#text.slice(charStart, charEnd), charStart, charEnd, startMs, endMs };
  }
}

function clamped(time: Time, fromMs: number, toMs: number): Time {
  const startMs = Math.min(Math.max(time.startMs, fromMs), toMs);
  return { startMs, endMs: Math.min(Math.max(time.endMs, startMs), toMs) };
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
