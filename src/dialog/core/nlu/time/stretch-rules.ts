import { addWorkingDays, bareDayOf, dayOf, HORIZON_DAYS, inWeek, moved, partOfDays } from './calendar.js';
import { countsSomething, dateOf } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { addDays, addMonths, dateParts, daysBetween, makeDate, type LocalDate } from './local-date.js';
import type { DayReading, Days } from './values.js';

/** A stretch that has begun goes on from today. */
const fromToday = ({ from, to }: Days, today: LocalDate): Days => ({
  from: from < today && to >= today ? today : from,
  to,
});

const partOf = (m: Captures): 'early' | 'middle' | 'late' | 'end' =>
  (['early', 'middle', 'late', 'end'] as const).find((part) => m.has(part)) ?? 'late';

/** "Next week", "in December", "the end of the month", "the first week of January", "the next three days". */
const STRETCHES: readonly Rule[] = [
  rule('stretch', 'in|during? period', (m, c) => {
    const period = m.get('period');
    return period === undefined || !isSurePeriod(m, c) ? undefined : fromToday(period, c.ref.today);
  }),
  rule('stretch', 'the? early|middle|late|end of|in? period', (m, c) => {
    const period = m.get('period');
    if (period === undefined) return undefined;
    const kind = period.kind === 'weekend' ? 'week' : period.kind;
    const part = partOf(m);
    return fromToday(partOfDays(period, part, kind), c.ref.today);
  }),
  rule('stretch', 'the? ord|last half of|in period', (m, c) => {
    const period = m.get('period');
    if (period === undefined || (m.get('ord') ?? 2) > 2) return undefined;
    const days = Math.floor((daysBetween(period.from, period.to) + 1) / 2);
    const middle = addDays(period.from, days);
    const first = m.get('ord') === 1;
    return fromToday(
      { from: first ? period.from : middle, to: first ? addDays(middle, -1) : period.to },
      c.ref.today,
    );
  }),
  rule('stretch', 'the? rest of period', (m, c) => {
    const period = m.get('period');
    return period === undefined ? undefined : fromToday(period, c.ref.today);
  }),
  rule('stretch', 'the? ord|last weekWord of|in period', (m, c) => weekInPeriod(m, c)),
  rule('stretch', 'the? ord last weekWord of|in period', (m, c) => weekInPeriod(m, c, -(m.get('ord') ?? 1))),
  rule('stretch', 'the? weekWord num', (m, c) => {
    const week = m.get('num') ?? 0;
    const isTimed = c.precedes('num') || c.precedes('clock') || c.precedes('weekday');
    return week < 1 || week > 53 || (countsSomething(c) && !isTimed)
      ? undefined
      : isoWeek(dateParts(c.ref.today).year, week);
  }),
  rule('stretch', 'the? ord weekWord of|in yearOf', (m) => isoWeek(m.get('yearOf') ?? 0, m.get('ord') ?? 0)),
  rule('stretch', 'in|within|during? the? next|coming length', (m, c) => {
    const length = m.get('length');
    const { today } = c.ref;
    if (length === undefined || length.minutes > 0) return undefined;
    return { from: m.has('within') ? today : addDays(today, 1), to: moved(today, length, 1) };
  }),
  rule('stretch', 'within length', (m, c) => {
    const length = m.get('length');
    const { today } = c.ref;
    return length === undefined || length.minutes > 0
      ? undefined
      : { from: today, to: moved(today, length, 1) };
  }),
  rule('stretch', 'in|within|during? the? last length', (m, c) => {
    const length = m.get('length');
    const { today } = c.ref;
    return length === undefined || length.minutes > 0
      ? undefined
      : { from: moved(today, length, -1), to: addDays(today, -1) };
  }),
  rule('stretch', 'in|within|during? the? next count business dayWord|unit', (m, c) => ({
    from: addDays(c.ref.today, 1),
    to: addWorkingDays(c.ref.today, m.get('count') ?? 1),
  })),
];

