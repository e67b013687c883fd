import { parentPort, workerData } from 'node:worker_threads';
import { LeibnizError } from '../kernel/errors.js';
import { StoreRuntime } from '../store/store-runtime.js';
import { STORE_METHODS, type StoreApi } from '../store/store-server.js';
import type { StoreWorkerApi, StoreWorkerData, WorkerNotice } from '../store/worker-protocol.js';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { CRAWL_JOB } from '../store/job-types.js';
import { crawlJob } from './crawl.js';
import { followups, type FollowupPorts } from './followups.js';
import { JobEngine, type JobEngineOptions } from './job-engine.js';

/** The worker thread of the store and its jobs. */
const STATUS_MS = 250;
const ALIVE_MS = 1000;
const WEBHOOK_TIMEOUT_MS = 10_000;
/** Exit code of a thread whose embedded database has crashed; the call thread starts another. */
const EXIT_BROKEN = 70;

const port = parentPort;
if (port === null) throw new Error('store-worker runs as a worker thread only');
const data = workerData as StoreWorkerData;
lowerThreadPriority(10);

let runtime: StoreRuntime | undefined;
let engine: JobEngine | undefined;
let reported = '';
let reportedAt = 0;

const notify = (notice: WorkerNotice): void => port.postMessage(notice);
const log: JobEngineOptions['log'] = (level, fields, message) =>
  notify({ store: 'log', level, fields, message });

async function open(): Promise<void> {
  runtime = await StoreRuntime.open({
    ...data,
    onReady: (db) => {
      engine ??= new JobEngine({
        db,
        ...(data.redisUrl === undefined ? {} : { redisUrl: data.redisUrl }),
        tuning: data.queue,
        handlers: {
          ...followups(followupPorts(db)),
          [CRAWL_JOB]: crawlJob({ ...data.crawl, db, wallNow: Date.now }),
        },
        wallNow: Date.now,
        log,
      });
      return engine.start();
    },
    onOutbox: () => engine?.poke(),
    onBroken: () => {
      log('error', {}, 'the embedded database has crashed');
      // The replies that tell of it go out first.
      setTimeout(() => process.exit(EXIT_BROKEN), 50);
    },
    log,
  });
  reportStatus();
  setInterval(reportStatus, STATUS_MS).unref();
}

function followupPorts(db: StoreRuntime['db']): FollowupPorts {
  const { webhookUrl: url, webhookSecret: secret, timeoutMs = WEBHOOK_TIMEOUT_MS } = data.followup;
  const { organizer = 'Leibniz', organizerEmail, location } = data.followup;
  return {
    db,
    office: { name: organizer, email: organizerEmail, location },
    wallNow: Date.now,
    ...(url === undefined || secret === undefined ? {} : { webhook: { url, secret, timeoutMs } }),
  };
}

function reportStatus(): void {
  if (runtime === undefined) return;
  const { db, ready } = runtime;
  const idle = {
    mode: data.redisUrl === undefined ? db.mode : ('redis' as const),
    connected: false,
    waiting: 0,
  };
  const status = {
    databaseConnected: ready && db.connected,
    databaseWritable: runtime.writable,
    queue: engine?.status() ?? idle,
  };
  const text = JSON.stringify(status);
  const now = performance.now();
  if (text === reported && now - reportedAt < ALIVE_MS) return;
  reported = text;
  reportedAt = now;
  notify({ store: 'status', status });
}

async function close(): Promise<void> {
  await engine?.close();
  await runtime?.close();
  // The reply goes out before the thread ends.
  setImmediate(() => process.exit(0));
}

function server(): StoreApi {
  if (runtime === undefined) throw new LeibnizError('STORE_UNAVAILABLE', 'The database is not open yet.');
  return runtime.server;
}

/** Every method of the store, on the server that is open when it is called. */
const forwarded = Object.fromEntries(
  STORE_METHODS.map((name) => [
    name,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- one signature of many
    async (...args: never[]) => (server()[name] as (...a: never[]) => Promise<unknown>)(...args),
  ]),
) as unknown as StoreApi;
const api: StoreWorkerApi = { ...forwarded, open, close };
exposeRpc(port, api);
