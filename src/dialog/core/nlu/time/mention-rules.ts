import { addDays, addMonths, DAY_MIN, type LocalDate } from './local-date.js';
import { bareDayOf, HORIZON_DAYS, inWeek, weekdayAfter } from './calendar.js';
import { endsHere } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { isVague } from './length-rules.js';
import type { TimeValue } from './types.js';
import type { TimeUnit } from './calendar-words.js';
import type { Length, Reading, TimeReading } from './values.js';

const value = (found: TimeValue | undefined): Reading | undefined =>
  found === undefined ? undefined : { value: found };

/** Whole mentions; where two take the same words, the earlier rule counts. */
const PLAIN: readonly Rule[] = [
  rule('mention', 'day', (m) => value(m.get('day'))),
  rule('mention', 'time', (m) => timeReading(m)),
  // "On 15": the recogniser lost article and ending.
  rule('mention', 'num', (m, c) => {
    const digits = c.tokens[c.from]?.digits === true && c.follows('on') && endsHere(c);
    const day = m.get('num') ?? 0;
    return digits && day >= 1 && day <= 31 ? { value: bareDayOf(day, c.ref), guess: true } : undefined;
  }),
  // "On thirty" is how a recogniser writes a muffled "on Thursday"; the day of the month would be "the thirtieth".
  rule('mention', 'misheardWeekday', (m, c) => {
    const alone = c.to === c.tokens.length && (c.from === 0 || c.follows('beforeMisheard'));
    const weekday = m.get('misheardWeekday') ?? 1;
    if (c.ref.expectsDate !== true || !alone) return undefined;
    return { value: { kind: 'date', date: weekdayAfter(c.ref.today, weekday) }, guess: true };
  }),
  rule('mention', 'stretch', (m) => value(daysOf(m.get('stretch')))),
  rule('mention', 'dayBound', (m) => value(daysOf(m.get('dayBound')))),
  rule('mention', 'anyTime|anyDay on|in? stretch|dayBound', (m) =>
    value(daysOf(m.get('stretch') ?? m.get('dayBound'))),
  ),
  rule('mention', 'window', (m) => value(windowOf(m))),
  rule('mention', 'anyTime in|on? window', (m) => value(windowOf(m))),
  rule('mention', 'anyTime', () => ({ value: { kind: 'window', fromMin: 0, toMin: DAY_MIN } })),
  rule('mention', 'anyDay', (_, c) => ({
    value: { kind: 'days', from: c.ref.today, to: addDays(c.ref.today, HORIZON_DAYS) },
  })),
  rule('mention', 'on? weekdayList', (m) => {
    const weekdays = m.get('weekdayList');
    return weekdays === undefined ? undefined : { value: { kind: 'weekdays', weekdays } };
  }),
  rule('looseMention', 'looseTime', (m) => {
    const time = m.get('looseTime');
    return time === undefined ? undefined : clockReading(time);
  }),
];

const daysOf = (
  days: { readonly from: LocalDate; readonly to: LocalDate } | undefined,
): TimeValue | undefined => (days === undefined ? undefined : { kind: 'days', from: days.from, to: days.to });

function windowOf(m: Captures): TimeValue | undefined {
  const found = m.get('window');
  return found === undefined ? undefined : { kind: 'window', fromMin: found.fromMin, toMin: found.toMin };
}

function timeReading(m: Captures): Reading | undefined {
  const time = m.get('time');
  if (time === undefined) return undefined;
  return clockReading(time);
}

const clockReading = ({ minutes, second, guess }: TimeReading): Reading => ({
  value: { kind: 'time', minutes, ...(second === undefined ? {} : { second }) },
  ...(guess === true ? { guess: true } : {}),
});

