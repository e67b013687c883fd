import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module beside the caller.
 *
 * Workers are plain Node threads, so they always run the compiled tree: when the caller itself runs from `src/`
 * (under a test runner that compiles in memory), the path is mapped to `dist/src/`.
 *
 * @param base - `import.meta.url` of the caller
 * @param module - file name with a `.js` ending, relative to the caller
 */
export function startWorker(base: string, module: string, options: WorkerOptions = {}): Worker {
  return new Worker(workerFile(base, module), options);
}

/** The compiled file of a worker module; see {@link startWorker}. */
export function workerFile(base: string, module: string): string {
  const path = fileURLToPath(new URL(module, base));
  if (!base.endsWith('.ts')) return path;
  const at = path.lastIndexOf('/src/');
  return `${path.slice(0, at)}/dist${path.slice(at)}`;
}

/**
 * Lowers the scheduling priority of the calling thread, so that the call thread with its 20 ms deadlines wins
 * a contended core. On Linux a nice value belongs to a thread; elsewhere this does nothing.
 *
 * @param nice - 1 (slightly lower) to 19 (lowest)
 */
export function lowerThreadPriority(nice: number): void {
  if (process.platform !== 'linux') return;
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').pop());
    if (Number.isInteger(threadId) && threadId !== process.pid) setPriority(threadId, nice);
  } catch {
    // Without /proc or the right to renice the thread runs at the default priority.
  }
}
