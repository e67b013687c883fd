import type { Worker } from 'node:worker_threads';
import { LeibnizError } from '../kernel/errors.js';
import { connectRpc, exposeRpc } from '../threads/rpc.js';
import { startWorker } from '../threads/worker.js';
import { flattenPorts } from './bridge.js';
import { resolveApiOptions, SILENT_API_LOG, type ApiLog, type ApiOptions } from './options.js';
import type { RolePorts } from './ports.js';
import type { ApiWorkerControl, ApiWorkerData, ApiWorkerMessage } from './worker-protocol.js';

/** Settings of {@link startApi}. */
export interface ApiHostOptions extends ApiOptions {
  /** TCP port, 0 = any free one. */
  readonly port: number;
  /** Level of the API thread's own log. Default `info`. */
  readonly logLevel?: ApiWorkerData['logLevel'];
  /** Whether that log may hold personal data. Default false. */
  readonly logPii?: boolean;
  /** Log of the calling thread, for what happens to the API thread. */
  readonly log?: ApiLog;
}

/** The running API. */
export interface ApiServer {
  /** The port that is listened on. */
  readonly port: number;
  /** Closes sockets and waits for the thread to end. */
  close(): Promise<void>;
}

/** Longest orderly end of the thread, ms. */
const CLOSE_TIMEOUT_MS = 5000;
/** Wait before a crashed thread is started again, ms; doubles up to the second value. */
const RESTART_MS = [500, 30_000] as const;

/**
 * Starts the API in a thread of its own. A thread that crashes is started again on the same port; calls go on.
 *
 * @throws LeibnizError PORT_IN_USE naming HTTP_PORT
 */
export async function startApi(options: ApiHostOptions, ports: RolePorts): Promise<ApiServer> {
  const host = new ApiHost(options, ports);
  await host.start();
  return host;
}

class ApiHost implements ApiServer {
  /** Made once, so that a thread that is started again takes the same key. */
  readonly #resolved: ApiWorkerData['options'];
  readonly #log: ApiLog;
  #port: number;
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #control: ApiWorkerControl | undefined;
  #closing = false;
  #restartMs: number = RESTART_MS[0];
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: ApiHostOptions,
    private readonly ports: RolePorts,
  ) {
    this.#log = options.log ?? SILENT_API_LOG;
    this.#port = options.port;
    this.#resolved = resolveApiOptions(options);
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when the thread listens. */
  async start(): Promise<void> {
    const worker = startWorker(import.meta.url, './api-worker.js', { workerData: this.#workerData() });
    this.#worker = worker;
    exposeRpc(worker, flattenPorts(this.ports));
    const rpc = connectRpc<ApiWorkerControl>(worker);
    let listening = false;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        rpc.fail(new LeibnizError('WORKER_CRASHED', 'The API thread has ended.'));
        resolve();
        if (listening) this.#onExit();
      });
    });
    // Without a listener an uncaught error of the thread would end the whole process.
    worker.on('error', (error) => this.#log.error({ err: error }, 'the API thread failed'));
    this.#port = await this.#listening(worker);
    listening = true;
    this.#restartMs = RESTART_MS[0];
    this.#control = rpc.remote;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restartTimer);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#control?.close().catch(() => undefined);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #workerData(): ApiWorkerData {
    return {
      options: this.#resolved,
      port: this.#port,
      logLevel: this.options.logLevel ?? 'info',
      logPii: this.options.logPii ?? false,
    };
  }

  #listening(worker: Worker): Promise<number> {
    return new Promise((resolve, reject) => {
      worker.on('message', (message: ApiWorkerMessage) => {
        if (message.api === 'listening') resolve(message.port);
        if (message.api === 'failed') {
          const { code, message: text, field } = message;
          reject(new LeibnizError(code, text, field === undefined ? {} : { field }));
        }
      });
      worker.once('error', (error) =>
        reject(
          new LeibnizError('WORKER_CRASHED', 'The API thread could not start; the log has the cause.', {
            cause: error,
          }),
        ),
      );
      worker.once('exit', () =>
        reject(new LeibnizError('WORKER_CRASHED', 'The API thread ended while it started.')),
      );
    });
  }

  #onExit(): void {
    if (this.#closing) return;
    this.#worker = undefined;
    this.#control = undefined;
    this.#log.error({ restartMs: this.#restartMs }, 'the API thread has ended and is started again');
    this.#restartTimer = setTimeout(() => {
      this.start().catch((error: unknown) => {
        this.#log.error({ err: error }, 'the API thread could not be started again');
        this.#onExit();
      });
    }, this.#restartMs);
    this.#restartMs = Math.min(RESTART_MS[1], this.#restartMs * 2);
  }
}
