import { monoMs, wallMs, type MonoMs, type Scheduler } from '../kernel/time.js';

/** A longer wait makes setTimeout fire at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The machine's own clocks and timers. */
export const realScheduler: Scheduler = {
  now: () => monoMs(performance.now()),
  wall: () => wallMs(Date.now()),
  at(deadline: MonoMs, run: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      // setTimeout may fire up to a millisecond early and rounds to whole milliseconds.
      const waitMs = Math.max(0, Math.ceil(deadline - performance.now()));
      timer = waitMs > LONGEST_WAIT_MS ? setTimeout(arm, LONGEST_WAIT_MS) : setTimeout(run, waitMs);
    };
    arm();
    return () => clearTimeout(timer);
  },
};
