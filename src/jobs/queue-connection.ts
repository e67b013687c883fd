import {
  createPostgresBackend,
  Queue,
  runMigrations,
  Worker,
  type ConnectionOptions,
  type Processor,
} from 'bullmq';
import { Redis } from 'ioredis';
import type { Database, PoolLike } from '../store/db/database.js';
import type { QueueTuning } from '../store/worker-protocol.js';

/** Name of the one queue, and the schema of BullMQ's tables. */
const QUEUE = 'followup';
const SCHEMA = 'bullmq';
/** Longest wait for Redis at the start. */
const REDIS_START_MS = 1000;
/** Redis is asked this often, and has this long to answer. */
const PING_EVERY_MS = 1500;
const PING_PATIENCE_MS = 1500;

/** What travels through the queue; everything else is read from the database when the job runs. */
export interface QueuedJob {
  readonly jobId: string;
  readonly round: number;
}

/** A queue with its worker, on Redis or on the store's own database. */
export interface QueueConnection {
  readonly mode: 'redis' | 'postgres' | 'pglite';
  readonly queue: Queue<QueuedJob>;
  /** False when an add would not be taken now. */
  readonly connected: () => boolean;
  work(process: Processor<QueuedJob>, concurrency: number): Worker<QueuedJob>;
  close(): Promise<void>;
}

/**
 * Opens the queue. Redis may be away: then {@link QueueConnection.connected} is false until it is back.
 *
 * @throws the database's error when its tables for the queue cannot be made
 */
export async function openQueue(
  db: Database,
  redisUrl: string | undefined,
  tuning: QueueTuning,
): Promise<QueueConnection> {
  return redisUrl === undefined ? onDatabase(db, tuning) : onRedis(redisUrl, tuning);
}

function workerOptions(tuning: QueueTuning, concurrency: number) {
  return {
    concurrency,
    lockDuration: tuning.lockMs ?? 30_000,
    stalledInterval: tuning.stalledMs ?? 15_000,
    autorun: false,
    // A job whose process dies under it comes back this often before it counts as the cause.
    maxStalledCount: 3,
    runRetryDelay: 2000,
    removeOnComplete: { count: 0 },
  };
}

async function onDatabase(db: Database, tuning: QueueTuning): Promise<QueueConnection> {
  const pool = db.openPool(SCHEMA);
  await prepareSchema(pool);
  // BullMQ's types name Redis connections; its PostgreSQL backend takes any object with a pool's methods.
  const connection = pool as unknown as ConnectionOptions;
  const factory = createPostgresBackend as unknown as never;
  const queue = new Queue<QueuedJob>(QUEUE, { connection }, factory);
  queue.on('error', () => undefined);
  return {
    mode: db.mode,
    queue,
    connected: () => db.connected,
    work: (process, concurrency) =>
      new Worker<QueuedJob>(
        QUEUE,
        process,
        // NOTIFY wakes a waiting worker; polling is a safety net only.
        { connection, drainDelay: 30, ...workerOptions(tuning, concurrency) },
        factory,
      ),
    close: async () => {
      await queue.close().catch(() => undefined);
      await pool.end().catch(() => undefined);
    },
  };
}

/** Waits for a server that is there; one that is not is connected to later, without anybody waiting. */
async function firstConnection(client: Redis): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once('ready', resolve);
    client.once('error', () => resolve());
    setTimeout(resolve, REDIS_START_MS);
  });
}

async function prepareSchema(pool: PoolLike): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client as unknown as Parameters<typeof runMigrations>[0], SCHEMA);
  } finally {
    client.release();
  }
}

async function onRedis(url: string, tuning: QueueTuning): Promise<QueueConnection> {
  const retryStrategy = (attempt: number): number => Math.min(250 * 2 ** Math.min(attempt, 6), 5000);
  // Without a connection an add fails at once, and the outbox keeps the job.
  const producer = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy });
  const consumer = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  for (const client of [producer, consumer]) client.on('error', () => undefined);
  await firstConnection(producer);
  const answers = watchRedis(producer);
  const prefix = tuning.prefix ?? 'leibniz';
  const queue = new Queue<QueuedJob>(QUEUE, { connection: producer, prefix });
  queue.on('error', () => undefined);
  return {
    mode: 'redis',
    queue,
    connected: () => producer.status === 'ready' && answers.well(),
    work: (process, concurrency) =>
      new Worker<QueuedJob>(QUEUE, process, {
        connection: consumer,
        prefix,
        ...workerOptions(tuning, concurrency),
      }),
    close: async () => {
      answers.stop();
      await queue.close().catch(() => undefined);
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

/** Asks again and again: a server that is stopped keeps its connections and says nothing. */
function watchRedis(client: Redis): { well(): boolean; stop(): void } {
  let well = true;
  let askedAt: number | undefined;
  const ask = async (): Promise<void> => {
    if (askedAt !== undefined || client.status !== 'ready') return;
    askedAt = performance.now();
    well = await client.ping().then(
      () => true,
      () => false,
    );
    askedAt = undefined;
  };
  const timer = setInterval(() => void ask(), PING_EVERY_MS).unref();
  return {
    well: () => well && (askedAt === undefined || performance.now() - askedAt < PING_PATIENCE_MS),
    stop: () => clearInterval(timer),
  };
}
