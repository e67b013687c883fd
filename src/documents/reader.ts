import type { Worker } from 'node:worker_threads';
import { isLeibnizError, LeibnizError } from '../kernel/errors.js';
import { connectRpc, type RpcClient } from '../threads/rpc.js';
import { startWorker } from '../threads/worker.js';
import { DOCUMENT_LIMITS } from './core/limits.js';
import type { Reading } from './read.js';
import type { ReaderMethods } from './reader-worker.js';
import type { SourceFile } from './text-file.js';
import { unreadable } from './unreadable.js';

/** Bounds of a {@link DocumentReader}; the defaults suit production. */
export interface ReaderOptions {
  /** Longest time of one file. */
  readonly readMs?: number;
  readonly memoryMb?: number;
  /** Files that may wait; one more is refused. Default 16. */
  readonly maxWaiting?: number;
  /** The thread ends when there was nothing to read for this long. Default 30 s. */
  readonly idleMs?: number;
}

/**
 * Reads files of strangers in a thread of its own, one at a time: a parser that hangs, or takes too much memory, ends with
 * its thread, and the file is told to be unreadable. The thread starts with the first file and ends when there is nothing to do.
 */
export class DocumentReader {
  #worker: Worker | undefined;
  #rpc: RpcClient<ReaderMethods> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: ReaderOptions = {}) {}

  /**
   * @param contentType - what the transport says of a page
   * @throws LeibnizError DOCUMENT_UNREADABLE with the one reason, CAPACITY_FULL
   */
  async read(file: SourceFile, contentType?: string): Promise<Reading> {
    if (this.#waiting >= (this.options.maxWaiting ?? 16)) {
      throw new LeibnizError('CAPACITY_FULL', 'too many documents are being read: try again in a minute');
    }
    this.#waiting++;
    const reading = this.#turn.then(() => this.#readNow(file, contentType));
    this.#turn = reading.catch(() => undefined);
    try {
      return await reading;
    } finally {
      this.#waiting--;
    }
  }

  /** Ends the thread; a file that is being read fails. */
  async close(): Promise<void> {
    await this.#end('the program ends');
  }

  async #readNow(file: SourceFile, contentType: string | undefined): Promise<Reading> {
    clearTimeout(this.#idle);
    const rpc = this.#rpc ?? this.#start();
    this.#worker?.ref();
    const readMs = this.options.readMs ?? DOCUMENT_LIMITS.readMs;
    const deadline = setTimeout(
      () => void this.#end(`it took longer than ${readMs / 1000} s to read`),
      readMs,
    );
    try {
      return await rpc.remote.read(file, contentType);
    } catch (error) {
      if (isLeibnizError(error)) throw error;
      throw unreadable(file.path, error instanceof Error ? error.message : 'it could not be parsed');
    } finally {
      clearTimeout(deadline);
      // A thread that waits holds no program back from its end.
      this.#worker?.unref();
      this.#idle = setTimeout(() => void this.#end('nothing to do'), this.options.idleMs ?? 30_000);
      this.#idle.unref();
    }
  }

  #start(): RpcClient<ReaderMethods> {
    const worker = startWorker(import.meta.url, './reader-worker.js', {
      resourceLimits: { maxOldGenerationSizeMb: this.options.memoryMb ?? DOCUMENT_LIMITS.memoryMb },
    });
    const rpc = connectRpc<ReaderMethods>(worker);
    this.#worker = worker;
    this.#rpc = rpc;
    const ended = (reason: string): void => {
      rpc.fail(new Error(reason));
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#rpc = undefined;
    };
    worker.on('error', (error) => {
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      ended(isMemory ? 'it takes too much memory to read' : 'it brought its reader down');
    });
    worker.on('exit', () => ended('it brought its reader down'));
    return rpc;
  }

  async #end(reason: string): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#rpc?.fail(new Error(reason));
    this.#worker = undefined;
    this.#rpc = undefined;
    await worker?.terminate();
  }
}
