import type { MonoMs } from '../../kernel/time.js';

/** Samples per second of the socket. */
const RATE_HZ = 16_000;

/**
 * Bounds how far a client may be ahead of real time: a recording sent in one go passes, an endless flood does not.
 * A bucket that holds `burstSeconds` of audio and refills at twice the speed of speech.
 */
export class InboundBudget {
  #samples: number;
  #at: MonoMs;

  constructor(
    now: MonoMs,
    private readonly burstSeconds = 60,
  ) {
    this.#samples = burstSeconds * RATE_HZ;
    this.#at = now;
  }

  /** True when the samples may pass; false when they are to be dropped. */
  take(samples: number, now: MonoMs): boolean {
    const refill = ((now - this.#at) / 1000) * RATE_HZ * 2;
    this.#at = now;
    this.#samples = Math.min(this.burstSeconds * RATE_HZ, this.#samples + refill);
    if (samples > this.#samples) return false;
    this.#samples -= samples;
    return true;
  }
}
