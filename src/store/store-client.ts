import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { isLeibnizError, LeibnizError } from '../kernel/errors.js';
import { addMs, type MonoMs, type Scheduler } from '../kernel/time.js';
import { connectRpc, type Remote, type RpcClient } from '../threads/rpc.js';
import { clientAggregates } from './client-aggregates.js';
import { sharedNowMs } from './db/database.js';
import { StoreJournal, type JournalLimits } from './journal/journal.js';
import type { Spool } from './journal/spool.js';
import type { DataDirLock } from './data-dir-lock.js';
import type { Accounts } from './account-types.js';
import type {
  Appointments,
  Callbacks,
  Calls,
  Conversations,
  Insights,
  Jobs,
  Materials,
  Recordings,
  Outbound,
  Store,
  StoreHealth,
  WaitingList,
} from './types.js';
import {
  isWorkerNotice,
  type StoreWorkerApi,
  type StoreWorkerData,
  type WorkerStatus,
} from './worker-protocol.js';

/** Longest wait for a commit that a caller waits for, unless the request says otherwise. */
const COMMIT_DEADLINE_MS = 2000;
/** Longest wait for any other answer of the worker. */
const CALL_DEADLINE_MS = 5000;
const CLOSE_DEADLINE_MS = 5000;
/** A copy of the embedded database takes seconds on a slow machine. */
const BACKUP_DEADLINE_MS = 30_000;
/** A thread that has reported nothing for this long is stuck; it reports once a second. */
const SILENT_MS = 4000;
const RESTART_MIN_MS = 250;
const RESTART_MAX_MS = 10_000;

/** Where the store reports; a pino logger fits. */
export interface StoreLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface StoreClientOptions {
  readonly workerData: Omit<StoreWorkerData, 'instanceId'>;
  readonly spawn: (data: StoreWorkerData) => Worker;
  readonly spool: Spool;
  readonly lock?: DataDirLock;
  readonly scheduler: Scheduler;
  readonly log: StoreLog;
  readonly journalLimits?: Partial<JournalLimits>;
}

type WorkerState = 'starting' | 'up' | 'down' | 'closed';

/** The store as the call thread sees it: a journal in memory and a worker behind it, which is restarted if it dies. */
export class StoreClient implements Store {
  readonly journal: StoreJournal;
  readonly appointments: Appointments;
  readonly callbacks: Callbacks;
  readonly waitingList: WaitingList;
  readonly calls: Calls;
  readonly conversations: Conversations;
  readonly jobs: Jobs;
  readonly accounts: Accounts;
  readonly materials: Materials;
  readonly recordings: Recordings;
  readonly insights: Insights;
  readonly outbound: Outbound;
  readonly instanceId = randomUUID();
  readonly #o: StoreClientOptions;
  #worker: Worker | undefined;
  #rpc: RpcClient<StoreWorkerApi> | undefined;
  #state: WorkerState = 'starting';
  #status: WorkerStatus;
  #heardAt: MonoMs;
  #queueLost = false;
  #restartMs = RESTART_MIN_MS;
  #cancelTimers = new Set<() => void>();