/** A month or year by itself needs a word that leads to it where it could be something else: "may", "2020". */
function isSurePeriod(m: Captures, c: Span): boolean {
  if (m.has('in') || m.has('during')) return true;
  const first = c.tokens[c.from];
  const isOneToken = c.to - c.from === 1;
  const isNumber = c.tokens.slice(c.from, c.to).every(({ num }) => num !== undefined);
  if (m.get('period')?.kind === 'year' && isNumber) return c.follows('in') || c.follows('of');
  if (m.get('period')?.kind === 'year' && isOneToken) {
    return m.get('period') !== undefined && !c.lexicon.ambiguous(first);
  }
  if (isOneToken && c.lexicon.ambiguous(first)) {
    const led = (['of', 'for', 'until', 'from', 'before', 'after', 'by', 'or'] as const).some((symbol) =>
      c.follows(symbol),
    );
    return led || (c.ref.expectsDate === true && c.tokens.length <= 2);
  }
  // "The year" and "the month" by themselves name none.
  const named = c.to - c.from === 2 && c.tokens[c.from]?.word === 'the';
  return !named || m.get('period')?.kind === 'week' || m.get('period')?.kind === 'weekend';
}

function isoWeek(year: number, week: number): Days | undefined {
  const fourth = makeDate(year, 1, 4);
  if (fourth === undefined || week < 1 || week > 53) return undefined;
  const from = inWeek(fourth, week - 1, 1);
  return { from, to: addDays(from, 6) };
}

/** A week belongs to the month that holds most of its days (ISO 8601 counts weeks of years so). */
function weekInPeriod(
  m: Captures,
  c: Span,
  nth = m.has('last') ? -1 : (m.get('ord') ?? 1),
): Days | undefined {
  const period = m.get('period');
  if (period === undefined || period.kind === 'week' || nth === 0) return undefined;
  const first = inWeek(addDays(period.from, 3), 0, 1);
  const last = inWeek(addDays(period.to, -3), 0, 1);
  const monday = nth > 0 ? addDays(first, 7 * (nth - 1)) : addDays(last, 7 * (nth + 1));
  if (monday < first || monday > last) return undefined;
  return fromToday({ from: monday, to: addDays(monday, 6) }, c.ref.today);
}

const LINK = 'and|to|through|until|dash';

/** "Between the tenth and the fourteenth", "Mon thru Wed", "the 13th to the 15th of July", "from January to March". */
const RANGES: readonly Rule[] = [
  rule('stretch', `between|from? month the? ord|num ${LINK} the? ord|num of? yearOf?`, (m, c) => {
    const month = m.get('month');
    const [low, high] = numbersOf(m);
    if (month === undefined || (m.has('and') && !m.has('between'))) return undefined;
    const year = m.get('yearOf');
    const named = { month, ...(year === undefined ? {} : { year }) };
    return between(dayOf(named, low, c.ref), dayOf(named, high, c.ref), c);
  }),
  rule('stretch', `between|from? the? ord|num ${LINK} the? ord|num of|in? monthOf`, (m, c) => {
    const month = m.get('monthOf');
    const [low, high] = numbersOf(m);
    if (month === undefined || (m.has('and') && !m.has('between'))) return undefined;
    return between(dayOf(month, low, c.ref), dayOf(month, high, c.ref), c);
  }),
  rule('stretch', `between looseDay ${LINK} looseDay`, (m, c) =>
    between(m.get('looseDay'), m.get('looseDay', 1), c),
  ),
  rule('stretch', `from? looseDay to|through|until|dash looseDay`, (m, c) =>
    isChange(m, c) ? undefined : between(m.get('looseDay'), m.get('looseDay', 1), c),
  ),
  rule('stretch', `between|from the num ${LINK} the? num`, (m, c) => {
    const [low, high] = numbersOf(m);
    return between(bareDayOf(low, c.ref), bareDayOf(high, c.ref), c);
  }),
  // "The 1990s", "the 70's".
  rule('stretch', 'in|during? the? num decade', (m, c) => {
    const said = m.get('num') ?? 0;
    const year = said >= 1000 ? said : said >= 20 && m.has('the') ? 1900 + said : 0;
    if (year % 10 !== 0 || year < 1900 || year > 2190 || c.tokens[c.to - 2]?.digits !== true) {
      return undefined;
    }
    return { from: `${year}-01-01`, to: `${year + 9}-12-31` };
  }),
  rule('stretch', 'year dash year', (m) => {
    const [from, to] = [m.get('year') ?? 0, m.get('year', 1) ?? 0];
    return from < to ? { from: `${from}-01-01`, to: `${to}-12-31` } : undefined;
  }),
  rule('stretch', `between period ${LINK} period`, (m, c) => spanOf(m, c)),
  rule('stretch', `from period to|through|until|dash period`, (m, c) => spanOf(m, c)),
  rule('stretch', `period to|through|until period`, (m, c) => spanOf(m, c)),
  rule('stretch', 'length starting|from looseDay', (m) => {
    const from = dateOf(m.get('looseDay'));
    const length = m.get('length');
    if (from === undefined || length === undefined || length.minutes > 0 || !m.has('starting')) {
      return undefined;
    }
    return { from, to: addDays(moved(from, length, 1), -1) };
  }),
];

