import type { MonoMs } from '../../kernel/time.js';

/** Sources remembered at once; the one heard longest ago gives way, and with it only what it had used up. */
const MAX_SOURCES = 4096;

interface Bucket {
  tokens: number;
  at: MonoMs;
}

/** One token bucket for each source: so many events a second, and a burst of so many after a quiet time. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param perSecond - tokens that a source gets each second; 0 sets no limit
   * @param burst - tokens that a quiet source has
   */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** Sources remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token. Returns false when the source has none left. */
  take(source: string, now: MonoMs): boolean {
    if (this.perSecond === 0) return true;
    const bucket = this.#refilled(source, now);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** True when the source has no token left now. */
  isEmpty(source: string, now: MonoMs): boolean {
    const bucket = this.#buckets.get(source);
    if (bucket === undefined || this.perSecond === 0) return false;
    return bucket.tokens + ((now - bucket.at) * this.perSecond) / 1000 < 1;
  }

  #refilled(source: string, now: MonoMs): Bucket {
    const known = this.#buckets.get(source);
    const bucket = known ?? { tokens: this.burst, at: now };
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) * this.perSecond) / 1000);
    bucket.at = now;
    // The order of the map is that of last use.
    if (known !== undefined) this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    if (this.#buckets.size > MAX_SOURCES) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
