import type { MonoMs } from '../../kernel/time.js';
import { dropOldest } from './drop-oldest.js';

/** Span over which requests are counted. */
const WINDOW_MS = 60_000;

/**
 * Sliding-window limiter: at most `limit` requests of a key in any 60 s. Keys are forgotten oldest first when there
 * are too many, so an attacker with many addresses costs bounded memory.
 */
export class RateLimiter {
  readonly #hits = new Map<string, number[]>();

  /**
   * @param limit - requests per minute and key; 0 = no limit
   * @param maxKeys - keys remembered at once
   */
  constructor(
    private readonly limit: number,
    private readonly maxKeys = 10_000,
  ) {}

  get keys(): number {
    return this.#hits.size;
  }

  /**
   * Counts a request.
   *
   * @returns 0 when it may pass, else the milliseconds until the next one of this key may
   */
  take(key: string, now: MonoMs): number {
    if (this.limit === 0) return 0;
    const since = now - WINDOW_MS;
    const recent = (this.#hits.get(key) ?? []).filter((at) => at > since);
    const oldest = recent[0];
    if (recent.length >= this.limit && oldest !== undefined) {
      this.#hits.set(key, recent);
      return oldest - since;
    }
    recent.push(now);
    // Deleting first moves the key to the end: the map's order is the order of last use.
    this.#hits.delete(key);
    this.#hits.set(key, recent);
    dropOldest(this.#hits, this.maxKeys);
    return 0;
  }
}
