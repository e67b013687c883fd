/** A map of bounded size; what was not used for longest gives way. */
export class Lru<K, V> {
  readonly #items = new Map<K, V>();

  /** @param capacity - most items, at least 1 */
  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#items.size;
  }

  /** The value of a key, which counts as a use. */
  get(key: K): V | undefined {
    const value = this.#items.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  /** Adds or replaces a value. */
  set(key: K, value: V): void {
    this.#items.delete(key);
    this.#items.set(key, value);
    const [oldest] = this.#items.keys();
    if (this.#items.size > this.capacity && oldest !== undefined) this.#items.delete(oldest);
  }
}
