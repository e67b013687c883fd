import type { DecodedTokens } from './greedy.js';

/**
 * Logistic model of the chance that a transcript is right word for word, fitted on human utterances over G.711;
 * docs/speech.md has the fit and its calibration error.
 */
const WEIGHTS = {
  intercept: 3.2,
  meanLogProb: 4.0,
  minLogProb: 0.9,
} as const;

/**
 * Confidence of what was decoded, 0..1: about the share of such transcripts that are right.
 *
 * @param parts - the segments of one utterance
 */
export function confidenceOf(parts: readonly DecodedTokens[]): number {
  const logProbs = parts.flatMap((part) => part.logProbs);
  if (logProbs.length === 0) return 0;
  const mean = logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
  const min = Math.max(-6, Math.min(...logProbs));
  const score = WEIGHTS.intercept + WEIGHTS.meanLogProb * mean + WEIGHTS.minLogProb * min;
  const looped = parts.some((part) => part.stop === 'repetition' || part.stop === 'length');
  return (1 / (1 + Math.exp(-score))) * (looped ? 0.5 : 1);
}
