/** Quantiles of lateness in milliseconds. */
export interface LatenessSummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const BUCKET_MS = 0.1;
const BUCKETS = 1000;

/** Lateness counted in buckets of 0.1 ms up to 100 ms; a fixed amount of memory for any number of values. */
export class LatenessHistogram {
  readonly #buckets = new Float64Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  /** Counts one value; negative ones count as 0. */
  record(ms: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(ms / BUCKET_MS)));
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
    this.#count++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** Upper edge of the bucket that holds the quantile `q` (0 to 1), at most the largest value seen. */
  quantile(q: number): number {
    const wanted = q * this.#count;
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) {
      sum += this.#buckets[i] as number;
      if (sum >= wanted && sum > 0) return Math.min(this.#maxMs, Number(((i + 1) * BUCKET_MS).toFixed(1)));
    }
    return this.#maxMs;
  }

  summary(): LatenessSummary {
    return {
      count: this.#count,
      p50Ms: this.quantile(0.5),
      p99Ms: this.quantile(0.99),
      p999Ms: this.quantile(0.999),
      maxMs: this.#maxMs,
    };
  }

  reset(): void {
    this.#buckets.fill(0);
    this.#count = 0;
    this.#maxMs = 0;
  }
}
