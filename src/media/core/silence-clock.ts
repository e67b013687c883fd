import type { MonoMs } from '../../kernel/time.js';
import { FRAME_MS } from './frame.js';

/**
 * Silence by the clock: says how many frames of silence are due because nothing has been received. A muted peer, or
 * one that sends nothing while nobody speaks, then still lets time pass for whoever waits for the end of a turn.
 */
export class SilenceClock {
  #lastAt = 0 as MonoMs;
  #coversMs = FRAME_MS;
  #fed = 0;

  /** @param afterMs - time without a packet of 20 ms after which silence is fed, milliseconds */
  constructor(private readonly afterMs: number) {}

  /** True when silence has been fed since the last packet. */
  get running(): boolean {
    return this.#fed > 0;
  }

  /** Notes a packet. `coversMs` is how much audio it holds: the next one is not due before. */
  touch(at: MonoMs, coversMs: number): void {
    if (at > this.#lastAt) this.#lastAt = at;
    this.#coversMs = coversMs;
    this.#fed = 0;
  }

  /** Frames of silence that are due now and have not been fed yet; they count as fed. */
  take(now: MonoMs): number {
    const idleMs = now - this.#lastAt - this.afterMs - Math.max(0, this.#coversMs - FRAME_MS);
    if (idleMs < 0) return 0;
    const due = Math.floor(idleMs / FRAME_MS) + 1;
    const frames = due - this.#fed;
    this.#fed = due;
    return frames;
  }
}
