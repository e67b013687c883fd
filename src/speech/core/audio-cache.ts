/** A cached piece of audio, by its size in bytes. */
export interface Sized {
  readonly bytes: number;
}

/** Least-recently-used cache bounded in bytes and items. */
export class AudioCache<T extends Sized> {
  readonly #items = new Map<string, T>();
  #bytes = 0;

  /**
   * @param maxBytes - sum of all items
   * @param maxItems - number of items
   */
  constructor(
    readonly maxBytes: number,
    readonly maxItems: number,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#items.size;
  }

  /** The item, which counts as used now. */
  get(key: string): T | undefined {
    const item = this.#items.get(key);
    if (item !== undefined) {
      this.#items.delete(key);
      this.#items.set(key, item);
    }
    return item;
  }

  /** Keeps an item; the least recently used give way. An item larger than the cache is not kept. */
  set(key: string, item: T): void {
    this.#remove(key);
    if (item.bytes > this.maxBytes) return;
    this.#items.set(key, item);
    this.#bytes += item.bytes;
    for (const oldest of this.#items.keys()) {
      if (this.#bytes <= this.maxBytes && this.#items.size <= this.maxItems) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#bytes -= item.bytes;
  }
}
