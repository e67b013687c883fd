import { bareDayOf, dayOf, firstOf, monthSpan, nthWeekday, reading } from './calendar.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import type { DayReading, MonthOfYear } from './values.js';

/** The date of a reading, `undefined` for a day that does not exist. */
export const dateOf = (day: DayReading | undefined): LocalDate | undefined =>
  day?.kind === 'date' ? day.date : undefined;

export const isDayNumber = (n: number | undefined): n is number => n !== undefined && n >= 1 && n <= 31;

/** True when the number is followed by words that make it a time or a count: "3 pm", "the first question". */
export const countsSomething = (c: Span): boolean =>
  ['am', 'pm', 'oclock', 'unit', 'notDay', 'hourWord', 'minuteWord', 'num', 'clock', 'hundred'].some(
    (symbol) => c.precedes(symbol as 'am'),
  );

/** True when only words follow that may come after a day: "the fifth works", "the fifth at two". */
export const endsHere = (c: Span): boolean => {
  const next = c.tokens[c.to];
  return (
    next === undefined || next.breakBefore !== undefined || c.precedes('afterDay') || c.precedes('weekday')
  );
};

/** Years, months of years. */
const MONTHS: readonly Rule[] = [
  rule('year', 'num', (m, c) => {
    const year = m.get('num');
    const digits = c.tokens[c.from]?.digits === true;
    return digits && c.to - c.from === 1 && year !== undefined && year >= 1900 && year < 2200
      ? year
      : undefined;
  }),
  rule('year', 'num num', (m, c) => {
    const century = m.get('num');
    const rest = m.get('num', 1);
    const spoken = c.tokens[c.from]?.digits !== true && c.tokens[c.from + 1]?.breakBefore === undefined;
    if (!spoken || (century !== 19 && century !== 20) || rest === undefined) return undefined;
    return rest >= 10 && rest < 100 ? century * 100 + rest : undefined;
  }),
  rule('year', 'num num|weak num', (m) => {
    const [century, zero, unit] = m.has('weak')
      ? [m.get('num'), m.get('weak'), m.get('num', 1)]
      : [m.get('num'), m.get('num', 1), m.get('num', 2)];
    if ((century !== 19 && century !== 20) || zero !== 0 || unit === undefined || unit > 9) return undefined;
    return century * 100 + unit;
  }),
  rule('year', 'num thousand and? num?', (m) => {
    const rest = m.get('num', 1) ?? 0;
    return m.get('num') === 2 && rest < 100 ? 2000 + rest : undefined;
  }),
  rule('yearOf', 'year', (m) => m.get('year')),
  rule('yearOf', 'yearWord year', (m) => m.get('year')),
  rule('yearOf', 'the? next|coming|following yearWord', (_, c) => dateParts(c.ref.today).year + 1),
  rule('yearOf', 'the? this yearWord', (_, c) => dateParts(c.ref.today).year),
  rule('yearOf', 'the yearWord', (_, c) => dateParts(c.ref.today).year),
  rule('yearOf', 'the? last yearWord', (_, c) => dateParts(c.ref.today).year - 1),
  rule('monthOf', 'month', (m) => ofMonth(m)),
  rule('monthOf', 'month of|in? yearOf', (m) => ofMonth(m, m.get('yearOf'))),
  rule('monthOf', 'yearOf month', (m) => ofMonth(m, m.get('yearOf'))),
  rule('monthOf', 'the? monthWord of month of? yearOf?', (m) => ofMonth(m, m.get('yearOf'))),
  rule('monthOf', 'the? next|coming|following month', (m, c) => monthFrom(m, c, 1)),
  rule('monthOf', 'this month', (m, c) => ofMonth(m, dateParts(c.ref.today).year)),
  rule('monthOf', 'the? last month', (m, c) => monthFrom(m, c, -1)),
  rule('monthOf', 'numericMonth', (m) => m.get('numericMonth')),
  rule('monthOf', 'the? next|coming monthWord', (_, c) => monthAhead(c.ref.today, 1)),
  rule('monthOf', 'the following monthWord', (_, c) => monthAhead(c.ref.anchor ?? c.ref.today, 1)),
  rule('monthOf', 'this|the|same monthWord', (m, c) =>
    monthAhead(m.has('the') || m.has('same') ? (c.ref.anchor ?? c.ref.today) : c.ref.today, 0),
  ),
  rule('monthOf', 'the? last monthWord', (_, c) => monthAhead(c.ref.today, -1)),
  rule('monthOf', 'the? monthWord after next', (_, c) => monthAhead(c.ref.today, 2)),
];