/** "Move it from Friday to Monday" names two days, no range. */
const isChange = (m: Captures, c: Span): boolean => c.follows(m.has('from') ? 'change' : 'from');

/** The two days of a range in the order they were said, whether as "tenth" or as "10". */
function numbersOf(m: Captures): readonly [number, number] {
  const ordinals = [m.get('ord'), m.get('ord', 1)];
  const numbers = [m.get('num'), m.get('num', 1)];
  const [low, high] = [...ordinals, ...numbers].filter((n): n is number => n !== undefined);
  if (ordinals[0] !== undefined && ordinals[1] === undefined && m.isBefore('num', 'ord')) {
    return [high ?? 0, low ?? 0];
  }
  return [low ?? 0, high ?? 0];
}

/** From one day to another that comes after it: "Friday to Monday" runs over the week's end. */
function between(low: DayReading | undefined, high: DayReading | undefined, c: Span): Days | undefined {
  const from = dateOf(low);
  const to = dateOf(high);
  if (from === undefined || to === undefined) return undefined;
  // The year is said once: "5/1 to 5/7/2027".
  const isOfYear = high?.kind === 'date' && saysYear(c) && daysBetween(from, to) > 366;
  const near = isOfYear ? addMonths(from, 12 * (dateParts(to).year - dateParts(from).year)) : from;
  if (isOfYear) return { from: near <= to ? near : addMonths(near, -12), to };
  if (to >= from) return { from, to };
  if (high?.kind === 'date' && high.weekdayOnly === true) {
    return { from, to: addDays(to, 7 * Math.ceil(daysBetween(to, from) / 7)) };
  }
  // "The tenth to the fourteenth" on the twelfth: the running stretch.
  const isRunning = [addMonths(from, -1), addMonths(from, -12)].some(
    (begun) => c.ref.today > begun && begun <= to,
  );
  if (isRunning && c.ref.today <= to) return { from: c.ref.today, to };
  const later = [addMonths(to, 1), addMonths(to, 12)].find((date) => date >= from);
  return later === undefined ? undefined : { from, to: later };
}

/** True when the second day of a range has a year and the first has none. */
function saysYear({ tokens, from, to }: Span): boolean {
  const years = tokens
    .slice(from, to)
    .map(({ numericDate, num }) => numericDate?.year ?? (num !== undefined && num >= 1900 ? num : undefined));
  return years.at(-1) !== undefined && years.filter((year) => year !== undefined).length === 1;
}

function spanOf(m: Captures, c: Span): Days | undefined {
  const low = m.get('period');
  const high = m.get('period', 1);
  if (low === undefined || high === undefined) return undefined;
  if (c.tokens[c.from]?.num !== undefined) return undefined;
  const to = high.to >= low.from ? high.to : addMonths(high.to, 12);
  return fromToday({ from: low.from, to }, c.ref.today);
}

