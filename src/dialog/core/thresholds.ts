/**
 * How sure the recogniser must be (0..1) before its words are acted on. A wrong day costs the caller a trip; one
 * question more costs two seconds.
 */
export const CONFIDENCE = {
  /** Below it the words count as not understood. */
  usable: 0.25,
  /** Below it a day or a time is read back at once, before the next question. */
  slot: 0.5,
  /** Below it the "yes" that books is asked for again. */
  booking: 0.45,
  /** Below it an intent is not acted on. */
  intent: 0.35,
  /** Below it an intent that leads away from an open question is not acted on. */
  intentElsewhere: 0.75,
} as const;
