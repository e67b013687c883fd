import type { DayPart, NamedDay, Season, TimeUnit } from './calendar-words.js';
import type { LocalDate } from './local-date.js';
import type { Role } from './roles.js';
import type { DateReading, TimeValue } from './types.js';

/** A length of time in the units that do not turn into each other. */
export interface Length {
  readonly minutes: number;
  readonly days: number;
  readonly months: number;
}

/** A stretch of days, both ends included. */
export interface Days {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** A whole week, weekend, month or year; quarters and seasons divide like years. */
export interface Period extends Days {
  readonly kind: 'week' | 'weekend' | 'month' | 'year';
}

/** A month, of a year when one was said. */
export interface MonthOfYear {
  readonly month: number;
  readonly year?: number;
  /** True when the words stand for a month by its place: "next month". */
  readonly relative?: true;
}

/** A time by the clock before a part of the day is taken into account. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  /** True when only one reading is possible: "14:30", "08:30", "noon". */
  readonly exact: boolean;
  /** True when the words can be nothing but a time, even without "at". */
  readonly certain: boolean;
  /** True when a word only sounds like the hour: "at free". */
  readonly guess?: true;
  readonly second?: number;
}

/** A time of day with its readings. */
export interface TimeReading {
  readonly minutes: readonly number[];
  readonly certain: boolean;
  readonly guess?: true;
  readonly second?: number;
}

export interface Window {
  readonly fromMin: number;
  readonly toMin: number;
}

export type DayReading = DateReading | { readonly kind: 'no_such_day' };

/** What a rule for a whole mention gives. */
export interface Reading {
  readonly value: TimeValue;
  /** "The day after": days from the day that was named before it, where the same sentence names one. */
  readonly daysOn?: number;
  readonly guess?: true;
}

/** Value of every symbol of the grammar: readings of tokens and words first, then what rules make of them. */
export interface Values extends Record<Role, true> {
  num: number;
  ord: number;
  weak: number;
  clock: {
    readonly hour: number;
    readonly minute: number;
    readonly padded: boolean;
    readonly second?: number;
  };
  digitClock: number;
  numericDate: {
    readonly year?: number;
    readonly month: number;
    readonly day: number;
    readonly iso: boolean;
  };
  numericMonth: { readonly year: number; readonly month: number };
  decimal: number;
  dash: true;
  anything: true;
  month: number;
  weekday: number;
  weekdayPlural: number;
  misheardWeekday: number;
  weekdayGroup: readonly number[];
  part: DayPart;
  spell: Window;
  namedDay: NamedDay;
  season: Season;
  unit: TimeUnit;
  dayOffset: number;

  count: number;
  year: number;
  monthOf: MonthOfYear;
  plainDay: DayReading;
  calendarDay: DayReading;
  bareDay: DayReading;
  weekdayDay: DayReading;
  looseDay: DayReading;
  day: DayReading;
  week: LocalDate;
  yearOf: number;
  period: Period;
  edge: Days;
  stretch: Days;
  dayBound: Days;
  lengthPart: Length;
  length: Length;
  weekdayItem: readonly number[];
  weekdayTail: readonly number[];
  weekdayList: readonly number[];
  hour: number;
  minute: number;
  looseBare: ClockTime;
  looseTime: TimeReading;
  halfOfDay: 'am' | 'pm' | 'night';
  looseMention: Reading;
  hourTail: ClockTime;
  bare: ClockTime;
  time: TimeReading;
  window: Window;
  mention: Reading;
}
