/** Signed distance `a - b` of two 16-bit sequence numbers, right across the wrap (RFC 1982). */
export const seqDiff = (a: number, b: number): number => ((a - b) << 16) >> 16;

/**
 * Turns 16-bit sequence numbers into ever-growing ones. The first number maps to itself plus 65,536, so that a
 * packet from before it does not become negative.
 */
export class SequenceUnwrapper {
  #highest = -1;

  /** Highest extended number so far, -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** Extended number of `seq`: the value congruent to it that is closest to the highest so far. */
  unwrap(seq: number): number {
    if (this.#highest < 0) {
      this.#highest = seq + 0x10000;
      return this.#highest;
    }
    const extended = this.#highest + seqDiff(seq, this.#highest & 0xffff);
    if (extended > this.#highest) this.#highest = extended;
    return extended;
  }

  /** Forgets everything, for a new source. */
  reset(): void {
    this.#highest = -1;
  }
}
