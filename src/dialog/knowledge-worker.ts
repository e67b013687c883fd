import { parentPort, workerData } from 'node:worker_threads';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { openUseEmbedder } from './knowledge/embedder.js';
import { RemoteEmbedder } from './knowledge/embedders/remote.js';
import { KnowledgeEngine, type KnowledgeWorkerData } from './knowledge/knowledge-engine.js';
import { exactIndex, loadHnswIndex } from './knowledge/vector-index.js';
import type { WorkerMethods } from './knowledge/worker-host.js';

/** Embedding takes 20 ms of a core; the call thread's 20 ms deadlines come first. */
const NICE = 10;

const port = parentPort;
if (port === null) throw new Error('knowledge-worker runs as a worker thread only');
lowerThreadPriority(NICE);

const options = workerData as KnowledgeWorkerData;

async function open(): Promise<KnowledgeEngine> {
  const embedder = await openUseEmbedder();
  const createIndex = (await loadHnswIndex()) ?? exactIndex;
  const onProgress = (done: number, total: number): void => port?.postMessage({ progress: { done, total } });
  const clocks = { now: () => performance.now(), wall: Date.now };
  const searcher = await openSearcher();
  const onSearcherFailure = ({ message }: Error): void => port?.postMessage({ modelFailure: message });
  const models = { embedder, ...(searcher === undefined ? {} : { searcher }) };
  return KnowledgeEngine.open(options, { ...models, createIndex, ...clocks, onProgress, onSearcherFailure });
}

/** A model that cannot be reached at the start is done without: the encoder of the package finds the passages. */
async function openSearcher(): Promise<RemoteEmbedder | undefined> {
  if (options.embedding === undefined) return undefined;
  return RemoteEmbedder.open(options.embedding).catch((error: unknown) => {
    port?.postMessage({ modelFailure: error instanceof Error ? error.message : String(error) });
    return undefined;
  });
}

const engine = open();
// The failure reaches the caller through ready().
engine.catch(() => undefined);

const methods: WorkerMethods = {
  ready: async () => (await engine).stats(),
  classify: async (text, context) => (await engine).classify(text, context),
  query: async (text, context) => (await engine).query(text, context),
  retrieve: async (text, limit) => (await engine).retrieve(text, limit),
  held: async () => (await engine).held(),
  take: async (change) => (await engine).take(change),
  rebuild: async (path) => (await engine).rebuild(path),
  stats: async () => (await engine).stats(),
  close: async () => {
    // Replies first, then the port: the thread ends when nothing holds it.
    setImmediate(() => port.close());
  },
};
exposeRpc(port, methods);
