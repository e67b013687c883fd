import type { Token } from './tokens.js';

const PAST = new Set(['past', 'after']);
const BEFORE = new Set(['to', 'till', 'until', 'before', 'of', 'two', 'too']);
const SPOKEN_MINUTES = new Set([5, 10, 15, 20, 25]);

/** A time by the clock, before a part of the day is taken into account. */
export interface Bare {
  readonly hour: number;
  readonly minute: number;
  /** True when only one reading is possible: "14:30", "08:30". */
  readonly exact: boolean;
  readonly length: number;
  /** True when the words can be nothing but a time, even without "at". */
  readonly certain: boolean;
  /** True when a word only sounds like the hour: "at free". */
  readonly guess?: true;
}

/** True for the words that name twelve o'clock in the day. */
export const isNoonWord = (word: string | undefined): boolean =>
  word === 'noon' || word === 'midday' || word === 'noontime';

/**
 * Reads a time by the clock at token `i`: "noon", "half past two", "14:30", "three fifteen", "too thirty".
 *
 * @param lenient - true when the words before make a time likely: "at", or a time was asked for
 */
export function matchBare(tokens: readonly Token[], i: number, lenient: boolean): Bare | undefined {
  return (
    matchNoon(tokens, i) ??
    matchPastOrTo(tokens, i) ??
    matchClock(tokens, i, lenient) ??
    matchHour(tokens, i, lenient)
  );
}

function matchNoon(tokens: readonly Token[], i: number): Bare | undefined {
  const twelve = tokens[i]?.num === 12 ? 1 : 0;
  const word = tokens[i + twelve]?.word;
  const exactly = { minute: 0, exact: true, certain: true, length: twelve + 1 };
  if (isNoonWord(word)) return { ...exactly, hour: 12 };
  if (word === 'midnight') return { ...exactly, hour: 0 };
  return undefined;
}

/** "half past two", "quarter to three", "ten after four", "half two". */
function matchPastOrTo(tokens: readonly Token[], i: number): Bare | undefined {
  const start = tokens[i]?.word === 'a' && tokens[i + 1]?.word === 'quarter' ? i + 1 : i;
  const first = tokens[start];
  if (first === undefined) return undefined;
  const amount = first.word === 'half' ? 30 : first.word === 'quarter' ? 15 : first.num;
  if (amount === undefined || amount < 1 || amount > 30) return undefined;
  const named = first.word === 'half' || first.word === 'quarter';
  let at = start + 1;
  const saidMinutes = /^min(?:ute)?s?$/.test(tokens[at]?.word ?? '');
  if (saidMinutes) at++;
  const link = tokens[at]?.word ?? '';
  const past = PAST.has(link);
  const before = !past && BEFORE.has(link) && (named || saidMinutes || SPOKEN_MINUTES.has(amount));
  if (!past && !before) return first.word === 'half' ? halfHour(tokens, start) : undefined;
  const isNoon = isNoonWord(tokens[at + 1]?.word);
  const hour = isNoon ? 12 : hourAt(tokens, at + 1, true);
  if (hour === undefined && first.word === 'half') return halfHour(tokens, start);
  if (hour === undefined || (past && !named && !saidMinutes && !SPOKEN_MINUTES.has(amount))) return undefined;
  let end = at + 2;
  if (tokens[end]?.word === 'oclock') end++;
  const total = past ? hour * 60 + amount : (hour === 0 ? 24 : hour) * 60 - amount;
  return {
    hour: Math.floor(total / 60),
    minute: total % 60,
    exact: isNoon || hour > 12,
    certain: true,
    length: end - i,
  };
}

/** British "half two" for 2:30; "half an hour" is none. */
function halfHour(tokens: readonly Token[], i: number): Bare | undefined {
  const next = tokens[i + 1];
  const hour = next?.weak === undefined ? hourAt(tokens, i + 1, false) : undefined;
  if (hour === undefined || hour > 12) return undefined;
  return { hour, minute: 30, exact: false, certain: true, length: 2 };
}

/** "14:30", "2:30", "0930 hours". */
function matchClock(tokens: readonly Token[], i: number, lenient: boolean): Bare | undefined {
  const token = tokens[i];
  if (token?.clock !== undefined) {
    const { hour, minute, padded } = token.clock;
    return {
      hour,
      minute,
      exact: padded || hour > 12,
      certain: true,
      length: tokens[i + 1]?.word === 'hours' ? 2 : 1,
    };
  }
  if (token?.digits !== true || token.num === undefined || token.ord !== undefined) return undefined;
  if (!/^\d{3,4}$/.test(token.word)) return undefined;
  const hour = Math.floor(token.num / 100);
  const minute = token.num % 100;
  const next = tokens[i + 1]?.word ?? '';
  const hours = next === 'hours';
  const isTime = lenient || hours || next === 'am' || next === 'pm' || next === 'in';
  if (hour > 23 || hour === 0 || minute > 59 || !isTime) {
    return undefined;
  }
  return { hour, minute, exact: hours, certain: true, length: hours ? 2 : 1 };
}

