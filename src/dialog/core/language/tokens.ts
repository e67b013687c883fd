import { cardinalWord, homophoneOf, isTens, ordinalWord, unitWord } from './numbers.js';
import { repairWord } from './repair.js';

/** One word of a sentence with its numeric readings. Offsets point into the text that was tokenised. */
export interface Token {
  /** Lower case, misrecognitions of calendar words repaired. */
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
  /** Hours and minutes of "14:30". */
  readonly clock?: { readonly hour: number; readonly minute: number; readonly padded: boolean };
  /** "2026-11-24" or "11/24". */
  readonly numericDate?: { readonly year?: number; readonly month: number; readonly day: number };
  /** Punctuation right before the word: a comma, a full stop… */
  readonly breakBefore?: string;
}

/** Sentences longer than this are cut: nobody says more in one turn, and the grammars stay cheap. */
export const MAX_TEXT_CHARS = 1000;

const PIECE =
  /\bo\s?["'’`]?\s?clock\b|\bmid[\s-](?:day|night)\b|\bto[\s-](?:morrow|day|night)\b|\b[ap]\.\s?m\b\.?|\b[ap]\sm\b|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[:h]\d{2}(?!\d)|\d{1,2}\.\d{2}(?=\s?[ap]\.?\s?m)|\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?(?![\d/])|\d+(?:st|nd|rd|th)\b|\d+|[a-z]+(?:['’][a-z]+)*|[.,!?;:]/g;

/** Splits a sentence into words with numeric readings. Longer texts are cut at {@link MAX_TEXT_CHARS}. */
export function tokenize(text: string): readonly Token[] {
  const raw: Token[] = [];
  let pause: string | undefined;
  for (const match of text.slice(0, MAX_TEXT_CHARS).toLowerCase().matchAll(PIECE)) {
    const piece = match[0];
    if (/^[.,!?;:]$/.test(piece)) {
      pause = piece;
      continue;
    }
    const base = { start: match.index, end: match.index + piece.length };
    raw.push({ ...read(piece), ...base, ...(pause === undefined ? {} : { breakBefore: pause }) });
    pause = undefined;
  }
  return joinCompounds(raw);
}

function read(piece: string): Omit<Token, 'start' | 'end'> {
  if (piece.endsWith('clock')) return { word: 'oclock' };
  if (/^(?:mid|to)[\s-]/.test(piece)) return readWord(piece.replace(/[\s-]/g, ''));
  if (/^[ap]\.?\s?m\.?$/.test(piece)) return { word: piece.startsWith('a') ? 'am' : 'pm' };
  const clock = /^(\d{1,2})[:.h](\d{2})$/.exec(piece);
  if (clock !== null) return readClock(piece, Number(clock[1]), Number(clock[2]));
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(piece);
  if (iso !== null) {
    return { word: piece, numericDate: { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) } };
  }
  const slashed = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2,4}))?$/.exec(piece);
  if (slashed !== null) return readSlashed(piece, slashed);
  const ordinal = /^(\d+)(?:st|nd|rd|th)$/.exec(piece);
  if (ordinal !== null) return { word: piece, ord: Number(ordinal[1]), digits: true };
  if (/^\d+$/.test(piece)) return { word: piece, num: Number(piece.slice(0, 9)), digits: true };
  return readWord(piece.replaceAll('’', "'"));
}

function readClock(word: string, hour: number, minute: number): Omit<Token, 'start' | 'end'> {
  return hour <= 24 && minute < 60
    ? { word, clock: { hour, minute, padded: word.startsWith('0') } }
    : { word };
}

function readSlashed(word: string, match: RegExpExecArray): Omit<Token, 'start' | 'end'> {
  const first = Number(match[1]);
  const second = Number(match[2]);
  // Month first, as it is written in the United States, unless only the other order is a date.
  const [month, day] = first > 12 && second <= 12 ? [second, first] : [first, second];
  if (month < 1 || month > 12 || day < 1 || day > 31) return { word };
  const year =
    match[3] === undefined
      ? undefined
      : Number(match[3]) % 100 === Number(match[3])
        ? 2000 + Number(match[3])
        : Number(match[3]);
  return { word, numericDate: { month, day, ...(year === undefined ? {} : { year }) } };
}

function readWord(piece: string): Omit<Token, 'start' | 'end'> {
  const word = repairWord(piece);
  const num = cardinalWord(word);
  if (num !== undefined) return { word, num };
  const ord = ordinalWord(word);
  if (ord !== undefined) return { word, ord };
  const weak = homophoneOf(word);
  return weak === undefined ? { word } : { word, weak };
}

/** Joins "twenty" + "three" (or "third") to one token. */
function joinCompounds(raw: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (let i = 0; i < raw.length; i++) {
    const token = raw[i] as Token;
    const next = raw[i + 1];
    if (next === undefined || !isTens(token.word) || next.breakBefore !== undefined) {
      joined.push(token);
      continue;
    }
    const unit = unitWord(next.word);
    const ordinalUnit = next.digits === true || next.ord === undefined || next.ord > 9 ? undefined : next.ord;
    if (unit === undefined && ordinalUnit === undefined) {
      joined.push(token);
      continue;
    }
    const { num: tens = 0, ...rest } = token;
    const word = `${token.word} ${next.word}`;
    joined.push(
      unit === undefined
        ? { ...rest, word, end: next.end, ord: tens + (ordinalUnit ?? 0) }
        : { ...rest, word, end: next.end, num: tens + unit },
    );
    i++;
  }
  return joined;
}