  constructor(options: StoreClientOptions) {
    this.#o = options;
    const { databaseUrl, redisUrl } = options.workerData;
    const mode = databaseUrl === undefined ? 'pglite' : 'postgres';
    this.#heardAt = options.scheduler.now();
    this.#status = {
      databaseConnected: false,
      databaseWritable: false,
      queue: { mode: redisUrl === undefined ? mode : 'redis', connected: false, waiting: 0 },
    };
    this.journal = new StoreJournal({
      instanceId: this.instanceId,
      scheduler: options.scheduler,
      spool: options.spool,
      send: (lines) => this.#remote().writeLines(lines),
      onNotice: (notice, cause) => this.#logJournal(notice, cause),
      ...(options.journalLimits === undefined ? {} : { limits: options.journalLimits }),
    });
    const aggregates = clientAggregates({
      ask: (call) => this.#ask(call),
      commit: (call, deadlineMs) => this.#commit(call, deadlineMs),
      wall: () => options.scheduler.wall(),
    });
    this.appointments = aggregates.appointments;
    this.callbacks = aggregates.callbacks;
    this.waitingList = aggregates.waitingList;
    this.calls = aggregates.calls;
    this.conversations = aggregates.conversations;
    this.jobs = aggregates.jobs;
    this.accounts = aggregates.accounts;
    this.materials = aggregates.materials;
    this.recordings = aggregates.recordings;
    this.insights = aggregates.insights;
    this.outbound = aggregates.outbound;
  }

  /** Starts the worker and waits until the database is open or known to be out of reach. */
  async start(): Promise<void> {
    await this.#startWorker();
    this.journal.kick();
    this.#every(5000, () => this.#o.lock?.refresh());
    void this.#closeCrashedCalls();
  }

  health(): StoreHealth {
    const { journal } = this;
    const databaseConnected = this.#state === 'up' && this.#status.databaseConnected;
    const problem = this.#problem(databaseConnected);
    return {
      mode: this.#o.workerData.databaseUrl === undefined ? 'pglite' : 'postgres',
      databaseConnected,
      databaseWritable: databaseConnected && this.#status.databaseWritable && !this.#isSilent(),
      queue: { ...this.#status.queue, connected: this.#state === 'up' && this.#status.queue.connected },
      spoolBytes: journal.spoolBytes,
      pendingEvents: journal.pendingEvents,
      droppedEvents: journal.droppedEvents,
      rejectedEvents: journal.rejectedEvents,
      lagMs: journal.lagMs,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    await this.#within(this.journal.close(CLOSE_DEADLINE_MS), CLOSE_DEADLINE_MS + 500).catch(() => undefined);
    const worker = this.#worker;
    const rpc = this.#rpc;
    this.#state = 'closed';
    for (const cancel of this.#cancelTimers) cancel();
    if (worker !== undefined) {
      const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
      rpc?.remote.close().catch(() => undefined);
      const { backupFolder } = this.#o.workerData;
      const deadlineMs = backupFolder === undefined ? CLOSE_DEADLINE_MS : BACKUP_DEADLINE_MS;
      await this.#within(exited, deadlineMs).catch(() => worker.terminate());
    }
    await this.#o.spool.close().catch(() => undefined);
    this.#o.lock?.release();
  }

  // ---- the worker -----------------------------------------------------------------------------------------------

  #remote(): Remote<StoreWorkerApi> {
    if (this.#rpc === undefined || this.#state !== 'up') throw unavailable();
    return this.#rpc.remote;
  }

  async #ask<T>(call: (remote: Remote<StoreWorkerApi>) => Promise<T>): Promise<T> {
    try {
      return await this.#within(call(this.#remote()), CALL_DEADLINE_MS);
    } catch (error) {
      if (isLeibnizError(error) && error.code === 'WORKER_CRASHED') throw unavailable();
      throw error;
    }
  }

  async #commit<T>(
    call: (remote: Remote<StoreWorkerApi>, deadlineAtMs: number) => Promise<T>,
    deadlineMs = COMMIT_DEADLINE_MS,
  ): Promise<T> {
    const remote = this.#remote();
    try {
      // The worker gets a little less, so that its own answer comes first when it can give one.
      return await this.#within(call(remote, sharedNowMs() + deadlineMs * 0.9), deadlineMs);
    } catch (error) {
      // A worker that died may have committed before.
      if (isLeibnizError(error) && error.code === 'WORKER_CRASHED') throw outcomeUnknown();
      if (isLeibnizError(error) && (error.code === 'STORE_TIMEOUT' || error.permanent)) throw error;
      throw unavailable();
    }
  }

  async #within<T>(promise: Promise<T>, withinMs: number): Promise<T> {
    const { scheduler } = this.#o;
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      cancel = scheduler.at(addMs(scheduler.now(), withinMs), () => reject(outcomeUnknown()));
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      cancel();
      promise.catch(() => undefined);
    }
  }

  async #startWorker(): Promise<void> {
    const worker = this.#o.spawn({ ...this.#o.workerData, instanceId: this.instanceId });
    const rpc = connectRpc<StoreWorkerApi>(worker);
    this.#worker = worker;
    this.#rpc = rpc;
    this.#state = 'starting';
    worker.on('message', (message: unknown) => this.#onNotice(message));
    worker.on('error', () => undefined);
    worker.once('exit', (code) => this.#onExit(worker, rpc, code));
    try {
      await rpc.remote.open();
    } catch (error) {
      if (this.#worker === worker) this.#worker = undefined;
      await worker.terminate();
      throw error;
    }
    if (this.#state === 'starting') this.#state = 'up';
    this.#restartMs = RESTART_MIN_MS;
  }

  #onExit(worker: Worker, rpc: RpcClient<StoreWorkerApi>, code: number): void {
    rpc.fail(new LeibnizError('WORKER_CRASHED', 'The store worker has ended unexpectedly.'));
    if (this.#worker !== worker || this.#state === 'closed') return;
    this.#worker = undefined;
    this.#rpc = undefined;
    const wasUp = this.#state === 'up';
    this.#state = 'down';
    this.#o.log.error({ code, restartMs: this.#restartMs }, 'store worker ended, starting it again');
    if (wasUp) this.#restartLater();
  }

  #restartLater(): void {
    const delayMs = this.#restartMs;
    this.#restartMs = Math.min(delayMs * 2, RESTART_MAX_MS);
    this.#after(delayMs, () => {
      this.#startWorker().then(
        () => this.journal.kick(),
        (error: unknown) => {
          const code = isLeibnizError(error) ? error.code : 'INTERNAL';
          this.#o.log.error({ code, restartMs: this.#restartMs }, 'store worker cannot start');
          this.#state = 'down';
          this.#restartLater();
        },
      );
    });
  }

  #onNotice(message: unknown): void {
    if (!isWorkerNotice(message)) return;
    if (message.store === 'log') {
      this.#o.log[message.level](message.fields, message.message);
      return;
    }
    const before = this.#status;
    this.#heardAt = this.#o.scheduler.now();
    this.#status = message.status;
    if (message.status.databaseConnected && !before.databaseConnected) this.journal.kick();
    this.#logQueue(before.queue.connected, message.status.queue);
  }

  #logQueue(before: boolean, { mode, connected, waiting }: WorkerStatus['queue']): void {
    if (before && !connected) {
      this.#queueLost = true;
      this.#o.log.warn({ mode, waiting }, 'job queue cannot be reached; follow-ups wait in the outbox');
    } else if (connected && this.#queueLost) {
      this.#queueLost = false;
      this.#o.log.info({ mode, waiting }, 'job queue is back');
    }
  }

  /** When the spool has been replayed, what is still open was left by a crash. */
  async #closeCrashedCalls(): Promise<void> {
    await this.journal.drained();
    const attempt = async (): Promise<void> => {
      try {
        const count = await this.calls.abortOpen();
        if (count > 0) this.#o.log.warn({ count }, 'closed calls that a crash had left open');
      } catch {
        this.#after(RESTART_MAX_MS, () => void attempt());
      }
    };
    await attempt();
    // On a shared database the lease of a process that crashed just now runs out later.
    if (this.#o.workerData.databaseUrl !== undefined) this.#every(30_000, () => void attempt());
  }

  /** True when the worker's thread gives no sign of life. */
  #isSilent(): boolean {
    return this.#o.scheduler.now() - this.#heardAt > SILENT_MS;
  }

  #problem(databaseConnected: boolean): string | undefined {
    if (this.journal.droppedEvents > 0) {
      return 'events were lost: database, disk and memory were full or gone';
    }
    if (this.journal.spoolFailing) {
      return 'the spool in DATA_DIR cannot be written; events are kept in memory';
    }
    if (!databaseConnected) return 'the database cannot be reached; events are spooled and bookings refused';
    if (!this.#status.databaseWritable || this.#isSilent()) {
      return 'the database takes no writes; events are spooled and bookings refused';
    }
    if (this.journal.storeDown) return 'the database is slow or refuses writes; events are spooled';
    if (!this.#status.queue.connected) {
      return 'the job queue cannot be reached; follow-ups wait in the outbox';
    }
    return undefined;
  }

  #logJournal(notice: string, cause: unknown): void {
    const code = (cause as { code?: unknown } | undefined)?.code;
    const fields = { notice, ...(typeof code === 'string' ? { code } : {}) };
    if (notice === 'store_up' || notice === 'spool_working') {
      this.#o.log.info(fields, 'journal is writing again');
    } else if (notice === 'store_down') this.#o.log.warn(fields, 'journal goes to the spool');
    else this.#o.log.error(fields, 'journal is losing its way to the disk');
  }

  #after(delayMs: number, run: () => void): void {
    if (this.#state === 'closed') return;
    const { scheduler } = this.#o;
    const cancel = scheduler.at(addMs(scheduler.now(), delayMs), () => {
      this.#cancelTimers.delete(cancel);
      if (this.#state !== 'closed') run();
    });
    this.#cancelTimers.add(cancel);
  }

  #every(periodMs: number, run: () => void): void {
    this.#after(periodMs, () => {
      run();
      this.#every(periodMs, run);
    });
  }
}

function unavailable(): LeibnizError {
  return new LeibnizError('STORE_UNAVAILABLE', 'The database cannot be reached; nothing was changed.');
}

function outcomeUnknown(): LeibnizError {
  return new LeibnizError('STORE_TIMEOUT', 'The database did not answer in time; the outcome is unknown.');
}
