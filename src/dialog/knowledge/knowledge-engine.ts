import { LeibnizError } from '../../kernel/errors.js';
import type { IntentContext, IntentResult, KnowledgeSource } from '../core/effects.js';
import type { NamedThing } from '../core/nlu/lexicon.js';
import type { Catalogue } from '../intent/core/catalogue.js';
import { decideIntent, trainIntents, type IntentModel } from '../intent/core/classifier.js';
import { callerSituation, extractEntities, type Situations } from '../intent/core/entities.js';
import { featuresOf } from '../intent/core/features.js';
import {
  calibrated,
  readActs,
  readRelevance,
  type CalibratedHead,
  type SentenceHeads,
} from '../intent/core/heads.js';
import { outrightReader } from '../intent/core/outright.js';
import type { AnswerWords } from './core/answer-type.js';
import type { ChunkOptions } from './core/chunk.js';
import { ANSWER_THRESHOLD } from './core/confidence.js';
import type { Vector } from './core/vector.js';
import type { EmbeddingSpec } from './embedders/remote.js';
import type { Embedder } from './embedder.js';
import { EmbeddingStore } from './embedding-store.js';
import { vectorsOf } from './index-file.js';
import {
  indexTexts,
  KnowledgeIndex,
  TOP_PASSAGES,
  type EmbeddedQuery,
  type Hit,
  type IndexTexts,
  type KnowledgeContent,
  type Lookup,
} from './knowledge-index.js';
import { pace } from './pace.js';
import { Shelf, type ShelfOptions, type ShelfReading } from './shelf.js';
import type {
  DocumentChange,
  EngineStats,
  FoundPassage,
  KnowledgeContext,
  RebuildReport,
  Retrieval,
  TimingBreakdown,
} from './types.js';
import type { VectorIndexFactory } from './vector-index.js';

/** Settings of {@link KnowledgeEngine}. */
export interface EngineOptions extends ShelfOptions {
  readonly cacheDir: string;
  /** Sizes of passages. */
  readonly chunks?: ChunkOptions;
  /** Passages that an answer may be taken from. Default {@link TOP_PASSAGES}. */
  readonly topK?: number;
  /** What callers come with. */
  readonly catalogue: Catalogue;
  /** Services that callers may name; found ones become the entity `service`. */
  readonly services?: readonly NamedThing[];
  /** Who callers say to be; found ones become `user_context`. */
  readonly situations?: Situations;
  /** Words of the trade that make a sentence an answer. */
  readonly answerWords?: AnswerWords;
  /** Heads for dialogue acts and relevance of the locale; without them neither is given. */
  readonly heads?: SentenceHeads;
  /** Head for attacks on the agent; without it they are not told here. */
  readonly guardHead?: CalibratedHead;
}

/** What the knowledge worker is started with. */
export interface KnowledgeWorkerData extends EngineOptions {
  /** The searcher. */
  readonly embedding?: EmbeddingSpec;
}

/** What the engine needs from outside. */
export interface EngineParts {
  readonly embedder: Embedder;
  /** Finds the passages in place of `embedder`, which stands in while it does not answer. */
  readonly searcher?: Embedder;
  /** Told when `searcher` did not make its part of an index. */
  readonly onSearcherFailure?: (error: Error) => void;
  readonly createIndex: VectorIndexFactory;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** Milliseconds since the Unix epoch: which documents answer. */
  readonly wall: () => number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** An answer as the engine gives it: without cache and waiting time. */
export interface EngineAnswer {
  readonly found: boolean;
  readonly answer: string;
  readonly sources: readonly KnowledgeSource[];
  readonly confidence: number;
  readonly index_version: string;
  /** The instant (wall clock) at which other documents answer; absent when there is none. */
  readonly holds_until_ms?: number;
  readonly timing: Pick<TimingBreakdown, 'embedding_ms' | 'retrieval_ms' | 'generation_ms'>;
}

/** Vectors of recent sentences, so that classifying and then answering a question embeds it once. */
const RECENT_VECTORS = 256;

/** Longest question that is looked at; the rest is ignored. */
export const MAX_QUESTION_CHARS = 1000;

/** Documents, index and intent examples of one knowledge base. Single-threaded: lives in a worker. */
export class KnowledgeEngine {
  #built: Built;
  #rebuilding: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<void> | undefined;
  /** The shelf has changed since an index was last begun. */
  #isBehind = false;
  #waiting = 0;
  readonly #recent = new Map<string, Vector>();
  readonly #outright: ReturnType<typeof outrightReader>;

  private constructor(
    private readonly options: EngineOptions,
    private readonly parts: EngineParts,
    private readonly stores: Stores,
    private readonly intents: IntentModel,
    private readonly shelf: Shelf,
    built: Built,
  ) {
    this.#built = built;
    const { outright } = options.catalogue;
    this.#outright = outright === undefined ? (_text, decision) => decision : outrightReader(outright);
  }

