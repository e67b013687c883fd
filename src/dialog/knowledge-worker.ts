import { parentPort, workerData } from 'node:worker_threads';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { openUseEmbedder } from './knowledge/embedder.js';
import { KnowledgeEngine, type EngineOptions } from './knowledge/knowledge-engine.js';
import { exactIndex, loadHnswIndex } from './knowledge/vector-index.js';
import type { WorkerMethods } from './knowledge/worker-host.js';

/** Embedding takes 20 ms of a core; the call thread's 20 ms deadlines come first. */
const NICE = 10;

const port = parentPort;
if (port === null) throw new Error('knowledge-worker runs as a worker thread only');
lowerThreadPriority(NICE);

const options = workerData as EngineOptions;

async function open(): Promise<KnowledgeEngine> {
  const embedder = await openUseEmbedder();
  const createIndex = (await loadHnswIndex()) ?? exactIndex;
  const onProgress = (done: number, total: number): void => port?.postMessage({ progress: { done, total } });
  return KnowledgeEngine.open(options, { embedder, createIndex, now: () => performance.now(), onProgress });
}

const engine = open();
// The failure reaches the caller through ready().
engine.catch(() => undefined);

const methods: WorkerMethods = {
  ready: async () => (await engine).stats(),
  classify: async (text) => (await engine).classify(text),
  query: async (text, context) => (await engine).query(text, context),
  rebuild: async (path) => (await engine).rebuild(path),
  stats: async () => (await engine).stats(),
  close: async () => {
    // Replies first, then the port: the thread ends when nothing holds it.
    setImmediate(() => port.close());
  },
};
exposeRpc(port, methods);
