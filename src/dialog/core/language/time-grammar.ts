import { isNoonWord, matchBare, type Bare } from './clock-time.js';
import { countAt } from './counts.js';
import type { Token } from './tokens.js';
import { DAY_MIN } from './local-date.js';

/** Part of the day that a time is narrowed to. */
export type DayPart = 'morning' | 'afternoon' | 'evening' | 'night';

/** What a stretch of words says about the time of day. Minutes count from local midnight. */
export type TimeValue =
  /** One time with every reading it can have: "three" is 3:00 and 15:00, "3 pm" only 15:00. */
  | {
      readonly kind: 'time';
      readonly minutes: readonly number[];
      /** True when a word only sounds like the hour: "at free". */
      readonly guess?: true;
    }
  /** "in the morning", "after three", "between two and four": bounds, `toMin` excluded. */
  | { readonly kind: 'window'; readonly fromMin: number; readonly toMin: number; readonly part?: DayPart }
  /** "in two hours": counts from now. */
  | { readonly kind: 'from_now'; readonly minutes: number };

/** A match: how many tokens it takes and what they mean. */
export interface TimeMatch {
  readonly length: number;
  readonly value: TimeValue;
}

/** Bounds of a part of the day in minutes, the end excluded. */
const DAY_PARTS: Readonly<Record<DayPart, readonly [number, number]>> = {
  morning: [0, 12 * 60],
  afternoon: [12 * 60, 18 * 60],
  evening: [17 * 60, DAY_MIN],
  night: [18 * 60, DAY_MIN],
};

const PART_WORDS: Readonly<Record<string, DayPart>> = {
  morning: 'morning',
  mornings: 'morning',
  afternoon: 'afternoon',
  afternoons: 'afternoon',
  evening: 'evening',
  evenings: 'evening',
  night: 'night',
};

/** Words before a bare hour that make it a time: "at three", "around three". */
const TIME_LEADS = new Set([
  'at',
  'around',
  'about',
  'by',
  'say',
  'approximately',
  'roughly',
  'maybe',
  'exactly',
  'act',
  'add',
]);

/**
 * Reads a time of day that begins at token `i`.
 *
 * @param expected - true when a time was asked for: a bare "three" is one then
 */
export function matchTime(tokens: readonly Token[], i: number, expected: boolean): TimeMatch | undefined {
  return (
    matchFromNow(tokens, i) ??
    matchBounds(tokens, i) ??
    matchPartFirst(tokens, i) ??
    matchPoint(tokens, i, expected) ??
    matchPart(tokens, i)
  );
}

/** "at three", "half past two", "2:30 pm", "three in the afternoon". */
function matchPoint(tokens: readonly Token[], i: number, expected: boolean): TimeMatch | undefined {
  const lead = TIME_LEADS.has(tokens[i]?.word ?? '') && !isNoonWord(tokens[i]?.word) ? 1 : 0;
  const bare = matchBare(tokens, i + lead, expected || lead > 0);
  if (bare === undefined) return undefined;
  const end = skipIsh(tokens, i + lead + bare.length);
  const part = matchMeridiem(tokens, end);
  if (part === undefined && !bare.certain && !expected && lead === 0) return undefined;
  const minutes = readings(bare, part?.part);
  if (minutes.length === 0) return undefined;
  return {
    length: end + (part?.length ?? 0) - i,
    value: { kind: 'time', minutes, ...(bare.guess === true ? { guess: true } : {}) },
  };
}

function skipIsh(tokens: readonly Token[], i: number): number {
  return tokens[i]?.word === 'ish' || tokens[i]?.word === 'sharp' || tokens[i]?.word === 'exactly'
    ? i + 1
    : i;
}

