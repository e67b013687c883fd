import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Scheduler } from '../kernel/time.js';
import { projectRoot } from '../threads/project-root.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { startWorker } from '../threads/worker.js';
import type { Lexicon } from './core/nlu/lexicon.js';
import { catalogueOf, type Intents } from './intent/core/catalogue.js';
import type { Situations } from './intent/core/entities.js';
import { loadGuardHeads } from './guard/load-guard-head.js';
import { loadHeads } from './intent/load-heads.js';
import type { AnswerWords } from './knowledge/core/answer-type.js';
import { KnowledgeClient, type KnowledgeClientOptions } from './knowledge/knowledge-client.js';
import type { EmbeddingSpec } from './knowledge/embedders/remote.js';
import type { EngineOptions, KnowledgeWorkerData } from './knowledge/knowledge-engine.js';
import type { Knowledge } from './knowledge/types.js';
import { WorkerHost } from './knowledge/worker-host.js';

export type {
  CallOptions,
  ClassifyReply,
  DocumentChange,
  FoundPassage,
  KeptDocument,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
  Retrieval,
  TimingBreakdown,
} from './knowledge/types.js';
export type { EmbeddingSpec } from './knowledge/embedders/remote.js';
export { catalogueOf, OUT_OF_SCOPE, type Catalogue } from './intent/core/catalogue.js';

/** What the classifier takes from a pack. */
export interface KnowledgePack {
  readonly intents: Intents;
  readonly lexicon: Lexicon;
  /** Who callers say to be, and words that make a sentence an answer (`lexicon.yaml`). */
  readonly trade: { readonly situations: Situations; readonly answerTypes: AnswerWords };
}

/** Settings of {@link openKnowledge}. */
export interface OpenKnowledgeOptions extends Partial<KnowledgeClientOptions> {
  /** Folder of the documents; always readable, also for {@link Knowledge.rebuild}. */
  readonly knowledgeBaseDir: string;
  /** Folder for computed vectors, below `DATA_DIR`; created when missing. */
  readonly cacheDir: string;
  /** Further folders that {@link Knowledge.rebuild} may read. Default none. */
  readonly roots?: readonly string[];
  /** An index file in place of the folder. */
  readonly indexPath?: string | undefined;
  /** A model of another service that finds the passages; the encoder of the package stands in while it does not answer. */
  readonly embedding?: EmbeddingSpec | undefined;
  /** Told when that model cannot be reached. */
  readonly onModelFailure?: (message: string) => void;
  /** Sizes of passages, and how many of them an answer may be taken from. */
  readonly chunks?: EngineOptions['chunks'];
  readonly topK?: number;
  /** What callers come with and what they call it. */
  readonly pack: KnowledgePack;
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
  const { knowledgeBaseDir, cacheDir, indexPath, chunks, topK, ...others } = options;
  const { roots = [], pack, embedding, onProgress, onCrash, onModelFailure, ...client } = others;
  const scheduler = options.scheduler ?? realScheduler;
  const { lexicon, intents, trade } = pack;
  const ofLocale = (name: string): string => join(projectRoot(), 'locales', lexicon.locale.id, name);
  const [headsFile, guardFile] = [ofLocale('heads.json'), ofLocale('guard.json')];
  const workerData: KnowledgeWorkerData = {
    ...{ knowledgeBaseDir, cacheDir, roots, services: lexicon.services },
    ...(indexPath === undefined ? {} : { indexPath }),
    ...(chunks === undefined ? {} : { chunks }),
    ...(topK === undefined ? {} : { topK }),
    ...(embedding === undefined ? {} : { embedding }),
    ...{
      catalogue: catalogueOf(intents, lexicon),
      situations: trade.situations,
      answerWords: trade.answerTypes,
    },
    // A language without trained heads has neither acts nor relevance; everything else works.
    ...(existsSync(headsFile) ? { heads: loadHeads(headsFile) } : {}),
    ...(existsSync(guardFile) ? { guardHead: loadGuardHeads(guardFile).sentence } : {}),
  };
  const host = new WorkerHost({
    start: () => startWorker(import.meta.url, './knowledge-worker.js', { workerData }),
    scheduler,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onCrash === undefined ? {} : { onCrash }),
    ...(onModelFailure === undefined ? {} : { onModelFailure }),
  });
  await host.open();
  // Agents that share a cache may have packs of their own.
  const scope = createHash('sha256')
    .update(JSON.stringify(sayingsOf(workerData)))
    .digest('hex')
    .slice(0, 16);
  return new KnowledgeClient(host, { scope, ...client, scheduler });
}

/** What decides about intents and answers beside the documents; folders do not. */
function sayingsOf(options: EngineOptions): unknown[] {
  const { catalogue, situations, services, answerWords, heads, guardHead, chunks, topK } = options;
  return [catalogue, situations, services, answerWords, heads, guardHead, chunks, topK];
}
