/** First-in first-out samples in a fixed piece of memory; the oldest give way. */
export class SampleQueue {
  readonly #samples: Int16Array;
  #head = 0;
  #size = 0;

  constructor(readonly capacity: number) {
    this.#samples = new Int16Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Appends samples. @returns how many had to give way */
  push(pcm: Int16Array): number {
    const fresh = pcm.length > this.capacity ? pcm.subarray(pcm.length - this.capacity) : pcm;
    const over = Math.max(0, this.#size + fresh.length - this.capacity);
    this.#skip(over);
    const at = (this.#head + this.#size) % this.capacity;
    const first = Math.min(fresh.length, this.capacity - at);
    this.#samples.set(fresh.subarray(0, first), at);
    this.#samples.set(fresh.subarray(first), 0);
    this.#size += fresh.length;
    return over + pcm.length - fresh.length;
  }

  /** Takes the oldest samples into `out`. @returns how many there were */
  pull(out: Int16Array): number {
    const count = Math.min(out.length, this.#size);
    const first = Math.min(count, this.capacity - this.#head);
    out.set(this.#samples.subarray(this.#head, this.#head + first));
    out.set(this.#samples.subarray(0, count - first), first);
    this.#skip(count);
    return count;
  }

  clear(): void {
    this.#size = 0;
  }

  #skip(count: number): void {
    this.#head = (this.#head + count) % this.capacity;
    this.#size -= count;
  }
}