/** Every minute of the day that an hour without or with a part of the day can mean. */
function readings(bare: Bare, part: DayPart | 'am' | 'pm' | undefined): readonly number[] {
  const base = (bare.hour % 24) * 60 + bare.minute;
  if (bare.hour > 12 || bare.exact) {
    return part === 'am' && bare.hour > 12 ? [] : [part === 'pm' && bare.hour < 12 ? base + 720 : base];
  }
  const early = (bare.hour % 12) * 60 + bare.minute;
  const both = [early, early + 720];
  if (part === undefined) return both;
  if (part === 'am') return [early];
  if (part === 'pm') return [early + 720];
  if (part === 'morning') return [early];
  // "two at night" and "twelve at night" are early; "ten at night" is late.
  if (part === 'night') return early < 5 * 60 ? [early] : [early + 720];
  return [early + 720];
}

function matchMeridiem(
  tokens: readonly Token[],
  i: number,
): { readonly part: DayPart | 'am' | 'pm'; readonly length: number } | undefined {
  const word = tokens[i]?.word;
  if (word === 'am' || word === 'pm') return { part: word, length: 1 };
  return partAt(tokens, i);
}

/** "in the afternoon", "at night", "this morning", or just "afternoon". */
function partAt(
  tokens: readonly Token[],
  i: number,
): { readonly part: DayPart; readonly length: number } | undefined {
  let at = i;
  if (['in', 'at', 'on', 'during'].includes(tokens[at]?.word ?? '')) at++;
  if (['the', 'that', 'this'].includes(tokens[at]?.word ?? '')) at++;
  if (['early', 'late', 'mid'].includes(tokens[at]?.word ?? '')) at++;
  const part = PART_WORDS[tokens[at]?.word ?? ''];
  return part === undefined ? undefined : { part, length: at + 1 - i };
}

/** "morning 11", "in the afternoon at three". */
function matchPartFirst(tokens: readonly Token[], i: number): TimeMatch | undefined {
  const part = partAt(tokens, i);
  if (part === undefined) return undefined;
  let at = i + part.length;
  const lead = TIME_LEADS.has(tokens[at]?.word ?? '');
  if (lead) at++;
  const bare = matchBare(tokens, at, true);
  if (bare === undefined || (!bare.certain && !lead && tokens[at]?.num === undefined)) return undefined;
  const after = matchMeridiem(tokens, at + bare.length);
  const minutes = readings(bare, after?.part ?? part.part);
  if (minutes.length === 0) return undefined;
  return { length: at + bare.length + (after?.length ?? 0) - i, value: { kind: 'time', minutes } };
}

function matchPart(tokens: readonly Token[], i: number): TimeMatch | undefined {
  const lunch = matchLunch(tokens, i);
  if (lunch !== undefined) return lunch;
  const part = partAt(tokens, i);
  if (part === undefined) return undefined;
  const [fromMin, toMin] = narrow(tokens, i, part);
  return { length: part.length, value: { kind: 'window', fromMin, toMin, part: part.part } };
}

function narrow(
  tokens: readonly Token[],
  i: number,
  match: { readonly part: DayPart; readonly length: number },
): readonly [number, number] {
  const [fromMin, toMin] = DAY_PARTS[match.part];
  const words = tokens.slice(i, i + match.length).map((token) => token.word);
  if (match.part === 'morning') {
    return words.includes('early')
      ? [fromMin, 600]
      : words.includes('late')
        ? [600, toMin]
        : [fromMin, toMin];
  }
  if (match.part === 'afternoon') {
    return words.includes('early')
      ? [fromMin, 900]
      : words.includes('late')
        ? [900, toMin]
        : [fromMin, toMin];
  }
  return [fromMin, toMin];
}

function matchLunch(tokens: readonly Token[], i: number): TimeMatch | undefined {
  const first = tokens[i]?.word ?? '';
  const window = (length: number, fromMin: number, toMin: number): TimeMatch => ({
    length,
    value: { kind: 'window', fromMin, toMin },
  });
  if (first === 'lunchtime') return window(1, 720, 840);
  const second = tokens[i + 1]?.word ?? '';
  if (!['lunch', 'lunchtime', 'noon', 'midday'].includes(second)) return undefined;
  if (first === 'after') return window(2, second.startsWith('lunch') ? 780 : 720, DAY_MIN);
  if (first === 'before') return window(2, 0, 720);
  if (first === 'around' && second.startsWith('lunch')) return window(2, 720, 840);
  return undefined;
}

