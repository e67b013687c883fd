import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import { MONTHS, WEEKDAYS } from './repair.js';
import type { Token } from './tokens.js';
import { matchNamedDay } from './named-days.js';

/** What a stretch of words says about the day. */
export type DateValue =
  | {
      readonly kind: 'date';
      readonly date: LocalDate;
      /** The weekday that was said when it is not the weekday of the date. */
      readonly saidWeekday?: number;
    }
  /** "next week", "in December": a stretch of days, both ends included. */
  | { readonly kind: 'days'; readonly from: LocalDate; readonly to: LocalDate }
  /** "the 31st of February". */
  | { readonly kind: 'no_such_day' };

/** A match: how many tokens it takes and what they mean. */
export interface DateMatch {
  readonly length: number;
  readonly value: DateValue;
}

/** What a date is read against. */
export interface DateReference {
  readonly today: LocalDate;
  /** Days that were talked about ("next week"); a weekday is looked for in them first. */
  readonly within?: { readonly from: LocalDate; readonly to: LocalDate };
  /** True when a day was asked for: "the 24" is one then, although the recogniser lost its "th". */
  readonly expected?: boolean;
}

const dateMatch = (length: number, date: LocalDate): DateMatch => ({ length, value: { kind: 'date', date } });

/** Reads a day that begins at token `i`. */
export function matchDate(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const named = matchNamedDay(tokens, i, ref.today);
  if (named !== undefined) return dateMatch(named.length, named.date);
  return (
    matchDayOffset(tokens, i, ref) ??
    matchWeekdayPhrase(tokens, i, ref) ??
    matchCalendarDay(tokens, i, ref) ??
    matchStretch(tokens, i, ref)
  );
}

const wordAt = (tokens: readonly Token[], i: number): string => tokens[i]?.word ?? '';
const phrase = (tokens: readonly Token[], i: number, text: string): boolean => {
  const words = text.split(' ');
  return words.every((word, k) => wordAt(tokens, i + k) === word);
};

/** "today", "tomorrow", "the day after tomorrow", "in three days", "a week from Monday", "two weeks from today". */
function matchDayOffset(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const lead = wordAt(tokens, i) === 'the' || wordAt(tokens, i) === 'a' ? 1 : 0;
  if (phrase(tokens, i + lead, 'day after tomorrow')) return dateMatch(lead + 3, addDays(ref.today, 2));
  if (phrase(tokens, i + lead, 'day before yesterday')) return dateMatch(lead + 3, addDays(ref.today, -2));
  switch (wordAt(tokens, i)) {
    case 'today':
    case 'tonight': {
      return dateMatch(1, ref.today);
    }
    case 'tomorrow': {
      return dateMatch(1, addDays(ref.today, 1));
    }
    case 'yesterday': {
      return dateMatch(1, addDays(ref.today, -1));
    }
    default: {
      return phrase(tokens, i, 'this morning') ||
        phrase(tokens, i, 'this afternoon') ||
        phrase(tokens, i, 'this evening')
        ? dateMatch(1, ref.today)
        : matchCountedDays(tokens, i, ref);
    }
  }
}

function matchCountedDays(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const lead = wordAt(tokens, i) === 'in' ? 1 : 0;
  let at = i + lead;
  if (wordAt(tokens, at) === 'exactly') at++;
  const fortnight = wordAt(tokens, at) === 'a' && wordAt(tokens, at + 1) === 'fortnight';
  const count = fortnight
    ? 2
    : wordAt(tokens, at) === 'a' || wordAt(tokens, at) === 'one'
      ? 1
      : wordAt(tokens, at) === 'couple'
        ? 2
        : tokens[at]?.num;
  if (count === undefined || count > 400) return undefined;
  const unit = fortnight ? 'weeks' : wordAt(tokens, at + 1);
  if (!/^(days?|weeks?|months?)$/.test(unit)) return undefined;
  const end = at + 2;
  const shift = (from: LocalDate): LocalDate =>
    unit.startsWith('month')
      ? addMonths(from, count)
      : addDays(from, unit.startsWith('week') ? 7 * count : count);
  const link = wordAt(tokens, end);
  if (link === 'from' || link === 'after') {
    if (wordAt(tokens, end + 1) === 'now') return dateMatch(end + 2 - i, shift(ref.today));
    const base = matchDate(tokens, end + 1, ref);
    if (base?.value.kind === 'date') return dateMatch(end + 1 + base.length - i, shift(base.value.date));
    return undefined;
  }
  if (lead === 1 || link === 'later') return dateMatch(end + (lead === 1 ? 0 : 1) - i, shift(ref.today));
  return undefined;
}

