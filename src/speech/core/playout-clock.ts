import { addMs, type MonoMs } from '../../kernel/time.js';

/** Audio that is about to run out is missed this long before its end. */
const AHEAD_MS = 300;
/** An engine that sends nothing for this long while its audio runs out has stalled. */
const PAUSE_MS = 250;

/** When a listener, who hears audio as it is handed over, would have to wait for more. */
export class PlayoutClock {
  #endsAt: MonoMs | undefined;
  #lastAt: MonoMs | undefined;

  /** Audio was handed over. */
  heard(now: MonoMs, ms: number): void {
    const from = this.#endsAt === undefined || this.#endsAt < now ? now : this.#endsAt;
    this.#endsAt = addMs(from, ms);
    this.#lastAt = now;
  }

  /** When the speaking engine is to be given up unless it sends more; undefined before anything was heard. */
  stallsAt(): MonoMs | undefined {
    if (this.#endsAt === undefined || this.#lastAt === undefined) return undefined;
    const early = addMs(this.#endsAt, -AHEAD_MS);
    const paused = addMs(this.#lastAt, PAUSE_MS);
    return early > paused ? early : paused;
  }
}
