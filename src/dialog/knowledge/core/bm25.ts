import { best, type Scored } from './scored.js';
import { terms } from './terms.js';
import type { Analyzer } from './thesaurus.js';

/** Parameters of {@link Bm25Index}. */
export interface Bm25Options {
  /** How quickly repeats of a term stop counting. Default 1.2. */
  readonly k1?: number;
  /** How strongly long passages are discounted, 0..1. Default 0.75. */
  readonly b?: number;
  /** Splits passages and questions into terms. Default {@link terms}. */
  readonly analyze?: Analyzer;
}

interface Posting {
  readonly index: number;
  readonly count: number;
}

/** Okapi BM25 over the terms of an analyzer. Passages are added before it is searched. */
export class Bm25Index {
  readonly #postings = new Map<string, Posting[]>();
  readonly #lengths: number[] = [];
  #total = 0;
  readonly #k1: number;
  readonly #b: number;
  readonly #analyze: Analyzer;

  /** @param texts - one string a passage */
  constructor(texts: readonly string[], options: Bm25Options = {}) {
    this.#k1 = options.k1 ?? 1.2;
    this.#b = options.b ?? 0.75;
    this.#analyze = options.analyze ?? terms;
    for (const text of texts) this.add(text);
  }

  /** Adds a passage; its position is the number of those before. */
  add(text: string): void {
    const length = this.#add(this.size, this.#analyze(text));
    this.#lengths.push(length);
    this.#total += length;
  }

  /** Number of passages. */
  get size(): number {
    return this.#lengths.length;
  }

  /** Inverse document frequency of a stemmed term; a term that no passage holds weighs most. */
  idf(term: string): number {
    const n = this.#postings.get(term)?.length ?? 0;
    return Math.log(1 + (this.size - n + 0.5) / (n + 0.5));
  }

  /** The best `limit` passages that share a term with the query, best first; ties by position. */
  search(query: string, limit: number): Scored[] {
    const scores = new Float64Array(this.size);
    const touched: number[] = [];
    const averageLength = Math.max(1, this.#total / Math.max(1, this.size));
    for (const term of new Set(this.#analyze(query))) {
      const postings = this.#postings.get(term);
      if (postings === undefined) continue;
      const idf = this.idf(term);
      for (const { index, count } of postings) {
        const length = (this.#lengths[index] ?? 0) / averageLength;
        const weight = (count * (this.#k1 + 1)) / (count + this.#k1 * (1 - this.#b + this.#b * length));
        const score = scores[index] as number;
        if (score === 0) touched.push(index);
        scores[index] = score + idf * weight;
      }
    }
    return best(
      touched.map((index) => ({ index, score: scores[index] as number })),
      limit,
    );
  }

  #add(index: number, list: readonly string[]): number {
    const counts = new Map<string, number>();
    for (const term of list) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const [term, count] of counts) {
      const postings = this.#postings.get(term);
      if (postings === undefined) this.#postings.set(term, [{ index, count }]);
      else postings.push({ index, count });
    }
    return list.length;
  }
}
