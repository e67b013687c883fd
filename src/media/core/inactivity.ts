import type { MonoMs } from '../../kernel/time.js';

/** Tells once that a peer has been silent for too long, and again only after it was heard. */
export class InactivityWatch {
  #told = false;

  /** @param limitMs - silence that is told of, milliseconds; 0 switches it off */
  constructor(private readonly limitMs: number) {}

  /**
   * Looks at the time.
   *
   * @param since - when the peer was last heard, or expected for the first time
   * @returns the length of a silence to be told of now, milliseconds
   */
  check(now: MonoMs, since: MonoMs): number | undefined {
    const silentMs = now - since;
    const silent = this.limitMs > 0 && silentMs >= this.limitMs;
    if (silent === this.#told) return undefined;
    this.#told = silent;
    return silent ? silentMs : undefined;
  }
}
