import { addMs, monoMs, type Scheduler } from '../../src/kernel/time.js';
import { realScheduler } from '../../src/threads/real-scheduler.js';

/** The machine's clocks running `factor` times as fast: the 32 s of SIP pass in moments. */
export function fastScheduler(factor: number): Scheduler {
  const now = (): ReturnType<Scheduler['now']> => monoMs(realScheduler.now() * factor);
  return {
    now,
    wall: () => realScheduler.wall(),
    at: (deadline, run) => realScheduler.at(addMs(realScheduler.now(), (deadline - now()) / factor), run),
  };
}
