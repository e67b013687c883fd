import type { Rng } from '../../kernel/rng.js';
import { addMs, type MonoMs } from '../../kernel/time.js';

const MIN_INTERVAL_MS = 5000;
/** e - 1.5: makes up for timer reconsideration, which converges below the wanted average. */
const COMPENSATION = Math.E - 1.5;

/**
 * When to send RTCP in a session of two (RFC 3550 section 6.2 and appendix A.7). With two members and telephony
 * bandwidth the bandwidth rule never asks for more than the minimum, so the interval is 5 s (2.5 s for the first
 * report), times 0.5 to 1.5 at random, over 1.21828.
 */
export class RtcpSchedule {
  #nextAt: MonoMs | undefined;

  constructor(private readonly rng: Rng) {}

  /** Starts the schedule, once media flows. */
  start(now: MonoMs): void {
    this.#nextAt ??= addMs(now, this.#interval(MIN_INTERVAL_MS / 2));
  }

  /** True when a report is due; the next one is then scheduled. */
  due(now: MonoMs): boolean {
    if (this.#nextAt === undefined || now < this.#nextAt) return false;
    this.#nextAt = addMs(now, this.#interval(MIN_INTERVAL_MS));
    return true;
  }

  #interval(baseMs: number): number {
    return (baseMs * (0.5 + this.rng.float())) / COMPENSATION;
  }
}
