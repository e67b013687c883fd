import type { Worker } from 'node:worker_threads';
import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import { connectRpc, type RpcClient } from '../../threads/rpc.js';
import type { EngineHost, EnginePort } from './knowledge-client.js';
import type { EngineStats } from './types.js';

/** What the worker serves beside the engine. */
export interface WorkerMethods extends EnginePort {
  /** Resolves when the first index is built; rejects with the reason why there is none. */
  ready(): Promise<EngineStats>;
  /** Ends the thread after its open replies. */
  close(): Promise<void>;
}

/** Settings of {@link WorkerHost}. */
export interface WorkerHostOptions {
  /** Starts the thread. */
  readonly start: () => Worker;
  readonly scheduler: Scheduler;
  readonly onProgress?: (done: number, total: number) => void;
  /** Told when a model of another service does not answer. */
  readonly onModelFailure?: (message: string) => void;
  /** Told of every unexpected end of the thread. */
  readonly onCrash?: (error: Error) => void;
}

/** Longest wait for the thread to end by itself. */
const CLOSE_MS = 5000;

/** Waits before a new start; the last one repeats. */
const RESTART_MS = [500, 2000, 10_000, 30_000] as const;

/** Keeps one knowledge worker alive: a thread that dies is started again, with growing pauses. */
export class WorkerHost implements EngineHost {
  #worker: Worker | undefined;
  #client: RpcClient<WorkerMethods> | undefined;
  #ready = false;
  #closing = false;
  #restarts = 0;
  #failures = 0;
  #indexVersion = '';
  #cancelRestart: () => void = () => undefined;

  constructor(private readonly options: WorkerHostOptions) {}

  get indexVersion(): string {
    return this.#indexVersion;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Starts the thread and waits for its first index.
   *
   * @throws the worker's LeibnizError; the thread has then ended
   */
  async open(): Promise<void> {
    const worker = this.options.start();
    const client = connectRpc<WorkerMethods>(worker);
    this.#worker = worker;
    this.#client = client;
    worker.on('message', (message: unknown) => this.#onMessage(message));
    worker.on('error', (error) => this.#onEnd(worker, client, error));
    worker.on('exit', (code) => this.#onEnd(worker, client, new Error(`exit code ${code}`)));
    try {
      const stats = await client.remote.ready();
      this.#indexVersion = stats.index_version;
      this.#ready = true;
      this.#failures = 0;
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate();
      throw error;
    }
  }

  engine(): EnginePort {
    if (this.#client === undefined || !this.#ready) throw crashed('it is being started again');
    return this.#client.remote;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#ready = false;
    this.#cancelRestart();
    const worker = this.#worker;
    const client = this.#client;
    if (worker === undefined || client === undefined) return;
    const { scheduler } = this.options;
    await new Promise<void>((resolve) => {
      const cancel = scheduler.at(addMs(scheduler.now(), CLOSE_MS), () => void worker.terminate());
      worker.once('exit', () => {
        cancel();
        resolve();
      });
      client.remote.close().catch(() => undefined);
    });
  }

  #onEnd(worker: Worker, client: RpcClient<WorkerMethods>, error: Error): void {
    client.fail(crashed(this.#closing ? 'it was closed' : 'its thread ended unexpectedly'));
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#ready = false;
    if (this.#closing) return;
    this.options.onCrash?.(error);
    this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    const { scheduler } = this.options;
    const pause = RESTART_MS[Math.min(this.#failures, RESTART_MS.length - 1)] ?? 30_000;
    this.#failures++;
    this.#cancelRestart = scheduler.at(addMs(scheduler.now(), pause), () => {
      this.#restarts++;
      this.open().catch((error: unknown) => {
        if (this.#closing) return;
        this.options.onCrash?.(error instanceof Error ? error : new Error(String(error)));
        this.#scheduleRestart();
      });
    });
  }

  #onMessage(message: unknown): void {
    const { progress, modelFailure } = (message ?? {}) as {
      progress?: { done: number; total: number };
      modelFailure?: string;
    };
    if (modelFailure !== undefined) this.options.onModelFailure?.(modelFailure);
    if (progress !== undefined) this.options.onProgress?.(progress.done, progress.total);
  }
}

function crashed(reason: string): LeibnizError {
  return new LeibnizError('WORKER_CRASHED', `the knowledge worker does not answer: ${reason}`);
}
