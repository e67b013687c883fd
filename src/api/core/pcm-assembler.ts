/**
 * Makes samples of a byte stream that is cut anywhere: the odd byte at the end of a chunk is carried over to the
 * next. PCM16, little endian.
 */
export class PcmAssembler {
  #carry: number | undefined;

  /** True while half a sample waits for its other half. */
  get hasCarry(): boolean {
    return this.#carry !== undefined;
  }

  /** The samples that `bytes` completes; a fresh array, possibly empty. */
  push(bytes: Uint8Array): Int16Array {
    const carried = this.#carry === undefined ? 0 : 1;
    const count = (bytes.length + carried) >> 1;
    const samples = new Int16Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const low = i === 0 && this.#carry !== undefined ? this.#carry : (bytes[at++] ?? 0);
      const high = bytes[at++] ?? 0;
      samples[i] = low | (high << 8);
    }
    if (at < bytes.length) this.#carry = bytes[at];
    else if (count > 0) this.#carry = undefined;
    return samples;
  }
}
