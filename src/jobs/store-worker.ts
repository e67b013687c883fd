import { parentPort, workerData } from 'node:worker_threads';
import { LeibnizError } from '../kernel/errors.js';
import { StoreRuntime } from '../store/store-runtime.js';
import { CONFIRMATION_JOB, type StoreApi } from '../store/store-server.js';
import type { StoreWorkerApi, StoreWorkerData, WorkerNotice } from '../store/worker-protocol.js';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { confirmAppointment } from './confirmation.js';
import { JobEngine, type JobEngineOptions } from './job-engine.js';

/** The worker thread of the store and its jobs. */
const STATUS_MS = 250;
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
        handlers: { [CONFIRMATION_JOB]: (id, payload) => confirmAppointment(confirmation(db), id, payload) },
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

function confirmation(db: StoreRuntime['db']): Parameters<typeof confirmAppointment>[0] {
  const { webhookUrl: url, webhookSecret: secret, timeoutMs = WEBHOOK_TIMEOUT_MS } = data.followup;
  return {
    db,
    organizer: data.followup.organizer ?? 'Leibniz',
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
  const status = { databaseConnected: ready && db.connected, queue: engine?.status() ?? idle };
  const text = JSON.stringify(status);
  if (text === reported) return;
  reported = text;
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

const api: StoreWorkerApi = {
  open,
  close,
  writeLines: async (...args) => server().writeLines(...args),
  book: async (...args) => server().book(...args),
  findByKey: async (...args) => server().findByKey(...args),
  getAppointment: async (...args) => server().getAppointment(...args),
  listAppointments: async (...args) => server().listAppointments(...args),
  busy: async (...args) => server().busy(...args),
  listCalls: async (...args) => server().listCalls(...args),
  getCall: async (...args) => server().getCall(...args),
  abortOpenCalls: async () => server().abortOpenCalls(),
  saveConversation: async (...args) => server().saveConversation(...args),
  loadConversation: async (...args) => server().loadConversation(...args),
  deleteConversation: async (...args) => server().deleteConversation(...args),
  listJobs: async (...args) => server().listJobs(...args),
  getJob: async (...args) => server().getJob(...args),
  retryJob: async (...args) => server().retryJob(...args),
};
exposeRpc(port, api);
