/** What retrieval knows about how well it did. All 0..1 (cosines can be slightly negative). */
export interface Evidence {
  /** Best cosine between the question and a retrieved passage. */
  readonly passageSimilarity: number;
  /** Best cosine between the question and a sentence of the retrieved passages. */
  readonly sentenceSimilarity: number;
  /** Weighted share of the question's content words that the answering passage and its headings hold. */
  readonly coverage: number;
}

/** Below this the knowledge base has no answer: the caller hears so, and no passage is read out. */
export const ANSWER_THRESHOLD = 0.5;

/** Logistic weights, fitted by test/eval/retrieval/calibrate.ts on the development questions. */
const MODEL = { bias: -6.2, passageSimilarity: 6, sentenceSimilarity: 6, coverage: 2.2 } as const;

/** Probability that the knowledge base answers the question. */
export function answerConfidence(evidence: Evidence): number {
  const z =
    MODEL.bias +
    MODEL.passageSimilarity * evidence.passageSimilarity +
    MODEL.sentenceSimilarity * evidence.sentenceSimilarity +
    MODEL.coverage * evidence.coverage;
  return 1 / (1 + Math.exp(-z));
}
