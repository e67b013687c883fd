import { parentPort, workerData } from 'node:worker_threads';
import { StoreRuntime } from '../store/store-runtime.js';
import type { StoreApi } from '../store/store-server.js';
import type { StoreWorkerApi, StoreWorkerData, WorkerNotice } from '../store/worker-protocol.js';
import { LeibnizError } from '../kernel/errors.js';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';

/** The worker thread of the store and its jobs. */
const port = parentPort;
if (port === null) throw new Error('store-worker runs as a worker thread only');
const data = workerData as StoreWorkerData;
lowerThreadPriority(10);

const notify = (notice: WorkerNotice): void => port.postMessage(notice);
let runtime: StoreRuntime | undefined;

async function open(): Promise<void> {
  runtime = await StoreRuntime.open({
    ...data,
    onReady: async () => undefined,
    onOutbox: () => undefined,
    log: (level, fields, message) => notify({ store: 'log', level, fields, message }),
  });
  reportStatus();
  setInterval(reportStatus, 250).unref();
}

let reported = '';
function reportStatus(): void {
  const status = {
    databaseConnected: (runtime?.ready ?? false) && (runtime?.db.connected ?? false),
    queue: { mode: 'pglite' as const, connected: true, waiting: 0 },
  };
  const text = JSON.stringify(status);
  if (text === reported) return;
  reported = text;
  notify({ store: 'status', status });
}

async function close(): Promise<void> {
  await runtime?.close();
  // The reply goes out before the port closes and the thread ends.
  setImmediate(() => process.exit(0));
}

const server = (): StoreApi => {
  if (runtime === undefined) throw new LeibnizError('STORE_UNAVAILABLE', 'The database is not open yet.');
  return runtime.server;
};

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