/** ISO weekday of a token, `undefined` when it names none. */
export function weekdayAt(tokens: readonly Token[], i: number): number | undefined {
  const word = wordAt(tokens, i);
  const index = WEEKDAYS.findIndex((day) => word === day || word === `${day}s`);
  return index < 0 ? undefined : index + 1;
}

/** "Tuesday", "next Tuesday", "Tuesday next week", "Tuesday the 24th", "Tuesday, November 24th". */
function matchWeekdayPhrase(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  let at = i;
  let which = '';
  if (wordAt(tokens, at) === 'the' && ['next', 'following', 'coming'].includes(wordAt(tokens, at + 1))) at++;
  if (['next', 'this', 'coming', 'following', 'upcoming'].includes(wordAt(tokens, at))) {
    which = wordAt(tokens, at);
    at++;
    if (which === 'this' && ['coming', 'next'].includes(wordAt(tokens, at))) at++;
    if (wordAt(tokens, at) === 'week' && which !== 'coming') {
      const named = wordAt(tokens, at + 1) === 'on' ? at + 2 : at + 1;
      const day = weekdayAt(tokens, named);
      return day === undefined
        ? undefined
        : dateMatch(named + 1 - i, inWeek(ref.today, which === 'this' ? 0 : 1, day));
    }
  }
  const weekday = weekdayAt(tokens, at);
  if (weekday === undefined) return undefined;
  at++;
  if (which === '') {
    const exact = matchExactAfterWeekday(tokens, at, weekday, ref, i);
    if (exact !== undefined) return exact;
  }
  for (const [words, weeks] of [
    ['of next week', 1],
    ['next week', 1],
    ['of this week', 0],
    ['this week', 0],
    ['the week after next', 2],
    ['week after next', 2],
    ['after next', 2],
  ] as const) {
    if (phrase(tokens, at, words)) {
      return dateMatch(at + words.split(' ').length - i, inWeek(ref.today, weeks, weekday));
    }
  }
  return dateMatch(at - i, resolveWeekday(weekday, which, ref));
}

function matchExactAfterWeekday(
  tokens: readonly Token[],
  at: number,
  weekday: number,
  ref: DateReference,
  start: number,
): DateMatch | undefined {
  const exact = matchCalendarDay(tokens, at, ref, weekday);
  if (exact === undefined) return undefined;
  const length = at + exact.length - start;
  if (exact.value.kind !== 'date') return { length, value: exact.value };
  const date = exact.value.date;
  return {
    length,
    value: { kind: 'date', date, ...(weekdayOf(date) === weekday ? {} : { saidWeekday: weekday }) },
  };
}

function resolveWeekday(weekday: number, which: string, ref: DateReference): LocalDate {
  const ahead = (weekday - weekdayOf(ref.today) + 7) % 7;
  if (which === 'next') return inWeek(ref.today, 1, weekday);
  if (which === '' && ref.within !== undefined) {
    const inside = addDays(ref.within.from, (weekday - weekdayOf(ref.within.from) + 7) % 7);
    if (inside <= ref.within.to) return inside;
  }
  // On a Tuesday "Tuesday" is a week away: a caller who means the same day says "today".
  return addDays(ref.today, ahead === 0 ? 7 : ahead);
}

/** The weekday in the calendar week (Monday first) that is `weeks` after the week of `today`. */
function inWeek(today: LocalDate, weeks: number, weekday: number): LocalDate {
  return addDays(today, weekday - weekdayOf(today) + 7 * weeks);
}

function monthAt(tokens: readonly Token[], i: number): number | undefined {
  const index = (MONTHS as readonly string[]).indexOf(wordAt(tokens, i));
  return index < 0 ? undefined : index + 1;
}

