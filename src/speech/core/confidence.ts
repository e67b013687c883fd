import type { DecodedTokens } from './greedy.js';

/**
 * Logistic model of the share of right words, fitted on human utterances and single digits over G.711 and at
 * 16 kHz; docs/speech.md has its calibration.
 */
const INTERCEPT = 3;
const MEAN_LOG_PROB_WEIGHT = 3.7;
const MIN_LOG_PROB_WEIGHT = 0.3;
/** One impossible token must not outweigh all others. */
const LOWEST_LOG_PROB = -6;

/**
 * Confidence of what was decoded, 0..1: the share of right words to be expected.
 *
 * @param parts - the segments of one utterance
 */
export function confidenceOf(parts: readonly DecodedTokens[]): number {
  const logProbs = parts.flatMap((part) => part.logProbs);
  if (logProbs.length === 0) return 0;
  const mean = logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
  const min = Math.max(LOWEST_LOG_PROB, Math.min(...logProbs));
  const score = INTERCEPT + MEAN_LOG_PROB_WEIGHT * mean + MIN_LOG_PROB_WEIGHT * min;
  const looped = parts.some((part) => part.stop === 'repetition' || part.stop === 'length');
  return (1 / (1 + Math.exp(-score))) * (looped ? 0.5 : 1);
}
