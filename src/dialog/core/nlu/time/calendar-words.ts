import type { OtherCalendar } from './other-calendars.js';
import type { Role } from './roles.js';

/** Words of days, times and numbers of one language: plain data, read from `locales/<id>/calendar.yaml`. */
export interface CalendarWords {
  /** January first; of each the name first, then other forms. */
  readonly months: readonly (readonly string[])[];
  /** Monday first; of each the name first, then other forms. */
  readonly weekdays: readonly (readonly string[])[];
  /** Forms of months, weekdays and seasons that are words of their own as well. */
  readonly ambiguous: readonly string[];
  readonly numbers: NumberWords;
  /** Spellings that are no words of their own, and what they stand for. */
  readonly spellings: Readonly<Record<string, string>>;
  /** One word that says two things. */
  readonly splits: Readonly<Record<string, readonly string[]>>;
  /** Words that are repaired when one letter is wrong, beside weekdays and long months. */
  readonly fuzzy: readonly string[];
  /** Words that are never repaired. */
  readonly notRepaired: readonly string[];
  /** Ending of "threeish"; it may stand alone. */
  readonly about: string;
  /** Words beside numbers that take that ending. */
  readonly aboutStems: readonly string[];
  /** Words after "2.30" that make it an amount. */
  readonly measures: readonly string[];
  /** Words and phrases by the role that the grammar gives them. */
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  /** "today" 0, "tomorrow" 1… */
  readonly dayOffsets: Readonly<Record<string, number>>;
  /** Words that a recogniser writes for a weekday, with the ISO weekday. */
  readonly misheardWeekdays: Readonly<Record<string, number>>;
  readonly weekdayGroups: readonly {
    readonly words: readonly string[];
    readonly weekdays: readonly number[];
  }[];
  readonly partsOfDay: readonly DayPart[];
  /** Phrases that stand for a window of the day: "first thing", "after work". */
  readonly timesOfDay: readonly {
    readonly words: readonly string[];
    readonly fromMin: number;
    readonly toMin: number;
  }[];
  readonly namedDays: readonly NamedDay[];
  readonly seasons: readonly Season[];
  readonly units: readonly TimeUnit[];
}

/** A part of the day that a time is narrowed to; minutes after local midnight, ends excluded. */
export interface DayPart {
  readonly words: readonly string[];
  readonly span: MinuteSpan;
  readonly early: MinuteSpan;
  readonly middle: MinuteSpan;
  readonly late: MinuteSpan;
  /** Half of the day that an hour beside it falls into; `night` is late, and early from midnight to five. */
  readonly half: 'am' | 'pm' | 'night';
}

export type MinuteSpan = readonly [fromMin: number, toMin: number];

/**
 * A day with a name: a fixed day, the `nth` weekday of a month (from the end when negative), days from Easter Sunday or from the Orthodox
 * one, or a day of another calendar.
 */
export interface NamedDay {
  readonly words: readonly string[];
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly weekday?: number | undefined;
  readonly nth?: number | undefined;
  readonly easter?: number | undefined;
  readonly orthodox?: number | undefined;
  readonly calendar?: OtherCalendar | undefined;
  /** Number of an Islamic month, English name of a Hebrew one. */
  readonly calendarMonth?: string | undefined;
  /** Days to add to the day that the rest gives. */
  readonly plusDays?: number | undefined;
}

/** Whole months, both included; may run over the end of the year. */
export interface Season {
  readonly words: readonly string[];
  readonly fromMonth: number;
  readonly toMonth: number;
}

/** A unit of time; exactly one of the lengths is given. */
export interface TimeUnit {
  readonly words: readonly string[];
  readonly minutes?: number | undefined;
  readonly days?: number | undefined;
  readonly months?: number | undefined;
}

/** Number words. */
export interface NumberWords {
  readonly units: Readonly<Record<string, number>>;
  readonly teens: Readonly<Record<string, number>>;
  readonly tens: Readonly<Record<string, number>>;
  readonly ordinals: Readonly<Record<string, number>>;
  /** Words that only sound like a number. */
  readonly homophones: Readonly<Record<string, number>>;
}