/** "November 24th", "the 24th of November", "the 24th", "11/24", "the third of next month". */
function matchCalendarDay(
  tokens: readonly Token[],
  i: number,
  ref: DateReference,
  saidWeekday?: number,
): DateMatch | undefined {
  const numeric = tokens[i]?.numericDate;
  if (numeric !== undefined) {
    return resolveDay(1, numeric.month, numeric.day, numeric.year, ref, saidWeekday);
  }
  const the = wordAt(tokens, i) === 'the' ? 1 : 0;
  return (
    matchMonthFirst(tokens, i, ref, saidWeekday) ??
    matchDayFirst(tokens, i, the, ref, saidWeekday) ??
    matchBareOrdinal(tokens, i, the, ref, saidWeekday)
  );
}

function matchMonthFirst(
  tokens: readonly Token[],
  i: number,
  ref: DateReference,
  saidWeekday: number | undefined,
): DateMatch | undefined {
  const month = monthAt(tokens, i);
  if (month === undefined) return undefined;
  let at = i + 1;
  if (wordAt(tokens, at) === 'the') at++;
  const day = dayNumber(tokens, at, true);
  if (day === undefined) return undefined;
  // "March 11 30" has no year; "may 3 pm" no day.
  if (tokens[at]?.ord === undefined && ['am', 'pm', 'oclock'].includes(wordAt(tokens, at + 1))) {
    return undefined;
  }
  at++;
  const year = yearAt(tokens, at);
  return resolveDay(at + (year?.length ?? 0) - i, month, day, year?.value, ref, saidWeekday);
}

function matchDayFirst(
  tokens: readonly Token[],
  i: number,
  the: number,
  ref: DateReference,
  saidWeekday: number | undefined,
): DateMatch | undefined {
  const day = dayNumber(tokens, i + the, true);
  if (day === undefined) return undefined;
  let at = i + the + 1;
  const of = wordAt(tokens, at) === 'of' ? 1 : 0;
  const month = monthAt(tokens, at + of);
  if (month !== undefined) {
    // "three may" hardly ever is a date, "3 May" and "third may" are.
    at += of + 1;
    const year = yearAt(tokens, at);
    return resolveDay(at + (year?.length ?? 0) - i, month, day, year?.value, ref, saidWeekday);
  }
  const rest = at + of;
  const next = phrase(tokens, rest, 'next month');
  if (next || phrase(tokens, rest, 'this month') || phrase(tokens, rest, 'the month')) {
    const { year, month: thisMonth } = dateParts(next ? addMonths(ref.today, 1) : ref.today);
    return resolveDay(rest + 2 - i, thisMonth, day, year, ref, saidWeekday);
  }
  return undefined;
}

/** "the 24th", "the twenty fourth", "on the fifth"; a plain "second" needs its article. */
function matchBareOrdinal(
  tokens: readonly Token[],
  i: number,
  the: number,
  ref: DateReference,
  saidWeekday: number | undefined,
): DateMatch | undefined {
  const token = tokens[i + the];
  const lostEnding =
    the === 1 && ref.expected === true && !['am', 'pm', 'oclock'].includes(wordAt(tokens, i + the + 1));
  const day = token?.ord ?? (lostEnding || (saidWeekday !== undefined && the === 1) ? token?.num : undefined);
  if (day === undefined || day < 1 || day > 31) return undefined;
  if (the === 0 && token?.digits !== true && saidWeekday === undefined && wordAt(tokens, i - 1) !== 'on') {
    return undefined;
  }
  if (NOT_A_DAY.has(wordAt(tokens, i + the + 1))) return undefined;
  for (let months = 0; months < 12; months++) {
    const { year, month } = dateParts(addMonths(`${ref.today.slice(0, 8)}01`, months));
    const date = makeDate(year, month, day);
    if (date === undefined || date < ref.today) continue;
    // "Tuesday the third" is the next third that is a Tuesday, when one comes within three months.
    if (saidWeekday !== undefined && weekdayOf(date) !== saidWeekday && months < 3) continue;
    if (saidWeekday === undefined || weekdayOf(date) === saidWeekday) return dateMatch(the + 1, date);
    break;
  }
  return saidWeekday === undefined ? undefined : matchBareOrdinal(tokens, i, the, ref, undefined);
}

/** Words after an ordinal that make it an ordinal of something else: "the first year", "a second major". */
const NOT_A_DAY = new Set([
  'year',
  'semester',
  'time',
  'one',
  'major',
  'minor',
  'class',
  'option',
  'appointment',
  'available',
  'slot',
  'thing',
  'question',
  'opening',
  'choice',
  'floor',
  'name',
  'week',
]);

