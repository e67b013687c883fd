/** Buckets of the finest view; one that would have more halves its detail. */
const MAX_BUCKETS = 2048;
const FIRST_BUCKET_MS = 20;
/** Bytes of a bucket: least and greatest sample of the left channel, then of the right. */
const BUCKET_BYTES = 4;

/** The shape of a recording for drawing: each bucket has the least and the greatest sample of both channels, -128..127. */
export interface Peaks {
  readonly bucketMs: number;
  /** Four bytes a bucket: left least, left greatest, right least, right greatest. */
  readonly bytes: Int8Array;
}

/** Gathers {@link Peaks} from pieces of a recording, in a bounded space whatever its length. */
export class PeakBook {
  readonly #buckets = new Int8Array(MAX_BUCKETS * BUCKET_BYTES);
  readonly #perMs: number;
  #bucketMs = FIRST_BUCKET_MS;
  #samples = 0;
  #count = 0;

  /** @param rate - samples a second and channel */
  constructor(rate: number) {
    this.#perMs = rate / 1000;
  }

  get peaks(): Peaks {
    return { bucketMs: this.#bucketMs, bytes: this.#buckets.slice(0, this.#count * BUCKET_BYTES) };
  }

  /** Takes samples of both channels side by side. */
  push(stereo: Int16Array): void {
    for (let i = 0; i + 1 < stereo.length; i += 2) {
      if (this.#samples === this.#count * this.#bucketMs * this.#perMs) this.#open();
      const at = (this.#count - 1) * BUCKET_BYTES;
      this.#take(at, (stereo[i] as number) >> 8);
      this.#take(at + 2, (stereo[i + 1] as number) >> 8);
      this.#samples++;
    }
  }

  /** A stretch was blanked after it had been taken. */
  blank(fromMs: number, toMs: number): void {
    const from = Math.max(0, Math.floor(fromMs / this.#bucketMs));
    const to = Math.min(this.#count, Math.ceil(toMs / this.#bucketMs));
    if (to > from) this.#buckets.fill(0, from * BUCKET_BYTES, to * BUCKET_BYTES);
  }

  #open(): void {
    if (this.#count === MAX_BUCKETS) this.#halve();
    this.#buckets.fill(0, this.#count * BUCKET_BYTES, (this.#count + 1) * BUCKET_BYTES);
    this.#count++;
  }

  #take(at: number, sample: number): void {
    if (sample < (this.#buckets[at] as number)) this.#buckets[at] = sample;
    if (sample > (this.#buckets[at + 1] as number)) this.#buckets[at + 1] = sample;
  }

  /** Two neighbours become one. */
  #halve(): void {
    this.#count = MAX_BUCKETS / 2;
    this.#bucketMs *= 2;
    for (let k = 0; k < this.#count; k++) {
      const [to, a, b] = [k * BUCKET_BYTES, 2 * k * BUCKET_BYTES, (2 * k + 1) * BUCKET_BYTES];
      for (let side = 0; side < BUCKET_BYTES; side += 2) {
        const least = Math.min(this.#buckets[a + side] as number, this.#buckets[b + side] as number);
        const most = Math.max(this.#buckets[a + side + 1] as number, this.#buckets[b + side + 1] as number);
        this.#buckets[to + side] = least;
        this.#buckets[to + side + 1] = most;
      }
    }
  }
}
