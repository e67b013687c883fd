import { answerType, holdsAnswer, isAboutAsked, type AnswerWords } from './answer-type.js';
import type { Chunk, Sentence } from './chunk.js';
import type { Analyzer } from './thesaurus.js';
import { dot, type Vector } from './vector.js';

/** A retrieved passage with what sentence scoring needs. */
export interface AnswerPassage {
  readonly chunk: Chunk;
  /** One vector a sentence of the chunk, in order. */
  readonly vectors: readonly Vector[];
  /** One vector a question of the chunk, in order. */
  readonly questionVectors: readonly Vector[];
}

/** The question as the scorer sees it. */
export interface AnswerQuery {
  readonly text: string;
  readonly vector: Vector;
  /** Weight of a stemmed term; rarer is greater. */
  readonly idf: (term: string) => number;
  readonly analyze: Analyzer;
  /** Words of the trade that make a sentence an answer. */
  readonly answerWords?: AnswerWords | undefined;
}

/** What is said, and where it comes from. */
export interface ExtractedAnswer {
  /** One or two sentences. */
  readonly text: string;
  /** Position of the passage in the list that was given. */
  readonly passage: number;
  /** Cosine between the question and the best sentence. */
  readonly similarity: number;
  /** Best cosine between the question and a heading or caller's question of the answering section. */
  readonly askedSimilarity: number;
  /** Share of the question's content words, weighted by rarity, that the section's questions and the answer hold. */
  readonly coverage: number;
}

/** Weights of the sentence score; a listwise logistic fit on the development questions of test/eval/retrieval. */
const WEIGHTS = {
  similarity: 1,
  asked: 1.4,
  overlap: 0.35,
  coverage: 1.05,
  answerType: 0.23,
  first: 0.16,
  rank: -0.065,
} as const;

/** A following sentence joins when it scores this share of the best one, or clearly continues it. */
const JOIN_RATIO = 0.85;

/** Longest answer; a second sentence that would pass it is left out. About 25 seconds of speech. */
const MAX_ANSWER_CHARS = 360;

/** A question or the introduction to a list answers nothing by itself. */
const LEAD_IN_PENALTY = 0.4;

/** Openings that only make sense after the sentence before. */
const CONTINUES =
  /^(?:it|its|they|their|them|these|those|this|that|he|she|there|then|otherwise|also|after that|if so|if not|for example|in that case|both|either way|however|but|so|and|or|instead)\b/i;

interface Candidate {
  readonly passage: number;
  readonly index: number;
  readonly score: number;
  readonly similarity: number;
  readonly askedSimilarity: number;
  readonly coverage: number;
}

/** The question's content words with their weights. */
type TermWeights = ReadonlyMap<string, number>;

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
  const weights: TermWeights = new Map(query.analyze(query.text).map((term) => [term, query.idf(term)]));
  const candidates = passages.flatMap((passage, rank) => scorePassage(query, weights, passage, rank));
  const best = candidates.reduce<Candidate | undefined>(
    (top, candidate) => (top === undefined || candidate.score > top.score ? candidate : top),
    undefined,
  );
  if (best === undefined) return undefined;
  const passage = passages[best.passage];
  if (passage === undefined) return undefined;
  const span = answerSpan(passage.chunk.sentences, best, candidates);
  return {
    text: span.map((sentence) => sentence.text).join(' '),
    passage: best.passage,
    similarity: best.similarity,
    askedSimilarity: best.askedSimilarity,
    coverage: best.coverage,
  };
}

/** What is left of the words in common where the fact is one of something else. */
const OF_OTHER = 0.4;

function scorePassage(
  query: AnswerQuery,
  weights: TermWeights,
  passage: AnswerPassage,
  rank: number,
): Candidate[] {
  const { chunk } = passage;
  const type = answerType(query.text, query.answerWords);
  const asked = chunk.questions.map((question, index) => ({
    ...question,
    similarity: similarityTo(query, passage.questionVectors[index]),
  }));
  return chunk.sentences.map((sentence, index) => {
    const near = asked.filter((question) => question.section === sentence.section);
    const askedSimilarity = Math.max(0, ...near.map((question) => question.similarity));
    const similarity = similarityTo(query, passage.vectors[index]);
    const context = [chunk.title, ...near.map((question) => question.text), sentence.text].join(' ');
    const told = [...near.map((question) => question.text), sentence.text].join(' ');
    const isOfOther = type !== undefined && !isAboutAsked(type, query.text, told);
    const covered = coverage(weights, query.analyze(context)) * (isOfOther ? OF_OTHER : 1);
    const score =
      WEIGHTS.similarity * similarity +
      WEIGHTS.asked * askedSimilarity +
      WEIGHTS.overlap * coverage(weights, query.analyze(sentence.text)) +
      WEIGHTS.coverage * covered +
      WEIGHTS.answerType * Number(type !== undefined && holdsAnswer(type, sentence.text, query.answerWords)) +
      WEIGHTS.first * Number(sentence.opensSection) +
      WEIGHTS.rank * rank -
      LEAD_IN_PENALTY * Number(/[?:]$/.test(sentence.text));
    return { passage: rank, index, score, similarity, askedSimilarity, coverage: covered };
  });
}

function similarityTo(query: AnswerQuery, vector: Vector | undefined): number {
  return vector === undefined ? 0 : dot(vector, query.vector);
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

/** Share of the weighted words that are among the terms of a text, 0..1; 0 for a question without any. */
function coverage(weights: TermWeights, text: readonly string[]): number {
  const present = new Set(text);
  let total = 0;
  let found = 0;
  for (const [term, weight] of weights) {
    total += weight;
    if (present.has(term)) found += weight;
  }
  return total === 0 ? 0 : found / total;
}
