import { countsSomething, endsHere } from './date-rules.js';
import { rule, type Captures, type Rule, type Span } from './grammar.js';
import { DAY_MIN } from './local-date.js';
import type { ClockTime, TimeReading } from './values.js';

const HALF_DAY = 12 * 60;

/** Hours before this are after noon unless the caller says otherwise: "at seven" to an office is 7 pm, "at eight" 8 am. */
const OFFICE_MORNING_HOUR = 8;

/** Minutes that are counted before or after an hour without the word "minutes". */
const SPOKEN_MINUTES = new Set([5, 10, 15, 20, 25]);

const isHour = (n: number | undefined): n is number => n !== undefined && n >= 0 && n <= 24;

/** Times by the clock, before a part of the day is taken into account. */
const CLOCK: readonly Rule[] = [
  rule('hour', 'num', (m, c) => {
    const written = c.tokens[c.from];
    return isHour(m.get('num')) && !(written?.digits === true && written.word.length > 2)
      ? m.get('num')
      : undefined;
  }),
  rule('minute', 'num', (m, c) => {
    const token = c.tokens[c.from];
    const minute = m.get('num') ?? 60;
    const twoDigits = token?.digits === true ? token.word.length === 2 : minute >= 10;
    const counted = c.precedes('unit') || c.precedes('notDay');
    return twoDigits && minute < 60 && token?.breakBefore !== '-' && !counted ? minute : undefined;
  }),
  rule('minute', 'weak|num num', (m, c) => {
    const zero = m.get('weak') ?? m.get('num');
    const unit = m.has('weak') ? m.get('num') : m.get('num', 1);
    return zero === 0 && unit !== undefined && unit > 0 && unit < 10 && !c.precedes('unit')
      ? unit
      : undefined;
  }),
  rule('bare', 'clock hourWord?', (m, c) => {
    const said = m.get('clock');
    if (said === undefined) return undefined;
    const { hour, minute, padded, second } = said;
    const exactly = padded || hour > 12 || hour === 0;
    const seconds = second === undefined ? {} : { second };
    return { hour, minute, exact: exactly, certain: isSureClock(c), ...seconds };
  }),
  rule('bare', 'hour oclock', (m) => sure(m.get('hour'), 0)),
  rule('bare', 'hour minute', (m, c) => {
    const hour = m.get('hour') ?? 0;
    const listed =
      c.precedes('num') || (c.from > 0 && c.tokens[c.from - 1]?.num !== undefined && !c.follows('at'));
    // "Not ten, eleven": two hours, whatever pause a recogniser writes within one time.
    const isApart = c.tokens[c.from + 1]?.breakBefore === ',' && (m.get('minute') ?? 0) % 5 !== 0;
    return hour === 0 || listed || isApart ? undefined : sure(hour, m.get('minute'));
  }),
  // "At 16h"; "16h" alone is a length.
  rule('bare', 'num halfYear', (m, c) =>
    c.follows('at') || c.tokens[c.from]?.breakBefore === '-' ? exact(m.get('num'), 0) : undefined,
  ),
  rule('bare', 'num hundred hourWord', (m) => exact(m.get('num'), 0)),
  rule('bare', 'num? noon', (m) => (m.has('num') && m.get('num') !== 12 ? undefined : exact(12, 0))),
  rule('bare', 'noon minute', (m) => exact(12, m.get('minute') ?? 0)),
  rule('bare', 'num? midnight', (m) => (m.has('num') && m.get('num') !== 12 ? undefined : exact(0, 0))),
  rule('bare', 'digitClock hourWord?', (m, c) => {
    const said = m.get('digitClock') ?? 0;
    const [hour, minute] = [Math.floor(said / 100), said % 100];
    if (hour > 23 || hour === 0 || minute > 59) return undefined;
    const sureTime = m.has('hourWord') || c.precedes('am') || c.precedes('pm');
    if (
      c.precedes('num') ||
      (c.from > 0 && c.tokens[c.from - 1]?.num !== undefined && c.tokens[c.from]?.breakBefore !== '-')
    ) {
      return undefined;
    }
    const isYear = said >= 1900 && !sureTime && c.ref.expectsTime !== true && !c.follows('at');
    if (isYear) return undefined;
    return { hour, minute, exact: m.has('hourWord') || hour > 12, certain: sureTime };
  }),
  rule('hourTail', 'hour|weak oclock?', (m) => sure(m.get('hour') ?? m.get('weak'), 0)),
  rule('hourTail', 'noon', () => exact(12, 0)),
  rule('hourTail', 'midnight', () => exact(24, 0)),
  rule('bare', 'half past|after hourTail', (m) => fromHour(m.get('hourTail'), 30)),
  rule('bare', 'a? quarter past|after hourTail', (m) => fromHour(m.get('hourTail'), 15)),
  rule('bare', 'a? quarter clockTo hourTail', (m) => fromHour(m.get('hourTail'), -15)),
  rule('bare', 'num minuteWord? past|after hourTail', (m, c) => aroundHour(m, c, 1)),
  rule('bare', 'num minuteWord? clockTo hourTail', (m, c) => aroundHour(m, c, -1)),
  // British "half two" is 2:30; "half an hour" is none.
  rule('bare', 'half hour', (m, c) => {
    const hour = m.get('hour') ?? 0;
    return hour < 1 || hour > 12 || countsSomething(c) ? undefined : sure(hour, 30);
  }),
];

