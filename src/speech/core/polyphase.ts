/**
 * Sample rates times a whole number and back by a polyphase low-pass (Kaiser window, 24 taps per phase of the low rate).
 * One instance per stream: blocks of any length join without a click.
 */
const TAPS_PER_PHASE = 24;
/** Pass band edge as a share of the low rate's half. */
const CUTOFF = 0.92;
const BETA = 7;

/** Delay of {@link Interpolator} and {@link Decimator}, each, in samples of the low rate. */
export const POLYPHASE_DELAY = TAPS_PER_PHASE / 2;

/** Windowed sinc of `TAPS_PER_PHASE * factor + 1` taps with a gain of one at 0 Hz. */
function design(factor: number): Float64Array {
  const half = (TAPS_PER_PHASE * factor) / 2;
  const taps = new Float64Array(2 * half + 1);
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    const x = i - half;
    const sinc = x === 0 ? CUTOFF / factor : Math.sin((Math.PI * CUTOFF * x) / factor) / (Math.PI * x);
    taps[i] = sinc * bessel0(BETA * Math.sqrt(1 - (x / half) ** 2));
    sum += taps[i] as number;
  }
  return taps.map((tap) => tap / sum);
}

function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** To `factor` times the rate. */
export class Interpolator {
  readonly #taps: Float64Array;
  readonly #past = new Float64Array(TAPS_PER_PHASE);

  constructor(private readonly factor: number) {
    this.#taps = design(factor);
  }

  /** Converts a block; `out` has `factor` times its length. */
  process(input: ArrayLike<number>, out: Float32Array): void {
    const { factor } = this;
    const past = this.#past;
    for (let n = 0; n < input.length; n++) {
      const newest = input[n] as number;
      for (let phase = 0; phase < factor; phase++) {
        let sum = (this.#taps[phase] as number) * newest;
        for (let k = 1; k <= TAPS_PER_PHASE; k++) {
          const tap = this.#taps[phase + k * factor];
          if (tap !== undefined) sum += tap * (past[TAPS_PER_PHASE - k] as number);
        }
        out[n * factor + phase] = sum * factor;
      }
      past.copyWithin(0, 1);
      past[TAPS_PER_PHASE - 1] = newest;
    }
  }
}

/** To the `factor`-th part of the rate. */
export class Decimator {
  readonly #taps: Float64Array;
  #work: Float64Array;

  constructor(private readonly factor: number) {
    this.#taps = design(factor);
    this.#work = new Float64Array(this.#taps.length - 1);
  }

  /** Converts a block whose length is a multiple of the factor; `out` has the `factor`-th part of it. */
  process(input: Float32Array, out: Int16Array): void {
    const history = this.#taps.length - 1;
    const work = new Float64Array(history + input.length);
    work.set(this.#work);
    work.set(input, history);
    for (let n = 0; n < out.length; n++) {
      const from = n * this.factor;
      let sum = 0;
      for (let k = 0; k <= history; k++) sum += (this.#taps[k] as number) * (work[from + k] as number);
      out[n] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
    }
    this.#work = work.slice(input.length);
  }
}
