import { createHash } from 'node:crypto';
import { extractAnswer, type AnswerPassage } from './core/answer.js';
import { Bm25Index } from './core/bm25.js';
import { chunkDocument, type Chunk, type ChunkOptions, type KnowledgeDocument } from './core/chunk.js';
import { answerConfidence, type Evidence } from './core/confidence.js';
import { fuseRankings } from './core/fusion.js';
import { createAnalyzer, type Analyzer, type SynonymGroup } from './core/thesaurus.js';
import { dot, normalized, type Vector } from './core/vector.js';
import type { VectorIndex, VectorIndexFactory } from './vector-index.js';

/** Passages looked at by each search before the rankings are fused. */
const DEPTH = 50;

/** Share of the title in a passage's vector, beside 1 for the mean of its parts. */
const TITLE_WEIGHT = 0.3;

/** Passages that an answer may be taken from. */
export const TOP_PASSAGES = 5;

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
  readonly #passageVectors: readonly Vector[];
  /** The sentences and then the questions of each chunk. */
  readonly #partVectors: readonly (readonly Vector[])[];
  readonly #dense: VectorIndex;
  readonly #lexical: Bm25Index;
  readonly #analyze: Analyzer;

  /** @param vectors - one a part of `texts`, in order */
  constructor(texts: IndexTexts, vectors: readonly Vector[], createIndex: VectorIndexFactory) {
    this.#chunks = texts.chunks;
    const byChunk = vectorsByChunk(texts.chunks, vectors);
    this.#partVectors = byChunk.map((parts) => parts.slice(1));
    this.#passageVectors = byChunk.map(passageVector);
    this.#dense = createIndex(this.#passageVectors);
    this.#analyze = createAnalyzer(texts.synonyms);
    this.#lexical = new Bm25Index(texts.chunks.map(lexicalText), { analyze: this.#analyze });
    this.documents = new Set(texts.chunks.map((chunk) => chunk.documentId)).size;
    const hash = createHash('sha256');
    for (const text of [
      ...texts.chunks.map((chunk) => chunk.id),
      ...texts.parts,
      JSON.stringify(texts.synonyms),
    ]) {
      hash.update(`${text}\0`);
    }
    this.version = hash.digest('hex').slice(0, 12);
  }

  /** Number of passages. */
  get size(): number {
    return this.#chunks.length;
  }

  get kind(): 'hnsw' | 'exact' {
    return this.#dense.capabilities.kind;
  }

  /** The best passages for a question, best first. */
  search(query: EmbeddedQuery, limit: number = TOP_PASSAGES): Hit[] {
    if (this.size === 0) return [];
    const dense = this.#dense.search(query.vector, DEPTH);
    const lexical = this.#lexical.search(query.text, DEPTH);
    return fuseRankings([
      { indices: dense.map((hit) => hit.index) },
      { indices: this.#byBestPart(query.vector) },
      { indices: lexical.map((hit) => hit.index) },
    ])
      .slice(0, limit)
      .flatMap(({ index, score }) => {
        const chunk = this.#chunks[index];
        const vector = this.#passageVectors[index];
        if (chunk === undefined || vector === undefined) return [];
        return [{ chunk, score, similarity: dot(vector, query.vector), index }];
      });
  }

  /** Looks for an answer in `hits`, as {@link search} gave them. */
  lookup(query: EmbeddedQuery, hits: readonly Hit[]): Lookup {
    const passages = hits.map(({ chunk }): AnswerPassage => {
      const vectors = this.#partVectors[this.#chunks.indexOf(chunk)] ?? [];
      const sentences = chunk.sentences.length;
      return { chunk, vectors: vectors.slice(0, sentences), questionVectors: vectors.slice(sentences) };
    });
    const idf = (term: string): number => this.#lexical.idf(term);
    const extracted = extractAnswer({ ...query, idf, analyze: this.#analyze }, passages);
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
  #byBestPart(query: Vector): number[] {
    return this.#partVectors
      .map((vectors, index) => ({
        index,
        score: Math.max(-1, ...vectors.map((vector) => dot(vector, query))),
      }))
      .sort((x, y) => y.score - x.score || x.index - y.index)
      .slice(0, DEPTH)
      .map(({ index }) => index);
  }
}

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

/** Title, headings and tags count double in the lexical index; callers' questions count once. */
function lexicalText(chunk: Chunk): string {
  const context = [chunk.title, ...chunk.headings, ...chunk.tags].join(' ');
  const asked = chunk.questions.map((question) => question.text).join(' ');
  return [context, context, asked, chunk.text].join(' ');
}