/** "three", "three oclock", "three fifteen", "three oh five", "too thirty". */
function matchHour(tokens: readonly Token[], i: number, lenient: boolean): Bare | undefined {
  const token = tokens[i];
  if (token === undefined || token.ord !== undefined) return undefined;
  const weak = token.num === undefined;
  const hour = hourAt(tokens, i, true);
  if (hour === undefined) return undefined;
  const minute = minuteAt(tokens, i + 1, weak);
  if (minute !== undefined) {
    return { hour, minute: minute.value, exact: hour > 12, certain: true, length: 1 + minute.length };
  }
  const next = tokens[i + 1];
  if (next?.word === 'oclock') return { hour, minute: 0, exact: false, certain: true, length: 2 };
  const meridiem = next?.word === 'am' || next?.word === 'pm';
  const isGuess = weak && !meridiem;
  const isLed = tokens.length === 1 || HEARD_AS_AT.has(tokens[i - 1]?.word ?? '');
  if (isGuess && !(lenient && isLed && isLastWord(tokens, i))) return undefined;
  if (hour === 0 && !meridiem) return undefined;
  if (isCounted(next) || isPronoun(tokens, i)) return undefined;
  const bare = { hour, minute: 0, exact: false, certain: meridiem, length: 1 };
  return isGuess ? { ...bare, guess: true } : bare;
}

/** What a recogniser writes for "at" before an hour: "that free" is "at three". */
const HEARD_AS_AT = new Set(['at', 'act', 'add', 'that', "that's", 'it', 'and', 'make']);

const COUNTED = new Set([
  'minute',
  'minutes',
  'min',
  'mins',
  'hour',
  'hours',
  'day',
  'days',
  'week',
  'weeks',
  'month',
  'months',
  'people',
  'of',
  'credits',
  'credit',
  'classes',
  'courses',
  'second',
  'year',
  'years',
  'semesters',
  'hundred',
  'thing',
  'things',
  'questions',
  'moment',
]);

/** True when the number counts something: "two weeks", "three of them". */
function isCounted(next: Token | undefined): boolean {
  return next !== undefined && next.breakBefore === undefined && COUNTED.has(next.word);
}

const BEFORE_ONE = new Set(
  'first second third last earlier later latest earliest other another this that which either any no the next'.split(
    ' ',
  ),
);

/** "the first one", "that one". */
const isPronoun = (tokens: readonly Token[], i: number): boolean =>
  tokens[i]?.word === 'one' && BEFORE_ONE.has(tokens[i - 1]?.word ?? '');

const isLastWord = (tokens: readonly Token[], i: number): boolean =>
  tokens[i + 1] === undefined || tokens[i + 1]?.breakBefore !== undefined || tokens[i + 1]?.word === 'please';

function hourAt(tokens: readonly Token[], i: number, allowWeak: boolean): number | undefined {
  const token = tokens[i];
  if (token === undefined || (token.digits === true && token.word.length > 2)) return undefined;
  const value = token.num ?? (allowWeak ? token.weak : undefined);
  return value !== undefined && value <= 24 ? value : undefined;
}

const QUARTERS = new Set([15, 30, 45]);

function minuteAt(
  tokens: readonly Token[],
  i: number,
  afterWeakHour: boolean,
): { readonly value: number; readonly length: number } | undefined {
  const token = tokens[i];
  if (token === undefined || (token.breakBefore ?? ',') !== ',') return undefined;
  const digitTwo = token.digits === true && /^\d{2}$/.test(token.word);
  const spoken = token.digits !== true && token.num !== undefined && token.num >= 10;
  if ((digitTwo || spoken) && token.num !== undefined && token.num < 60) {
    if (isCounted(tokens[i + 1])) return undefined;
    if (afterWeakHour && (!QUARTERS.has(token.num) || tokens[i + 1]?.num !== undefined)) return undefined;
    return { value: token.num, length: 1 };
  }
  const zero = token.word === 'oh' || token.word === 'o' || token.num === 0;
  const unit = tokens[i + 1]?.num;
  if (zero && unit !== undefined && unit > 0 && unit < 10) return { value: unit, length: 2 };
  return undefined;
}
