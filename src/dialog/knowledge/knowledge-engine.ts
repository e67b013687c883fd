import { LeibnizError } from '../../kernel/errors.js';
import type { IntentResult, KnowledgeSource } from '../core/types.js';
import { callerSituation, extractEntities, type NamedTopic } from '../intent/core/entities.js';
import { EXAMPLES } from '../intent/core/examples.js';
import { decideIntent, intentSimilarities, type EmbeddedExample } from '../intent/core/nearest.js';
import { INTENT_NAMES } from '../core/types.js';
import { ANSWER_THRESHOLD } from './core/confidence.js';
import type { Vector } from './core/vector.js';
import { confinedFolder, loadKnowledge } from './documents.js';
import type { Embedder } from './embedder.js';
import { EmbeddingStore } from './embedding-store.js';
import { indexTexts, KnowledgeIndex, type EmbeddedQuery, type Lookup } from './knowledge-index.js';
import type { EngineStats, KnowledgeContext, RebuildReport, TimingBreakdown } from './types.js';
import type { VectorIndexFactory } from './vector-index.js';

/** Settings of {@link KnowledgeEngine}. */
export interface EngineOptions {
  readonly knowledgeBaseDir: string;
  readonly cacheDir: string;
  /** Folders that {@link KnowledgeEngine.rebuild} may read. */
  readonly roots: readonly string[];
  /** Services that callers may name; found ones become the entity `service`. */
  readonly services?: readonly NamedTopic[];
}

/** What the engine needs from outside. */
export interface EngineParts {
  readonly embedder: Embedder;
  readonly createIndex: VectorIndexFactory;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** An answer as the engine gives it: without cache and waiting time. */
export interface EngineAnswer {
  readonly found: boolean;
  readonly answer: string;
  readonly sources: readonly KnowledgeSource[];
  readonly confidence: number;
  readonly index_version: string;
  readonly timing: Pick<TimingBreakdown, 'embedding_ms' | 'retrieval_ms' | 'generation_ms'>;
}

/** Vectors of recent sentences, so that classifying and then answering a question embeds it once. */
const RECENT_VECTORS = 256;

/** Longest question that is looked at; the rest is ignored. */
export const MAX_QUESTION_CHARS = 1000;

/** Documents, index and intent examples of one knowledge base. Single-threaded: lives in a worker. */
export class KnowledgeEngine {
  #index: KnowledgeIndex;
  #folder: string;
  #rebuilding: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #recent = new Map<string, Vector>();

  private constructor(
    private readonly options: EngineOptions,
    private readonly parts: EngineParts,
    private readonly store: EmbeddingStore,
    private readonly examples: readonly EmbeddedExample[],
    built: Built,
  ) {
    this.#index = built.index;
    this.#folder = built.folder;
  }

  /**
   * Reads the documents and builds the first index.
   *
   * @throws LeibnizError DOCUMENT_UNREADABLE, NOT_FOUND or BAD_REQUEST
   */
  static async open(options: EngineOptions, parts: EngineParts): Promise<KnowledgeEngine> {
    const store = await EmbeddingStore.open(parts.embedder, options.cacheDir);
    const labelled = INTENT_NAMES.flatMap((intent) => EXAMPLES[intent].map((text) => ({ intent, text })));
    const vectors = await store.embedAll(labelled.map((example) => example.text));
    const examples = labelled.flatMap(({ intent }, index) => {
      const vector = vectors[index];
      return vector === undefined ? [] : [{ intent, vector }];
    });
    const built = await build(options.knowledgeBaseDir, options, parts, store);
    return new KnowledgeEngine(options, parts, store, examples, built);
  }

  /** What the sentence is about, by its nearest examples and what the knowledge base holds. */
  async classify(text: string): Promise<IntentResult> {
    const query = await this.#embed(text);
    const lookup = this.#index.lookup(query, this.#index.search(query));
    const similarity = intentSimilarities(query.vector, this.examples);
    const decision = decideIntent({ similarity, answerConfidence: lookup.confidence });
    const situation = callerSituation(text);
    return {
      ...decision,
      method: 'embedding',
      entities: extractEntities(text, this.options.services),
      ...(situation === undefined ? {} : { user_context: situation }),
    };
  }

