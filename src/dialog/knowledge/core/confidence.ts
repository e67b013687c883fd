/** What retrieval knows about how well it did. All 0..1 (cosines can be slightly negative). */
export interface Evidence {
  /** Cosine between the question and the answering sentence. */
  readonly sentenceSimilarity: number;
  /** Best cosine between the question and a heading or caller's question of the answering section. */
  readonly askedSimilarity: number;
  /** Weighted share of the question's content words that the answer and its section's questions hold. */
  readonly coverage: number;
}

/** Below this the knowledge base has no answer: the caller hears so, and no passage is read out. */
export const ANSWER_THRESHOLD = 0.5;

/** Logistic weights, fitted by test/eval/retrieval/calibrate.ts on the development questions. */
const MODEL = { bias: -5.14, sentence: 1.7, nearest: 3.23, coverage: 4.8 } as const;

/** The values that {@link answerConfidence} weighs, in the order of its weights. */
export function confidenceFeatures(
  evidence: Evidence,
): readonly [sentence: number, nearest: number, coverage: number] {
  const { sentenceSimilarity, askedSimilarity, coverage } = evidence;
  // A section without headings and questions is as near as its sentence.
  return [sentenceSimilarity, Math.max(sentenceSimilarity, askedSimilarity), coverage];
}

/** Probability that the extracted answer is right. */
export function answerConfidence(evidence: Evidence): number {
  const [sentence, nearest, coverage] = confidenceFeatures(evidence);
  const z = MODEL.bias + MODEL.sentence * sentence + MODEL.nearest * nearest + MODEL.coverage * coverage;
  return 1 / (1 + Math.exp(-z));
}
