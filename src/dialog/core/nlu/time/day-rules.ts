import {
  addWorkingDays,
  bareDayOf,
  HORIZON_DAYS,
  inWeek,
  moved,
  namedDayIn,
  nextNamedDay,
  reading,
  weekdayAfter,
  weekdayBefore,
} from './calendar.js';
import { countsSomething, dateOf, endsHere, isDayNumber } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { addDays, weekdayOf, type LocalDate } from './local-date.js';
import type { DayReading } from './values.js';

/** Weekdays: "Tuesday", "next Tuesday", "Tuesday week", "Tuesday next week". */
const WEEKDAYS: readonly Rule[] = [
  rule('weekdayDay', 'weekday', (m, c) => (isSureWeekday(c) ? nearWeekday(m.get('weekday'), c) : undefined)),
  // "Next to Tuesday" is a misheard "next Tuesday".
  rule('weekdayDay', 'the? next to? weekday', (m, c) => nextWeekday(m.get('weekday'), c)),
  rule('weekdayDay', 'the? this? coming weekday', (m, c) => comingWeekday(m.get('weekday'), c.ref.today)),
  rule('weekdayDay', 'this next? weekday', (m, c) => comingWeekday(m.get('weekday'), c.ref.today)),
  rule('weekdayDay', 'the? following weekday', (m, c) =>
    c.ref.anchor === undefined
      ? nextWeekday(m.get('weekday'), c)
      : comingWeekday(m.get('weekday'), c.ref.anchor),
  ),
  rule('weekdayDay', 'the? last weekday', (m, c) => {
    const weekday = m.get('weekday');
    return weekday === undefined ? undefined : lastWeekday(weekday, c.ref.today);
  }),
  // "This past Wednesday" is the nearest one.
  rule('weekdayDay', 'this? pastWord weekday', (m, c) => {
    const weekday = m.get('weekday');
    return weekday === undefined ? undefined : reading(weekdayBefore(c.ref.today, weekday));
  }),
  rule('weekdayDay', 'the? weekday of|in? week', (m) => ofWeek(m)),
  rule('weekdayDay', 'week on|of? weekday', (m) => ofWeek(m)),
  rule('weekdayDay', 'the? weekday after next', (m, c) => laterWeekday(m.get('weekday'), c, 1)),
  // British "Monday next".
  rule('weekdayDay', 'weekday next', (m, c) => (endsHere(c) ? nextWeekday(m.get('weekday'), c) : undefined)),
  rule('weekdayDay', 'weekday weekWord', (m, c) => laterWeekday(m.get('weekday'), c, 1)),
  rule('weekdayDay', 'weekday fortnightWord', (m, c) => laterWeekday(m.get('weekday'), c, 2)),
  rule('weekdayDay', 'length on? weekday', (m, c) => {
    const days = m.get('length')?.days ?? 0;
    const whole =
      days > 0 && days % 7 === 0 && m.get('length')?.minutes === 0 && m.get('length')?.months === 0;
    return whole ? laterWeekday(m.get('weekday'), c, days / 7) : undefined;
  }),
  // "Monday in two weeks".
  rule('weekdayDay', 'weekday in length', (m, c) => {
    const { days = 0, months = 0, minutes = 0 } = m.get('length') ?? {};
    const weekday = m.get('weekday');
    const isWeeks = days > 0 && days % 7 === 0 && months === 0 && minutes === 0;
    return isWeeks && weekday !== undefined ? reading(inWeek(c.ref.today, days / 7, weekday)) : undefined;
  }),
  rule('weekdayDay', 'count weekday|weekdayPlural from|after now', (m, c) => countedWeekday(m, c)),
  rule('weekdayDay', 'in count weekday|weekdayPlural', (m, c) => countedWeekday(m, c)),
  rule('weekdayDay', 'count weekday|weekdayPlural later|hence', (m, c) => countedWeekday(m, c)),
];

/** Short forms that are words of their own ("sat", "sun") count beside words of a date, or alone. */
function isSureWeekday(c: Span): boolean {
  // "Mon day": the whole name, in two words.
  const isWhole = c.to > c.from + 1;
  if (isWhole || !c.lexicon.ambiguous(c.tokens[c.from])) return true;
  if (c.follows('subject')) return false;
  if (c.tokens.length === 1) return true;
  const led = (
    ['on', 'for', 'from', 'until', 'through', 'to', 'by', 'before', 'after', 'or', 'between', 'and'] as const
  ).some((symbol) => c.follows(symbol));
  const followed = (['at', 'num', 'clock', 'through', 'part', 'until', 'dash', 'or'] as const).some(
    (symbol) => c.precedes(symbol),
  );
  return followed || (led && endsHere(c));
}