/** "2.30" is a time beside other words of day or time; elsewhere it may count something. */
function isSureClock(c: Span): boolean {
  if (c.tokens[c.from]?.word.includes('.') !== true || c.tokens.length === 1) return true;
  const led = (['weekday', 'dayOffset', 'ord', 'about', 'part'] as const).some((symbol) => c.follows(symbol));
  return (
    led ||
    (['weekday', 'dayOffset', 'am', 'pm', 'on', 'part', 'dash'] as const).some((symbol) => c.precedes(symbol))
  );
}

const sure = (hour: number | undefined, minute: number | undefined): ClockTime | undefined =>
  isHour(hour) && minute !== undefined ? { hour, minute, exact: hour > 12, certain: true } : undefined;

const exact = (hour: number | undefined, minute: number): ClockTime | undefined =>
  isHour(hour) ? { hour, minute, exact: true, certain: true } : undefined;

function fromHour(hour: ClockTime | undefined, minutes: number): ClockTime | undefined {
  if (hour === undefined) return undefined;
  const base = hour.hour === 0 && minutes < 0 ? 24 : hour.hour;
  const total = base * 60 + minutes;
  const wrapped = !hour.exact && total < 60 ? total + HALF_DAY : total % DAY_MIN;
  return { ...hour, hour: Math.floor(wrapped / 60), minute: wrapped % 60 };
}

function aroundHour(m: Captures, c: Span, sign: 1 | -1): ClockTime | undefined {
  const minutes = m.get('num') ?? 0;
  const counted = m.has('minuteWord') ? minutes < 60 : SPOKEN_MINUTES.has(minutes);
  // "5 to 6" in digits is a stretch; "five to six" the time before six.
  const digits = c.tokens[c.from]?.digits === true && c.tokens[c.from + 2]?.digits === true;
  if (
    sign === -1 &&
    digits &&
    !m.has('minuteWord') &&
    m.has('clockTo') &&
    c.tokens[c.from + 1]?.word === 'to'
  ) {
    return undefined;
  }
  return minutes > 0 && counted ? fromHour(m.get('hourTail'), sign * minutes) : undefined;
}

/** Hours that only the words around make a time: "three", "at free". */
const LOOSE: readonly Rule[] = [
  rule('looseBare', 'bare', (m) => m.get('bare')),
  rule('looseBare', 'hour', (m, c) => {
    const hour = m.get('hour');
    const isOne = c.tokens[c.from]?.word === 'one' && c.follows('beforeOne');
    const isListed = c.follows('negBefore') && c.tokens[c.to]?.num !== undefined;
    if (!isHour(hour) || hour === 0 || isOne || (isCounted(c) && !isListed)) return undefined;
    return { hour, minute: 0, exact: hour > 12, certain: false };
  }),
  rule('looseBare', 'weak', (m, c) => {
    const hour = m.get('weak');
    const alone = c.from === 0 || c.follows('at') || c.follows('heardAsAt');
    const last =
      c.tokens[c.to] === undefined || c.tokens[c.to]?.breakBefore !== undefined || c.precedes('please');
    if (!isHour(hour) || hour === 0 || !alone || !last || c.ref.expectsTime !== true) return undefined;
    return { hour, minute: 0, exact: false, certain: false, guess: true };
  }),
  // "Too thirty" is 2:30 where a time was asked for.
  rule('looseBare', 'weak minute', (m, c) => {
    const hour = m.get('weak');
    const minute = m.get('minute') ?? 0;
    const alone = c.from === 0 || c.follows('at') || c.follows('heardAsAt');
    if (!isHour(hour) || hour === 0 || minute % 15 !== 0 || !alone || c.precedes('num')) return undefined;
    return { hour, minute, exact: false, certain: false, guess: true };
  }),
];

