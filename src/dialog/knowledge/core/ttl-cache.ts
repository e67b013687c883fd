import type { MonoMs } from '../../../kernel/time.js';

/** Counters of a cache since it was made. */
export interface CacheStats {
  readonly size: number;
  readonly hits: number;
  readonly misses: number;
  /** Share of look-ups that hit, 0..1; 0 before the first. */
  readonly hit_rate: number;
}

/**
 * Least-recently-used cache whose entries also expire. Time comes in as an argument.
 *
 * @typeParam V - `undefined` cannot be stored
 */
export class TtlCache<V> {
  readonly #entries = new Map<string, { value: V; expiresAt: number }>();
  #hits = 0;
  #misses = 0;

  /**
   * @param capacity - most entries; the least recently used gives way
   * @param ttlMs - life of an entry from the moment it is stored
   */
  constructor(
    readonly capacity: number,
    readonly ttlMs: number,
  ) {}

  /** The live value of a key; counts a hit or a miss. */
  get(key: string, now: MonoMs): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt <= now) {
      if (entry !== undefined) this.#entries.delete(key);
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Stores a value for `ttlMs`. */
  set(key: string, value: V, now: MonoMs): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: now + this.ttlMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.capacity) break;
      this.#entries.delete(oldest);
    }
  }

  /** Removes all entries; the counters stay. */
  clear(): void {
    this.#entries.clear();
  }

  stats(): CacheStats {
    const lookups = this.#hits + this.#misses;
    return {
      size: this.#entries.size,
      hits: this.#hits,
      misses: this.#misses,
      hit_rate: lookups === 0 ? 0 : this.#hits / lookups,
    };
  }
}
