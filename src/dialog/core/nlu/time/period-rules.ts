import { firstOf, inWeek, monthSpan, nextNamedDay, nthWeekday } from './calendar.js';
import { dateOf } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import type { Days, Period } from './values.js';

const yearSpan = (year: number): Days => ({ from: `${year}-01-01`, to: `${year}-12-31` });

const weekendOf = (monday: LocalDate): Days => ({ from: addDays(monday, 5), to: addDays(monday, 6) });

/** Whole weeks, weekends, months, quarters, seasons and years. */
export const PERIOD_RULES: readonly Rule[] = [
  rule('period', 'week', (m) => {
    const monday = m.get('week');
    return monday === undefined ? undefined : { kind: 'week', from: monday, to: addDays(monday, 6) };
  }),
  rule('period', 'monthOf', (m, c) => {
    const month = m.get('monthOf');
    return month === undefined ? undefined : { kind: 'month', ...monthSpan(firstOf(month, c.ref.today)) };
  }),
  rule('period', 'yearOf', (m) => {
    const year = m.get('yearOf');
    return year === undefined ? undefined : { kind: 'year', ...yearSpan(year) };
  }),
  rule('period', 'the? ord quarter of? yearOf?', (m, c) => quarterOf(m.get('ord'), m, c)),
  rule('period', 'quarterOfYear num of? yearOf?', (m, c) => quarterOf(m.get('num'), m, c)),
  rule('period', 'yearOf dash? quarterOfYear num', (m, c) => quarterOf(m.get('num'), m, c)),
  rule('period', 'halfYear num of? yearOf?', (m, c) => halfOf(m, c)),
  rule('period', 'yearOf dash? halfYear num', (m, c) => halfOf(m, c)),
  // "End of month": the article is left out after such words only.
  rule('period', 'weekWord', (_, c) => (isAfterPart(c) ? weekPeriod(inWeek(c.ref.today, 0, 1)) : undefined)),
  rule('period', 'monthWord', (_, c) =>
    isAfterPart(c)
      ? { kind: 'month', ...monthSpan(firstOf({ month: dateParts(c.ref.today).month }, c.ref.today)) }
      : undefined,
  ),
  rule('period', 'yearWord', (_, c) =>
    isAfterPart(c) ? { kind: 'year', ...yearSpan(dateParts(c.ref.today).year) } : undefined,
  ),
  rule('period', 'weekend', (_, c) =>
    c.follows('on') || c.ref.expectsDate === true
      ? { kind: 'weekend', ...weekendOf(inWeek(c.ref.today, 0, 1)) }
      : undefined,
  ),
  rule('period', 'the? next|this|last quarter', (m, c) => {
    const { year, month } = dateParts(c.ref.today);
    const index = year * 4 + Math.floor((month - 1) / 3) + (m.has('next') ? 1 : m.has('last') ? -1 : 0);
    return quarterSpan(Math.floor(index / 4), (index % 4) + 1);
  }),
  rule('period', 'the? next|this|last? season of? yearOf?', (m, c) => seasonOf(m, c)),
  rule('period', 'yearOf season', (m, c) => seasonOf(m, c)),
  // "This work week" ends on Friday.
  rule('period', 'the? next|this|last business weekWord', (m, c) => {
    const monday = inWeek(c.ref.today, m.has('next') ? 1 : m.has('last') ? -1 : 0, 1);
    return { kind: 'week', from: monday, to: addDays(monday, 4) };
  }),
  rule('period', 'the|this|coming weekend', (_, c) => ({
    kind: 'weekend',
    ...weekendOf(inWeek(c.ref.today, 0, 1)),
  })),
  rule('period', 'the? next|last weekend', (m, c) => ({
    kind: 'weekend',
    ...weekendOf(inWeek(c.ref.today, m.has('next') ? 1 : -1, 1)),
  })),
  rule('period', 'the? weekend after next', (_, c) => ({
    kind: 'weekend',
    ...weekendOf(inWeek(c.ref.today, 2, 1)),
  })),
  rule('period', 'the? weekend of looseDay', (m) => {
    const date = dateOf(m.get('looseDay'));
    return date === undefined ? undefined : { kind: 'weekend', ...weekendOf(inWeek(date, 0, 1)) };
  }),
  rule('period', 'the? weekend after|before looseDay', (m) => {
    const date = dateOf(m.get('looseDay'));
    if (date === undefined) return undefined;
    const late = weekdayOf(date) >= 6;
    const weeks = m.has('after') ? (late ? 1 : 0) : -1;
    return { kind: 'weekend', ...weekendOf(inWeek(date, weeks, 1)) };
  }),
  rule('period', 'the? ord|last weekend of|in monthOf', (m, c) => {
    const month = m.get('monthOf');
    const nth = m.has('last') ? -1 : (m.get('ord') ?? 1);
    const saturday =
      month === undefined ? undefined : nthWeekday(monthSpan(firstOf(month, c.ref.today)), 6, nth);
    return saturday === undefined ? undefined : { kind: 'weekend', from: saturday, to: addDays(saturday, 1) };
  }),
  rule('period', 'namedDay weekend', (m, c) => {
    const named = m.get('namedDay');
    const date = named === undefined ? undefined : nextNamedDay(named, c.ref.today);
    return date === undefined ? undefined : holidayWeekend(date);
  }),
];

