/**
 * How sure the recogniser must be (0..1) before its words are acted on. A wrong day costs the caller a trip; one
 * question more costs two seconds. Those of consent stand in `consent.ts`.
 */
export const CONFIDENCE = {
  /** Below it a day or a time is read back at once, before the next question. */
  slot: 0.5,
  /** Below it a name that no list holds is asked for letter by letter. */
  name: 0.6,
} as const;