function ofMonth(m: Captures, year?: number): MonthOfYear | undefined {
  const month = m.get('month');
  return month === undefined ? undefined : { month, ...(year === undefined ? {} : { year }) };
}

/** "Next June": the June after today's month; "last June" the one before. */
function monthFrom(m: Captures, c: Span, sign: 1 | -1): MonthOfYear | undefined {
  const month = m.get('month');
  if (month === undefined) return undefined;
  const { year, month: now } = dateParts(c.ref.today);
  const here = sign === 1 ? month > now : month < now;
  return { month, year: here ? year : year + sign };
}

function monthAhead(from: LocalDate, months: number): MonthOfYear {
  const { year, month } = dateParts(addMonths(`${from.slice(0, 8)}01`, months));
  return { year, month, relative: true };
}

/** "November 24th", "the 24th of November", "the third of next month", "11/24". */
const CALENDAR_DAYS: readonly Rule[] = [
  rule('plainDay', 'numericDate', (m, c) => numericDay(m, c)),
  rule('plainDay', 'num dash num', (m, c) => dashedDay(m, c)),
  rule('plainDay', 'month ~the? ~ord of?', (m, c) => (m.has('of') ? undefined : inMonth(m, c, m.get('ord')))),
  rule('plainDay', 'month the? ord of? yearOf', (m, c) => inMonth(m, c, m.get('ord'))),
  rule('plainDay', 'month ~the? ~num', (m, c) => {
    const day = m.get('num');
    if (['am', 'pm', 'oclock', 'hundred', 'unit', 'notDay'].some((symbol) => c.precedes(symbol as 'am'))) {
      return undefined;
    }
    const auxiliary = c.lexicon.ambiguous(c.tokens[c.from]) && c.follows('subject');
    return auxiliary ? undefined : inMonth(m, c, day);
  }),
  // "Sep-23-2026", "2026/Sep/23", "31 10 1974".
  rule('plainDay', 'month dash num dash year', (m, c) => inMonth(m, c, m.get('num'), m.get('year'))),
  rule('plainDay', 'year month num', (m, c) => inMonth(m, c, m.get('num'), m.get('year'))),
  rule('plainDay', 'num num year', (m, c) => {
    const [a, b] = [m.get('num') ?? 0, m.get('num', 1) ?? 0];
    const digits = [0, 1, 2].every((k) => c.tokens[c.from + k]?.digits === true);
    if (!digits || c.to !== c.from + 3 || !isDayNumber(a) || !isDayNumber(b)) return undefined;
    const [month, day] = a > 12 || c.ref.order === 'day_first' ? [b, a] : [a, b];
    const date = month > 12 ? undefined : makeDate(m.get('year') ?? 0, month, day);
    return date === undefined ? undefined : reading(date);
  }),
  rule('plainDay', 'month the? num of? year', (m, c) => {
    const year = m.get('year');
    return year === undefined ? undefined : inMonth(m, c, m.get('num'), year);
  }),
  rule('plainDay', 'the? ord dayWord? of|in? monthOf', (m, c) => ofNamedMonth(m, c, m.get('ord'))),
  rule('plainDay', 'the? num of|in? monthOf', (m, c) => {
    const sounds =
      c.tokens[c.from + (m.has('the') ? 1 : 0)]?.digits !== true && c.lexicon.ambiguous(c.tokens[c.to - 1]);
    if (m.has('in') || (sounds && !m.has('of'))) return undefined;
    return ofNamedMonth(m, c, m.get('num'));
  }),
  rule('plainDay', 'the? last dayWord of|in monthOf', (m, c) => {
    const month = m.get('monthOf');
    return month === undefined ? undefined : reading(monthSpan(firstOf(month, c.ref.today)).to);
  }),
  rule('plainDay', 'the? ord|last dayWord of|in week', (m) => {
    const monday = m.get('week');
    const nth = m.has('last') ? 7 : (m.get('ord') ?? 0);
    return monday === undefined || nth < 1 || nth > 7 ? undefined : reading(addDays(monday, nth - 1));
  }),
  rule('plainDay', 'the? last dayWord of|in yearOf', (m) => reading(makeDate(m.get('yearOf') ?? 0, 12, 31))),
  rule('plainDay', 'the? ord dayWord of|in yearOf', (m) => {
    const first = makeDate(m.get('yearOf') ?? 0, 1, 1);
    const day = m.get('ord');
    return first === undefined || !isDayNumber(day) ? undefined : reading(addDays(first, day - 1));
  }),
  rule('plainDay', 'the? ord|last weekday of|in monthOf', (m, c) => nthOfMonth(m, c)),
  rule('plainDay', 'the? ord last weekday of|in monthOf', (m, c) => nthOfMonth(m, c, -(m.get('ord') ?? 0))),
];

