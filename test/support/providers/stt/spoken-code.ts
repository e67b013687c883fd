/**
 * Speech that stand-ins understand: each word is a burst whose height names it. What a stand-in writes down depends on the
 * audio alone, so that words which are lost, doubled or given twice show.
 */
export const WORDS = [
  'hello',
  'tomorrow',
  'morning',
  'please',
  'at',
  'ten',
  'yes',
  'no',
  'seven',
  'friday',
] as const;

/** One of {@link WORDS}. */
export type CodeWord = (typeof WORDS)[number];

const WORD_MS = 240;
const PAUSE_MS = 120;
const STEP = 1500;

/** The words as audio, with silence around them. */
export function spoken(words: readonly CodeWord[], sampleRateHz = 8000, leadMs = 200): Int16Array {
  const perMs = sampleRateHz / 1000;
  const total = leadMs + words.length * (WORD_MS + PAUSE_MS) + 200;
  const pcm = new Int16Array(total * perMs);
  words.forEach((word, index) => {
    const from = (leadMs + index * (WORD_MS + PAUSE_MS)) * perMs;
    const height = STEP * (WORDS.indexOf(word) + 1);
    for (let i = 0; i < WORD_MS * perMs; i++) pcm[from + i] = i % 8 < 4 ? height : -height;
  });
  return pcm;
}

/** A word that was heard, in milliseconds of audio. */
export interface HeardWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Understands {@link spoken} audio as it comes. */
export class CodeEar {
  readonly words: HeardWord[] = [];
  readonly #frame: number;
  #rest = new Int16Array(0);
  #frames = 0;
  #height = 0;
  #since: number | undefined;
  #lastVoiced = 0;

  constructor(sampleRateHz: number) {
    this.#frame = sampleRateHz / 50;
  }

  /** Audio heard so far, ms. */
  get heardMs(): number {
    return this.#frames * 20;
  }

  /** A word that has begun and is not over. */
  get unfinished(): HeardWord | undefined {
    return this.#since === undefined ? undefined : this.#word(this.#since);
  }

  push(pcm: Int16Array): void {
    const all = new Int16Array(this.#rest.length + pcm.length);
    all.set(this.#rest);
    all.set(pcm, this.#rest.length);
    let at = 0;
    for (; at + this.#frame <= all.length; at += this.#frame) this.#take(all.subarray(at, at + this.#frame));
    this.#rest = all.slice(at);
  }

  /** No more audio comes: an unfinished word is over. */
  end(): void {
    if (this.#since !== undefined) this.words.push(this.#word(this.#since));
    this.#since = undefined;
  }

  #take(frame: Int16Array): void {
    const height = frame.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    if (height > STEP / 2) {
      this.#since ??= this.heardMs;
      this.#height = Math.max(this.#height, height);
      this.#lastVoiced = this.heardMs + 20;
    } else if (this.#since !== undefined && this.heardMs >= this.#lastVoiced + 20) this.end();
    this.#frames++;
    if (this.#since === undefined) this.#height = 0;
  }

  #word(startMs: number): HeardWord {
    const text = WORDS[Math.round(this.#height / STEP) - 1] ?? 'noise';
    return { text, startMs, endMs: this.#lastVoiced };
  }
}

/** What whole audio says. */
export function decoded(pcm: Int16Array, sampleRateHz: number): HeardWord[] {
  const ear = new CodeEar(sampleRateHz);
  ear.push(pcm);
  ear.end();
  return ear.words;
}

/** PCM16, little endian. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, i) => view.getInt16(2 * i, true));
}
