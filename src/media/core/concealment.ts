import { msToSamples } from './frame.js';

/** Shortest and longest pitch period looked for: 66 Hz to 400 Hz. */
const MIN_PERIOD = 20;
const MAX_PERIOD = 120;
/** Samples compared when a period is looked for. */
const MATCH_SAMPLES = 120;
const HISTORY = MAX_PERIOD + MATCH_SAMPLES;
/** Full level that long, then a straight fade to silence. */
const HOLD_SAMPLES = msToSamples(10);
const FADE_SAMPLES = msToSamples(50);
/** Cross-fade back into real audio. */
const OVERLAP_SAMPLES = msToSamples(4);

/**
 * Packet loss concealment: the last pitch period is repeated and fades to silence within 60 ms (the idea of
 * ITU-T G.711 Appendix I). Works in place on fixed buffers.
 */
export class Concealer {
  readonly #history = new Int16Array(HISTORY);
  readonly #period = new Int16Array(MAX_PERIOD);
  readonly #overlap = new Int16Array(OVERLAP_SAMPLES);
  #periodLength = 0;
  #phase = 0;
  #concealed = 0;

  /** True while the last samples were made up. */
  get active(): boolean {
    return this.#concealed > 0;
  }

  /** Takes `length` good samples; the first 4 ms after a loss are blended with what was made up. */
  good(pcm: Int16Array, length: number): void {
    if (this.#concealed > 0) {
      const blend = Math.min(OVERLAP_SAMPLES, length);
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
    if (length >= HISTORY) {
      this.#history.set(pcm.subarray(length - HISTORY, length));
      return;
    }
    this.#history.copyWithin(0, length);
    this.#history.set(pcm.subarray(0, length), HISTORY - length);
  }

  #start(): void {
    this.#periodLength = this.#findPeriod();
    const from = HISTORY - this.#periodLength;
    for (let i = 0; i < this.#periodLength; i++) this.#period[i] = this.#history[from + i] as number;
    this.#phase = 0;
  }

  /** The lag at which the end of the history resembles itself most (normalised cross-correlation). */
  #findPeriod(): number {
    const history = this.#history;
    const tail = HISTORY - MATCH_SAMPLES;
    let best = MAX_PERIOD;
    let bestScore = 0;
    for (let lag = MIN_PERIOD; lag <= MAX_PERIOD; lag++) {
      let correlation = 0;
      let energy = 1;
      // Every second sample is enough to find the lag and halves the cost.
      for (let i = 0; i < MATCH_SAMPLES; i += 2) {
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
    for (let i = 0; i < length; i++) {
      const age = this.#concealed++;
      const gain = age < HOLD_SAMPLES ? 1 : Math.max(0, 1 - (age - HOLD_SAMPLES) / FADE_SAMPLES);
      out[i] = (this.#period[this.#phase] as number) * gain;
      if (++this.#phase >= this.#periodLength) this.#phase = 0;
    }
  }
}