function nearWeekday(weekday: number | undefined, c: Span): DayReading | undefined {
  if (weekday === undefined) return undefined;
  const { within, today } = c.ref;
  const base = { kind: 'date', weekdayOnly: true } as const;
  if (within !== undefined) {
    const inside = weekdayAfter(addDays(within.from, -1), weekday);
    if (inside <= within.to && inside > today) return { ...base, date: inside };
  }
  // On a Tuesday "Tuesday" is a week away: a caller who means the same day says "today".
  const date = weekdayAfter(today, weekday);
  return weekdayOf(today) === weekday ? { ...base, date, alternatives: [today] } : { ...base, date };
}

function comingWeekday(weekday: number | undefined, after: LocalDate): DayReading | undefined {
  return weekday === undefined ? undefined : reading(weekdayAfter(after, weekday));
}

/** "Next Friday" is the one of next week; the nearest one is what some callers mean. */
function nextWeekday(weekday: number | undefined, c: Span): DayReading | undefined {
  if (weekday === undefined) return undefined;
  const date = inWeek(c.ref.today, 1, weekday);
  const near = weekdayAfter(c.ref.today, weekday);
  return near === date ? reading(date) : { kind: 'date', date, alternatives: [near] };
}

/** "Last Wednesday" is the one of last week; the nearest one is what some callers mean. */
function lastWeekday(weekday: number, today: LocalDate): DayReading {
  const date = inWeek(today, -1, weekday);
  const near = weekdayBefore(today, weekday);
  return near === date ? reading(date) : { kind: 'date', date, alternatives: [near] };
}

function laterWeekday(weekday: number | undefined, c: Span, weeks: number): DayReading | undefined {
  return weekday === undefined ? undefined : reading(addDays(weekdayAfter(c.ref.today, weekday), 7 * weeks));
}

function countedWeekday(m: Captures, c: Span): DayReading | undefined {
  const weekday = m.get('weekday') ?? m.get('weekdayPlural');
  const count = m.get('count');
  if (weekday === undefined || count === undefined || count < 1) return undefined;
  return reading(addDays(weekdayAfter(c.ref.today, weekday), 7 * (count - 1)));
}

function ofWeek(m: Captures): DayReading | undefined {
  const monday = m.get('week');
  const weekday = m.get('weekday');
  return monday === undefined || weekday === undefined ? undefined : reading(addDays(monday, weekday - 1));
}

/** Weeks by their Monday: "next week", "the week after next", "the week of the tenth". */
const WEEKS: readonly Rule[] = [
  rule('week', 'the? next|coming weekWord', (_, c) => inWeek(c.ref.today, 1, 1)),
  rule('week', 'the following weekWord', (_, c) => inWeek(c.ref.anchor ?? c.ref.today, 1, 1)),
  rule('week', 'this|the weekWord', (m, c) =>
    m.has('the') && !endsHere(c) ? undefined : inWeek(c.ref.today, 0, 1),
  ),
  rule('week', 'the? that|same weekWord', (_, c) => inWeek(c.ref.anchor ?? c.ref.today, 0, 1)),
  rule('week', 'the? last weekWord', (_, c) => inWeek(c.ref.today, -1, 1)),
  rule('week', 'the? weekWord after next', (_, c) => inWeek(c.ref.today, 2, 1)),
  rule('week', 'the? weekWord after that?', (_, c) =>
    c.ref.anchor === undefined ? undefined : inWeek(c.ref.anchor, 1, 1),
  ),
  rule('week', 'the? weekWord of|starting on? looseDay', (m) => weekOf(m, 0)),
  rule('week', 'the? weekStarting on? looseDay', (m) => weekOf(m, 0)),
  rule('week', 'my weekWord', (_, c) => inWeek(c.ref.today, 0, 1)),
  rule('week', 'the? weekWord after looseDay', (m) => weekOf(m, 1)),
  rule('week', 'the? weekWord before looseDay', (m) => weekOf(m, -1)),
  rule('week', 'namedDay weekWord', (m, c) => {
    const named = m.get('namedDay');
    const date = named === undefined ? undefined : nextNamedDay(named, c.ref.today);
    return date === undefined ? undefined : inWeek(date, 0, 1);
  }),
];

function weekOf(m: Captures, weeks: number): LocalDate | undefined {
  const date = dateOf(m.get('looseDay'));
  return date === undefined ? undefined : inWeek(date, weeks, 1);
}

