import type { MonoMs } from '../../kernel/time.js';

const QUIET_MS = 60_000;
const MAX_KEYS = 1000;

/** Lets one line of a kind into the log each minute, with the number of those that were left out. */
export class LogThrottle {
  readonly #kinds = new Map<string, { since: MonoMs; held: number }>();

  /** Lines left out since the last one when this one is to be written; `undefined` when it is left out itself. */
  pass(kind: string, now: MonoMs): number | undefined {
    const known = this.#kinds.get(kind);
    if (known !== undefined && now - known.since < QUIET_MS) {
      known.held++;
      return undefined;
    }
    if (this.#kinds.size >= MAX_KEYS) this.#kinds.clear();
    this.#kinds.set(kind, { since: now, held: 0 });
    return known?.held ?? 0;
  }
}
