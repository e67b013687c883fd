import { dot, type Vector } from '../../knowledge/core/vector.js';
import { OUT_OF_SCOPE, type Catalogue } from './catalogue.js';
import { featuresOf, type Features } from './features.js';
import { logits, probabilities, trainHead, type LinearHead, type TrainingOptions } from './softmax.js';

/** What tells intents apart: a head trained on the examples, and the examples themselves. */
export interface IntentModel {
  readonly catalogue: Catalogue;
  readonly head: LinearHead;
  /** Vectors of the examples of each intent, in the order of the ids. */
  readonly vectors: readonly (readonly Vector[])[];
}

/** An intent with its probability. */
export interface RankedIntent {
  readonly intent: string;
  readonly confidence: number;
}

/** A decision with its runner-up. */
export interface IntentDecision extends RankedIntent {
  readonly second?: RankedIntent;
}

/** Weights of what is known about a sentence; fitted by training/heads on development sentences. */
export interface DecisionWeights {
  /** Of the head's scores. */
  readonly head: number;
  /** Of the mean cosine to the nearest examples. */
  readonly nearest: number;
  /** Of the log-odds that the knowledge base answers, for intents that it answers. */
  readonly answer: number;
  /** Added for what no intent fits. */
  readonly outOfScope: number;
}

export const WEIGHTS: DecisionWeights = { head: 1, nearest: 12, answer: 0.8, outOfScope: 0.3 };

/** Examples of an intent that are averaged; one alone follows a single odd word. */
const NEIGHBOURS = 2;

/** Bound of the answer confidence, so that its log-odds stay finite. */
const FLOOR = 0.01;

/**
 * Learns the intents of a pack from its examples; takes about a second for a thousand of them.
 *
 * @param vectors - one an example, in order
 * @param background - sentences of the wide world, out of scope unless they are near an example of the pack
 */
export function trainIntents(
  catalogue: Catalogue,
  vectors: readonly Vector[],
  dimensions: number,
  background: readonly Vector[] = [],
  options: TrainingOptions = {},
): IntentModel {
  const { ids, examples } = catalogue;
  const rows = examples.map(({ text, intent, not }, k) => ({
    features: featuresOf(text, vectors[k] ?? new Float32Array(dimensions)),
    label: ids.indexOf(intent),
    ...(not === undefined ? {} : { not }),
  }));
  const foreign = background.filter((vector) => isForeign(vector, examples, vectors));
  const outside = foreign.map((vector) => ({
    features: { vector, words: [], weight: 0 },
    label: ids.indexOf(OUT_OF_SCOPE),
  }));
  const nearby = ids.map((id) =>
    examples.flatMap((example, k) => {
      const vector = vectors[k];
      return example.intent === id && example.not !== true && vector !== undefined ? [vector] : [];
    }),
  );
  return { catalogue, head: trainHead([...rows, ...outside], ids, dimensions, options), vectors: nearby };
}

/**
 * Chooses between the intents.
 *
 * @param answerConfidence - how sure the knowledge base is to have the answer, 0..1
 */
export function decideIntent(
  model: IntentModel,
  features: Features,
  answerConfidence: number,
  weights: DecisionWeights = WEIGHTS,
): IntentDecision {
  const { ids, answers } = model.catalogue;
  const answer = Math.min(1 - FLOOR, Math.max(FLOOR, answerConfidence));
  const odds = Math.log(answer / (1 - answer));
  const trained = logits(model.head, features);
  const scores = ids.map(
    (id, k) =>
      weights.head * (trained[k] ?? 0) +
      weights.nearest * nearness(features.vector, model.vectors[k] ?? []) +
      (answers.includes(id) ? weights.answer * odds : 0) +
      (id === OUT_OF_SCOPE ? weights.outOfScope : 0),
  );
  const ranked = probabilities(scores)
    .map((confidence, k): RankedIntent => ({ intent: ids[k] ?? OUT_OF_SCOPE, confidence }))
    .sort((a, b) => b.confidence - a.confidence);
  const [best = { intent: OUT_OF_SCOPE, confidence: 0 }, second] = ranked;
  return { ...best, ...(second === undefined ? {} : { second }) };
}

/** A background sentence this near to an example of the pack may be the pack's own business. */
const OWN_BUSINESS = 0.7;

function isForeign(vector: Vector, examples: Catalogue['examples'], vectors: readonly Vector[]): boolean {
  return examples.every(({ intent, not }, k) => {
    const example = vectors[k];
    if (intent === OUT_OF_SCOPE || not === true || example === undefined) return true;
    return dot(vector, example) < OWN_BUSINESS;
  });
}

/** Mean cosine to the nearest examples. */
function nearness(vector: Vector, examples: readonly Vector[]): number {
  let [best, next] = [0, 0];
  for (const example of examples) {
    const value = dot(example, vector);
    if (value > best) [best, next] = [value, best];
    else if (value > next) next = value;
  }
  return examples.length < NEIGHBOURS ? best : (best + next) / NEIGHBOURS;
}