/** Lengths by themselves and what they move: "in two hours", "an hour later", "the day after". */
const MOVES: readonly Rule[] = [
  // "In a minute", where something was offered or read back, asks for time and names none.
  rule('mention', 'in about? length timeWord?', (m, c) =>
    c.ref.anchorMin !== undefined && (m.get('length')?.minutes ?? 0) === 1 ? undefined : value(fromNow(m)),
  ),
  rule('mention', 'length from|after now', (m) => value(fromNow(m))),
  rule('mention', 'length hence', (m) => value(fromNow(m))),
  rule('mention', 'rightNow', () => value({ kind: 'from_now', minutes: 0 })),
  // "I could come now": elsewhere it says nothing.
  rule('mention', 'now', (_, c) =>
    c.to === c.from + 1 && c.to === c.tokens.length && (c.follows('visits') || c.follows('ago'))
      ? value({ kind: 'from_now', minutes: 0 })
      : undefined,
  ),
  rule('mention', 'length later', (m, c) => value(shifted(m.get('length'), 1, c))),
  rule('mention', 'length earlier', (m, c) => value(shifted(m.get('length'), -1, c))),
  rule('mention', 'length after that', (m, c) => value(shifted(m.get('length'), 1, c))),
  rule('mention', 'length before that', (m, c) => value(shifted(m.get('length'), -1, c))),
  rule('mention', 'the? next|following dayWord', (_, c) => dayBeside(1, c)),
  rule('mention', 'the dayWord after that?', (_, c) => dayBeside(1, c)),
  rule('mention', 'the dayWord before that?', (_, c) => dayBeside(-1, c)),
  rule('mention', 'the last dayWord', (_, c) => (c.precedes('of') ? undefined : value(shifted(DAY, -1, c)))),
  rule('mention', 'the weekWord after that?', (_, c) => value(weekBeside(c, 1))),
  rule('mention', 'the weekWord before that?', (_, c) => value(weekBeside(c, -1))),
  rule('mention', 'the? same timeWord', (_, c) =>
    value(c.ref.anchorMin === undefined ? undefined : { kind: 'time', minutes: [c.ref.anchorMin] }),
  ),
  rule('mention', 'length from|after|past looseTime', (m) => beside(m, 1)),
  rule('mention', 'length before looseTime', (m) => beside(m, -1)),
  rule('mention', 'recurs length', (m) => recurring(m.get('length'))),
  rule('mention', 'recurs unit', (m) => recurring(unitLength(m.get('unit'), 1))),
  rule('mention', 'recurs', (_, c) => (c.precedes('part') ? recurring(DAY) : undefined)),
  // "Weekly", but no "weekly newsletter".
  rule('mention', 'daily', (_, c) => (endsHere(c) ? recurring(DAY) : undefined)),
  rule('mention', 'weekly', (_, c) => (endsHere(c) ? recurring({ ...DAY, days: 7 }) : undefined)),
  rule('mention', 'monthly', (_, c) =>
    endsHere(c) ? recurring({ minutes: 0, days: 0, months: 1 }) : undefined,
  ),
  rule('mention', 'yearly', (_, c) =>
    endsHere(c) ? recurring({ minutes: 0, days: 0, months: 12 }) : undefined,
  ),
  rule('mention', 'recursOther unit', (m) => recurring(unitLength(m.get('unit'), 2))),
  // "I am away for all week": how long.
  rule('mention', 'whole unit', (m, c) =>
    c.follows('for') ? value(durationOf(unitLength(m.get('unit'), 1))) : undefined,
  ),
  rule('mention', 'length', (m, c) => {
    const vague = isVague(c) && !c.follows('for') && !c.follows('about') && !c.follows('takes');
    return vague ? undefined : value(durationOf(m.get('length')));
  }),
];

const unitLength = (unit: TimeUnit | undefined, count: number): Length | undefined =>
  unit === undefined
    ? undefined
    : {
        minutes: (unit.minutes ?? 0) * count,
        days: (unit.days ?? 0) * count,
        months: (unit.months ?? 0) * count,
      };

const recurring = (length: Length | undefined): Reading | undefined =>
  length === undefined ? undefined : { value: { kind: 'duration', ...parts(length), every: true } };

const DAY: Length = { minutes: 0, days: 1, months: 0 };

const parts = ({
  minutes,
  days,
  months,
}: Length): Omit<Extract<TimeValue, { kind: 'duration' }>, 'kind' | 'every'> => ({
  ...(minutes === 0 ? {} : { minutes }),
  ...(days === 0 ? {} : { days }),
  ...(months === 0 ? {} : { months }),
});

function durationOf(length: Length | undefined): TimeValue | undefined {
  return length === undefined ? undefined : { kind: 'duration', ...parts(length) };
}

