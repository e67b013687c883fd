import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { phraseFinder, type PhraseFinder } from './phrases.js';

const SCALES = { hundred: 100, thousand: 1000 } as const;

/**
 * Numbers and amounts of money: "twenty five dollars", "a hundred and fifty", "twelve dollars and fifty cents",
 * "$20", "2.50 euros". A bare number is taken only where a number or an amount was asked.
 */
export function findAmounts(
  tokens: readonly Token[],
  text: string,
  question: OpenQuestion,
  locale: Locale,
): readonly Mention[] {
  const phrase = amountFinder(locale);
  const words = tokens.map((token) => token.word);
  const asked = question.expects === 'number' || question.expects === 'amount';
  const mentions: Mention[] = [];
  for (let at = 0; at < tokens.length;) {
    const number = readNumber(tokens, words, at, phrase);
    if (number === undefined) {
      at++;
      continue;
    }
    const sign = /[$€£]\s?$/.exec(text.slice(0, tokens[at]?.start ?? 0))?.[0].trim();
    const unit = phrase(words, number.to);
    const spoken = unit !== undefined && /^amount_(?!and$)[a-z]{3}$/.test(unit.key) ? unit : undefined;
    const currency = sign === undefined ? spoken?.key.slice(7).toUpperCase() : SIGNS[sign];
    let to = spoken?.to ?? number.to;
    let value = number.value;
    if (currency !== undefined) {
      const rest = readCents(tokens, words, to, phrase);
      value += rest?.value ?? 0;
      to = rest?.to ?? to;
    } else if (unit?.key === 'amount_cents') {
      value /= 100;
      to = unit.to;
    }
    const money = currency !== undefined || unit?.key === 'amount_cents' || question.expects === 'amount';
    const place = { from: at, to, excluded: false };
    if (money) {
      mentions.push({ ...place, type: 'amount', value, ...(currency === undefined ? {} : { currency }) });
    } else if (asked) mentions.push({ ...place, type: 'number', value });
    at = to;
  }
  return mentions;
}

const SIGNS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };

const amountFinders = new WeakMap<Locale, PhraseFinder>();

function amountFinder(locale: Locale): PhraseFinder {
  const known = amountFinders.get(locale);
  if (known !== undefined) return known;
  const made = phraseFinder(
    Object.fromEntries(Object.entries(locale.phrases).filter(([key]) => key.startsWith('amount_'))),
  );
  amountFinders.set(locale, made);
  return made;
}

interface NumberRead {
  readonly value: number;
  readonly to: number;
}

function readNumber(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  phrase: PhraseFinder,
): NumberRead | undefined {
  const scaleAt = (index: number): { readonly factor: number; readonly to: number } | undefined => {
    const hit = phrase(words, index);
    if (hit?.key === 'amount_hundred') return { factor: SCALES.hundred, to: hit.to };
    return hit?.key === 'amount_thousand' ? { factor: SCALES.thousand, to: hit.to } : undefined;
  };
  const first = tokens[at];
  const article = phrase(words, at)?.key === 'amount_article' && scaleAt(at + 1) !== undefined;
  let current = article ? 1 : (first?.decimal ?? first?.num ?? clockAsAmount(first));
  if (current === undefined) return undefined;
  let total = 0;
  let i = at + 1;
  for (;;) {
    const scale = scaleAt(i);
    if (scale !== undefined) {
      if (scale.factor === SCALES.thousand) {
        total += current * scale.factor;
        current = 0;
      } else current *= scale.factor;
      i = scale.to;
      continue;
    }
    const joined = phrase(words, i)?.key === 'amount_joint' ? i + 1 : i;
    const next = tokens[joined]?.num;
    const fits = i > at + 1 && next !== undefined && next < (current === 0 ? 1000 : 100);
    // "Twelve dollars and fifty cents": the cents are read after the currency.
    if (!fits || next === undefined || phrase(words, joined + 1)?.key === 'amount_cents') break;
    current += next;
    i = joined + 1;
  }
  return { value: total + current, to: i };
}

/** "12:50" and "2.30" as a recogniser writes an amount. */
const clockAsAmount = (token: Token | undefined): number | undefined =>
  token?.clock === undefined || token.word.includes(':')
    ? undefined
    : token.clock.hour + token.clock.minute / 100;

/** "And fifty cents", "fifty" after "twelve dollars". */
function readCents(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  phrase: PhraseFinder,
): NumberRead | undefined {
  const half = phrase(words, at);
  if (half?.key === 'amount_half') return { value: 0.5, to: half.to };
  const start = half?.key === 'amount_joint' ? at + 1 : at;
  const cents = tokens[start]?.num;
  if (cents === undefined || cents > 99) return undefined;
  const unit = phrase(words, start + 1);
  if (unit?.key === 'amount_cents') return { value: cents / 100, to: unit.to };
  return start === at && cents >= 10 ? { value: cents / 100, to: start + 1 } : undefined;
}
