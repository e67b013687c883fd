import { isTens, numberOf, unitOf } from './numbers.js';
import type { CalendarWords } from './time/calendar-words.js';
import { repairWord } from './time/repair.js';

/** One word of a sentence with its numeric readings. Offsets point into the text that was tokenised. */
export interface Token {
  /** Lower case, misspelt and misrecognised calendar words repaired. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Cardinal value of "7", "seven", "twenty three". */
  readonly num?: number;
  /** Ordinal value of "7th", "seventh", "twenty third". */
  readonly ord?: number;
  /** Value of a word that sounds like a number ("too", "for"). */
  readonly weak?: number;
  /** True when written with digits. */
  readonly digits?: boolean;
  /** Hours and minutes of "14:30" and of "2.30", as recognisers write "two thirty". */
  readonly clock?: {
    readonly hour: number;
    readonly minute: number;
    readonly padded: boolean;
    readonly second?: number;
  };
  /** "2026-11-24" or "11/24"; month first where both orders are dates. */
  readonly numericDate?: { readonly year?: number; readonly month: number; readonly day: number };
  /** Punctuation right before the word: a comma, a full stop, "-" for a dash between words or digits. */
  readonly breakBefore?: string;
  /** Value of "2.5" and of "2.30" where it is an amount. */
  readonly decimal?: number;
  /** "11/2016", "2016-11". */
  readonly numericMonth?: { readonly year: number; readonly month: number };
}

/** Sentences longer than this are cut: nobody says more in one turn, and the grammars stay cheap. */
export const MAX_TEXT_CHARS = 1000;

/** Two-digit years from here on are of the last century: "74" is 1974. */
const PIVOT_YEAR = 50;

const PIECE = new RegExp(
  [
    String.raw`(?<!\p{L})[ap]\.\s?m\b\.?|(?<=\d)[ap](?!\p{L})`,
    String.raw`\d{4}[/-]\d{1,2}[/-]\d{1,2}(?!\d)`,
    String.raw`\d{1,2}(?<mark>[/.-])\d{1,2}\k<mark>(?:\d{4}|\d{2})(?!\d)`,
    String.raw`\d{1,2}\s?/\s?\d{1,2}(?![\d/])`,
    String.raw`\d{1,2}[/-]\d{4}(?!\d)|\d{4}\s?[/-]\s?\d{1,2}(?![\d/-])`,
    String.raw`\d{1,2}:\d{2}(?::\d{2})?(?!\d)|\d{1,2}h\d{2}(?!\d)`,
    String.raw`\d+\.\d+`,
    String.raw`\d+(?:st|nd|rd|th)\b`,
    String.raw`\d+`,
    String.raw`\p{L}+(?:['’]\p{L}+)*`,
    String.raw`[½¼]`,
    String.raw`@`,
    String.raw`[.,!?;:]`,
    String.raw`(?<=[\d\s])[-–—](?=[\s\p{L}\d])|[-–—](?=[\d\s])`,
  ].join('|'),
  'gu',
);

type Reading = Omit<Token, 'start' | 'end'>;

/** Splits a sentence into words with numeric readings. Longer texts are cut at {@link MAX_TEXT_CHARS}. */
export function tokenize(text: string, locale: CalendarWords): readonly Token[] {
  const raw: Token[] = [];
  const lower = text.slice(0, MAX_TEXT_CHARS).toLowerCase();
  let pause: string | undefined;
  for (const match of lower.matchAll(PIECE)) {
    const piece = match[0];
    if (/^[.,!?;:–—-]$/.test(piece)) {
      pause = /[–—]/.test(piece) ? '-' : piece;
      continue;
    }
    const start = match.index;
    const end = start + piece.length;
    const readings = read(piece, lower, start, end, locale);
    readings.forEach((reading, k) => {
      const parts = splitSpan(start, end, k, readings.length);
      raw.push({ ...reading, ...parts, ...(k > 0 || pause === undefined ? {} : { breakBefore: pause }) });
    });
    pause = undefined;
  }
  return joinCompounds(joinSounds(raw, locale.roles.hesitation), locale);
}

/** "U. M." is how recognisers write an "um": letters that spell a sound of hesitation are that sound. */
function joinSounds(tokens: readonly Token[], sounds: readonly string[]): readonly Token[] {
  const isLetter = (token: Token | undefined): boolean => token !== undefined && /^\p{L}$/u.test(token.word);
  if (tokens.every((token, k) => !isLetter(token) || !isLetter(tokens[k + 1]))) return tokens;
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length;) {
    let to = at;
    while (isLetter(tokens[to])) to++;
    const run = tokens.slice(at, to);
    const word = run.map((token) => token.word).join('');
    const [first] = run;
    if (first !== undefined && run.length > 1 && sounds.includes(word)) {
      const { breakBefore } = first;
      const end = run.at(-1)?.end ?? first.end;
      joined.push({ word, start: first.start, end, ...(breakBefore === undefined ? {} : { breakBefore }) });
      at = to;
    } else {
      joined.push(...tokens.slice(at, Math.max(to, at + 1)));
      at = Math.max(to, at + 1);
    }
  }
  return joined;
}

/** Offsets of the `k`-th of several readings of one written word: they share its letters, in order. */
function splitSpan(
  start: number,
  end: number,
  k: number,
  of: number,
): { readonly start: number; readonly end: number } {
  const at = (n: number): number => start + Math.floor(((end - start) * n) / of);
  return { start: at(k), end: at(k + 1) };
}

