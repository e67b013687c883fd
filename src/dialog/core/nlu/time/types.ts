import type { LocalDate } from './local-date.js';

/** What the words of a sentence are read against. */
export interface TimeReference {
  readonly today: LocalDate;
  /** Minutes after local midnight. */
  readonly nowMin: number;
  /** Days that were talked about, both ends included; a weekday or "the fourth" is looked for in them first. */
  readonly within?: { readonly from: LocalDate; readonly to: LocalDate };
  /** The day last named or offered: "the day after that", "a week later", "the same day", "the fourth then". */
  readonly anchor?: LocalDate;
  /** The time last named or offered, minutes after local midnight: "an hour later". */
  readonly anchorMin?: number;
  /** True when a day was asked for: "the 24" is one then, although the recogniser lost its "th". */
  readonly expectsDate?: boolean;
  /** True when a time was asked for: a bare "three" is one then. */
  readonly expectsTime?: boolean;
  /** Order of "4/5"; default `month_first`. */
  readonly order?: 'month_first' | 'day_first';
}

/** What a stretch of words says about day or time. */
export type TimeValue =
  | DateReading
  /** A stretch of days, both ends included: "next week", "in December", "between the tenth and the fourteenth". */
  | { readonly kind: 'days'; readonly from: LocalDate; readonly to: LocalDate }
  /** ISO weekdays, in order: "Mondays", "any Tuesday or Thursday", "weekdays". */
  | { readonly kind: 'weekdays'; readonly weekdays: readonly number[] }
  /** "the 31st of February", "the fifth Tuesday of January" when there are four. */
  | { readonly kind: 'no_such_day' }
  /** One time with every reading it can have, likeliest first: "three" is 15:00 and 3:00, "3 pm" only 15:00. */
  | {
      readonly kind: 'time';
      readonly minutes: readonly number[];
      /** Seconds after the minute, where they were said. */
      readonly second?: number;
    }
  /** Bounds in minutes after local midnight, `toMin` excluded: "in the afternoon", "after three". */
  | { readonly kind: 'window'; readonly fromMin: number; readonly toMin: number }
  /** "in two hours": counts from now. */
  | { readonly kind: 'from_now'; readonly minutes: number }
  /** "an hour later", "a week earlier" without an anchor: moves what was said before. */
  | { readonly kind: 'shift'; readonly minutes?: number; readonly days?: number; readonly months?: number }
  /** "an hour and a half", "a week and two days" where they stand alone; with `every` what comes again: "every two weeks", "quarterly". */
  | {
      readonly kind: 'duration';
      /** May be a fraction: "ninety seconds". */
      readonly minutes?: number;
      readonly days?: number;
      readonly months?: number;
      readonly every?: true;
    }
  /** "the earliest you have", "as soon as possible", "the latest". */
  | {
      readonly kind: 'extreme';
      readonly which: 'earliest' | 'latest';
      readonly of: 'slot' | 'day' | 'time';
    };

/** One day. */
export interface DateReading {
  readonly kind: 'date';
  readonly date: LocalDate;
  /** True when nothing but a weekday was said: "Tuesday". */
  readonly weekdayOnly?: true;
  /** ISO weekday that was said when it is not the date's: "Tuesday the ninth" when the ninth is a Wednesday. */
  readonly saidWeekday?: number;
  /** Other days that the words can mean: "next Friday" on a Monday, "4/5". */
  readonly alternatives?: readonly LocalDate[];
}

/** A day or a time in a sentence, with the tokens that say it. */
export interface TimeMention {
  readonly from: number;
  /** Token after the last one. */
  readonly to: number;
  /** True for "not Friday", "I can't do Mondays", "tomorrow doesn't work", "any day except Monday". */
  readonly excluded: boolean;
  readonly value: TimeValue;
  /** One of several that were joined by "or" ("ten or eleven"): none is chosen yet. */
  readonly either?: true;
  /** True when the words only sound like it: to be read back, never to be trusted. */
  readonly guess?: true;
}
