/**
 * 8 kHz to 16 kHz and back by a polyphase FIR low-pass. One instance per stream: the filter remembers the end of
 * the last block, so that blocks of any length join without a click.
 */

import type { AudioRate } from './frame.js';

/** Taps of the prototype at 16 kHz; each phase has half of them. */
const TAPS = 48;
const PHASE_TAPS = TAPS / 2;
/** Pass band edge over the rate of 16 kHz: telephony ends at 3.4 kHz, images begin at 4.6 kHz. */
const CUTOFF = 3700 / 16_000;
/** Kaiser window parameter: about 80 dB of attenuation. */
const BETA = 7.5;

/** Changes the sample rate of one stream. */
export interface Resampler {
  readonly fromHz: number;
  readonly toHz: number;
  /**
   * Converts a block.
   *
   * @param input - any length upwards, an even length downwards
   * @param out - takes the result; exactly `input.length * toHz / fromHz` samples. Made when absent.
   * @throws RangeError when the input is odd downwards, or `out` has another length
   */
  process(input: Int16Array, out?: Int16Array): Int16Array;
  /** Forgets the past, for a new stream. */
  reset(): void;
}

/**
 * Makes a resampler.
 *
 * @throws RangeError for any pair of rates but 8000 to 16000 and 16000 to 8000
 */
export function createResampler(fromHz: number, toHz: number): Resampler {
  if (fromHz === 8000 && toHz === 16_000) return new DoublingResampler();
  if (fromHz === 16_000 && toHz === 8000) return new HalvingResampler();
  throw new RangeError(`can resample between 8000 and 16000 Hz only, not from ${fromHz} to ${toHz}`);
}

/**
 * Brings the blocks of one stream to one rate, whatever rate each of them has; blocks that have it pass untouched.
 */
export class RateMatcher {
  #resampler: Resampler | undefined;
  #out = new Int16Array(0);

  constructor(readonly rate: AudioRate) {}

  /**
   * Converts a block.
   *
   * @param pcm - any length at 8 kHz; at 16 kHz the last sample of an odd length is dropped
   * @returns the block itself, or a buffer that is valid until the next call
   */
  match(pcm: Int16Array, from: AudioRate): Int16Array {
    if (from === this.rate) return pcm;
    const resampler = (this.#resampler ??= createResampler(from, this.rate));
    const input = this.rate === 8000 ? pcm.subarray(0, pcm.length & ~1) : pcm;
    const length = (input.length * this.rate) / from;
    if (this.#out.length < length) this.#out = new Int16Array(length);
    return resampler.process(input, this.#out.subarray(0, length));
  }
}

const PROTOTYPE = designLowPass();

class DoublingResampler implements Resampler {
  readonly fromHz = 8000;
  readonly toHz = 16_000;
  readonly #even = phase(0);
  readonly #odd = phase(1);
  #work: Float32Array = new Float32Array(PHASE_TAPS - 1 + 160);

  process(input: Int16Array, out: Int16Array = new Int16Array(input.length * 2)): Int16Array {
    checkLength(out.length, input.length * 2);
    const work = (this.#work = load(this.#work, input, PHASE_TAPS - 1));
    for (let n = 0; n < input.length; n++) {
      let even = 0;
      let odd = 0;
      for (let k = 0; k < PHASE_TAPS; k++) {
        const sample = work[n + k] as number;
        even += (this.#even[k] as number) * sample;
        odd += (this.#odd[k] as number) * sample;
      }
      out[2 * n] = toInt16(even);
      out[2 * n + 1] = toInt16(odd);
    }
    keepTail(work, input.length, PHASE_TAPS - 1);
    return out;
  }

  reset(): void {
    this.#work.fill(0);
  }
}

class HalvingResampler implements Resampler {
  readonly fromHz = 16_000;
  readonly toHz = 8000;
  #work: Float32Array = new Float32Array(TAPS - 1 + 320);

  process(input: Int16Array, out: Int16Array = new Int16Array(input.length >> 1)): Int16Array {
    if (input.length % 2 !== 0) throw new RangeError(`needs an even number of samples, got ${input.length}`);
    checkLength(out.length, input.length / 2);
    const work = (this.#work = load(this.#work, input, TAPS - 1));
    for (let n = 0; n < out.length; n++) {
      let sum = 0;
      const from = 2 * n;
      for (let k = 0; k < TAPS; k++) sum += (PROTOTYPE[k] as number) * (work[from + k] as number);
      out[n] = toInt16(sum);
    }
    keepTail(work, input.length, TAPS - 1);
    return out;
  }

  reset(): void {
    this.#work.fill(0);
  }
}

/** Windowed sinc, symmetric, with a gain of one at 0 Hz. */
function designLowPass(): Float32Array {
  const taps = new Float64Array(TAPS);
  let sum = 0;
  for (let i = 0; i < TAPS; i++) {
    const x = i - (TAPS - 1) / 2;
    const sinc = Math.sin(2 * Math.PI * CUTOFF * x) / (Math.PI * x);
    const ratio = (2 * x) / (TAPS - 1);
    taps[i] = sinc * bessel0(BETA * Math.sqrt(Math.max(0, 1 - ratio * ratio)));
    sum += taps[i] as number;
  }
  return Float32Array.from(taps, (tap) => tap / sum);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Taps of one output phase in the order of the samples, doubled for the zeros that upsampling inserts. */
function phase(offset: 0 | 1): Float32Array {
  return Float32Array.from(
    { length: PHASE_TAPS },
    (_, k) => 2 * (PROTOTYPE[2 * (PHASE_TAPS - 1 - k) + offset] as number),
  );
}

/** Puts the block behind the `history` samples kept at the start of `work`; grows it when the block is longer. */
function load(work: Float32Array, input: Int16Array, history: number): Float32Array {
  let target = work;
  if (target.length < history + input.length) {
    target = new Float32Array(history + input.length);
    target.set(work.subarray(0, history));
  }
  target.set(input, history);
  return target;
}

function keepTail(work: Float32Array, length: number, history: number): void {
  work.copyWithin(0, length, length + history);
}

function checkLength(actual: number, wanted: number): void {
  if (actual !== wanted) throw new RangeError(`the result has ${wanted} samples, but out holds ${actual}`);
}

function toInt16(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : Math.round(value);
}
