import { INTENT_NAMES, type IntentContext, type IntentName } from '../../core/types.js';
import { dot, type Vector } from '../../knowledge/core/vector.js';

/** An example utterance with its vector. */
export interface EmbeddedExample {
  readonly intent: IntentName;
  readonly vector: Vector;
}

/** What the embeddings and the knowledge base say about a sentence. */
export interface IntentEvidence {
  /** Similarity to the nearest examples of each intent, about 0..1. */
  readonly similarity: Readonly<Record<IntentName, number>>;
  /** How sure the knowledge base is to have the answer, 0..1. */
  readonly answerConfidence: number;
}

/** A decision with its confidence, 0..1. */
export interface IntentDecision {
  readonly intent: IntentName;
  readonly confidence: number;
}

/** Examples of an intent that are averaged; one alone follows a single odd word. */
const NEIGHBOURS = 2;

/** Below this similarity no example speaks for its intent. */
export const SIMILARITY_THRESHOLD = 0.5;

/** Above this confidence the knowledge base claims the sentence. */
export const KNOWLEDGE_THRESHOLD = 0.6;

/** Mean similarity of a sentence to the nearest examples of each intent. */
export function intentSimilarities(
  query: Vector,
  examples: readonly EmbeddedExample[],
): Readonly<Record<IntentName, number>> {
  const best = Object.fromEntries(INTENT_NAMES.map((name): [IntentName, number[]] => [name, []])) as Record<
    IntentName,
    number[]
  >;
  for (const example of examples) best[example.intent].push(dot(example.vector, query));
  const means = INTENT_NAMES.map((name): [IntentName, number] => {
    const top = best[name].sort((a, b) => b - a).slice(0, NEIGHBOURS);
    return [name, top.length === 0 ? 0 : top.reduce((sum, value) => sum + value, 0) / top.length];
  });
  return Object.fromEntries(means) as Record<IntentName, number>;
}

/**
 * Chooses between the intents. What reaches neither an example nor the knowledge base is out of scope; a
 * question of the office's kind is a question even when the knowledge base cannot answer it.
 */
export function decideIntent(evidence: IntentEvidence, _context: IntentContext = {}): IntentDecision {
  const { similarity, answerConfidence } = evidence;
  const ranked = INTENT_NAMES.filter((name) => name !== 'OUT_OF_SCOPE').sort(
    (a, b) => similarity[b] - similarity[a],
  );
  const best = ranked[0] ?? 'OUT_OF_SCOPE';
  const top = similarity[best];
  const rival = Math.max(similarity.OUT_OF_SCOPE, similarity[ranked[1] ?? 'OUT_OF_SCOPE']);
  const certainty = confidenceOf(top, top - rival);
  if (best !== 'RAG_QUERY' && top >= SIMILARITY_THRESHOLD && top > similarity.OUT_OF_SCOPE) {
    if (answerConfidence < KNOWLEDGE_THRESHOLD || certainty > answerConfidence) {
      return { intent: best, confidence: certainty };
    }
  }
  if (answerConfidence >= KNOWLEDGE_THRESHOLD) return { intent: 'RAG_QUERY', confidence: answerConfidence };
  if (similarity.RAG_QUERY >= SIMILARITY_THRESHOLD && similarity.RAG_QUERY > similarity.OUT_OF_SCOPE) {
    return {
      intent: 'RAG_QUERY',
      confidence: confidenceOf(similarity.RAG_QUERY, similarity.RAG_QUERY - similarity.OUT_OF_SCOPE),
    };
  }
  return { intent: 'OUT_OF_SCOPE', confidence: 1 - Math.min(1, Math.max(certainty, answerConfidence)) };
}

function confidenceOf(similarity: number, margin: number): number {
  return 1 / (1 + Math.exp(-(8 * (similarity - SIMILARITY_THRESHOLD) + 4 * margin)));
}
