import type { AudioRate } from './frame.js';

/** Shortest and longest pitch period looked for, milliseconds: 66 Hz to 400 Hz. */
const MIN_PERIOD_MS = 2.5;
const MAX_PERIOD_MS = 15;
/** Audio compared when a period is looked for, milliseconds. */
const MATCH_MS = 15;
/** Full level that long, then a straight fade to silence, milliseconds. */
const HOLD_MS = 10;
const FADE_MS = 50;
/** Cross-fade back into real audio, milliseconds. */
const OVERLAP_MS = 4;

/**
 * Packet loss concealment: the last pitch period is repeated and fades to silence within 60 ms (the idea of
 * ITU-T G.711 Appendix I). Works in place on fixed buffers.
 */
export class Concealer {
  readonly #perMs: number;
  readonly #history: Int16Array;
  readonly #period: Int16Array;
  readonly #overlap: Int16Array;
  #periodLength = 0;
  #phase = 0;
  #concealed = 0;

  /** @param rate - of all samples, Hz */
  constructor(rate: AudioRate = 8000) {
    this.#perMs = rate / 1000;
    this.#history = new Int16Array((MAX_PERIOD_MS + MATCH_MS) * this.#perMs);
    this.#period = new Int16Array(MAX_PERIOD_MS * this.#perMs);
    this.#overlap = new Int16Array(OVERLAP_MS * this.#perMs);
  }

  /** True while the last samples were made up. */
  get active(): boolean {
    return this.#concealed > 0;
  }

  /** Takes `length` good samples; the first 4 ms after a loss are blended with what was made up. */
  good(pcm: Int16Array, length: number): void {
    if (this.#concealed > 0) {
      const blend = Math.min(this.#overlap.length, length);
      this.#fill(this.#overlap, blend);
      for (let i = 0; i < blend; i++) {
        const weight = (i + 1) / (blend + 1);
        pcm[i] = (pcm[i] as number) * weight + (this.#overlap[i] as number) * (1 - weight);
      }
      this.#concealed = 0;
    }
    this.#remember(pcm, length);
  }

  /** Writes `length` made-up samples to the start of `out`; silence once the fade has ended. */
  conceal(out: Int16Array, length: number): void {
    if (this.#concealed === 0) this.#start();
    this.#fill(out, length);
  }

  /** Forgets the past: after silence there is nothing to repeat. */
  reset(): void {
    this.#history.fill(0);
    this.#concealed = 0;
  }

  #remember(pcm: Int16Array, length: number): void {
    const kept = this.#history.length;
    if (length >= kept) {
      this.#history.set(pcm.subarray(length - kept, length));
      return;
    }
    this.#history.copyWithin(0, length);
    this.#history.set(pcm.subarray(0, length), kept - length);
  }

  #start(): void {
    this.#periodLength = this.#findPeriod();
    const from = this.#history.length - this.#periodLength;
    for (let i = 0; i < this.#periodLength; i++) this.#period[i] = this.#history[from + i] as number;
    this.#phase = 0;
  }

  /** The lag at which the end of the history resembles itself most (normalised cross-correlation). */
  #findPeriod(): number {
    const history = this.#history;
    const matchSamples = MATCH_MS * this.#perMs;
    const tail = history.length - matchSamples;
    const longest = MAX_PERIOD_MS * this.#perMs;
    // Pitch is found as finely at either rate, and at the same cost.
    const fine = this.#perMs / 8;
    let best = longest;
    let bestScore = 0;
    for (let lag = MIN_PERIOD_MS * this.#perMs; lag <= longest; lag += fine) {
      let correlation = 0;
      let energy = 1;
      // Every second sample is enough to find the lag and halves the cost.
      for (let i = 0; i < matchSamples; i += 2 * fine) {
        const past = history[tail + i - lag] as number;
        correlation += (history[tail + i] as number) * past;
        energy += past * past;
      }
      const score = correlation <= 0 ? 0 : (correlation * correlation) / energy;
      // A multiple of the period matches as well as the period: a longer lag must be clearly better.
      if (score > bestScore * 1.02) {
        bestScore = score;
        best = lag;
      }
    }
    return best;
  }

  #fill(out: Int16Array, length: number): void {
    const hold = HOLD_MS * this.#perMs;
    const fade = FADE_MS * this.#perMs;
    for (let i = 0; i < length; i++) {
      const age = this.#concealed++;
      const gain = age < hold ? 1 : Math.max(0, 1 - (age - hold) / fade);
      out[i] = (this.#period[this.#phase] as number) * gain;
      if (++this.#phase >= this.#periodLength) this.#phase = 0;
    }
  }
}
