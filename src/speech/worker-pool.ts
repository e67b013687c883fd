import type { Worker } from 'node:worker_threads';
import { LeibnizError } from '../kernel/errors.js';
import { addMs, type MonoMs, type Scheduler } from '../kernel/time.js';
import { reviveWorkerError, type WorkerReply } from './worker-protocol.js';

/** What a {@link WorkerPool} tells its owner. */
export interface PoolEvents<Out> {
  /** A worker became free: ask {@link WorkerPool.submit} again. */
  onIdle(): void;
  /** A job came back. Ids of jobs given up with {@link WorkerPool.cancel} come back too. */
  onResult(jobId: number, result: Out): void;
  /** A job failed or its worker died. */
  onFailure(jobId: number, message: string): void;
}

/** Settings of {@link WorkerPool}. */
export interface PoolOptions {
  readonly size: number;
  readonly scheduler: Scheduler;
  /** Starts one worker. The shared array is its cancel flag; see {@link WorkerPool.cancel}. */
  readonly start: (cancelFlag: Int32Array<SharedArrayBuffer>) => Worker;
  /** Pause before a dead worker is started again; doubles with each death in a row. Default 250 ms. */
  readonly restartMs?: number;
  /** Longest pause before a restart. Default 10 s. */
  readonly maxRestartMs?: number;
  /** A cancelled job that does not come back in this time means a hung worker, which is replaced. Default 5 s. */
  readonly hangMs?: number;
}

interface Slot {
  readonly flag: Int32Array<SharedArrayBuffer>;
  worker: Worker | undefined;
  ready: boolean;
  jobId: number | undefined;
  deaths: number;
  cancelTimer: (() => void) | undefined;
  hangTimer: (() => void) | undefined;
}

/**
 * Worker threads that each do one job at a time. A worker that dies fails its job and is started again with
 * back-off; the first start of all workers must succeed.
 */
export class WorkerPool<In extends object, Out> {
  readonly #slots: Slot[];
  readonly #options: PoolOptions;
  readonly #events: PoolEvents<Out>;
  #restarts = 0;
  #closing = false;

  constructor(options: PoolOptions, events: PoolEvents<Out>) {
    this.#options = options;
    this.#events = events;
    this.#slots = Array.from({ length: options.size }, () => ({
      flag: new Int32Array(new SharedArrayBuffer(4)),
      worker: undefined,
      ready: false,
      jobId: undefined,
      deaths: 0,
      cancelTimer: undefined,
      hangTimer: undefined,
    }));
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Workers that are ready or at work now. */
  get alive(): number {
    return this.#slots.filter((slot) => slot.ready).length;
  }

  get busy(): number {
    return this.#slots.filter((slot) => slot.jobId !== undefined).length;
  }

  /** Workers started again after they died. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts all workers. Rejects with the first one's error when one cannot start, after ending the others. */
  async open(): Promise<void> {
    try {
      await Promise.all(this.#slots.map((slot) => this.#start(slot)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Gives the job to a free worker. Returns false when there is none. */
  submit(jobId: number, job: In, transfer: readonly ArrayBuffer[]): boolean {
    const slot = this.#slots.find((candidate) => candidate.ready && candidate.jobId === undefined);
    if (slot?.worker === undefined) return false;
    slot.jobId = jobId;
    slot.worker.postMessage({ type: 'job', jobId, job }, [...transfer]);
    return true;
  }

  /**
   * Asks the worker to give up a job. The flag lives in shared memory, so that a worker in the middle of its work
   * sees it; a worker that does not come back in time is replaced.
   */
  cancel(jobId: number): void {
    const slot = this.#slots.find((candidate) => candidate.jobId === jobId);
    if (slot === undefined || slot.hangTimer !== undefined) return;
    Atomics.store(slot.flag, 0, jobId);
    slot.hangTimer = this.#options.scheduler.at(this.#after(this.#options.hangMs ?? 5000), () => {
      slot.hangTimer = undefined;
      void slot.worker?.terminate();
    });
  }

  /** Lets every worker end in an orderly way and waits for it. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#slots.map((slot) => this.#stop(slot)));
  }

  async #stop(slot: Slot): Promise<void> {
    slot.cancelTimer?.();
    slot.hangTimer?.();
    const { worker } = slot;
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    if (slot.jobId !== undefined) Atomics.store(slot.flag, 0, slot.jobId);
    worker.postMessage({ type: 'close' });
    const giveUp = this.#options.scheduler.at(
      this.#after(this.#options.hangMs ?? 5000),
      () => void worker.terminate(),
    );
    await gone;
    giveUp();
  }

  #start(slot: Slot): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = this.#options.start(slot.flag);
      slot.worker = worker;
      slot.ready = false;
      let lastError = 'the worker ended';
      worker.on('message', (message: WorkerReply<Out>) => {
        switch (message.type) {
          case 'ready': {
            slot.ready = true;
            resolve();
            this.#events.onIdle();
            break;
          }
          case 'refused': {
            reject(reviveWorkerError(message.error));
            break;
          }
          case 'result':
          case 'failure': {
            this.#settle(slot, message);
            break;
          }
        }
      });
      worker.on('error', (error) => {
        lastError = error instanceof Error ? error.message : String(error);
      });
      worker.on('exit', () => {
        slot.worker = undefined;
        reject(new LeibnizError('WORKER_CRASHED', `A speech worker ended while it started: ${lastError}.`));
        this.#onExit(slot, lastError);
      });
    });
  }

  #settle(slot: Slot, message: Extract<WorkerReply<Out>, { jobId: number }>): void {
    if (slot.jobId !== message.jobId) return;
    this.#free(slot);
    slot.deaths = 0;
    if (message.type === 'result') this.#events.onResult(message.jobId, message.result);
    else this.#events.onFailure(message.jobId, message.message);
    this.#events.onIdle();
  }

  #free(slot: Slot): void {
    slot.hangTimer?.();
    slot.hangTimer = undefined;
    slot.jobId = undefined;
  }

  #onExit(slot: Slot, message: string): void {
    const wasReady = slot.ready;
    const { jobId } = slot;
    slot.ready = false;
    this.#free(slot);
    if (jobId !== undefined) this.#events.onFailure(jobId, message);
    if (this.#closing || (!wasReady && slot.deaths === 0)) return;
    const { restartMs = 250, maxRestartMs = 10_000 } = this.#options;
    const pauseMs = Math.min(maxRestartMs, restartMs * 2 ** Math.min(slot.deaths, 16));
    slot.deaths++;
    slot.cancelTimer = this.#options.scheduler.at(this.#after(pauseMs), () => {
      slot.cancelTimer = undefined;
      this.#restarts++;
      // A restart that fails ends in `exit`, which schedules the next one.
      this.#start(slot).catch(() => undefined);
    });
  }

  #after(ms: number): MonoMs {
    return addMs(this.#options.scheduler.now(), ms);
  }
}
