import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';
import type { Scheduler } from '../kernel/time.js';
import { lockDataDir } from '../store/data-dir-lock.js';
import type { JournalLimits } from '../store/journal/journal.js';
import { Spool } from '../store/journal/spool.js';
import type { SpoolFs } from '../store/journal/spool-fs.js';
import { StoreClient, type StoreLog } from '../store/store-client.js';
import type { Store } from '../store/types.js';
import type {
  CrawlOptions,
  FollowupOptions,
  QueueTuning,
  StoreWorkerData,
} from '../store/worker-protocol.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { startWorker } from '../threads/worker.js';
import { keptWebhookSecret } from './webhook-secret.js';

export interface OpenStoreOptions {
  /** Folder for the embedded database, the spool and the lock; made when missing. */
  readonly dataDir: string;
  /** `postgres://…`: use this server in place of the embedded database. */
  readonly databaseUrl?: string;
  /** `redis://…` or `rediss://…`: run follow-up jobs there in place of the database. */
  readonly redisUrl?: string;
  readonly followup?: FollowupOptions;
  /** Sites that may be read into the materials; none unless told. */
  readonly crawl?: CrawlOptions;
  /** Leaves a proven copy of the embedded database in `DATA_DIR/backup` at each close, in about two seconds. */
  readonly backup?: boolean;
  /** Clocks and timers; the machine's own unless told. */
  readonly scheduler?: Scheduler;
  /** Reports a start that takes seconds; silent unless told. */
  readonly onProgress?: (message: string) => void;
  readonly log?: StoreLog;
  /** Most bytes of events on disk while the database is gone; 256 MiB unless told. */
  readonly spoolMaxBytes?: number;
  readonly spoolFs?: SpoolFs;
  readonly journalLimits?: Partial<JournalLimits>;
  readonly queue?: QueueTuning;
}

const SILENT: StoreLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Opens the store: journal, appointments, calls, conversations and follow-up jobs, with the database in a worker
 * thread. A database server that does not answer is no error: the journal spools and bookings are refused until it
 * does.
 *
 * @throws LeibnizError CONFIG_INVALID - a URL is malformed, or the server refuses the login
 * @throws LeibnizError DATA_DIR_UNUSABLE - the folder cannot be made or written, or holds no usable database
 * @throws LeibnizError DATA_DIR_LOCKED - another process has it open
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  checkUrl('DATABASE_URL', options.databaseUrl, ['postgres:', 'postgresql:']);
  checkUrl('REDIS_URL', options.redisUrl, ['redis:', 'rediss:']);
  checkUrl('FOLLOWUP_WEBHOOK_URL', options.followup?.webhookUrl, ['http:', 'https:']);
  const dataDir = resolve(options.dataDir);
  makeFolder(dataDir);
  const embedded = options.databaseUrl === undefined;
  const lock = embedded ? lockDataDir(dataDir) : undefined;
  const log = options.log ?? SILENT;
  try {
    const databaseFolder = join(dataDir, 'db');
    if (embedded && !existsSync(join(databaseFolder, 'PG_VERSION'))) {
      options.onProgress?.('Creating the embedded database; this takes some seconds, once.');
    }
    const client = new StoreClient({
      workerData: {
        databaseFolder,
        ...(embedded && options.backup === true ? { backupFolder: join(dataDir, 'backup') } : {}),
        followup: followupOf(options, dataDir),
        queue: options.queue ?? {},
        crawl: options.crawl ?? { hosts: [] },
        ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
        ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }),
      },
      spawn: (data: StoreWorkerData) =>
        startWorker(import.meta.url, './store-worker.js', { workerData: data }),
      spool: await openSpool(dataDir, options, log),
      scheduler: options.scheduler ?? realScheduler,
      log,
      ...(lock === undefined ? {} : { lock }),
      ...(options.journalLimits === undefined ? {} : { journalLimits: options.journalLimits }),
    });
    await client.start();
    return client;
  } catch (error) {
    lock?.release();
    throw error;
  }
}

function followupOf(options: OpenStoreOptions, dataDir: string): FollowupOptions {
  const { followup = {} } = options;
  if (followup.webhookUrl === undefined || followup.webhookSecret !== undefined) return followup;
  return { ...followup, webhookSecret: keptWebhookSecret(dataDir) };
}

async function openSpool(dataDir: string, options: OpenStoreOptions, log: StoreLog): Promise<Spool> {
  const spool = new Spool({
    folder: join(dataDir, 'spool'),
    ...(options.spoolMaxBytes === undefined ? {} : { maxBytes: options.spoolMaxBytes }),
    ...(options.spoolFs === undefined ? {} : { fs: options.spoolFs }),
  });
  try {
    const files = await spool.adopt();
    if (files > 0) log.info({ files }, 'found events of an earlier run, writing them to the database');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    log.error({ code }, 'the spool cannot be read; earlier events stay where they are');
  }
  return spool;
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new LeibnizError(
      'DATA_DIR_UNUSABLE',
      `DATA_DIR ${dataDir} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); ` +
        'set it to a writable folder.',
      { field: 'DATA_DIR', cause: error },
    );
  }
}

function checkUrl(key: string, value: string | undefined, protocols: readonly string[]): void {
  if (value === undefined) return;
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return;
  throw new LeibnizError(
    'CONFIG_INVALID',
    `${key} must be a URL that begins with ${protocols.join('// or ')}//.`,
    {
      field: key,
    },
  );
}