/** True when the number counts what follows: "two weeks", "three of them". */
const isCounted = (c: Span): boolean =>
  c.tokens[c.to]?.breakBefore !== '-' &&
  (
    ['unit', 'notDay', 'of', 'hundred', 'thousand', 'half', 'num', 'clock', 'month', 'ordinalEnd'] as const
  ).some((symbol) => c.precedes(symbol));

type Half = 'am' | 'pm' | 'night';

/** Every minute of the day that a time without or with a half of the day can mean, likeliest first. */
function readings(bare: ClockTime, half: Half | undefined): readonly number[] {
  const base = (bare.hour % 24) * 60 + bare.minute;
  if (bare.hour > 12 || bare.exact) {
    if (half === 'am' && bare.hour > 12) return [];
    return [half === 'pm' && bare.hour < 12 && bare.hour > 0 ? base + HALF_DAY : base];
  }
  const early = (bare.hour % 12) * 60 + bare.minute;
  const late = early + HALF_DAY;
  if (half === 'am') return [early];
  if (half === 'pm') return [late];
  // "Two at night" and "twelve at night" are early; "ten at night" is late.
  if (half === 'night') return early < 5 * 60 ? [early] : [late];
  return bare.hour % 12 < OFFICE_MORNING_HOUR ? [late, early] : [early, late];
}

/** Times with their readings: "at three", "2:30 pm", "three in the afternoon", "morning 11". */
const TIMES: readonly Rule[] = [
  rule('halfOfDay', 'am', () => 'am'),
  rule('halfOfDay', 'pm', () => 'pm'),
  rule('halfOfDay', 'in the? am', () => 'am'),
  rule('halfOfDay', 'in the? pm', () => 'pm'),
  rule('halfOfDay', 'in|at|on? the? early|late|middle? part', (m) => m.get('part')?.half),
  rule('time', 'at|about? about? exactly? bare about? exactly? halfOfDay? exactly?', (m) =>
    timed(m.get('bare'), m.get('halfOfDay')),
  ),
  rule('time', 'at|about? about? looseBare about? halfOfDay', (m) =>
    timed(m.get('looseBare'), m.get('halfOfDay')),
  ),
  rule('time', 'at|about the? about? looseBare about? exactly? halfOfDay?', (m) =>
    timed(m.get('looseBare'), m.get('halfOfDay'), true),
  ),
  rule('time', 'looseBare about|exactly|oclock', (m) => timed(m.get('looseBare'), undefined, true)),
  rule('time', 'in|at|on? the? early|late|middle? part at|about? looseBare halfOfDay?', (m, c) => {
    const led = m.has('at') || m.has('about') || m.get('looseBare')?.certain === true || endsHere(c);
    const half = m.get('halfOfDay') ?? m.get('part')?.half;
    return led ? timed(m.get('looseBare'), half, true) : undefined;
  }),
  rule('looseTime', 'time', (m) => m.get('time')),
  rule('looseTime', 'the? looseBare', (m, c) =>
    m.get('looseBare')?.certain === true || !m.has('the') || endsHere(c)
      ? timed(m.get('looseBare'), undefined, true)
      : undefined,
  ),
];

function timed(bare: ClockTime | undefined, half: Half | undefined, led = false): TimeReading | undefined {
  if (bare === undefined || (!bare.certain && half === undefined && !led)) return undefined;
  const minutes = readings(bare, half);
  if (minutes.length === 0) return undefined;
  return {
    minutes,
    certain: bare.certain || half !== undefined,
    ...(bare.guess === true ? { guess: true } : {}),
    ...(bare.second === undefined ? {} : { second: bare.second }),
  };
}

export const CLOCK_RULES: readonly Rule[] = [...CLOCK, ...LOOSE, ...TIMES];
