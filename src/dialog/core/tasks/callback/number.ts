import type { Locale } from '../../nlu/locale.js';
import type { Interpretation, Mention } from '../../nlu/types.js';

/** Fewest and most digits of a telephone number (E.164 allows 15). */
export const NUMBER_DIGITS = { min: 7, max: 15 } as const;

type Digits = Extract<Mention, { readonly type: 'phone' | 'digits' }>;

/** Digits that are meant: neither excluded nor part of a time ("after five"). */
function digitsIn({ mentions }: Pick<Interpretation, 'mentions'>): readonly Digits[] {
  return mentions.filter(
    (one): one is Digits => (one.type === 'phone' || one.type === 'digits') && !one.excluded && !isTime(one),
  );

  function isTime({ type, from, to }: Digits): boolean {
    if (type === 'phone') return false;
    return mentions.some(
      (time) => time.type === 'time' && time.from <= from && to <= time.to && time.to - time.from > to - from,
    );
  }
}

/** True for a whole number: one of the locale's country with or without its code, or any other with its own. */
export function isNumber(digits: string, { phrases }: Locale): boolean {
  const length = digits.replace(/^\+/, '').length;
  if (length < NUMBER_DIGITS.min || length > NUMBER_DIGITS.max) return false;
  const [national] = phrases['number_length'] ?? [];
  if (national === undefined || /^(?:\+|00|011)/.test(digits)) return true;
  const codes = phrases['number_country'] ?? [];
  return (
    length === Number(national) ||
    codes.some((code) => digits.startsWith(code) && length === Number(national) + code.length)
  );
}

/** A whole telephone number in a turn; the last of several, because people correct themselves. */
export function numberIn(said: Pick<Interpretation, 'mentions'>, locale: Locale): string | undefined {
  const parts = digitsIn(said).map(({ digits }) => digits);
  const whole = parts.findLast((digits) => isNumber(digits, locale)) ?? parts.join('');
  return isNumber(whole, locale) ? whole : undefined;
}

/** Digits of a number that is read out in parts; empty when there are none. */
export const partIn = (said: Pick<Interpretation, 'mentions'>): string =>
  digitsIn(said)
    .map(({ digits }) => digits)
    .join('');

/** The digits as they are read out; the country's own code is left out. */
export function spokenNumber(digits: string, { phrases }: Locale): string {
  const [code] = phrases['number_country'] ?? [];
  const [plus = ''] = phrases['plus'] ?? [];
  const own = code === undefined ? '' : `+${code}`;
  const plain = own !== '' && digits.startsWith(own) ? digits.slice(own.length) : digits;
  return [...plain].map((digit) => (digit === '+' ? plus : digit)).join(' ');
}