/** Days by their distance from another: "tomorrow", "in a week and two days", "the Monday after Christmas". */
const RELATIVE_DAYS: readonly Rule[] = [
  rule('day', 'calendarDay', (m) => m.get('calendarDay')),
  rule('day', 'weekdayDay', (m) => m.get('weekdayDay')),
  rule('day', 'bareDay', (m) => m.get('bareDay')),
  rule('day', 'the? dayOffset', (m, c) => reading(addDays(c.ref.today, m.get('dayOffset') ?? 0))),
  // "This morning" is today, in the morning: the day takes the first word only.
  rule('day', 'this', (_, c) => (c.precedes('part') ? reading(c.ref.today) : undefined)),
  rule('day', 'last', (_, c) => (c.precedes('part') ? reading(addDays(c.ref.today, -1)) : undefined)),
  rule('day', 'the? next|coming|this? namedDay', (m, c) => {
    const named = m.get('namedDay');
    return named === undefined ? undefined : reading(nextNamedDay(named, c.ref.today));
  }),
  rule('day', 'namedDay of|in? yearOf', (m) => {
    const named = m.get('namedDay');
    return named === undefined ? undefined : reading(namedDayIn(named, m.get('yearOf') ?? 0));
  }),
  rule('day', 'namedDay in length', (m, c) => {
    const named = m.get('namedDay');
    const { months = 0, days = 0, minutes = 0 } = m.get('length') ?? {};
    if (named === undefined || months === 0 || months % 12 !== 0 || days > 0 || minutes > 0) return undefined;
    return reading(namedDayIn(named, Number(c.ref.today.slice(0, 4)) + months / 12));
  }),
  rule('day', 'last namedDay', (m, c) => {
    const named = m.get('namedDay');
    const next = named === undefined ? undefined : nextNamedDay(named, c.ref.today);
    return next === undefined || named === undefined
      ? undefined
      : reading(namedDayIn(named, Number(next.slice(0, 4)) - 1));
  }),
  rule('day', 'the? dayWord after day', (m) => besideDay(m, 1)),
  rule('day', 'the? dayWord before day', (m) => besideDay(m, -1)),
  rule('day', 'the? ord? weekday after day', (m) => weekdayBeside(m, 1)),
  rule('day', 'the? weekday before day', (m) => weekdayBeside(m, -1)),
  rule('day', 'the? weekday after that', (m, c) =>
    comingWeekday(m.get('weekday'), c.ref.anchor ?? c.ref.today),
  ),
  rule('day', 'in about? length timeWord?', (m, c) => fromDay(m, c.ref.today, 1)),
  rule('day', 'length from|after now', (m, c) => fromDay(m, c.ref.today, 1)),
  rule('day', 'length hence', (m, c) => fromDay(m, c.ref.today, 1)),
  rule('day', 'length ago', (m, c) => fromDay(m, c.ref.today, -1)),
  rule('day', 'length from|after day', (m) => fromDay(m, dateOf(m.get('day')), 1)),
  rule('day', 'length before day', (m) => fromDay(m, dateOf(m.get('day')), -1)),
  rule('day', 'length dayOffset', (m, c) => fromDay(m, addDays(c.ref.today, m.get('dayOffset') ?? 0), 1)),
  rule('day', 'dayOffset weekWord', (m, c) => reading(addDays(c.ref.today, (m.get('dayOffset') ?? 0) + 7))),
  rule('day', 'the? next business dayWord', (_, c) => reading(addWorkingDays(c.ref.today, 1))),
  rule('day', 'in? count business dayWord|unit from|after? now?', (m, c) =>
    m.has('in') || m.has('now') ? reading(addWorkingDays(c.ref.today, m.get('count') ?? 1)) : undefined,
  ),
  rule('day', 'count business dayWord|unit from|after day', (m) => {
    const from = dateOf(m.get('day'));
    return from === undefined ? undefined : reading(addWorkingDays(from, m.get('count') ?? 1));
  }),
  rule('day', 'the? same dayWord', (_, c) =>
    c.ref.anchor === undefined ? undefined : reading(c.ref.anchor),
  ),
  rule('looseDay', 'day', (m) => m.get('day')),
  rule('looseDay', 'the? ord|num', (m, c) => {
    const day = m.get('ord') ?? m.get('num');
    return isDayNumber(day) && (m.has('the') || m.has('ord')) && !countsSomething(c)
      ? bareDayOf(day, c.ref)
      : undefined;
  }),
];

function besideDay(m: Captures, days: number): DayReading | undefined {
  const date = dateOf(m.get('day'));
  return date === undefined ? m.get('day') : reading(addDays(date, days));
}

function weekdayBeside(m: Captures, sign: 1 | -1): DayReading | undefined {
  const date = dateOf(m.get('day'));
  const weekday = m.get('weekday');
  const nth = m.get('ord') ?? 1;
  if (date === undefined || weekday === undefined || nth > 5) return m.get('day');
  const near = sign === 1 ? weekdayAfter(date, weekday) : weekdayBefore(date, weekday);
  return reading(addDays(near, sign * 7 * (nth - 1)));
}

function fromDay(m: Captures, from: LocalDate | undefined, sign: 1 | -1): DayReading | undefined {
  const length = m.get('length');
  if (from === undefined || length === undefined || length.minutes > 0) return undefined;
  return length.days + 31 * length.months > 100 * HORIZON_DAYS
    ? undefined
    : reading(moved(from, length, sign));
}

export const DAY_RULES: readonly Rule[] = [...WEEKDAYS, ...WEEKS, ...RELATIVE_DAYS];