/** "Before the fifteenth", "by Friday", "any time after the tenth", "not until next week". */
const BOUNDS: readonly Rule[] = [
  rule('edge', 'looseDay', (m) => {
    const date = dateOf(m.get('looseDay'));
    return date === undefined ? undefined : { from: date, to: date };
  }),
  rule('edge', 'period', (m) => m.get('period')),
  rule('edge', 'the? early|middle|late|end of|in? period', (m) => {
    const period = m.get('period');
    if (period === undefined) return undefined;
    const part = partOf(m);
    // "Before the end of the week" and "by the end of the week" reach its last day.
    if (part === 'late' || part === 'end') return { from: addDays(period.to, 1), to: period.to };
    return partOfDays(period, part, period.kind === 'weekend' ? 'week' : period.kind);
  }),
  rule('dayBound', 'before on? edge', (m, c) => until(m.get('edge')?.from, -1, c)),
  // "Swing by on Friday" sets no bound.
  rule('dayBound', 'by|until|upTo on? edge', (m, c) =>
    m.has('by') && c.follows('visits') ? undefined : until(m.get('edge')?.to, 0, c),
  ),
  rule('dayBound', 'edge atLatest', (m, c) => until(m.get('edge')?.to, 0, c)),
  rule('dayBound', 'edge or earlier', (m, c) => {
    // "Before 2018, or before 2019" are two.
    const isApart = c.tokens.slice(c.from, c.to).some(({ breakBefore }, k) => k > 0 && breakBefore === ',');
    return isApart ? undefined : until(m.get('edge')?.to, 0, c);
  }),
  rule('dayBound', 'after on? edge', (m, c) => onwards(m.get('edge')?.to, 1, c)),
  rule('dayBound', 'notBefore on? edge', (m, c) => onwards(m.get('edge')?.from, 0, c)),
  rule('dayBound', 'from|starting on? edge onwards', (m, c) => onwards(m.get('edge')?.from, 0, c)),
  rule('dayBound', 'from|starting on? edge', (m, c) =>
    c.follows('change') || c.follows('whereFrom') ? undefined : onwards(m.get('edge')?.from, 0, c),
  ),
  rule('dayBound', 'edge onwards|atEarliest', (m, c) => onwards(m.get('edge')?.from, 0, c)),
  rule('dayBound', 'since on? edge', (m, c) => {
    const from = pastOf(m.get('edge'), c);
    return from === undefined
      ? undefined
      : { from, to: from > c.ref.today ? addDays(from, HORIZON_DAYS) : c.ref.today };
  }),
];

/** "Since Monday" looks back: the weekday before today. */
function pastOf(edge: Days | undefined, c: Span): LocalDate | undefined {
  if (edge === undefined || c.tokens[c.to - 1] === undefined) return undefined;
  const isNearWeekday = edge.from > c.ref.today && daysBetween(c.ref.today, edge.from) <= 7;
  return isNearWeekday ? addDays(edge.from, -7) : edge.from;
}

function until(day: LocalDate | undefined, plus: 0 | -1, c: Span): Days | undefined {
  if (day === undefined) return undefined;
  const to = addDays(day, plus);
  return { from: to < c.ref.today ? to : c.ref.today, to };
}

function onwards(day: LocalDate | undefined, plus: 0 | 1, c: Span): Days | undefined {
  if (day === undefined) return undefined;
  const from = addDays(day, plus);
  const horizon = addDays(c.ref.today, HORIZON_DAYS);
  return { from, to: from > horizon ? addDays(from, HORIZON_DAYS) : horizon };
}

/** "Mondays", "any Tuesday or Thursday", "weekdays". */
const WEEKDAY_SETS: readonly Rule[] = [
  rule('weekdayItem', 'weekdayPlural', (m) => one(m.get('weekdayPlural'))),
  rule('weekdayItem', 'weekdayGroup', (m) => m.get('weekdayGroup')),
  rule('weekdayItem', 'any|every|a weekday', (m, c) =>
    m.has('a') && c.ref.expectsDate !== true && !c.follows('on') && !c.follows('for')
      ? undefined
      : one(m.get('weekday')),
  ),
  rule('weekdayTail', 'weekdayItem', (m) => m.get('weekdayItem')),
  rule('weekdayTail', 'weekday', (m) => one(m.get('weekday'))),
  rule('weekdayTail', 'weekdayItem|weekday and|or weekdayTail', (m) =>
    joined(m.get('weekdayItem') ?? one(m.get('weekday')), m.get('weekdayTail')),
  ),
  rule('weekdayList', 'weekdayItem', (m) => m.get('weekdayItem')),
  rule('weekdayList', 'weekdayItem and|or weekdayTail', (m) =>
    joined(m.get('weekdayItem'), m.get('weekdayTail')),
  ),
  rule('weekdayList', 'weekdayPlural to|through|until weekdayPlural', (m) => {
    const from = m.get('weekdayPlural') ?? 1;
    const to = m.get('weekdayPlural', 1) ?? 7;
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, k) => ((from - 1 + k) % 7) + 1).sort(
      (a, b) => a - b,
    );
  }),
];

const one = (weekday: number | undefined): readonly number[] | undefined =>
  weekday === undefined ? undefined : [weekday];

const joined = (
  a: readonly number[] | undefined,
  b: readonly number[] | undefined,
): readonly number[] | undefined =>
  a === undefined || b === undefined ? undefined : [...new Set([...a, ...b])].sort((x, y) => x - y);

export const STRETCH_RULES: readonly Rule[] = [...STRETCHES, ...RANGES, ...BOUNDS, ...WEEKDAY_SETS];
