import { parentPort } from 'node:worker_threads';
import { lowerThreadPriority } from '../threads/worker.js';
import { describeWorkerError, type WorkerCommand, type WorkerReply } from './worker-protocol.js';

/** What a worker does once its engine is loaded. */
export interface WorkerEngine<In, Out> {
  /** Does one job. `cancelled()` is cheap and turns true when the job is given up. */
  run(job: In, cancelled: () => boolean): Promise<Out> | Out;
  /** Buffers of a result that may be moved instead of copied. */
  transfer?(result: Out): ArrayBuffer[];
  close(): Promise<void> | void;
}

/**
 * Body of a speech worker: loads the engine, does one job at a time, ends on `close` after the job in hand.
 *
 * @param cancelFlag - shared with the call thread; holds the id of the job to be given up
 * @param load - loads the engine; its error is reported and ends the worker
 */
export async function serveWorker<In, Out>(
  cancelFlag: Int32Array<SharedArrayBuffer>,
  load: () => Promise<WorkerEngine<In, Out>>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  lowerThreadPriority(10);
  const send = (reply: WorkerReply<Out>, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(reply, transfer);
  let engine: WorkerEngine<In, Out>;
  try {
    engine = await load();
  } catch (error) {
    send({ type: 'refused', error: describeWorkerError(error) });
    port.close();
    return;
  }
  let work: Promise<void> = Promise.resolve();
  const runJob = async (jobId: number, job: In): Promise<void> => {
    try {
      const result = await engine.run(job, () => Atomics.load(cancelFlag, 0) === jobId);
      send({ type: 'result', jobId, result }, engine.transfer?.(result) ?? []);
    } catch (error) {
      send({ type: 'failure', jobId, message: error instanceof Error ? error.message : String(error) });
    }
  };
  port.on('message', (command: WorkerCommand<In>) => {
    switch (command.type) {
      case 'job': {
        work = work.then(() => runJob(command.jobId, command.job));
        break;
      }
      case 'close': {
        work = work.then(() => engine.close()).finally(() => port.close());
        break;
      }
    }
  });
  send({ type: 'ready' });
}
