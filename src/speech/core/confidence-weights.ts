/** One weight for each of CONFIDENCE_FEATURES; written by training/confidence. */
export const CONFIDENCE_WEIGHTS: readonly number[] = [
  2.597, // intercept
  3.91, // acoustic
  0.693, // lowest
  1.093, // expected
  3.912, // biased
  0.0, // deficit
  0.0, // margin
  0.108, // log_tokens
  0.0, // no_speech
];