/** "H1 2026", "2026-H2". */
function halfOf(m: Captures, c: Span): Period | undefined {
  const half = m.get('num');
  const year = m.get('yearOf') ?? dateParts(c.ref.today).year;
  if (half !== 1 && half !== 2) return undefined;
  return half === 1
    ? { kind: 'year', from: `${year}-01-01`, to: `${year}-06-30` }
    : { kind: 'year', from: `${year}-07-01`, to: `${year}-12-31` };
}

/** A Monday that is free belongs to the weekend before it. */
function holidayWeekend(date: LocalDate): Period {
  const { from, to } = weekendOf(inWeek(date, weekdayOf(date) <= 2 ? -1 : 0, 1));
  return { kind: 'weekend', from, to: weekdayOf(date) === 1 ? date : to };
}

const weekPeriod = (monday: LocalDate): Period => ({ kind: 'week', from: monday, to: addDays(monday, 6) });

const isAfterPart = (c: Span): boolean =>
  c.follows('early') || c.follows('middle') || c.follows('late') || c.follows('end') || c.follows('rest');

function quarterSpan(year: number, quarter: number): Period | undefined {
  const from = makeDate(year, 3 * quarter - 2, 1);
  if (from === undefined || quarter < 1 || quarter > 4) return undefined;
  return { kind: 'year', from, to: addDays(addMonths(from, 3), -1) };
}

function quarterOf(quarter: number | undefined, m: Captures, c: Span): Period | undefined {
  return quarter === undefined
    ? undefined
    : quarterSpan(m.get('yearOf') ?? dateParts(c.ref.today).year, quarter);
}

function seasonOf(m: Captures, c: Span): Period | undefined {
  const season = m.get('season');
  if (season === undefined) return undefined;
  const led =
    m.has('next') || m.has('this') || m.has('last') || m.has('the') || m.has('yearOf') || c.follows('in');
  if (c.lexicon.ambiguous(c.tokens[c.to - 1]) && !led) return undefined;
  const { today } = c.ref;
  const span = (year: number): Days => {
    const from = makeDate(year, season.fromMonth, 1) ?? today;
    const months = ((season.toMonth - season.fromMonth + 12) % 12) + 1;
    return { from, to: addDays(addMonths(from, months), -1) };
  };
  const said = m.get('yearOf');
  const year = dateParts(today).year;
  if (said !== undefined) return { kind: 'year', ...span(said) };
  const coming = [year - 1, year, year + 1].find((candidate) => span(candidate).to >= today) ?? year;
  if (m.has('last')) return { kind: 'year', ...span(coming - 1) };
  const running = span(coming).from <= today;
  return { kind: 'year', ...span(m.has('next') && running ? coming + 1 : coming) };
}
