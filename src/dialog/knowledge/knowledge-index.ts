import { createHash } from 'node:crypto';
import type { KnowledgeDocument } from '../../kernel/document.js';
import type { AnswerWords } from './core/answer-type.js';
import { extractAnswer, type AnswerPassage } from './core/answer.js';
import { Bm25Index } from './core/bm25.js';
import { chunkDocument, type Chunk, type ChunkOptions } from './core/chunk.js';
import { answerConfidence, type Evidence } from './core/confidence.js';
import { fuseRankings } from './core/fusion.js';
import { createAnalyzer, type Analyzer, type SynonymGroup } from './core/thesaurus.js';
import { best } from './core/scored.js';
import { dot, normalized, type Vector } from './core/vector.js';
import type { Rest } from './pace.js';
import type { VectorIndex, VectorIndexFactory } from './vector-index.js';

/** Passages looked at by each search before the rankings are fused. */
const DEPTH = 50;

/** Up to this many passages every part is compared; beyond it those of the passages that the other searches put first. */
const ALL_PARTS_UP_TO = 3000;
const PART_CANDIDATES = 250;

/** Share of the title in a passage's vector, beside 1 for the mean of its parts. */
const TITLE_WEIGHT = 0.3;

/** Passages that an answer may be taken from, unless a setting says otherwise. */
export const TOP_PASSAGES = 5;

/** Most passages looked at more, so that those that answer at another time do not crowd out the others. */
const EXTRA_DEPTH = 500;

/** A question with its vector. */
export interface EmbeddedQuery {
  readonly text: string;
  readonly vector: Vector;
}

/** A retrieved passage. */
export interface Hit {
  readonly chunk: Chunk;
  /** Fused score; comparable within one search. */
  readonly score: number;
  /** Cosine between the question and the passage. */
  readonly similarity: number;
}

/** The outcome of looking for an answer. */
export interface Lookup {
  readonly hits: readonly Hit[];
  /** The extracted answer, however weak; empty when nothing was retrieved. */
  readonly answer: string;
  /** Position in `hits` of the passage the answer comes from. */
  readonly answeredBy: number;
  readonly confidence: number;
  readonly evidence: Evidence;
}

/** The texts an index needs vectors of. */
export interface IndexTexts {
  readonly chunks: readonly Chunk[];
  readonly synonyms: readonly SynonymGroup[];
  /** The title, the sentences and then the questions of each chunk, one chunk after the other. */
  readonly parts: readonly string[];
}

/** What an index is made of. */
export interface KnowledgeContent {
  readonly documents: readonly KnowledgeDocument[];
  readonly synonyms: readonly SynonymGroup[];
}

/** Cuts documents into passages and lists every text that has to be embedded. */
export function indexTexts(
  { documents, synonyms }: KnowledgeContent,
  options: ChunkOptions = {},
): IndexTexts {
  const chunks = documents.flatMap((document) => chunkDocument(document, options));
  return {
    chunks,
    synonyms,
    parts: chunks.flatMap((chunk) => [
      chunk.title,
      ...[...chunk.sentences, ...chunk.questions].map((part) => part.text),
    ]),
  };
}

/**
 * One searchable version of the knowledge base: never changed, only replaced. Hybrid search: passages by their
 * embedding, by their nearest sentence or question, and by BM25, fused by reciprocal rank.
 */
export class KnowledgeIndex {
  /** Hash of all passages; the same documents give the same version on every machine. */
  readonly version: string;
  readonly documents: number;
  readonly #chunks: readonly Chunk[];
  readonly #places: ReadonlyMap<Chunk, number>;
  /** Those that do not answer for ever. */
  readonly #bounded: readonly Chunk[];
  readonly #passageVectors: readonly Vector[];
  /** The sentences and then the questions of each chunk. */
  readonly #partVectors: readonly (readonly Vector[])[];
  readonly #dense: VectorIndex;
  readonly #lexical: Bm25Index;
  readonly #analyze: Analyzer;