function numericDay(m: Captures, c: Span): DayReading | undefined {
  const said = m.get('numericDate');
  if (said === undefined) return undefined;
  const { year, month, day, iso } = said;
  const read = (monthNumber: number, dayNumber: number): DayReading =>
    dayOf({ month: monthNumber, ...(year === undefined ? {} : { year }) }, dayNumber, c.ref);
  if (iso || day > 12 || month === day || /^1[3-9]|^[23]/.test(c.tokens[c.from]?.word ?? '')) {
    return read(month, day);
  }
  const [chosen, other] =
    c.ref.order === 'day_first' ? [read(day, month), read(month, day)] : [read(month, day), read(day, month)];
  const alternative = dateOf(other);
  if (chosen.kind !== 'date' || alternative === undefined) return chosen;
  return { ...chosen, alternatives: [alternative] };
}

/** "4-22" after "on", "15-2" as a whole sentence; other numbers with a dash are stretches. */
function dashedDay(m: Captures, c: Span): DayReading | undefined {
  const [a, b] = [m.get('num') ?? 0, m.get('num', 1) ?? 0];
  const digits = c.tokens[c.from]?.digits === true && c.tokens[c.from + 1]?.digits === true;
  const sure = c.follows('on') || (c.tokens.length === 2 && Math.max(a, b) > 12);
  if (!digits || !sure || c.precedes('dash')) return undefined;
  const dayFirst = a > 12 || (c.ref.order === 'day_first' && b <= 12);
  const [month, day] = dayFirst ? [b, a] : [a, b];
  return month >= 1 && month <= 12 && isDayNumber(day) ? dayOf({ month }, day, c.ref) : undefined;
}

function inMonth(
  m: Captures,
  c: Span,
  day: number | undefined,
  year = m.get('yearOf'),
): DayReading | undefined {
  const month = m.get('month');
  if (month === undefined || !isDayNumber(day)) return undefined;
  return dayOf({ month, ...(year === undefined ? {} : { year }) }, day, c.ref);
}

function ofNamedMonth(m: Captures, c: Span, day: number | undefined): DayReading | undefined {
  const month = m.get('monthOf');
  return month === undefined || !isDayNumber(day) ? undefined : dayOf(month, day, c.ref);
}

