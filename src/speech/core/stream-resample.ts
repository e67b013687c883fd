import { clamp16 } from './resample.js';

/** Zero crossings of the filter on each side, at the lower of both rates. */
const HALF_CROSSINGS = 16;
/** Pass band edge over the lower rate's half: telephone speech ends at 3.4 of 4 kHz. */
const PASS_SHARE = 0.92;
/** Kaiser window parameter: about 70 dB of attenuation. */
const BETA = 7;

/**
 * Changes the rate of one stream by any ratio of whole numbers (polyphase windowed sinc), block by block, without delay
 * against its input: samples whose filter reaches into audio that has not come yet wait for it.
 */
export class StreamResampler {
  readonly #phases: readonly Float64Array[];
  readonly #step: number;
  readonly #half: number;
  /** Input that may still be needed, and the absolute index of its first sample. */
  #held: Float64Array = new Float64Array(0);
  #heldFrom = 0;
  #inputs = 0;
  #outputs = 0;

  /** @throws RangeError for a rate that is no whole number from 4000 to 192000 */
  constructor(
    readonly fromHz: number,
    readonly toHz: number,
  ) {
    for (const hz of [fromHz, toHz]) {
      if (!Number.isInteger(hz) || hz < 4000 || hz > 192_000) throw new RangeError(`${hz} is no sample rate`);
    }
    const divisor = gcd(fromHz, toHz);
    this.#step = fromHz / divisor;
    const stretch = Math.max(1, fromHz / toHz);
    this.#half = Math.ceil(HALF_CROSSINGS * stretch);
    const count = toHz / divisor;
    this.#phases = fromHz === toHz ? [] : tableOf(count, this.#half, PASS_SHARE / stretch);
  }

  /** Converts a block; what cannot be computed yet comes with the next one. */
  push(pcm: Int16Array): Int16Array {
    if (this.#phases.length === 0) return pcm;
    const kept = this.#held;
    const held = new Float64Array(kept.length + pcm.length);
    held.set(kept);
    held.set(pcm, kept.length);
    this.#held = held;
    this.#inputs += pcm.length;
    return this.#produce(this.#inputs - this.#half);
  }

  /** The rest of the stream. */
  end(): Int16Array {
    if (this.#phases.length === 0 || this.#inputs === 0) return new Int16Array(0);
    return this.#produce(this.#inputs);
  }

  /** Outputs whose place in the input lies before `limit`. */
  #produce(limit: number): Int16Array {
    const count = this.#phases.length;
    const upTo = Math.ceil((limit * count) / this.#step);
    const out = new Int16Array(Math.max(0, upTo - this.#outputs));
    for (let i = 0; i < out.length; i++) {
      const position = (this.#outputs + i) * this.#step;
      const centre = Math.floor(position / count);
      const taps = this.#phases[position % count];
      if (taps === undefined) break;
      let sum = 0;
      const first = centre - this.#half + 1 - this.#heldFrom;
      for (let k = 0; k < taps.length; k++) sum += (taps[k] ?? 0) * (this.#held[first + k] ?? 0);
      out[i] = clamp16(sum);
    }
    this.#outputs += out.length;
    const needed = Math.floor((this.#outputs * this.#step) / count) - this.#half + 1;
    const drop = Math.min(this.#held.length, Math.max(0, needed - this.#heldFrom));
    this.#held = this.#held.slice(drop);
    this.#heldFrom += drop;
    return out;
  }
}

/** Filters for each place between two input samples, each with a gain of one. */
function tableOf(count: number, half: number, cutoff: number): Float64Array[] {
  return Array.from({ length: count }, (_, phase) => {
    const taps = new Float64Array(2 * half);
    let gain = 0;
    for (let k = 0; k < taps.length; k++) {
      const x = k - half + 1 - phase / count;
      const angle = Math.PI * cutoff * x;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const edge = Math.min(1, Math.abs(x) / half);
      const tap = sinc * bessel0(BETA * Math.sqrt(1 - edge * edge));
      taps[k] = tap;
      gain += tap;
    }
    return taps.map((tap) => tap / gain);
  });
}

/** Modified Bessel function of the first kind, order zero. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 32; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