function fromNow(m: Captures): TimeValue | undefined {
  const length = m.get('length');
  return length === undefined || length.days > 0 || length.months > 0 || length.minutes === 0
    ? undefined
    : { kind: 'from_now', minutes: length.minutes };
}

/** Moves the day or time that was named last; without one the dialog does. */
function shifted(length: Length | undefined, sign: 1 | -1, c: Span): TimeValue | undefined {
  if (length === undefined) return undefined;
  const { anchor, anchorMin } = c.ref;
  const { minutes, days, months } = length;
  if (minutes === 0 && anchor !== undefined) {
    return { kind: 'date', date: addDays(addMonths(anchor, sign * months), sign * days) };
  }
  const minute = (anchorMin ?? -DAY_MIN) + sign * minutes;
  if (days === 0 && months === 0 && minute >= 0 && minute < DAY_MIN) {
    return { kind: 'time', minutes: [minute] };
  }
  return { kind: 'shift', ...parts({ minutes: sign * minutes, days: sign * days, months: sign * months }) };
}

function dayBeside(sign: 1 | -1, c: Span): Reading | undefined {
  const moved = value(shifted(DAY, sign, c));
  return moved === undefined ? undefined : { ...moved, daysOn: sign };
}

/** "Half an hour before two". */
function beside(m: Captures, sign: 1 | -1): Reading | undefined {
  const length = m.get('length');
  if (length === undefined || length.days > 0 || length.months > 0) return undefined;
  const moved = m.get('looseTime')?.minutes.map((minute) => minute + sign * length.minutes) ?? [];
  const minutes = moved.filter((minute) => minute >= 0 && minute < DAY_MIN);
  return minutes.length === 0 ? undefined : { value: { kind: 'time', minutes } };
}

function weekBeside(c: Span, sign: 1 | -1): TimeValue {
  const { anchor } = c.ref;
  if (anchor === undefined) return { kind: 'shift', days: 7 * sign };
  const monday = inWeek(anchor, sign, 1);
  return { kind: 'days', from: monday < c.ref.today ? c.ref.today : monday, to: addDays(monday, 6) };
}

/** "The earliest you have", "as soon as possible", "the first free day", "the last slot". */
const EXTREMES: readonly Rule[] = [
  rule('mention', 'the|your? earliest freeWord? slotWord|dayWord|timeWord? available?', (m, c) =>
    extreme('earliest', m, c),
  ),
  rule('mention', 'the|your? firstWord freeWord slotWord|dayWord|timeWord? available?', (m, c) =>
    extreme('earliest', m, c),
  ),
  rule('mention', 'the|your? firstWord slotWord|dayWord|timeWord available', (m, c) =>
    extreme('earliest', m, c),
  ),
  rule('mention', 'soonest', (m, c) => extreme('earliest', m, c)),
  rule('mention', 'the|your? latest freeWord? slotWord|dayWord|timeWord? available?', (m, c) =>
    extreme('latest', m, c),
  ),
  rule('mention', 'the|your last freeWord? slotWord|time available?', (m, c) => extreme('latest', m, c)),
  rule('mention', 'the last slotWord? of the? dayWord', (m, c) => extreme('latest', m, c)),
  rule('mention', 'the? last slotWord of the? dayWord', (m, c) => extreme('latest', m, c)),
  rule('mention', 'soonestTime', () => value({ kind: 'extreme', which: 'earliest', of: 'time' })),
  rule('mention', 'latestTime', () => value({ kind: 'extreme', which: 'latest', of: 'time' })),
];

function extreme(which: 'earliest' | 'latest', m: Captures, c: Span): Reading | undefined {
  // "Earlier than the latest bus": only a free appointment can be the earliest of something.
  if (c.tokens[c.from]?.word === 'latest') return undefined;
  const alone = c.to - c.from === 1 && c.tokens.length > 2;
  if (alone) return undefined;
  const of = m.has('dayWord') && !m.has('of') ? 'day' : m.has('timeWord') ? 'time' : 'slot';
  return { value: { kind: 'extreme', which, of } };
}

export const MENTION_RULES: readonly Rule[] = [...PLAIN, ...MOVES, ...EXTREMES];