function nthOfMonth(m: Captures, c: Span, nth = m.has('last') ? -1 : m.get('ord')): DayReading | undefined {
  const month = m.get('monthOf');
  const weekday = m.get('weekday');
  if (month === undefined || weekday === undefined || nth === undefined || nth > 5 || nth < -5) {
    return undefined;
  }
  const { today } = c.ref;
  const date = nthWeekday(monthSpan(firstOf(month, today)), weekday, nth);
  const isPast = date !== undefined && date < today && month.year === undefined;
  if (!isPast) return reading(date);
  const next = { month: month.month, year: dateParts(today).year + 1 };
  return reading(nthWeekday(monthSpan(firstOf(next, today)), weekday, nth));
}

/** A day of the month, with or without its month, and the weekday that is said beside it. */
const DAYS_WITH_WEEKDAY: readonly Rule[] = [
  rule('calendarDay', 'plainDay', (m) => m.get('plainDay')),
  rule('calendarDay', 'weekday ~plainDay', (m) => besideWeekday(m.get('plainDay'), m.get('weekday'))),
  rule('calendarDay', 'plainDay whichIs? weekday', (m) => besideWeekday(m.get('plainDay'), m.get('weekday'))),
  rule('calendarDay', 'bareDay whichIs weekday', (m) => besideWeekday(m.get('bareDay'), m.get('weekday'))),
  rule('calendarDay', 'weekday ~the? ord', (m, c) => {
    const day = m.get('ord');
    if (!isDayNumber(day) || countsSomething(c)) return undefined;
    return besideWeekday(bareDayOf(day, c.ref), m.get('weekday'));
  }),
  rule('calendarDay', 'weekday the num', (m, c) => {
    const day = m.get('num');
    if (!isDayNumber(day) || countsSomething(c)) return undefined;
    return besideWeekday(bareDayOf(day, c.ref), m.get('weekday'));
  }),
  // "The 24th", "on the fifth"; a plain "second" needs its article, and nothing that it could count.
  rule('bareDay', 'the ord', (m, c) => bareOrdinal(m, c, c.follows('on') || c.follows('for'))),
  rule('bareDay', 'ord', (m, c) => {
    const digits = c.tokens[c.from]?.digits === true;
    const led = c.follows('on');
    if (c.follows('the') || c.follows('a')) return undefined;
    return led || digits || c.ref.expectsDate === true ? bareOrdinal(m, c, led) : undefined;
  }),
  // The recogniser lost the "th".
  rule('bareDay', 'the num', (m, c) => {
    const day = m.get('num');
    const led = c.follows('on') || c.follows('for') || c.ref.expectsDate === true;
    // "On the eleven": its ending was lost, or not spoken.
    const isAsked = c.follows('on') && c.ref.expectsDate === true;
    if (!led || (c.tokens[c.from + 1]?.digits !== true && !isAsked)) return undefined;
    return isDayNumber(day) && !countsSomething(c) && endsHere(c) ? bareDayOf(day, c.ref) : undefined;
  }),
];

function bareOrdinal(m: Captures, c: Span, led: boolean): DayReading | undefined {
  const day = m.get('ord');
  if (!isDayNumber(day) || countsSomething(c)) return undefined;
  return led || c.ref.expectsDate === true || endsHere(c) ? bareDayOf(day, c.ref) : undefined;
}

/** The day with the weekday that was said beside it; a day of another weekday is never moved silently. */
function besideWeekday(day: DayReading | undefined, weekday: number | undefined): DayReading | undefined {
  if (day?.kind !== 'date' || weekday === undefined || weekdayOf(day.date) === weekday) {
    return day?.kind === 'date' ? { kind: 'date', date: day.date } : day;
  }
  const swapped = day.alternatives?.find((other) => weekdayOf(other) === weekday);
  if (swapped !== undefined) return { kind: 'date', date: swapped };
  const near = [1, -1, 2, -2, 3, -3].map((k) => addDays(day.date, k));
  const alternatives = near.filter((date) => weekdayOf(date) === weekday);
  return { kind: 'date', date: day.date, saidWeekday: weekday, alternatives };
}

export const DATE_RULES: readonly Rule[] = [...MONTHS, ...CALENDAR_DAYS, ...DAYS_WITH_WEEKDAY];