  /** The answer to a question, or `found: false`. */
  async query(text: string, context: KnowledgeContext = {}): Promise<EngineAnswer> {
    const index = this.#index;
    const start = this.parts.now();
    const query = await this.#embed(text);
    const situation = context.user_context ?? '';
    const related = situation === '' ? undefined : await this.#embed(`${text} ${situation}`);
    const embedded = this.parts.now();
    const hits = index.search(related ?? query);
    const retrieved = this.parts.now();
    const lookup = index.lookup(query, hits);
    const done = this.parts.now();
    return {
      ...answerOf(lookup),
      index_version: index.version,
      timing: {
        embedding_ms: embedded - start,
        retrieval_ms: retrieved - embedded,
        generation_ms: done - retrieved,
      },
    };
  }

  /** See `Knowledge.rebuild`. One rebuild runs at a time and one may wait. */
  async rebuild(path?: string): Promise<RebuildReport> {
    if (this.#waiting >= 2) {
      throw new LeibnizError(
        'CAPACITY_FULL',
        'the knowledge base is being rebuilt already: try again when it is done',
      );
    }
    this.#waiting++;
    const run = this.#rebuilding.then(() => this.#rebuildNow(path ?? this.#folder));
    this.#rebuilding = run.catch(() => undefined);
    try {
      return await run;
    } finally {
      this.#waiting--;
    }
  }

  stats(): EngineStats {
    return {
      index_loaded: true,
      index_size: this.#index.size,
      documents: this.#index.documents,
      index_version: this.#index.version,
      index_kind: this.#index.kind,
      embeddings: this.store.stats(),
    };
  }

  async #rebuildNow(path: string): Promise<RebuildReport> {
    const start = this.parts.now();
    const { index, folder } = await build(path, this.options, this.parts, this.store);
    this.#index = index;
    this.#folder = folder;
    return {
      status: 'success',
      documents_indexed: index.documents,
      passages_indexed: index.size,
      index_version: index.version,
      took_ms: this.parts.now() - start,
    };
  }

  async #embed(text: string): Promise<EmbeddedQuery> {
    const question = text.slice(0, MAX_QUESTION_CHARS);
    const known = this.#recent.get(question);
    if (known !== undefined) return { text: question, vector: known };
    const [vector] = await this.parts.embedder.embed([question]);
    if (vector === undefined) throw new LeibnizError('INTERNAL', 'the sentence encoder gave no vector');
    this.#recent.set(question, vector);
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= RECENT_VECTORS) break;
      this.#recent.delete(oldest);
    }
    return { text: question, vector };
  }
}

interface Built {
  readonly index: KnowledgeIndex;
  readonly folder: string;
}

async function build(
  path: string,
  options: EngineOptions,
  parts: EngineParts,
  store: EmbeddingStore,
): Promise<Built> {
  const folder = await confinedFolder(path, [options.knowledgeBaseDir, ...options.roots]);
  const texts = indexTexts(await loadKnowledge(folder));
  const vectors = await store.embedAll(texts.parts, parts.onProgress);
  const index = new KnowledgeIndex(texts, vectors, parts.createIndex);
  await store.save([...texts.parts, ...INTENT_NAMES.flatMap((intent) => EXAMPLES[intent])]).catch(() => {
    // Without the file the vectors are computed again at the next start; answers do not depend on it.
  });
  return { index, folder };
}

function answerOf(lookup: Lookup): Pick<EngineAnswer, 'found' | 'answer' | 'sources' | 'confidence'> {
  const found = lookup.confidence >= ANSWER_THRESHOLD && lookup.answer !== '';
  if (!found) return { found, answer: '', sources: [], confidence: lookup.confidence };
  const best = lookup.hits[lookup.answeredBy];
  const ordered = [...(best === undefined ? [] : [best]), ...lookup.hits.filter((hit) => hit !== best)];
  const sources = ordered.map((hit): KnowledgeSource => ({
    id: hit.chunk.id,
    title: hit.chunk.title,
    path: hit.chunk.path,
    score: Math.min(1, Math.max(0, hit.similarity)),
    text: hit.chunk.text,
  }));
  return { found, answer: lookup.answer, sources, confidence: lookup.confidence };
}
