import type { Chunk, Sentence } from './chunk.js';
import { terms } from './terms.js';
import { dot, type Vector } from './vector.js';

/** A retrieved passage with what sentence scoring needs. */
export interface AnswerPassage {
  readonly chunk: Chunk;
  /** One vector a sentence of the chunk, in order. */
  readonly vectors: readonly Vector[];
}

/** The question as the scorer sees it. */
export interface AnswerQuery {
  readonly text: string;
  readonly vector: Vector;
  /** Weight of a stemmed term; rarer is greater. */
  readonly idf: (term: string) => number;
}

/** What is said, and where it comes from. */
export interface ExtractedAnswer {
  /** One or two sentences. */
  readonly text: string;
  /** Position of the passage in the list that was given. */
  readonly passage: number;
  /** Cosine between the question and the best sentence. */
  readonly similarity: number;
  /** Share of the question's content words, weighted by rarity, that the answer or its headings hold. */
  readonly coverage: number;
}

/** Weights of the sentence score; found on the development questions of test/eval/retrieval. */
const WEIGHTS = { similarity: 1, overlap: 0.35, heading: 0.15, rank: 0.04 } as const;

/** A following sentence joins when it scores this share of the best one, or clearly continues it. */
const JOIN_RATIO = 0.62;

/** Longest answer; a second sentence that would pass it is left out. About 25 seconds of speech. */
const MAX_ANSWER_CHARS = 360;

/** Openings that only make sense after the sentence before. */
const CONTINUES =
  /^(?:it|its|they|their|them|these|those|this|that|he|she|there|then|otherwise|also|after that|if so|if not|for example|in that case|both|either way|however|but|so|and|or|instead)\b/i;

interface Candidate {
  readonly passage: number;
  readonly index: number;
  readonly score: number;
  readonly similarity: number;
  readonly coverage: number;
}

/**
 * Picks the sentence that answers best and, where it belongs, one neighbour: the sentence before when the best
 * one refers back to it, else the one after when it continues the thought.
 *
 * @returns `undefined` when the passages hold no sentence
 */
export function extractAnswer(
  query: AnswerQuery,
  passages: readonly AnswerPassage[],
): ExtractedAnswer | undefined {
  const weights = termWeights(query);
  const candidates = passages.flatMap((passage, rank) => scorePassage(query, weights, passage, rank));
  const best = candidates.reduce<Candidate | undefined>(
    (top, candidate) => (top === undefined || candidate.score > top.score ? candidate : top),
    undefined,
  );
  if (best === undefined) return undefined;
  const passage = passages[best.passage];
  if (passage === undefined) return undefined;
  const span = answerSpan(passage.chunk.sentences, best, candidates);
  const text = span.map((sentence) => sentence.text).join(' ');
  const context = [passage.chunk.title, span[0]?.heading ?? '', text].join(' ');
  return { text, passage: best.passage, similarity: best.similarity, coverage: coverage(weights, context) };
}

/** Share of the question's weighted content words that a text holds, 0..1; 0 for a question without any. */
export function queryCoverage(query: Pick<AnswerQuery, 'text' | 'idf'>, text: string): number {
  return coverage(termWeights(query), text);
}

function scorePassage(
  query: AnswerQuery,
  weights: ReadonlyMap<string, number>,
  passage: AnswerPassage,
  rank: number,
): Candidate[] {
  const { chunk } = passage;
  return chunk.sentences.map((sentence, index) => {
    const vector = passage.vectors[index];
    const similarity = vector === undefined ? 0 : dot(vector, query.vector);
    const own = coverage(weights, sentence.text);
    const heading = coverage(weights, `${chunk.title} ${sentence.heading}`);
    const score =
      WEIGHTS.similarity * similarity +
      WEIGHTS.overlap * own +
      WEIGHTS.heading * heading -
      WEIGHTS.rank * rank -
      (isLeadIn(sentence.text) ? 0.2 : 0);
    return { passage: rank, index, score, similarity, coverage: own };
  });
}

function answerSpan(
  sentences: readonly Sentence[],
  best: Candidate,
  candidates: readonly Candidate[],
): readonly Sentence[] {
  const chosen = sentences[best.index];
  if (chosen === undefined) return [];
  const scoreAt = (index: number): number =>
    candidates.find((other) => other.passage === best.passage && other.index === index)?.score ?? 0;
  const before = neighbour(sentences, chosen, best.index - 1);
  if (before !== undefined && CONTINUES.test(chosen.text) && fits(before, chosen)) return [before, chosen];
  const after = neighbour(sentences, chosen, best.index + 1);
  if (after === undefined || !fits(chosen, after)) return [chosen];
  const belongs = CONTINUES.test(after.text) || scoreAt(best.index + 1) >= JOIN_RATIO * best.score;
  return belongs ? [chosen, after] : [chosen];
}

/** The adjacent sentence, where it stands in the same section. */
function neighbour(sentences: readonly Sentence[], chosen: Sentence, index: number): Sentence | undefined {
  const other = sentences[index];
  if (other === undefined || other.section !== chosen.section) return undefined;
  return Math.abs(other.position - chosen.position) === 1 ? other : undefined;
}

function fits(first: Sentence, second: Sentence): boolean {
  return first.text.length + 1 + second.text.length <= MAX_ANSWER_CHARS;
}

/** A question or an introduction to a list answers nothing by itself. */
function isLeadIn(sentence: string): boolean {
  return /[?:]$/.test(sentence);
}

function termWeights(query: Pick<AnswerQuery, 'text' | 'idf'>): Map<string, number> {
  return new Map(terms(query.text).map((term) => [term, query.idf(term)]));
}

function coverage(weights: ReadonlyMap<string, number>, text: string): number {
  const present = new Set(terms(text));
  let total = 0;
  let found = 0;
  for (const [term, weight] of weights) {
    total += weight;
    if (present.has(term)) found += weight;
  }
  return total === 0 ? 0 : found / total;
}