/** "after three", "before eleven", "between two and four", "from 2 to 4". */
function matchBounds(tokens: readonly Token[], i: number): TimeMatch | undefined {
  const first = tokens[i]?.word ?? '';
  if (first === 'between' || first === 'from') {
    const low = matchBare(tokens, i + 1, true);
    if (low === undefined) return undefined;
    const lowPart = matchMeridiem(tokens, i + 1 + low.length);
    let at = i + 1 + low.length + (lowPart?.length ?? 0);
    if (!['and', 'to', 'till', 'until'].includes(tokens[at]?.word ?? '')) return undefined;
    at++;
    const high = matchBare(tokens, at, true);
    if (high === undefined) return undefined;
    const highPart = matchMeridiem(tokens, at + high.length);
    const fromMin = daytime(readings(low, lowPart?.part ?? highPart?.part));
    const toMin = daytime(readings(high, highPart?.part).filter((minute) => minute > fromMin));
    if (toMin <= fromMin) return undefined;
    return {
      length: at + high.length + (highPart?.length ?? 0) - i,
      value: { kind: 'window', fromMin, toMin },
    };
  }
  const after = first === 'after' || first === 'past' || first === 'from';
  if (!after && first !== 'before') return undefined;
  const bare = matchBare(tokens, i + 1, true);
  if (bare === undefined) return undefined;
  const part = matchMeridiem(tokens, i + 1 + bare.length);
  const minute = daytime(readings(bare, part?.part));
  const length = 1 + bare.length + (part?.length ?? 0);
  return { length, value: { kind: 'window', fromMin: after ? minute : 0, toMin: after ? DAY_MIN : minute } };
}

/** The reading that falls into ordinary office hours, else the first. */
function daytime(minutes: readonly number[]): number {
  return minutes.find((minute) => minute >= 7 * 60 && minute < 19 * 60) ?? minutes[0] ?? 0;
}

/** "in two hours", "half an hour from now". */
function matchFromNow(tokens: readonly Token[], i: number): TimeMatch | undefined {
  const lead = tokens[i]?.word === 'in' ? 1 : 0;
  const amount = durationAt(tokens, i + lead);
  if (amount === undefined) return undefined;
  const end = i + lead + amount.length;
  const fromNow = tokens[end]?.word === 'from' && tokens[end + 1]?.word === 'now';
  if (lead === 0 && !fromNow) return undefined;
  return { length: end - i + (fromNow ? 2 : 0), value: { kind: 'from_now', minutes: amount.minutes } };
}

/** "an hour", "half an hour", "two hours", "an hour and a half", "45 minutes". */
export function durationAt(
  tokens: readonly Token[],
  i: number,
): { readonly minutes: number; readonly length: number } | undefined {
  const words = (count: number): string =>
    tokens
      .slice(i, i + count)
      .map((token) => token.word)
      .join(' ');
  if (words(3) === 'half an hour') return { minutes: 30, length: 3 };
  if (words(3) === 'half a hour') return { minutes: 30, length: 3 };
  if (words(5) === 'an hour and a half') return { minutes: 90, length: 5 };
  if (words(2) === 'an hour' || words(2) === 'a hour') return { minutes: 60, length: 2 };
  const counted = countAt(tokens, i);
  if (counted === undefined) return undefined;
  const unit = tokens[i + counted.length]?.word ?? '';
  const length = counted.length + 1;
  if (/^hours?$/.test(unit)) return { minutes: counted.count * 60, length };
  if (/^(min|mins|minutes?)$/.test(unit)) return { minutes: counted.count, length };
  return undefined;
}
