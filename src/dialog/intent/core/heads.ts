import type { Vector } from '../../knowledge/core/vector.js';
import type { Features } from './features.js';
import { logits, type LinearHead } from './softmax.js';

/** A head with the scale that makes its probabilities honest (Platt: `sigmoid(scale * score + shift)`). */
export interface CalibratedHead {
  readonly head: LinearHead;
  /** One a label. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** Heads of a locale over sentence vectors; see the README beside their weights. */
export interface SentenceHeads {
  /** Name of the sentence encoder that the weights belong to. */
  readonly model: string;
  /** Dialogue acts; a sentence can be several. */
  readonly acts: CalibratedHead;
  /** Whether words answer a question; looks at both vectors and their product. */
  readonly relevance: CalibratedHead;
  /** Vectors of what people say to assistants of all kinds: what is foreign to an office is among them. */
  readonly background: readonly Vector[];
}

const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

/** Probability of each label. */
export function calibrated({ head, scale, shift }: CalibratedHead, features: Features): readonly number[] {
  return logits(head, features).map((score, k) => sigmoid((scale[k] ?? 1) * score + (shift[k] ?? 0)));
}

/** Probability of each dialogue act. */
export function readActs({ acts }: SentenceHeads, features: Features): Readonly<Record<string, number>> {
  const values = calibrated(acts, features);
  return Object.fromEntries(acts.head.labels.map((label, k) => [label, values[k] ?? 0]));
}

/** Probability that a sentence answers a question. */
export function readRelevance({ relevance }: SentenceHeads, answer: Features, question: Vector): number {
  return calibrated(relevance, pairFeatures(answer, question))[0] ?? 0;
}

/** Features of an answer beside a question: both vectors, and where they agree. */
export function pairFeatures(answer: Features, question: Vector): Features {
  const size = answer.vector.length;
  const vector = new Float32Array(size * 3);
  for (let i = 0; i < size; i++) {
    const [a, q] = [answer.vector[i] ?? 0, question[i] ?? 0];
    vector[i] = a;
    vector[size + i] = q;
    // The product of two unit vectors is small; it is brought to their size.
    vector[size * 2 + i] = a * q * PRODUCT_SCALE;
  }
  return { ...answer, vector };
}

const PRODUCT_SCALE = 16;
