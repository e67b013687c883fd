import { monoMs, wallMs, type MonoMs, type Scheduler } from '../kernel/time.js';

/** A longer wait makes setTimeout fire at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The machine's own clocks and timers. */
export const realScheduler: Scheduler = {
  now: () => monoMs(performance.now()),
  wall: () => wallMs(Date.now()),
  at(deadline: MonoMs, run: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = Math.max(0, Math.ceil(deadline - performance.now()));
      timer = setTimeout(wake, Math.min(leftMs, LONGEST_WAIT_MS));
    };
    // setTimeout counts in whole milliseconds from the start of the loop's turn, and so may fire early.
    const wake = (): void => (performance.now() < deadline ? wait() : run());
    wait();
    return () => clearTimeout(timer);
  },
};
