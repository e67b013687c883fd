import { WORD_SLOTS, type Features } from './features.js';

/** A linear classifier over features: one row of weights a class. */
export interface LinearHead {
  readonly labels: readonly string[];
  /** Dimensions of the sentence vector. */
  readonly dimensions: number;
  /** Row by row: `dimensions` weights of the vector, then {@link WORD_SLOTS} of the words, then the bias. */
  readonly weights: Float32Array;
}

/** A sentence to learn from. */
export interface LabelledFeatures {
  readonly features: Features;
  /** Place of its class in the labels. */
  readonly label: number;
  /** True when the class is anything but that one. */
  readonly not?: true;
}

/** How a head is trained. */
export interface TrainingOptions {
  /** Passes over all sentences. Default 10. */
  readonly epochs?: number;
  /** Weight decay. Default 1e-4. */
  readonly decay?: number;
  /** Step size of the first pass. Default 0.15. */
  readonly rate?: number;
}

export const rowLength = (dimensions: number): number => dimensions + WORD_SLOTS + 1;

/** Input of the bias beside a vector of length 1. */
const BIAS_INPUT = 0.3;

/** A smaller error is not worth a step. */
const MIN_ERROR = 0.004;

/** Weights in the making, with the sum of squared slopes of each. */
export interface Training extends LinearHead {
  readonly squares: Float32Array;
}

/** An empty head. */
export function beginTraining(labels: readonly string[], dimensions: number): Training {
  const size = labels.length * rowLength(dimensions);
  return { labels, dimensions, weights: new Float32Array(size), squares: new Float32Array(size).fill(1e-2) };
}

/**
 * Moves every row by its error (probability minus target), each weight by a step that shrinks with what it has moved
 * already (Adagrad, Duchi et al. 2011).
 */
export function learn(
  training: Training,
  features: Features,
  errors: readonly number[],
  options: { readonly rate: number; readonly decay: number },
): void {
  const length = rowLength(training.dimensions);
  errors.forEach((error, c) => {
    if (Math.abs(error) > MIN_ERROR) descend(training, c * length, features, error, options);
  });
}

/**
 * Softmax regression, sentence by sentence in a fixed order: the same sentences give the same weights. Classes weigh
 * by the square root of their number of examples, so that a rare one is not drowned.
 */
export function trainHead(
  rows: readonly LabelledFeatures[],
  labels: readonly string[],
  dimensions: number,
  { epochs = 10, decay = 1e-4, rate = 0.15 }: TrainingOptions = {},
): LinearHead {
  const training = beginTraining(labels, dimensions);
  const counts = labels.map((_label, k) => rows.filter((row) => row.label === k && row.not !== true).length);
  const mean = rows.length / Math.max(1, labels.length);
  const classWeight = counts.map((count) => Math.min(4, Math.sqrt(mean / Math.max(1, count))));
  const step = stride(rows.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = 0; at < rows.length; at++) {
      // A fixed stride visits the classes in turn though the sentences come class by class.
      const row = rows[(at * step) % rows.length];
      if (row === undefined) continue;
      const p = probabilities(logits(training, row.features));
      const weight = classWeight[row.label] ?? 1;
      const errors = p.map((value, c) => weight * (value - target(row, p, c)));
      learn(training, row.features, errors, { rate, decay });
    }
  }
  return { labels, dimensions, weights: training.weights };
}

/** A number that shares no factor with the length. */
function stride(length: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let step = Math.max(1, Math.floor(length * 0.618));
  while (gcd(step, length) !== 1) step++;
  return step;
}

/** What the probabilities should be: the class, or for a "not" the others as they are. */
function target({ label, not }: LabelledFeatures, p: readonly number[], c: number): number {
  if (not !== true) return c === label ? 1 : 0;
  return c === label ? 0 : (p[c] ?? 0) / Math.max(1e-6, 1 - (p[label] ?? 0));
}

/** One step of a row against the slope of its loss. */
function descend(
  { weights, squares, dimensions }: Training,
  offset: number,
  { vector, words, weight }: Features,
  gradient: number,
  { rate, decay }: { readonly rate: number; readonly decay: number },
): void {
  for (let i = 0; i < dimensions; i++) {
    const place = offset + i;
    const value = weights[place] as number;
    const slope = gradient * (vector[i] as number) + decay * value;
    const square = (squares[place] as number) + slope * slope;
    squares[place] = square;
    weights[place] = value - (rate * slope) / Math.sqrt(square);
  }
  for (const slot of words) {
    const place = offset + dimensions + slot;
    const value = weights[place] as number;
    const slope = gradient * weight + decay * value;
    const square = (squares[place] as number) + slope * slope;
    squares[place] = square;
    weights[place] = value - (rate * slope) / Math.sqrt(square);
  }
  const bias = offset + dimensions + WORD_SLOTS;
  const slope = gradient * BIAS_INPUT;
  const square = (squares[bias] as number) + slope * slope;
  squares[bias] = square;
  weights[bias] = (weights[bias] as number) - (rate * slope) / Math.sqrt(square);
}

/** One number a class; greater is likelier. */
export function logits(
  { labels, dimensions, weights }: LinearHead,
  { vector, words, weight }: Features,
): number[] {
  const length = rowLength(dimensions);
  return labels.map((_label, c) => {
    const offset = c * length;
    let sum = (weights[offset + dimensions + WORD_SLOTS] as number) * BIAS_INPUT;
    for (let i = 0; i < dimensions; i++) sum += (weights[offset + i] as number) * (vector[i] as number);
    let said = 0;
    for (const slot of words) said += weights[offset + dimensions + slot] as number;
    return sum + said * weight;
  });
}

/** Softmax. */
export function probabilities(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
