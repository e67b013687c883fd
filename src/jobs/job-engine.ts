import { DelayedError, UnrecoverableError, type Job, type Worker } from 'bullmq';
import {
  completeJob,
  DEFAULT_MAX_RETRIES,
  failAttempt,
  quietJobs,
  startJob,
} from '../store/aggregates/jobs.js';
import { addToOutbox, outboxSize, removeFromOutbox, takeFromOutbox } from '../store/aggregates/outbox.js';
import { DatabaseError, type Database } from '../store/db/database.js';
import type { JsonValue } from '../store/journal-event.js';
import type { StoreHealth } from '../store/types.js';
import type { QueueTuning } from '../store/worker-protocol.js';
import { openQueue, type QueueConnection, type QueuedJob } from './queue-connection.js';
import { PermanentFailure, TransientFailure } from './webhook.js';

const CONCURRENCY = 4;
const RELAY_BATCH = 50;
/** The outbox is also looked at without a call, for what another process or a failure has left there. */
const RELAY_MS = 2000;
const ADD_TIMEOUT_MS = 3000;
/** Pause before a job whose own database is away is tried again; such a wait is no attempt. */
const DATABASE_PAUSE_MS = 5000;

/** This many errors of the worker within this time are a loop. */
const MAX_ERRORS = 20;
const ERROR_WINDOW_MS = 2000;

/** Does the work of one type of job. Throw {@link PermanentFailure} for what repeating cannot cure. */
export type JobHandler = (jobId: string, payload: JsonValue) => Promise<JsonValue>;

export interface JobEngineOptions {
  readonly db: Database;
  readonly redisUrl?: string;
  readonly tuning: QueueTuning;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly wallNow: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) => void;
}

/**
 * Moves jobs from the outbox to the queue and works on them. The database is the record of every job; the queue
 * only says when. An outbox entry goes when the queue has accepted the job, and a job that the queue loses comes
 * back from the database, so each runs at least once.
 */
export class JobEngine {
  #connection: QueueConnection | undefined;
  #worker: Worker<QueuedJob> | undefined;
  #waiting = 0;
  #relaying = false;
  #relayAgain = false;
  #closing = false;
  #loops = false;
  #errors = 0;
  #errorsSince = 0;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly o: JobEngineOptions) {}

  /** Begins; a queue that cannot be opened is tried again. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.o.log('warn', { error: nameOf(error) }, 'job queue cannot be opened, trying again');
      await this.#disconnect();
      this.#later(DATABASE_PAUSE_MS, () => this.start());
    }
    if (this.#loops) return;
    this.#loops = true;
    this.#later(0, () => this.#relayLoop());
    this.#later(this.o.tuning.reconcileMs ?? 60_000, () => this.#reconcileLoop());
  }

  /** Something is in the outbox. */
  poke(): void {
    void this.#relay();
  }

  status(): StoreHealth['queue'] {
    const mode = this.o.redisUrl === undefined ? this.o.db.mode : 'redis';
    return { mode, connected: this.#connection?.connected() ?? false, waiting: this.#waiting };
  }

  /** Stops taking jobs, lets running ones end for a moment, and disconnects. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#disconnect();
  }

  async #open(): Promise<void> {
    const { db, redisUrl, tuning } = this.o;
    const connection = await openQueue(db, redisUrl, tuning);
    this.#connection = connection;
    const worker = connection.work((job, token) => this.#process(job, token), CONCURRENCY);
    this.#worker = worker;
    worker.on('error', () => this.#onWorkerError(worker));
    // A backend on the database remembers a first connection that failed for ever, so it is made before the loop.
    if (connection.mode !== 'redis') {
      await withTimeout(connection.queue.waitUntilReady(), ADD_TIMEOUT_MS);
      await withTimeout(worker.waitUntilReady(), ADD_TIMEOUT_MS);
    }
    worker.run().catch(() => this.#onWorkerError(worker));
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    const worker = this.#worker;
    this.#connection = undefined;
    this.#worker = undefined;
    if (worker !== undefined) await Promise.race([worker.close().catch(() => undefined), pause(2000)]);
    if (connection !== undefined) await Promise.race([connection.close(), pause(1000)]);
  }

  /** A worker that does nothing but fail is replaced after a pause; it repeats some failures without one. */
  #onWorkerError(worker: Worker<QueuedJob>): void {
    const now = performance.now();
    if (now - this.#errorsSince > ERROR_WINDOW_MS) {
      this.#errorsSince = now;
      this.#errors = 0;
    }
    if (++this.#errors < MAX_ERRORS || worker !== this.#worker) return;
    this.#errors = 0;
    this.o.log('warn', { errors: MAX_ERRORS }, 'job worker keeps failing, starting it again');
    void this.#disconnect().then(() => this.#later(DATABASE_PAUSE_MS, () => this.start()));
  }

  // ---- outbox to queue ------------------------------------------------------------------------------------------

  async #relayLoop(): Promise<void> {
    await this.#relay();
    this.#later(RELAY_MS, () => this.#relayLoop());
  }

