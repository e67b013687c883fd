/** First-in first-out queue with a fixed capacity; the oldest item gives way and is counted. */
export class BoundedQueue<T> {
  readonly #items: (T | undefined)[];
  #head = 0;
  #size = 0;
  #dropped = 0;

  /** @param capacity - most items held at once, at least 1 */
  constructor(readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`capacity must be >= 1, got ${capacity}`);
    }
    this.#items = new Array<T | undefined>(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Items that gave way since creation. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Appends an item. Returns the item that had to give way, if any. */
  push(item: T): T | undefined {
    let evicted: T | undefined;
    if (this.#size === this.capacity) {
      evicted = this.shift();
      this.#dropped++;
    }
    this.#items[(this.#head + this.#size) % this.capacity] = item;
    this.#size++;
    return evicted;
  }

  /** Removes and returns the oldest item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.capacity;
    this.#size--;
    return item;
  }

  /** The oldest item, left in place. */
  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#head];
  }

  /** Removes all items. */
  clear(): void {
    while (this.shift() !== undefined) {
      // Each shift releases one reference.
    }
  }
}

/** Samples that a history begins with: a second or half of one. */
const FIRST_SAMPLES = 8000;

/**
 * The last `capacity` samples of an endless stream, addressed by absolute sample index. Memory grows with the stream up to
 * the capacity; from then on writing never allocates.
 */
export class SampleHistory {
  #samples = new Int16Array(0);
  #end = 0;

  /** @param capacity - samples kept */
  constructor(readonly capacity: number) {}

  /** Index one past the newest sample. */
  get end(): number {
    return this.#end;
  }

  /** Index of the oldest sample still held. */
  get start(): number {
    return Math.max(0, this.#end - this.capacity);
  }

  /** Appends samples. */
  append(samples: Int16Array): void {
    const { capacity } = this;
    this.#growTo(Math.min(capacity, this.#end + samples.length));
    const tail = samples.length > capacity ? samples.subarray(samples.length - capacity) : samples;
    const offset = (this.#end + samples.length - tail.length) % capacity;
    const first = Math.min(tail.length, capacity - offset);
    this.#samples.set(tail.subarray(0, first), offset);
    if (first < tail.length) this.#samples.set(tail.subarray(first), 0);
    this.#end += samples.length;
  }

  /** Memory follows the audio: a call of a second does not cost what one of a minute does. */
  #growTo(length: number): void {
    const held = this.#samples;
    if (length <= held.length) return;
    // Nothing has wrapped round yet: that begins when the whole capacity is there.
    this.#samples = new Int16Array(Math.min(this.capacity, Math.max(length, 2 * held.length, FIRST_SAMPLES)));
    this.#samples.set(held);
  }

  /** Copies `[from, to)`, clamped to what is held. */
  slice(from: number, to: number): Int16Array {
    const begin = Math.max(this.start, Math.floor(from));
    const end = Math.min(this.#end, Math.floor(to));
    if (end <= begin) return new Int16Array(0);
    const out = new Int16Array(end - begin);
    const offset = begin % this.capacity;
    const first = Math.min(out.length, this.capacity - offset);
    out.set(this.#samples.subarray(offset, offset + first), 0);
    if (first < out.length) out.set(this.#samples.subarray(0, out.length - first), first);
    return out;
  }
}
