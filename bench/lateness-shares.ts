import { LatenessHistogram } from '../src/media/core/lateness.js';
import { MainThreadTime } from './host-time.js';
import { round } from './speech-audio.js';

/** Ticks of one wake-up are recorded within this time of each other, ms. */
const SAME_WAKE_UP_MS = 1;

/**
 * What the call thread did while a tick was late. It ran its own work, which is all that a thread of its own could
 * save media at best; or it waited for a core; the rest is neither, such as a machine that did not run at all.
 */
export class LatenessShares {
  readonly #thread = new MainThreadTime();
  readonly #ran = new LatenessHistogram();
  readonly #queued = new LatenessHistogram();
  #since = this.#thread.take();
  #readAt = 0;

  /** Told of every tick as it runs, with how late it is. */
  record(lateMs: number): void {
    const now = performance.now();
    if (now - this.#readAt > SAME_WAKE_UP_MS) this.#since = this.#thread.take();
    this.#readAt = now;
    this.#ran.record(Math.min(lateMs, this.#since.ran));
    this.#queued.record(Math.min(lateMs, this.#since.queued));
  }

  summary(): Record<string, number> {
    const [ran, queued] = [this.#ran.summary(), this.#queued.summary()];
    return {
      lateness_own_work_p999_ms: round(ran.p999Ms),
      lateness_own_work_max_ms: round(ran.maxMs),
      lateness_queued_p999_ms: round(queued.p999Ms),
    };
  }

  reset(): void {
    this.#ran.reset();
    this.#queued.reset();
  }

  close(): void {
    this.#thread.close();
  }
}
