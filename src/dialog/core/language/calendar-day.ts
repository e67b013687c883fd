import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import { dateMatch, phrase, wordAt, type DateMatch, type DateReference } from './date-types.js';
import { MONTHS, WEEKDAYS } from './repair.js';
import type { Token } from './tokens.js';

/** Month 1-12 that a token names, `undefined` when it names none. */
export function monthAt(tokens: readonly Token[], i: number): number | undefined {
  const index = (MONTHS as readonly string[]).indexOf(wordAt(tokens, i));
  return index < 0 ? undefined : index + 1;
}

/** ISO weekday of a token, `undefined` when it names none. */
export function weekdayAt(tokens: readonly Token[], i: number): number | undefined {
  const word = wordAt(tokens, i);
  const index = WEEKDAYS.findIndex((day) => word === day || word === `${day}s`);
  return index < 0 ? undefined : index + 1;
}

/** "November 24th", "the 24th of November", "the 24th", "11/24", "the third of next month". */
export function matchCalendarDay(
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
    matchNthWeekday(tokens, i + the, the, ref) ??
    matchMonthFirst(tokens, i, ref, saidWeekday) ??
    matchDayFirst(tokens, i, the, ref, saidWeekday) ??
    matchBareOrdinal(tokens, i, the, ref, saidWeekday)
  );
}

/** "the first Friday of July", "the last Monday in this month". */
function matchNthWeekday(
  tokens: readonly Token[],
  i: number,
  the: number,
  ref: DateReference,
): DateMatch | undefined {
  const count = wordAt(tokens, i) === 'last' ? -1 : tokens[i]?.ord;
  const weekday = weekdayAt(tokens, i + 1);
  if (count === undefined || count > 5 || weekday === undefined) return undefined;
  if (!['of', 'in'].includes(wordAt(tokens, i + 2))) return undefined;
  const inMonth = monthNameAt(tokens, i + 3, ref);
  if (inMonth === undefined) return undefined;
  const first = addDays(inMonth.first, (weekday - weekdayOf(inMonth.first) + 7) % 7);
  const last = addDays(addMonths(inMonth.first, 1), -1);
  const date =
    count > 0 ? addDays(first, 7 * (count - 1)) : addDays(last, -((weekdayOf(last) - weekday + 7) % 7));
  return dateMatch(the + 3 + inMonth.length, date);
}

/** The first day of "July", "next month", "this month", "the next month". */
function monthNameAt(
  tokens: readonly Token[],
  i: number,
  ref: DateReference,
): { readonly first: LocalDate; readonly length: number } | undefined {
  const thisFirst = `${ref.today.slice(0, 8)}01`;
  const the = wordAt(tokens, i) === 'the' ? 1 : 0;
  if (phrase(tokens, i + the, 'next month')) return { first: addMonths(thisFirst, 1), length: the + 2 };
  if (phrase(tokens, i + the, 'this month')) return { first: thisFirst, length: the + 2 };
  if (the === 1 && wordAt(tokens, i + 1) === 'month') return { first: thisFirst, length: 2 };
  const month = monthAt(tokens, i);
  if (month === undefined) return undefined;
  const { year, month: now } = dateParts(ref.today);
  const first = makeDate(month < now ? year + 1 : year, month, 1);
  return first === undefined ? undefined : { first, length: 1 };
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
  // "the third day of October"
  if (wordAt(tokens, at) === 'day' && wordAt(tokens, at + 1) === 'of') at++;
  const of = wordAt(tokens, at) === 'of' ? 1 : 0;
  const month = monthAt(tokens, at + of);
  if (month !== undefined) {
    at += of + 1;
    const year = yearAt(tokens, at);
    return resolveDay(at + (year?.length ?? 0) - i, month, day, year?.value, ref, saidWeekday);
  }
  const named = of === 1 ? monthNameAt(tokens, at + 1, ref) : undefined;
  if (named === undefined) return undefined;
  const { year, month: namedMonth } = dateParts(named.first);
  return resolveDay(at + 1 + named.length - i, namedMonth, day, year, ref, saidWeekday);
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
  const isLed = the === 1 || wordAt(tokens, i - 1) === 'on';
  // A muffled "Thursday" is written "thirty", see the weekday grammar.
  const lostEnding =
    isLed &&
    ref.expected === true &&
    (the === 1 || token?.word !== 'thirty') &&
    !['am', 'pm', 'oclock'].includes(wordAt(tokens, i + the + 1));
  const day = token?.ord ?? (lostEnding || (saidWeekday !== undefined && the === 1) ? token?.num : undefined);
  if (day === undefined || day < 1 || day > 31) return undefined;
  if (
    the === 0 &&
    token?.digits !== true &&
    saidWeekday === undefined &&
    wordAt(tokens, i - 1) !== 'on' &&
    ref.expected !== true
  ) {
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
  'thought',
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
