import { monoMs, wallMs, type MonoMs, type Scheduler } from '../../src/kernel/time.js';

interface Timer {
  readonly at: MonoMs;
  readonly order: number;
  readonly run: () => void;
}

/** A scheduler whose time moves only when a test says so. Minutes of call time pass in milliseconds. */
export class VirtualTime implements Scheduler {
  #now = monoMs(0);
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param epochMs - wall-clock time at monotonic zero; 2026-11-23T09:00:00Z (a Monday) unless told */
  constructor(readonly epochMs: number = Date.UTC(2026, 10, 23, 9, 0, 0)) {}

  now = (): MonoMs => this.#now;
  wall = (): ReturnType<Scheduler['wall']> => wallMs(this.epochMs + this.#now);

  at = (deadline: MonoMs, run: () => void): (() => void) => {
    const timer: Timer = { at: monoMs(Math.max(deadline, this.#now)), order: this.#order++, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Runs everything due in the next `ms`, in order of deadline, letting promise callbacks run in between. */
  async advance(ms: number): Promise<void> {
    const end = monoMs(this.#now + ms);
    await settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
  }

  /** Like {@link advance}, for code that uses no promises. */
  advanceSync(ms: number): void {
    const end = monoMs(this.#now + ms);
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  #next(): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (best === undefined || timer.at < best.at || (timer.at === best.at && timer.order < best.order)) {
        best = timer;
      }
    }
    return best;
  }
}

/** Lets chains of already resolved promises run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}