  /**
   * Reads the documents and builds the first index.
   *
   * @throws LeibnizError DOCUMENT_UNREADABLE, NOT_FOUND or BAD_REQUEST
   */
  static async open(options: EngineOptions, parts: EngineParts): Promise<KnowledgeEngine> {
    // A document that cannot be read ends the start before anything is computed.
    const shelf = new Shelf(options);
    const reading = await shelf.read();
    shelf.accept(reading);
    const stores = await openStores(options.cacheDir, parts, reading);
    const { own: store } = stores;
    const { catalogue } = options;
    const vectors = await store.embedAll(catalogue.examples.map((example) => example.text));
    const intents = trainIntents(
      catalogue,
      vectors,
      parts.embedder.capabilities.dimensions,
      options.heads?.background,
    );
    const built = await build(shelf.content(parts.wall()), options, parts, stores);
    return new KnowledgeEngine(options, parts, stores, intents, shelf, built);
  }

  /**
   * What the sentence is about, by its examples and by what the knowledge base holds; which dialogue acts it is, and
   * whether it answers the question that was asked, where there are heads for that.
   */
  async classify(text: string, { question }: Pick<IntentContext, 'question'> = {}): Promise<IntentResult> {
    const query = await this.#embed(text);
    const { index } = this.#built;
    const lookup = index.lookup(query, this.#nearest(index, query));
    const features = featuresOf(query.text, query.vector);
    const decided = decideIntent(this.intents, features, lookup.confidence);
    const decision = this.#outright(query.text, decided);
    const { services, situations = {}, heads, guardHead } = this.options;
    const situation = callerSituation(text, situations);
    return {
      ...decision,
      method: decision === decided ? 'embedding' : 'pattern',
      entities: extractEntities(text, services),
      ...(heads === undefined ? {} : { acts: readActs(heads, features) }),
      ...(guardHead === undefined ? {} : { injection: calibrated(guardHead, features)[0] ?? 0 }),
      ...(heads === undefined || question === undefined || question === ''
        ? {}
        : { relevance: readRelevance(heads, features, (await this.#embed(question)).vector) }),
      ...(situation === undefined ? {} : { user_context: situation }),
    };
  }

  /** The answer to a question, or `found: false`. */
  async query(text: string, context: KnowledgeContext = {}): Promise<EngineAnswer> {
    const built = this.#built;
    const { index } = built;
    const start = this.parts.now();
    const query = await this.#embed(text);
    const situation = context.user_context ?? '';
    const related = situation === '' ? undefined : await this.#embed(`${text} ${situation}`);
    const embedded = this.parts.now();
    const hits = await this.#search(built, related ?? query);
    const retrieved = this.parts.now();
    const own = index.lookup(query, hits);
    const lookup =
      context.before === undefined ? own : await this.#leaning(built, query, own, context.before);
    const done = this.parts.now();
    const holdsUntilMs = index.changesAfter(this.parts.wall());
    return {
      ...answerOf(lookup),
      index_version: index.version,
      ...(holdsUntilMs === undefined ? {} : { holds_until_ms: holdsUntilMs }),
      timing: {
        embedding_ms: embedded - start,
        retrieval_ms: retrieved - embedded,
        generation_ms: done - retrieved,
      },
    };
  }

  /**
   * The answer to a question that leans on the one before: in the passage that answered that one, else with both
   * together, else by itself.
   */
  async #leaning(built: Built, query: EmbeddedQuery, own: Lookup, before: string): Promise<Lookup> {
    const { index } = built;
    const topic = await this.#embed(before);
    const answered = index.lookup(topic, await this.#search(built, topic));
    const joined = await this.#embed(`${before} ${query.text}`);
    const choices = [
      ...(isAnswer(answered)
        ? [index.lookup(query, answered.hits.slice(answered.answeredBy, answered.answeredBy + 1))]
        : []),
      index.lookup(joined, await this.#search(built, joined)),
      own,
    ];
    return choices.find(isAnswer) ?? own;
  }

  /** See `Knowledge.retrieve`. */
  async retrieve(text: string, limit: number): Promise<Retrieval> {
    const built = this.#built;
    const hits = await this.#search(built, await this.#embed(text), limit);
    return { passages: hits.map(sourceOf), index_version: built.index.version };
  }

  /** See `Knowledge.held`. */
  held(): Readonly<Record<string, string>> {
    return this.shelf.held();
  }

  /** See `Knowledge.take`. Changes that come while an index is built are built together. */
  async take(change: DocumentChange): Promise<void> {
    this.#isBehind = this.shelf.change(change) || this.#isBehind;
    if (!this.#isBehind || change.more === true) return;
    this.#isBehind = false;
    if (this.#refreshing === undefined) {
      const refreshing = this.#rebuilding.then(async () => {
        this.#refreshing = undefined;
        const content = this.shelf.content(this.parts.wall());
        this.#built = await build(content, this.options, this.parts, this.stores);
      });
      this.#refreshing = refreshing;
      this.#rebuilding = refreshing.catch(() => undefined);
    }
    await this.#refreshing;
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
    const run = this.#rebuilding.then(() => this.#rebuildNow(path));
    this.#rebuilding = run.catch(() => undefined);
    try {
      return await run;
    } finally {
      this.#waiting--;
    }
  }

  stats(): EngineStats {
    const { index, wide } = this.#built;
    const searcher = wide === undefined ? this.parts.embedder : (this.parts.searcher ?? this.parts.embedder);
    return {
      index_loaded: true,
      index_size: index.size,
      documents: index.documents,
      index_version: index.version,
      index_kind: index.kind,
      embedding_model: searcher.capabilities.model,
      embeddings: this.stores.own.stats(),
    };
  }

  async #rebuildNow(path: string | undefined): Promise<RebuildReport> {
    const start = this.parts.now();
    const reading = await this.shelf.read(path);
    this.stores.own.learn(
      vectorsOf({ vectors: reading.vectors ?? [] }, this.parts.embedder.capabilities.model),
    );
    const content = this.shelf.content(this.parts.wall(), reading.content);
    const built = await build(content, this.options, this.parts, this.stores);
    const { index } = built;
    this.shelf.accept(reading);
    this.#built = built;
    return {
      status: 'success',
      documents_indexed: index.documents,
      passages_indexed: index.size,
      index_version: index.version,
      took_ms: this.parts.now() - start,
    };
  }

  #nearest(index: KnowledgeIndex, query: EmbeddedQuery, limit?: number): Hit[] {
    return index.search(query, this.parts.wall(), limit ?? this.options.topK ?? TOP_PASSAGES);
  }

  /** The passages for a question, by the searcher where there is one and it answers. Both indexes hold the same passages. */
  async #search({ index, wide }: Built, query: EmbeddedQuery, limit?: number): Promise<Hit[]> {
    const { searcher } = this.parts;
    if (wide === undefined || searcher === undefined) return this.#nearest(index, query, limit);
    const [vector] = await searcher.embed([query.text], 'query').catch((): Vector[] => []);
    if (vector === undefined) return this.#nearest(index, query, limit);
    return this.#nearest(wide, { text: query.text, vector }, limit);
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
  /** By the encoder of the package: intents, sentences and confidence are those of its vectors. */
  readonly index: KnowledgeIndex;
  /** By the searcher. */
  readonly wide?: KnowledgeIndex;
}

interface Stores {
  readonly own: EmbeddingStore;
  readonly wide?: EmbeddingStore;
}

async function openStores(cacheDir: string, parts: EngineParts, reading: ShelfReading): Promise<Stores> {
  const { embedder, searcher } = parts;
  const open = (of: Embedder): Promise<EmbeddingStore> =>
    EmbeddingStore.open(of, cacheDir, vectorsOf({ vectors: reading.vectors ?? [] }, of.capabilities.model));
  return { own: await open(embedder), ...(searcher === undefined ? {} : { wide: await open(searcher) }) };
}

async function build(
  content: KnowledgeContent,
  options: EngineOptions,
  parts: EngineParts,
  stores: Stores,
): Promise<Built> {
  const rest = pace(parts.now);
  const texts = indexTexts(content, options.chunks);
  const vectors = await stores.own.embedAll(texts.parts, parts.onProgress);
  const index = await KnowledgeIndex.build(texts, vectors, parts.createIndex, {
    answerWords: options.answerWords,
    rest,
  });
  const wide = await buildWide(texts, parts, stores.wide);
  await stores.own
    .save([...texts.parts, ...options.catalogue.examples.map((example) => example.text)])
    .catch(() => {
      // Without the file the vectors are computed again at the next start; answers do not depend on it.
    });
  return { index, ...(wide === undefined ? {} : { wide }) };
}

/** The searcher's index of the same passages; none while it does not answer. */
async function buildWide(
  texts: IndexTexts,
  parts: EngineParts,
  store: EmbeddingStore | undefined,
): Promise<KnowledgeIndex | undefined> {
  if (store === undefined) return undefined;
  try {
    const vectors = await store.embedAll(texts.parts);
    await store.save(texts.parts).catch(() => undefined);
    return await KnowledgeIndex.build(texts, vectors, parts.createIndex, { rest: pace(parts.now) });
  } catch (error) {
    parts.onSearcherFailure?.(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

const isAnswer = ({ confidence, answer }: Lookup): boolean => confidence >= ANSWER_THRESHOLD && answer !== '';

function answerOf(lookup: Lookup): Pick<EngineAnswer, 'found' | 'answer' | 'sources' | 'confidence'> {
  const found = isAnswer(lookup);
  if (!found) return { found, answer: '', sources: [], confidence: lookup.confidence };
  const best = lookup.hits[lookup.answeredBy];
  const ordered = [...(best === undefined ? [] : [best]), ...lookup.hits.filter((hit) => hit !== best)];
  return { found, answer: lookup.answer, sources: ordered.map(sourceOf), confidence: lookup.confidence };
}

const sourceOf = ({ chunk, similarity }: Hit): FoundPassage => ({
  id: chunk.id,
  title: chunk.title,
  path: chunk.path,
  score: Math.min(1, Math.max(0, similarity)),
  text: chunk.text,
});
