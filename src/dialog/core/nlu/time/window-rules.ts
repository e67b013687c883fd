import { endsHere } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { DAY_MIN } from './local-date.js';
import type { DayPart } from './calendar-words.js';
import type { TimeReading, Window } from './values.js';

const window = ([fromMin, toMin]: readonly [number, number]): Window => ({ fromMin, toMin });

/** The likeliest minute of a time. */
const minuteOf = (time: TimeReading | undefined): number | undefined => time?.minutes[0];

/** Parts of the day and sayings: "in the late morning", "first thing", "after lunch". */
const PARTS: readonly Rule[] = [
  rule('window', 'in|at|on|for? the|that? early|middle|late? in|on? the? part', (m) => {
    const part = m.get('part');
    if (part === undefined || (m.has('on') && m.get('part') === undefined)) return undefined;
    return window(spanOf(part, m));
  }),
  // "The rest of the day" begins now.
  rule('window', 'the? rest the|my|this? dayWord', (_, c) => ({ fromMin: c.ref.nowMin, toMin: DAY_MIN })),
  rule('window', 'part early|late', (m) => {
    const part = m.get('part');
    return part === undefined ? undefined : window(spanOf(part, m));
  }),
  rule('window', 'in|at? the? spell', (m) => m.get('spell')),
  rule('window', 'before|by|until part|spell', (m) => ({ fromMin: 0, toMin: startOf(m) })),
  rule('window', 'after part|spell', (m) => ({
    fromMin: m.get('part')?.span[1] ?? m.get('spell')?.toMin ?? 0,
    toMin: DAY_MIN,
  })),
  rule('window', 'part or part', (m) => {
    const [low, high] = [m.get('part'), m.get('part', 1)];
    if (low === undefined || high === undefined || high.span[0] > low.span[1]) return undefined;
    return { fromMin: low.span[0], toMin: high.span[1] };
  }),
];

function spanOf(part: DayPart, m: Captures): readonly [number, number] {
  if (m.has('early')) return part.early;
  if (m.has('late')) return part.late;
  return m.has('middle') ? part.middle : part.span;
}

const startOf = (m: Captures): number => m.get('part')?.span[0] ?? m.get('spell')?.fromMin ?? 0;

const LINK = 'and|to|through|until|dash';

/** "After three", "before eleven", "between two and four", "eleven to twelve". */
const BOUNDS: readonly Rule[] = [
  rule('window', `between looseTime ${LINK} looseTime`, (m) => between(m)),
  rule('window', `from looseTime to|through|until|dash looseTime`, (m, c) =>
    c.follows('change') ? undefined : between(m),
  ),
  rule('window', `looseTime to|through|until|dash looseTime`, (m, c) => {
    const sure = m.get('looseTime')?.certain === true || m.get('looseTime', 1)?.certain === true;
    return sure || c.ref.expectsTime === true || c.follows('on') || c.follows('weekday')
      ? between(m)
      : undefined;
  }),
  rule('window', 'before at? looseTime', (m) => upTo(minuteOf(m.get('looseTime')))),
  rule('window', 'by|until|upTo at? looseTime', (m) => upTo(minuteOf(m.get('looseTime')))),
  rule('window', 'looseTime or earlier', (m) => upTo(minuteOf(m.get('looseTime')))),
  rule('window', 'looseTime atLatest', (m) => upTo(minuteOf(m.get('looseTime')))),
  rule('window', 'after at? looseTime', (m) => since(minuteOf(m.get('looseTime')))),
  rule('window', 'past looseTime', (m, c) =>
    c.follows('this') ? undefined : since(minuteOf(m.get('looseTime'))),
  ),
  rule('window', 'after looseTime but? before looseTime', (m) => between(m)),
  rule('window', 'notBefore at? looseTime', (m) => since(minuteOf(m.get('looseTime')))),
  rule('window', 'looseTime onwards|atEarliest', (m) => since(minuteOf(m.get('looseTime')))),
  rule('window', 'from|starting|since at? looseTime onwards?', (m, c) =>
    c.follows('change') ? undefined : since(minuteOf(m.get('looseTime'))),
  ),
  rule('window', 'from|starting at? looseTime on', (m, c) =>
    endsHere(c) ? since(minuteOf(m.get('looseTime'))) : undefined,
  ),
  // "After my class at two": something that is over at two.
  rule('window', 'after anything anything? anything? at looseTime', (m) =>
    since(minuteOf(m.get('looseTime'))),
  ),
  rule('window', 'before anything anything? anything? at looseTime', (m) =>
    upTo(minuteOf(m.get('looseTime'))),
  ),
  rule('window', 'in|within|during|for? the? next|coming length', (m, c) => ofNow(m, c, 1)),
  rule('window', 'in|within|during|for? the? last length', (m, c) => ofNow(m, c, -1)),
  rule('window', 'from|starting at? looseTime for length', (m) => lasting(m)),
  rule('window', 'for length from|starting at? looseTime', (m) => lasting(m)),
];

function between(m: Captures): Window | undefined {
  const low = m.get('looseTime')?.minutes ?? [];
  const high = m.get('looseTime', 1)?.minutes ?? [];
  const [first = 0] = low;
  const last = high.length === 1 ? (high[0] ?? 0) : undefined;
  // The half of the day that is said once holds for both ends: "eight to ten pm".
  const fromMin =
    last === undefined || low.length === 1 ? first : Math.max(...low.filter((minute) => minute < last), -1);
  // A night that runs over midnight ends with its day.
  const after = high.filter((minute) => minute > fromMin);
  const toMin = last ?? (after.length > 0 ? Math.min(...after) : DAY_MIN);
  return fromMin < 0 || toMin > DAY_MIN || toMin <= fromMin ? undefined : { fromMin, toMin };
}

const upTo = (minute: number | undefined): Window | undefined =>
  minute === undefined ? undefined : { fromMin: 0, toMin: minute };

const since = (minute: number | undefined): Window | undefined =>
  minute === undefined ? undefined : { fromMin: minute, toMin: DAY_MIN };

/** "The next two hours", within the day. */
function ofNow(m: Captures, { ref }: Span, sign: 1 | -1): Window | undefined {
  const { minutes = 0, days = 0, months = 0 } = m.get('length') ?? {};
  if (minutes <= 0 || days > 0 || months > 0) return undefined;
  const other = Math.min(DAY_MIN, Math.max(0, ref.nowMin + sign * minutes));
  const [fromMin, toMin] = sign === 1 ? [ref.nowMin, other] : [other, ref.nowMin];
  return fromMin < toMin ? { fromMin, toMin } : undefined;
}

function lasting(m: Captures): Window | undefined {
  const fromMin = minuteOf(m.get('looseTime'));
  const length = m.get('length');
  if (fromMin === undefined || length === undefined || length.days > 0 || length.months > 0) return undefined;
  return { fromMin, toMin: Math.min(DAY_MIN, fromMin + length.minutes) };
}

export const WINDOW_RULES: readonly Rule[] = [...PARTS, ...BOUNDS];
