/** Work without a pause, ms: shorter than what a question may wait for unnoticed. */
const STRETCH_MS = 10;

/** Lets a long computation give way to questions: await it between its steps. */
export type Rest = () => Promise<void>;

/** @param now - milliseconds on a monotonic clock */
export function pace(now: () => number): Rest {
  let since = now();
  return async () => {
    if (now() - since < STRETCH_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = now();
  };
}
