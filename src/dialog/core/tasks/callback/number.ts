import type { Interpretation } from '../../nlu/types.js';

/** Fewest and most digits of a telephone number (E.164 allows 15). */
export const NUMBER_DIGITS = { min: 7, max: 15 } as const;

/** From so many digits on a number is whole: a digit or two that follow ("…and please after five") are no part of it. */
const WHOLE = 10;
const STRAY = 2;

/** The digits of a turn that are meant, put together. */
export function digitsIn({ mentions }: Pick<Interpretation, 'mentions'>): string {
  let digits = '';
  for (const one of mentions) {
    if ((one.type !== 'phone' && one.type !== 'digits') || one.excluded) continue;
    const isStray = digits.length >= WHOLE && one.digits.length <= STRAY;
    if (!isStray) digits += one.digits;
  }
  return digits;
}

/** Eleven digits begin with the 1 of a country or the 0 of a trunk line; others are one too many. */
export const isNumber = (digits: string): boolean =>
  digits.length >= NUMBER_DIGITS.min &&
  digits.length <= NUMBER_DIGITS.max &&
  (digits.length !== WHOLE + 1 || /^[01]/.test(digits));

/** A whole telephone number in a turn. */
export function numberIn(said: Pick<Interpretation, 'mentions'>): string | undefined {
  const digits = digitsIn(said);
  return isNumber(digits) ? digits : undefined;
}

/** The digits as they are read out. */
export const spokenDigits = (digits: string): string => [...digits.replace('+', '')].join(' ');

/** The end of a number, which tells its owner which one it is. */
export const spokenEnding = (digits: string): string => spokenDigits(digits.slice(-ENDING));

const ENDING = 4;
