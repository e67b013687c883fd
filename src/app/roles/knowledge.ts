import { join } from 'node:path';
import type { Knowledge, OpenKnowledgeOptions } from '../../dialog/open-knowledge.js';
import type { LayeredCache } from '../../net/cache/layered-cache.js';
import type { Pack } from '../../dialog/pack/types.js';
import type { Config } from '../config/index.js';
import type { AppLog } from '../log.js';
import { reachKnowledge, type Breaker } from '../services/reach.js';
import type { Role, RoleStatus } from './role.js';

/** Intent and documents, each with a state of its own. */
export interface KnowledgeRole extends Role<Knowledge> {
  intent(): Promise<RoleStatus>;
  rag(): Promise<RoleStatus>;
  breakers(): readonly Breaker[];
}

/** What the classifier and the index of this process are opened with. */
export function knowledgeOptions(
  config: Config,
  pack: Pack,
  log: AppLog,
  progress: (message: string) => void,
  cache: LayeredCache,
): OpenKnowledgeOptions {
  const { roots, indexPath, chunks, topK, answerTtlMs, embedding } = config.knowledge;
  return {
    pack,
    cache,
    knowledgeBaseDir: config.knowledge.baseDir ?? pack.knowledgeBaseDir,
    ...{ roots, indexPath, chunks, topK, answerTtlMs, embedding },
    cacheDir: join(config.store.dataDir, 'embeddings'),
    onProgress: (done, total) => {
      if (done === 0) {
        progress(`Computing ${total} embeddings of the knowledge base; this takes some seconds, once.`);
      }
    },
    onModelFailure: (reason) =>
      log.warn(
        { key: 'EMBEDDING_MODEL', reason },
        'the embedding model does not answer; the encoder of the package stands in',
      ),
    onCrash: (error) => log.error({ err: error }, 'the knowledge worker died and is started again'),
  };
}

/**
 * Intents and retrieval: classifier, documents and index, here or in roles of their own.
 *
 * @throws LeibnizError as `openKnowledge`
 */
export async function startKnowledgeRole(
  config: Config,
  pack: Pack,
  log: AppLog,
  progress: (message: string) => void,
  cache: LayeredCache,
): Promise<KnowledgeRole> {
  const reached = await reachKnowledge(config, knowledgeOptions(config, pack, log, progress, cache));
  const { port } = reached;
  return {
    ports: port,
    intent: () => reached.intent(),
    rag: () => reached.rag(),
    breakers: () => reached.breakers(),
    health: async () => ({ status: await reached.health(), details: await knowledgeDetails(port) }),
    stop: () => port.close(),
  };
}

/** What a knowledge base tells of itself. */
export async function knowledgeDetails(knowledge: Knowledge): Promise<Readonly<Record<string, unknown>>> {
  const stats = await knowledge.stats().catch(() => undefined);
  if (stats === undefined) return { index_loaded: false, index_size: 0 };
  const { index_loaded, index_size, intent_cache: intents, answer_cache: answers } = stats;
  const rate = ({ hits, misses }: { readonly hits: number; readonly misses: number }): number =>
    hits + misses === 0 ? 0 : Math.round((1000 * hits) / (hits + misses)) / 1000;
  return {
    ...{ index_loaded, index_size },
    cache_hit_rate: rate({
      hits: intents.hits + answers.hits,
      misses: intents.misses + answers.misses,
    }),
    intent_cache_hit_rate: rate(intents),
    answer_cache_hit_rate: rate(answers),
  };
}
