import { CONFIDENCE_WEIGHTS } from './confidence-weights.js';

/** What the confidence of an utterance is worked out from. Log units unless said otherwise. */
export interface ConfidenceCues {
  /** Mean log-probability per token of the chosen words. */
  readonly acoustic: number;
  /** Log-probability of their least likely token. */
  readonly lowest: number;
  /** Whether the chosen words are an expected sentence. */
  readonly expected: boolean;
  /** Whether they are one that stands in the place of another free reading. */
  readonly biased: boolean;
  /** How much less likely it is than that free reading; 0 when not `biased`. */
  readonly deficit: number;
  /** Distance to the expected sentence of another meaning that comes next, when the chosen one is expected. */
  readonly margin?: number | undefined;
  /** Tokens of the chosen words. */
  readonly tokens: number;
  /** Probability, 0..1, of there being no speech. */
  readonly noSpeech: number;
  /** Whether the words were cut off because the decoder had begun to loop. */
  readonly cut: boolean;
}

/** Names of the features, in the order of {@link CONFIDENCE_WEIGHTS}. */
export const CONFIDENCE_FEATURES = [
  'intercept',
  'acoustic',
  'lowest',
  'expected',
  'biased',
  'deficit',
  'margin',
  'log_tokens',
  'no_speech',
] as const;

/** Bounds: one impossible token must not outweigh all others, and a gap that is large enough is no larger. */
const LOWEST_ACOUSTIC = -4;
const LOWEST_TOKEN = -6;
const WIDEST_MARGIN = 4;
const WIDEST_DEFICIT = 6;

/** The cues as numbers, one for each of {@link CONFIDENCE_FEATURES}. */
export function confidenceFeatures(cues: ConfidenceCues): number[] {
  return [
    1,
    Math.max(LOWEST_ACOUSTIC, cues.acoustic),
    Math.max(LOWEST_TOKEN, cues.lowest),
    cues.expected ? 1 : 0,
    cues.biased ? 1 : 0,
    Math.min(WIDEST_DEFICIT, Math.max(0, cues.deficit)),
    cues.expected ? Math.min(WIDEST_MARGIN, Math.max(0, cues.margin ?? 0)) : 0,
    Math.log(1 + cues.tokens),
    cues.noSpeech,
  ];
}

/** Probability that the words are right, 0..1, by a logistic model that was fitted on recordings (docs/speech.md). */
export function confidenceOf(cues: ConfidenceCues): number {
  if (cues.tokens === 0) return 0;
  const score = confidenceFeatures(cues).reduce(
    (sum, value, index) => sum + value * (CONFIDENCE_WEIGHTS[index] ?? 0),
    0,
  );
  return (1 / (1 + Math.exp(-score))) * (cues.cut ? 0.5 : 1);
}