  private constructor(
    texts: IndexTexts,
    made: Made,
    private readonly answerWords: AnswerWords | undefined,
  ) {
    this.#chunks = texts.chunks;
    this.#bounded = texts.chunks.filter(
      (chunk) => chunk.validFromMs !== undefined || chunk.validUntilMs !== undefined,
    );
    this.#places = new Map(texts.chunks.map((chunk, index) => [chunk, index]));
    this.#partVectors = made.partVectors;
    this.#passageVectors = made.passageVectors;
    this.#dense = made.dense;
    this.#analyze = made.analyze;
    this.#lexical = made.lexical;
    this.documents = new Set(texts.chunks.map((chunk) => chunk.documentId)).size;
    const hash = createHash('sha256');
    for (const text of [
      ...texts.chunks.map(
        ({ id, validFromMs = '', validUntilMs = '' }) => `${id} ${validFromMs} ${validUntilMs}`,
      ),
      ...texts.parts,
      JSON.stringify(texts.synonyms),
    ]) {
      hash.update(`${text}\0`);
    }
    this.version = hash.digest('hex').slice(0, 12);
  }

  /**
   * Builds an index, giving way to questions between its steps.
   *
   * @param vectors - one a part of `texts`, in order
   * @param rest - awaited between the steps
   */
  static async build(
    texts: IndexTexts,
    vectors: readonly Vector[],
    createIndex: VectorIndexFactory,
    {
      answerWords,
      rest = async () => undefined,
    }: { readonly answerWords?: AnswerWords | undefined; readonly rest?: Rest } = {},
  ): Promise<KnowledgeIndex> {
    const analyze = createAnalyzer(texts.synonyms);
    const lexical = new Bm25Index([], { analyze });
    const partVectors: Vector[][] = [];
    const passageVectors: Vector[] = [];
    for (const [index, parts] of vectorsByChunk(texts.chunks, vectors).entries()) {
      const chunk = texts.chunks[index];
      if (chunk !== undefined) lexical.add(lexicalText(chunk));
      partVectors.push(parts.slice(1));
      passageVectors.push(passageVector(parts));
      await rest();
    }
    const dense = await createIndex(passageVectors, rest);
    return new KnowledgeIndex(texts, { analyze, lexical, partVectors, passageVectors, dense }, answerWords);
  }

  /** Number of passages. */
  get size(): number {
    return this.#chunks.length;
  }

  get kind(): 'hnsw' | 'exact' {
    return this.#dense.capabilities.kind;
  }

  /** The best passages for a question that answer at `nowMs` (wall clock), best first. */
  search(query: EmbeddedQuery, nowMs: number, limit: number = TOP_PASSAGES): Hit[] {
    if (this.size === 0) return [];
    const depth =
      DEPTH + Math.min(EXTRA_DEPTH, this.#bounded.filter((chunk) => !answersAt(chunk, nowMs)).length);
    const isOpen = (index: number): boolean => answersAt(this.#chunks[index], nowMs);
    const open = (indices: readonly number[]): { readonly indices: readonly number[] } => ({
      indices: indices.filter(isOpen).slice(0, DEPTH),
    });
    const wide = this.size <= ALL_PARTS_UP_TO ? depth : Math.max(depth, PART_CANDIDATES);
    const dense = this.#dense.search(query.vector, wide).map((hit) => hit.index);
    const lexical = this.#lexical.search(query.text, wide).map((hit) => hit.index);
    return fuseRankings([
      open(dense.slice(0, depth)),
      open(this.#byBestPart(query.vector, depth, [...dense, ...lexical])),
      open(lexical.slice(0, depth)),
    ])
      .slice(0, limit)
      .flatMap(({ index, score }) => {
        const chunk = this.#chunks[index];
        const vector = this.#passageVectors[index];
        if (chunk === undefined || vector === undefined) return [];
        return [{ chunk, score, similarity: dot(vector, query.vector), index }];
      });
  }

  /** The next instant at which other passages answer; undefined when there is none. */
  changesAfter(nowMs: number): number | undefined {
    const bounds = this.#bounded.flatMap(({ validFromMs, validUntilMs }) => [validFromMs, validUntilMs]);
    const later = bounds.filter((at): at is number => at !== undefined && at > nowMs);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  /** Looks for an answer in `hits`, as {@link search} gave them. */
  lookup(query: EmbeddedQuery, hits: readonly Hit[]): Lookup {
    const passages = hits.map(({ chunk }): AnswerPassage => {
      const vectors = this.#partVectors[this.#places.get(chunk) ?? -1] ?? [];
      const sentences = chunk.sentences.length;
      return { chunk, vectors: vectors.slice(0, sentences), questionVectors: vectors.slice(sentences) };
    });
    const idf = (term: string): number => this.#lexical.idf(term);
    const extracted = extractAnswer(
      { ...query, idf, analyze: this.#analyze, answerWords: this.answerWords },
      passages,
    );
    const evidence: Evidence = {
      sentenceSimilarity: extracted?.similarity ?? 0,
      askedSimilarity: extracted?.askedSimilarity ?? 0,
      coverage: extracted?.coverage ?? 0,
    };
    return {
      hits,
      answer: extracted?.text ?? '',
      answeredBy: extracted?.passage ?? 0,
      confidence: extracted === undefined ? 0 : answerConfidence(evidence),
      evidence,
    };
  }

  /** Passages by their nearest sentence or question: finds the one sentence that a long passage drowns. */
  #byBestPart(query: Vector, depth: number, candidates: readonly number[]): number[] {
    const all = this.size <= ALL_PARTS_UP_TO;
    const indices = all ? this.#chunks.map((_chunk, index) => index) : [...new Set(candidates)];
    const scored = indices.map((index) => {
      let score = -1;
      for (const vector of this.#partVectors[index] ?? []) score = Math.max(score, dot(vector, query));
      return { index, score };
    });
    return best(scored, depth).map(({ index }) => index);
  }
}

const answersAt = (chunk: Chunk | undefined, nowMs: number): boolean =>
  chunk !== undefined &&
  (chunk.validFromMs ?? -Infinity) <= nowMs &&
  nowMs < (chunk.validUntilMs ?? Infinity);

function vectorsByChunk(chunks: readonly Chunk[], vectors: readonly Vector[]): Vector[][] {
  let at = 0;
  return chunks.map((chunk) => {
    const from = at;
    at += 1 + chunk.sentences.length + chunk.questions.length;
    return vectors.slice(from, at);
  });
}

/**
 * The mean of a passage's parts, leaning to its title. Nearer to short questions than the encoder's own vector
 * of 800 characters, which also takes ten times as long to compute.
 */
function passageVector([title, ...parts]: readonly Vector[]): Vector {
  const sum = new Float32Array(title?.length ?? 0);
  for (const part of parts) part.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value / parts.length));
  const mean = normalized(sum);
  return normalized(mean.map((value, i) => value + TITLE_WEIGHT * (title?.[i] ?? 0)));
}

/** What an index is put together from. */
interface Made {
  readonly analyze: Analyzer;
  readonly lexical: Bm25Index;
  readonly partVectors: readonly (readonly Vector[])[];
  readonly passageVectors: readonly Vector[];
  readonly dense: VectorIndex;
}

/** Title, headings and tags count double in the lexical index; callers' questions count once. */
function lexicalText(chunk: Chunk): string {
  const context = [chunk.title, ...chunk.headings, ...chunk.tags].join(' ');
  const asked = chunk.questions.map((question) => question.text).join(' ');
  return [context, context, asked, chunk.text].join(' ');
}
