import type { Locale } from './locale.js';

/** Something callers name in several ways. */
export interface NamedThing {
  readonly id: string;
  /** As it is spoken. */
  readonly name: string;
  /** Other words for it, lower case. */
  readonly aliases: readonly string[];
}

/** The words of a pack and its locale, as plain data: what readers know beside grammar. */
export interface Lexicon {
  readonly locale: Locale;
  readonly services: readonly NamedThing[];
  readonly staff: readonly NamedThing[];
  /** What callers call the people of this trade: "agent", "nurse". */
  readonly personWords: readonly string[];
  /** What callers call an appointment here: "visit", "session". */
  readonly appointmentWords: readonly string[];
  /** Sayings of the trade that mean an alert of their own ("the gas is leaking"), by alert. */
  readonly alerts: Readonly<Partial<Record<'emergency' | 'self_harm' | 'violence', readonly string[]>>>;
  /** How words of the trade are spoken: `{ word: "SQL", say: "sequel" }`. */
  readonly pronunciations: readonly { readonly word: string; readonly say: string }[];
}
