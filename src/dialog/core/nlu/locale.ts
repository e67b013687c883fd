import type { CalendarWords } from './time/calendar-words.js';

/**
 * Data of one language and region, read from `locales/<id>/*.yaml`: every word list that readers and speakers use.
 * Plain data, so that it crosses threads; readers keep what they compile from it in a WeakMap.
 */
export interface Locale {
  /** BCP 47, such as `en-US`. */
  readonly id: string;
  /** `calendar.yaml`: read by `nlu/time`. */
  readonly calendar: CalendarWords;
  /** `names.yaml` and `vocabulary.yaml`: read by `nlu/readers`. */
  readonly names: NameWords;
  /**
   * Phrases by what they mean, from every other file of the folder (`answers.yaml`, `commands.yaml`, `social.yaml`,
   * `alerts.yaml`, `fillers.yaml`), in the notation of `nlu/phrases.ts`.
   */
  readonly phrases: Readonly<Record<string, readonly string[]>>;
}

export type { CalendarWords } from './time/calendar-words.js';

/** Names and the words around them, lower case but for the names themselves. What is left out is empty. */
export interface NameWords {
  /** Common given names, the commonest first. */
  readonly given: readonly string[];
  /** Common surnames, the commonest first. */
  readonly family: readonly string[];
  /** "mr", "doctor": dropped from a name; a surname follows. */
  readonly titles?: readonly string[];
  readonly suffixes?: readonly string[];
  /** "The third": behind a name it belongs to it and is no day. */
  readonly numerals?: readonly string[];
  /** "No, sorry": between a name and the one that was meant. */
  readonly repairs?: readonly string[];
  /** "Comma": between a surname and the first name behind it. */
  readonly inversions?: readonly string[];
  /** "van", "de la": within a name. */
  readonly particles?: readonly string[];
  /** "daughter", "boss": who a name may belong to. */
  readonly relations?: readonly string[];
  /** Phrases that are sure to bring a name: "my name is". */
  readonly introductions?: readonly string[];
  /** Phrases that bring a name or something else: "it's", "for". */
  readonly leads?: readonly string[];
  /** Introductions of somebody else: "her name is". */
  readonly others?: readonly string[];
  /** What may stand before and behind a name that was asked for. */
  readonly before?: readonly string[];
  readonly behind?: readonly string[];
  /** A name right behind one of these is spoken to, not introduced: "hello Ann". */
  readonly greetings?: readonly string[];
  /** Between "first name" and the name: "is". */
  readonly partVerbs?: readonly string[];
  /** "My": the relation that follows is the caller's. */
  readonly own?: readonly string[];
  /** "Not": the name that follows is the wrong one. */
  readonly notA?: readonly string[];
  /** Phrases after a name: "speaking". */
  readonly afterwards?: readonly string[];
  readonly givenPart?: readonly string[];
  readonly familyPart?: readonly string[];
  /** Words that are no name by themselves whatever else holds: exclamations, "nobody", weekdays. */
  readonly never?: readonly string[];
  /** Words that no name holds: pronouns, auxiliaries, prepositions. */
  readonly functionWords?: readonly string[];
  /** Everyday words that are given names, too: "grace", "will". */
  readonly wordNames?: readonly string[];
  /** Everyday words, the commonest first: an unlisted word that is none of them may be a name. */
  readonly vocabulary?: readonly string[];
}
