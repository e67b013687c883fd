import { addMs, type Scheduler } from '../kernel/time.js';

/** Resolves with `fallback` when the promise rejects or takes longer than `ms`. Never rejects. */
export function withTimeout<T>(
  scheduler: Scheduler,
  promise: Promise<T>,
  ms: number,
  fallback: T,
): Promise<T> {
  return new Promise((resolve) => {
    const cancel = scheduler.at(addMs(scheduler.now(), ms), () => resolve(fallback));
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      () => {
        cancel();
        resolve(fallback);
      },
    );
  });
}