function dayNumber(tokens: readonly Token[], i: number, allowCardinal: boolean): number | undefined {
  const token = tokens[i];
  const day = token?.ord ?? (allowCardinal ? token?.num : undefined);
  return day !== undefined && day >= 1 && day <= 31 ? day : undefined;
}

/** "2026", "twenty twenty six", "two thousand twenty six". */
function yearAt(
  tokens: readonly Token[],
  i: number,
): { readonly value: number; readonly length: number } | undefined {
  const first = tokens[i]?.num;
  if (first === undefined) return undefined;
  if (tokens[i]?.digits === true) {
    return first >= 1900 && first < 2200 ? { value: first, length: 1 } : undefined;
  }
  const second = tokens[i + 1]?.num;
  if (first === 20 && second !== undefined && second >= 10 && second < 100) {
    return { value: 2000 + second, length: 2 };
  }
  if (first === 2 && wordAt(tokens, i + 1) === 'thousand') {
    const and = wordAt(tokens, i + 2) === 'and' ? 1 : 0;
    const tail = tokens[i + 2 + and]?.num;
    return tail !== undefined && tail < 100
      ? { value: 2000 + tail, length: 3 + and }
      : { value: 2000, length: 2 };
  }
  return undefined;
}

function resolveDay(
  length: number,
  month: number,
  day: number,
  year: number | undefined,
  ref: DateReference,
  saidWeekday: number | undefined,
): DateMatch {
  const { year: thisYear } = dateParts(ref.today);
  if (year !== undefined) {
    const date = makeDate(year, month, day);
    return { length, value: date === undefined ? { kind: 'no_such_day' } : { kind: 'date', date } };
  }
  const candidates = [0, 1, 2, 3, 4]
    .map((ahead) => makeDate(thisYear + ahead, month, day))
    .filter((date): date is LocalDate => date !== undefined && date >= ref.today);
  const near = candidates[0];
  if (near === undefined) return { length, value: { kind: 'no_such_day' } };
  const matching = candidates.find((date) => saidWeekday === undefined || weekdayOf(date) === saidWeekday);
  const chosen = matching !== undefined && matching.slice(0, 4) <= String(thisYear + 1) ? matching : near;
  return dateMatch(length, chosen);
}

/** "next week", "this week", "the week after next", "next month", "in December", "the weekend". */
function matchStretch(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const monday = inWeek(ref.today, 0, 1);
  const days = (length: number, from: LocalDate, to: LocalDate): DateMatch => ({
    length,
    value: { kind: 'days', from: from < ref.today ? ref.today : from, to },
  });
  const weeks = (length: number, ahead: number): DateMatch =>
    days(length, addDays(monday, 7 * ahead), addDays(monday, 7 * ahead + 6));
  if (phrase(tokens, i, 'the week after next')) return weeks(4, 2);
  if (phrase(tokens, i, 'week after next')) return weeks(3, 2);
  if (phrase(tokens, i, 'next week')) return weeks(2, 1);
  if (phrase(tokens, i, 'the following week')) return weeks(3, 1);
  if (phrase(tokens, i, 'this week') || phrase(tokens, i, 'the week')) return weeks(2, 0);
  if (/^weekends?$/.test(wordAt(tokens, i))) {
    const ahead = wordAt(tokens, i - 1) === 'next' ? 1 : 0;
    return days(1, addDays(monday, 7 * ahead + 5), addDays(monday, 7 * ahead + 6));
  }
  if (phrase(tokens, i, 'next month')) return monthStretch(2, addMonths(ref.today, 1), ref);
  if (phrase(tokens, i, 'this month')) return monthStretch(2, ref.today, ref);
  const month = monthAt(tokens, i);
  if (
    month === undefined ||
    !['in', 'during', 'of', 'mid', 'early', 'late'].includes(wordAt(tokens, i - 1))
  ) {
    return undefined;
  }
  const { year, month: now } = dateParts(ref.today);
  const first = makeDate(month < now ? year + 1 : year, month, 1);
  return first === undefined ? undefined : monthStretch(1, first, ref);
}

function monthStretch(length: number, inMonth: LocalDate, ref: DateReference): DateMatch {
  const from = `${inMonth.slice(0, 8)}01`;
  const to = addDays(addMonths(from, 1), -1);
  return { length, value: { kind: 'days', from: from < ref.today ? ref.today : from, to } };
}