  async #relay(): Promise<void> {
    if (this.#relaying) {
      this.#relayAgain = true;
      return;
    }
    this.#relaying = true;
    try {
      do {
        this.#relayAgain = false;
        while ((await this.#relayBatch()) === RELAY_BATCH);
      } while (this.#relayAgain);
      this.#waiting = await outboxSize(this.o.db);
    } catch {
      // Database or queue is away; the entries stay and the loop comes back.
    } finally {
      this.#relaying = false;
    }
  }

  async #relayBatch(): Promise<number> {
    const connection = this.#connection;
    if (connection === undefined || this.#closing) return 0;
    const entries = await takeFromOutbox(this.o.db, RELAY_BATCH);
    this.#waiting = entries.length;
    if (entries.length === 0 || !connection.connected()) return 0;
    for (const entry of entries) {
      const { jobId, round, priority, type } = entry;
      const added = connection.queue.add(
        type,
        { jobId, round },
        {
          jobId: queueId(jobId, round),
          priority,
          attempts: 1 + DEFAULT_MAX_RETRIES,
          backoff: { type: 'exponential', delay: this.o.tuning.backoffMs ?? 5000, jitter: 0.2 },
          removeOnComplete: true,
          removeOnFail: { age: 7 * 24 * 3600, count: 1000 },
        },
      );
      await withTimeout(added, ADD_TIMEOUT_MS);
      await removeFromOutbox(this.o.db, entry);
    }
    return entries.length;
  }

  // ---- work -----------------------------------------------------------------------------------------------------

  async #process(queued: Job<QueuedJob>, token: string | undefined): Promise<void> {
    const { db, wallNow } = this.o;
    const { jobId, round } = queued.data;
    try {
      const job = await startJob(db, jobId, round, wallNow());
      if (job === undefined) return;
      const handler = this.o.handlers[job.type];
      if (handler === undefined) throw new PermanentFailure('this version knows no such type of job');
      const result = await handler(jobId, job.payload);
      await completeJob(db, jobId, result, wallNow());
    } catch (error) {
      if (error instanceof DatabaseError) {
        await queued.moveToDelayed(wallNow() + DATABASE_PAUSE_MS, token);
        throw new DelayedError();
      }
      await this.#fail(queued, error);
    }
  }

  async #fail(queued: Job<QueuedJob>, error: unknown): Promise<never> {
    const { jobId, round } = queued.data;
    const permanent = error instanceof PermanentFailure;
    const final = permanent || queued.attemptsMade >= DEFAULT_MAX_RETRIES;
    const known = permanent || error instanceof TransientFailure;
    // The text of an unexpected error may quote data, so only its name is kept.
    const message = known ? error.message : `unexpected ${nameOf(error)}`;
    const retryCount = final ? queued.attemptsMade : queued.attemptsMade + 1;
    await failAttempt(this.o.db, { id: jobId, round, retryCount, final, message, nowMs: this.o.wallNow() });
    if (final) {
      this.o.log('error', { jobId, reason: message }, 'job failed for good and is among the dead letters');
    }
    throw permanent ? new UnrecoverableError(message) : new Error(message);
  }

  // ---- queue and database in step -------------------------------------------------------------------------------

  async #reconcileLoop(): Promise<void> {
    const periodMs = this.o.tuning.reconcileMs ?? 60_000;
    try {
      await this.#reconcile(this.o.wallNow() - periodMs);
    } catch {
      // Database or queue is away; the next round looks again.
    }
    this.#later(periodMs, () => this.#reconcileLoop());
  }

  /** Jobs that are unfinished here and unknown or failed there: lost by the queue, or by a process that died. */
  async #reconcile(beforeMs: number): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || !connection.connected()) return;
    const { db, wallNow } = this.o;
    for (const { id, round } of await quietJobs(db, beforeMs, RELAY_BATCH)) {
      const queued = await withTimeout(connection.queue.getJob(queueId(id, round)), ADD_TIMEOUT_MS);
      if (queued === undefined) {
        await addToOutbox(db, id, round, wallNow());
        this.poke();
      } else if (await withTimeout(queued.isFailed(), ADD_TIMEOUT_MS)) {
        const failure = { id, round, retryCount: queued.attemptsMade, final: true, nowMs: wallNow() };
        await failAttempt(db, {
          ...failure,
          message: 'the job brought its process down, or lost it, too often',
        });
      }
    }
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    if (this.#closing) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void run();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Id in the queue; BullMQ forbids a colon in it. */
function queueId(jobId: string, round: number): string {
  return `${jobId}-${round}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

async function withTimeout<T>(promise: Promise<T>, withinMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the queue did not answer in time')), withinMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