function read(
  piece: string,
  text: string,
  start: number,
  end: number,
  locale: CalendarWords,
): readonly Reading[] {
  const first = piece.charCodeAt(0);
  const isDigit = first >= 48 && first <= 57;
  if (!isDigit) {
    const isHalf =
      /^[ap]\.\s?m\.?$/.test(piece) || (/^[ap]$/.test(piece) && /\d/.test(text[start - 1] ?? ''));
    if (isHalf) return [{ word: piece.startsWith('a') ? 'am' : 'pm' }];
    return readWord(piece.replaceAll('’', "'"), locale);
  }
  if (/^\d+$/.test(piece)) return [{ word: piece, num: Number(piece.slice(0, 9)), digits: true }];
  const ordinal = /^(\d+)(?:st|nd|rd|th)$/.exec(piece);
  if (ordinal !== null) return [{ word: piece, ord: Number(ordinal[1]?.slice(0, 9)), digits: true }];
  return [readClock(piece) ?? readDotted(piece, text, start, end, locale) ?? readNumericDate(piece)];
}

function readClock(word: string): Reading | undefined {
  const clock = /^(\d{1,2})[:h](\d{2})(?::(\d{2}))?/.exec(word);
  if (clock === null) return undefined;
  return clockReading(word, Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0));
}

function clockReading(word: string, hour: number, minute: number, second = 0): Reading {
  if (hour > 24 || minute > 59) return { word };
  const seconds = second > 0 && second < 60 ? { second } : {};
  return { word, clock: { hour, minute, padded: word.startsWith('0'), ...seconds } };
}

/** "2.30" is a time unless it is money or an amount of something: "$2.30", "2.30 dollars". */
function readDotted(
  word: string,
  text: string,
  start: number,
  end: number,
  locale: CalendarWords,
): Reading | undefined {
  if (!/^\d+\.\d+$/.test(word)) return undefined;
  const decimal = { word, decimal: Number(word), digits: true };
  const dotted = /^(\d{1,2})\.(\d{2})$/.exec(word);
  if (dotted === null || Number(dotted[1]) > 24 || Number(dotted[2]) > 59) return decimal;
  if (/[$£€#]\s?$/.test(text.slice(Math.max(0, start - 2), start)) || /^\s?[%€£$]/.test(text.slice(end))) {
    return decimal;
  }
  const next = /^\s?(\p{L}+)/u.exec(text.slice(end, end + 20))?.[1];
  if (next !== undefined && locale.measures.includes(next)) return decimal;
  return clockReading(word, Number(dotted[1]), Number(dotted[2]));
}

function readNumericDate(word: string): Reading {
  const parts = word.split(/\s?[/.-]\s?/).map(Number);
  const [first = 0, second = 0, third] = parts;
  const written = word.split(/\s?[/.-]\s?/);
  const isYear = (k: number): boolean => written[k]?.length === 4;
  if (third === undefined && (isYear(0) || isYear(1))) {
    const [year, month] = isYear(0) ? [first, second] : [second, first];
    return month >= 1 && month <= 12 ? { word, numericMonth: { year, month } } : { word };
  }
  if (isYear(0)) return dateReading(word, second, third ?? 0, first);
  // Month first, as it is written in the United States, unless only the other order is a date.
  const [month, day] = first > 12 && second <= 12 ? [second, first] : [first, second];
  const year = third === undefined || isYear(2) ? third : third + (third < PIVOT_YEAR ? 2000 : 1900);
  return dateReading(word, month, day, year);
}

function dateReading(word: string, month: number, day: number, year: number | undefined): Reading {
  if (month < 1 || month > 12 || day < 1 || day > 31) return { word };
  return { word, numericDate: { month, day, ...(year === undefined ? {} : { year }) } };
}

function readWord(piece: string, locale: CalendarWords): readonly Reading[] {
  const word = repairWord(piece, locale);
  const split = locale.splits[word];
  if (split !== undefined && Object.hasOwn(locale.splits, word)) return split.map((part) => ({ word: part }));
  const value = numberOf(word, locale);
  if (value !== undefined) return [{ word, ...value }];
  const { about } = locale;
  if (word.length > about.length + 1 && word.endsWith(about)) {
    const stem = word.slice(0, -about.length);
    const number = numberOf(stem, locale);
    if (number?.num !== undefined || locale.aboutStems.includes(stem)) {
      return [{ word: stem, ...number }, { word: about }];
    }
  }
  return [{ word }];
}

/** Joins "twenty" + "three" (or "third") to one token. */
function joinCompounds(raw: readonly Token[], locale: CalendarWords): readonly Token[] {
  const joined: Token[] = [];
  for (let i = 0; i < raw.length; i++) {
    const token = raw[i] as Token;
    const next = raw[i + 1];
    if (next === undefined || token.num === undefined || next.breakBefore !== undefined) {
      joined.push(token);
      continue;
    }
    const compound = isTens(token.word, locale) ? compoundOf(token, next, locale) : undefined;
    joined.push(compound ?? token);
    if (compound !== undefined) i++;
  }
  return joined;
}

function compoundOf(token: Token, next: Token, locale: CalendarWords): Token | undefined {
  const { num: tens = 0, ...rest } = token;
  const word = `${token.word} ${next.word}`;
  const unit = unitOf(next.word, locale);
  if (unit !== undefined) return { ...rest, word, end: next.end, num: tens + unit };
  if (next.digits === true || next.ord === undefined || next.ord > 9) return undefined;
  return { ...rest, word, end: next.end, ord: tens + next.ord };
}
