import type { Scheduler } from '../kernel/time.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { startWorker } from '../threads/worker.js';
import type { NamedTopic } from './intent/core/entities.js';
import { classifyByPattern } from './intent/core/patterns.js';
import { KnowledgeClient, type KnowledgeClientOptions } from './knowledge/knowledge-client.js';
import type { EngineOptions } from './knowledge/knowledge-engine.js';
import type { Knowledge } from './knowledge/types.js';
import { WorkerHost } from './knowledge/worker-host.js';

export type {
  CallOptions,
  ClassifyReply,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
  TimingBreakdown,
} from './knowledge/types.js';
export { classifyByPattern, PATTERN_THRESHOLD } from './intent/core/patterns.js';

/** Settings of {@link openKnowledge}. */
export interface OpenKnowledgeOptions extends Partial<Omit<KnowledgeClientOptions, 'services'>> {
  /** Folder of the documents; always readable, also for {@link Knowledge.rebuild}. */
  readonly knowledgeBaseDir: string;
  /** Folder for computed vectors, below `DATA_DIR`; created when missing. */
  readonly cacheDir: string;
  /** Further folders that {@link Knowledge.rebuild} may read. Default none. */
  readonly roots?: readonly string[];
  /** Services that callers may name; found ones become the entity `service`. Default none. */
  readonly services?: readonly NamedTopic[];
  /** Default: the machine's clocks. */
  readonly scheduler?: Scheduler;
  /** Told how many vectors of a build are done; the first start computes several hundred. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told when the worker has died; it is started again by itself. */
  readonly onCrash?: (error: Error) => void;
}

/**
 * Starts the knowledge worker (sentence encoder, index, intent examples) and waits until it can answer.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE, NOT_FOUND, MODEL_MISSING or MODEL_BROKEN, naming file and remedy
 */
export async function openKnowledge(options: OpenKnowledgeOptions): Promise<Knowledge> {
  const { knowledgeBaseDir, cacheDir, roots = [], services = [], onProgress, onCrash, ...client } = options;
  const scheduler = options.scheduler ?? realScheduler;
  const workerData: EngineOptions = { knowledgeBaseDir, cacheDir, roots, services };
  const host = new WorkerHost({
    start: () => startWorker(import.meta.url, './knowledge-worker.js', { workerData }),
    scheduler,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onCrash === undefined ? {} : { onCrash }),
  });
  await host.open();
  // Compiles the patterns now, and not within the first call.
  classifyByPattern('hello');
  return new KnowledgeClient(host, { ...client, services, scheduler });
}
