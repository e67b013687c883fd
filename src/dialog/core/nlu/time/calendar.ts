import type { NamedDay } from './calendar-words.js';
import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import { dayOfCalendar } from './other-calendars.js';
import type { TimeReference } from './types.js';
import type { DayReading, Days, Length, MonthOfYear } from './values.js';

/** How far an open end reaches: "any time after the tenth". */
export const HORIZON_DAYS = 365;

export const NO_SUCH_DAY = { kind: 'no_such_day' } as const;

/** A day that may not exist. */
export const reading = (date: LocalDate | undefined): DayReading =>
  date === undefined ? NO_SUCH_DAY : { kind: 'date', date };

/** First day of the month. */
export const monthStart = (date: LocalDate): LocalDate => `${date.slice(0, 8)}01`;

/** The weekday in the calendar week (Monday first) that is `weeks` after the week of `date`. */
export const inWeek = (date: LocalDate, weeks: number, weekday: number): LocalDate =>
  addDays(date, weekday - weekdayOf(date) + 7 * weeks);

/** The first `weekday` after `date`, never `date` itself. */
export const weekdayAfter = (date: LocalDate, weekday: number): LocalDate =>
  addDays(date, ((weekday - weekdayOf(date) + 6) % 7) + 1);

/** The last `weekday` before `date`, never `date` itself. */
export const weekdayBefore = (date: LocalDate, weekday: number): LocalDate =>
  addDays(date, -(((weekdayOf(date) - weekday + 6) % 7) + 1));

/** Moves a day; months first, then days. */
export const moved = (date: LocalDate, length: Length, sign: 1 | -1): LocalDate =>
  addDays(addMonths(date, sign * length.months), sign * length.days);

/** The day `count` working days (Monday to Friday) after `date`. */
export function addWorkingDays(date: LocalDate, count: number): LocalDate {
  let found = date;
  for (let left = Math.min(count, 400); left > 0;) {
    found = addDays(found, 1);
    if (weekdayOf(found) <= 5) left--;
  }
  return found;
}

/** The month as a stretch of days. */
export function monthSpan(first: LocalDate): Days {
  return { from: first, to: addDays(addMonths(first, 1), -1) };
}

/** The first day of a month; without a year the one that is running or comes next. */
export function firstOf(month: MonthOfYear, today: LocalDate): LocalDate {
  const { year, month: now } = dateParts(today);
  const chosen = month.year ?? (month.month < now ? year + 1 : year);
  return makeDate(chosen, month.month, 1) ?? monthStart(today);
}

/** A day of a month; without a year the next one that is not past, within four years for February 29th. */
export function dayOf(month: MonthOfYear, day: number, ref: TimeReference): DayReading {
  if (month.year !== undefined) return reading(makeDate(month.year, month.month, day));
  const { year } = dateParts(ref.today);
  for (let ahead = 0; ahead <= 4; ahead++) {
    const date = makeDate(year + ahead, month.month, day);
    if (date !== undefined && date >= ref.today) return { kind: 'date', date };
  }
  return NO_SUCH_DAY;
}

/** "The fourth": in the days that were talked about, in the month last named, else the next fourth. */
export function bareDayOf(day: number, ref: TimeReference): DayReading {
  const { within, anchor, today } = ref;
  const months: LocalDate[] = [];
  if (within !== undefined) {
    for (let month = monthStart(within.from), k = 0; month <= within.to && k < 13; k++) {
      const date = dayInMonth(month, day);
      if (date !== undefined && date >= within.from && date <= within.to && date >= today) {
        return { kind: 'date', date };
      }
      month = addMonths(month, 1);
    }
  }
  if (anchor !== undefined) months.push(monthStart(anchor), addMonths(monthStart(anchor), 1));
  for (let k = 0; k < 4; k++) months.push(addMonths(monthStart(today), k));
  for (const month of months) {
    const date = dayInMonth(month, day);
    if (date !== undefined && date >= today) return { kind: 'date', date };
  }
  return NO_SUCH_DAY;
}

function dayInMonth(first: LocalDate, day: number): LocalDate | undefined {
  const { year, month } = dateParts(first);
  return makeDate(year, month, day);
}

/** The `nth` weekday of the days; counted from the end when negative; `undefined` when there are fewer. */
export function nthWeekday({ from, to }: Days, weekday: number, nth: number): LocalDate | undefined {
  const date =
    nth > 0
      ? addDays(weekdayAfter(addDays(from, -1), weekday), 7 * (nth - 1))
      : addDays(weekdayBefore(addDays(to, 1), weekday), 7 * (nth + 1));
  return date >= from && date <= to ? date : undefined;
}

/** A named day of a year. */
export function namedDayIn(named: NamedDay, year: number): LocalDate | undefined {
  const plus = named.plusDays ?? 0;
  if (named.easter !== undefined) return addDays(easterSunday(year), named.easter + plus);
  if (named.orthodox !== undefined) return addDays(orthodoxEaster(year), named.orthodox + plus);
  if (named.calendar !== undefined) {
    const found = dayOfCalendar(named.calendar, named.calendarMonth ?? '', named.day ?? 1, year);
    return found === undefined ? undefined : addDays(found, plus);
  }
  const first = makeDate(year, named.month ?? 1, 1);
  if (first === undefined) return undefined;
  const date =
    named.weekday === undefined
      ? makeDate(year, named.month ?? 1, named.day ?? 1)
      : nthWeekday(monthSpan(first), named.weekday, named.nth ?? 1);
  return date === undefined ? undefined : addDays(date, plus);
}

/** The named day that is today or comes next. */
export function nextNamedDay(named: NamedDay, today: LocalDate): LocalDate | undefined {
  const { year } = dateParts(today);
  return [year, year + 1, year + 2]
    .map((y) => namedDayIn(named, y))
    .find((d) => d !== undefined && d >= today);
}

/** Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus). */
function easterSunday(year: number): LocalDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return makeDate(year, month, ((h + l - 7 * m + 114) % 31) + 1) ?? '';
}

/** Easter Sunday of the Orthodox churches: by the Julian calendar (Meeus), thirteen days ahead of the Gregorian until 2099. */
function orthodoxEaster(year: number): LocalDate {
  const d = (19 * (year % 19) + 15) % 30;
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7;
  const month = Math.floor((d + e + 114) / 31);
  return addDays(makeDate(year, month, ((d + e + 114) % 31) + 1) ?? '', 13);
}

/** Thirds of a stretch: early, middle and late. */
export function partOfDays(
  { from, to }: Days,
  part: 'early' | 'middle' | 'late' | 'end',
  kind: 'week' | 'month' | 'year',
): Days {
  if (kind === 'week') {
    const [first, last] = { early: [0, 2], middle: [1, 3], late: [3, 6], end: [4, 6] }[part] as [
      number,
      number,
    ];
    return { from: addDays(from, first), to: addDays(from, last) };
  }
  if (kind === 'month') {
    if (part === 'early') return { from, to: addDays(from, 9) };
    if (part === 'middle') return { from: addDays(from, 10), to: addDays(from, 19) };
    return { from: addDays(from, 20), to };
  }
  const [first, months] = { early: [0, 6], middle: [4, 4], late: [6, 6], end: [8, 4] }[part] as [
    number,
    number,
  ];
  return { from: addMonths(from, first), to: addDays(addMonths(from, first + months), -1) };
}
