import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { findPhrases, phraseFinder, type PhraseFinder } from './phrases.js';

/** Longest run of digits that is kept; nothing that is read out on the phone is longer. */
export const MAX_DIGITS = 32;

/** A bare run this long is a phone number, whatever was asked. */
const PHONE_DIGITS = { min: 7, max: 15 } as const;

interface DigitWords {
  readonly phrase: PhraseFinder;
  readonly phoneBefore: PhraseFinder;
}

const compiled = new WeakMap<Locale, DigitWords>();

function digitWords(locale: Locale): DigitWords {
  const known = compiled.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made = {
    phrase: phraseFinder({
      double: list('digit_double'),
      triple: list('digit_triple'),
      quadruple: list('digit_quadruple'),
      zero: list('digit_zero'),
      hundred: list('digit_hundred'),
      thousand: list('digit_thousand'),
      plus: list('plus'),
      filler: list('digit_filler'),
    }),
    phoneBefore: phraseFinder({ phone: list('phone_before') }),
  };
  compiled.set(locale, made);
  return made;
}

interface DigitRun {
  readonly digits: string;
  readonly from: number;
  readonly to: number;
  readonly plus: boolean;
}

const REPEATS: Readonly<Record<string, number>> = { double: 2, triple: 3, quadruple: 4 };

/**
 * Digits that are read out: "five five five one two", "triple five", "double oh seven", "nineteen eighty four",
 * "555-0100". A run of phone length is a `phone`; a shorter one is `digits` where digits or a phone number were
 * asked, or where it has three digits at least that were said one by one.
 */
export function findDigits(
  tokens: readonly Token[],
  question: OpenQuestion,
  locale: Locale,
): readonly Mention[] {
  const words = tokens.map((token) => token.word);
  const { phrase, phoneBefore } = digitWords(locale);
  const announced = new Set(findPhrases(words, phoneBefore).map((hit) => hit.to));
  const asked = question.expects === 'digits' || question.expects === 'phone';
  const mentions: Mention[] = [];
  for (let at = 0; at < tokens.length;) {
    const run = readRun(tokens, words, at, phrase, asked);
    if (run === undefined) {
      at++;
      continue;
    }
    const place = { from: run.from, to: run.to, excluded: false };
    const length = run.digits.length;
    const isPhone =
      (length >= PHONE_DIGITS.min || run.plus) &&
      length <= PHONE_DIGITS.max &&
      (question.expects !== 'digits' || run.plus || announced.has(run.from));
    if (isPhone) mentions.push({ ...place, type: 'phone', digits: run.plus ? `+${run.digits}` : run.digits });
    else if (asked || announced.has(run.from) || (length >= 3 && run.to - run.from >= 3)) {
      mentions.push({ ...place, type: 'digits', digits: run.digits });
    }
    at = run.to;
  }
  return mentions;
}

function readRun(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  phrase: PhraseFinder,
  asked: boolean,
): DigitRun | undefined {
  const start = phrase(words, at);
  const plus = start?.key === 'plus';
  let digits = '';
  let i = plus && start !== undefined ? start.to : at;
  let end = i;
  while (i < tokens.length && digits.length < MAX_DIGITS) {
    const step = readStep(tokens, words, i, phrase, digits !== '', asked);
    if (step !== undefined) {
      digits += step.digits;
      i = end = step.to;
      continue;
    }
    // A dash, "and", "area code" between digits.
    const filler = phrase(words, i);
    if (filler?.key !== 'filler' || digits === '') break;
    i = filler.to;
  }
  return digits === '' ? undefined : { digits: digits.slice(0, MAX_DIGITS), from: at, to: end, plus };
}

interface Step {
  readonly digits: string;
  readonly to: number;
}

function readStep(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  phrase: PhraseFinder,
  inside: boolean,
  asked: boolean,
): Step | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const hit = phrase(words, at);
  const times = hit === undefined ? undefined : REPEATS[hit.key];
  if (hit !== undefined && times !== undefined) {
    const next = tokens[hit.to];
    const digit = next?.num ?? (phrase(words, hit.to)?.key === 'zero' ? 0 : undefined);
    return digit === undefined || digit > 9
      ? undefined
      : { digits: String(digit).repeat(times), to: hit.to + 1 };
  }
  if (hit?.key === 'zero' && (inside || asked || isDigit(tokens[hit.to]))) return { digits: '0', to: hit.to };
  if (token.clock !== undefined && inside) return { digits: words[at]?.replace(/\D/g, '') ?? '', to: at + 1 };
  if (token.num === undefined) return inside && asked ? soundedDigit(token, at) : undefined;
  const written = token.digits === true ? (words[at] ?? '').replace(/\D/g, '') : String(token.num);
  const scale = phrase(words, at + 1)?.key;
  if (scale === 'hundred' && token.num < 100) return { digits: `${written}00`, to: at + 2 };
  if (scale === 'thousand' && token.num < 100) return { digits: `${written}000`, to: at + 2 };
  return { digits: written, to: at + 1 };
}

const isDigit = (token: Token | undefined): boolean => token?.num !== undefined;

/** "Won", "to", "for" among digits. */
const soundedDigit = (token: Token, at: number): Step | undefined =>
  token.weak === undefined || token.weak > 9 ? undefined : { digits: String(token.weak), to: at + 1 };
