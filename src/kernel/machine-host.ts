import { earliest, type MonoMs, type Scheduler } from './time.js';

/** What a {@link MachineHost} runs. */
export interface HostedMachines {
  /** Polls every machine to quiet and acts on its outputs. False when one did not come to rest. */
  drain(): boolean;
  /** Earliest deadline of the machines. */
  deadline(): MonoMs | undefined;
  /** Handles a deadline that has come; runs as an input. */
  wake(): void;
  /** Runs when all inputs are handled and all is quiet; may push inputs. */
  settle?(): void;
  /** A machine did not come to rest, or inputs beget inputs without end. */
  livelock(): void;
}

/** Inputs that one input from outside may beget before it counts as a livelock. */
export const MAX_CHAIN = 1024;

/**
 * One FIFO of inputs and one timer for the machines of a call.
 *
 * **One input, drain to quiet, then the next input**: an input that arises while another is handled waits its turn,
 * whoever pushes it, so that nothing is re-entered and the bound on a chain of inputs holds.
 */
export class MachineHost {
  readonly #inputs: (() => void)[] = [];
  #running = false;
  #closed = false;
  #cancelTimer: (() => void) | undefined;
  #timerAt: MonoMs | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly machines: HostedMachines,
  ) {}

  /** Handles an input now, or after those before it. */
  push(input: () => void): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      this.#run();
    } finally {
      this.#running = false;
    }
    this.rearm();
  }

  /** Sets the timer to the present deadline. */
  rearm(): void {
    if (this.#closed || this.#running) return;
    const deadline = this.machines.deadline();
    if (deadline === this.#timerAt) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = deadline;
    if (deadline === undefined) return;
    this.#cancelTimer = this.scheduler.at(deadline, () => {
      this.#timerAt = undefined;
      this.push(() => this.machines.wake());
    });
  }

  /** Drops what waits; nothing runs any more. */
  close(): void {
    this.#closed = true;
    this.#inputs.length = 0;
    this.#cancelTimer?.();
  }

  #run(): void {
    for (let count = 0; !this.#closed; count++) {
      const next = this.#inputs.shift();
      if (next === undefined) {
        this.machines.settle?.();
        if (this.#inputs.length === 0) return;
        continue;
      }
      next();
      const isQuiet = this.machines.drain();
      if (isQuiet && count < MAX_CHAIN) continue;
      this.#inputs.length = 0;
      this.machines.livelock();
      return;
    }
  }
}

/** The earliest of several deadlines. */
export const earliestOf = (...deadlines: readonly (MonoMs | undefined)[]): MonoMs | undefined =>
  deadlines.reduce<MonoMs | undefined>((first, next) => earliest(first, next), undefined);
