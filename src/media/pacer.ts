import type { MonoMs, Scheduler } from '../kernel/time.js';
import { PacerWheel, type PacerStats, type PacerTick } from './core/pacer-wheel.js';

/**
 * The one 20 ms clock of the process: every call's outgoing audio hangs on it. Deadlines are absolute, so lateness
 * does not add up; calls are spread over phases, so that hundreds of them do not send in the same millisecond.
 */
export class Pacer {
  readonly #wheel: PacerWheel;
  #cancel: (() => void) | undefined;
  #wakeAt: MonoMs | undefined;

  /**
   * @param onError - told about a member that threw, which is a bug; that member is removed, the others go on
   * @param onLateness - told how late each tick ran, ms; it must not throw
   */
  constructor(
    private readonly scheduler: Scheduler,
    onError?: (error: unknown) => void,
    onLateness?: (ms: number) => void,
  ) {
    this.#wheel = new PacerWheel(onError, onLateness);
  }

  /**
   * Adds a member that runs every 20 ms, at first within the next 20 ms.
   *
   * @returns a function that removes it
   */
  add(tick: PacerTick): () => void {
    const remove = this.#wheel.add(tick, this.scheduler.now());
    this.#arm();
    return () => {
      remove();
      this.#arm();
    };
  }

  /** Lateness since the start, or since {@link resetStats}. */
  stats(): PacerStats {
    return this.#wheel.stats();
  }

  /** Starts the lateness figures anew. */
  resetStats(): void {
    this.#wheel.resetStats();
  }

  /** Stops for good: all members are removed. */
  close(): void {
    this.#wheel.clear();
    this.#arm();
  }

  #arm(): void {
    const next = this.#wheel.nextDeadline();
    if (next === this.#wakeAt) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakeAt = next;
    if (next === undefined) return;
    this.#cancel = this.scheduler.at(next, () => {
      this.#wakeAt = undefined;
      this.#wheel.handle(this.scheduler.now());
      this.#arm();
    });
  }
}
