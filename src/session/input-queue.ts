import type { MonoMs, Scheduler } from '../kernel/time.js';

/**
 * One FIFO of inputs and one timer.
 *
 * **One input, drain to quiet, then the next input**: an input that arrives while another is handled waits its turn.
 */
export class InputQueue {
  readonly #inputs: (() => void)[] = [];
  #draining = false;
  #closed = false;
  #cancelTimer: (() => void) | undefined;
  #timerAt: MonoMs | undefined;

  /**
   * @param deadline - earliest deadline of the machines behind the queue
   * @param settle - runs after each batch of inputs, when all is quiet
   * @param wake - handles a deadline that has come; runs as an input
   */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly deadline: () => MonoMs | undefined,
    private readonly settle: () => void,
    private readonly wake: () => void,
  ) {}

  /** Handles an input now, or after those before it. */
  push(run: () => void): void {
    if (this.#closed) return;
    this.#inputs.push(run);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (
        let next = this.#inputs.shift();
        next !== undefined && !this.#closed;
        next = this.#inputs.shift()
      ) {
        next();
      }
      this.settle();
    } finally {
      this.#draining = false;
    }
    this.rearm();
  }

  /** Sets the timer to the present deadline. */
  rearm(): void {
    if (this.#closed) return;
    const deadline = this.deadline();
    if (deadline === this.#timerAt) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = deadline;
    if (deadline === undefined) return;
    this.#cancelTimer = this.scheduler.at(deadline, () => {
      this.#timerAt = undefined;
      this.push(this.wake);
    });
  }

  /** Drops what waits; nothing runs any more. */
  close(): void {
    this.#closed = true;
    this.#inputs.length = 0;
    this.#cancelTimer?.();
  }
}
