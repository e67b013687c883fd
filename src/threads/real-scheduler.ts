import { monoMs, wallMs, type MonoMs, type Scheduler } from '../kernel/time.js';

/** The machine's own clocks and timers. */
export const realScheduler: Scheduler = {
  now: () => monoMs(performance.now()),
  wall: () => wallMs(Date.now()),
  at(deadline: MonoMs, run: () => void): () => void {
    // setTimeout may fire up to a millisecond early and rounds to whole milliseconds.
    const timer = setTimeout(run, Math.max(0, Math.ceil(deadline - performance.now())));
    return () => clearTimeout(timer);
  },
};
