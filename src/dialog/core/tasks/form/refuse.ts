import type { Interpretation } from '../../nlu/types.js';
import type { FormSpec, Refusal, SlotSpec } from './spec.js';

/**
 * What the caller tells that a form must not take.
 *
 * @param slot - what is asked: a secret of this length is its answer ("my PIN is…")
 */
export function refusalOf(
  form: FormSpec,
  said: Interpretation,
  slot: SlotSpec | undefined,
): Refusal | undefined {
  const isAsked = ({ digits }: Refusal): boolean =>
    slot?.secret === true && digits !== undefined && digits.min === slot.min && digits.max === slot.max;
  const refuses = form.refuses ?? [];
  return refusalAmong(
    refuses.filter((refusal) => !isAsked(refusal)),
    said,
  );
}

/**
 * What the caller tells that must not be taken; `undefined` when there is none. Asking about it is allowed: "do you
 * need my card number?"
 */
export function refusalAmong(refuses: readonly Refusal[], said: Interpretation): Refusal | undefined {
  if (said.act === 'question') return undefined;
  const text = ` ${said.tokens.map(({ word }) => word).join(' ')} `;
  const numbers = numbersIn(said);
  return refuses.find(({ words, digits }) => {
    const isNamed = words.some((phrase) => text.includes(` ${phrase} `));
    const fits = (number: string): boolean =>
      digits !== undefined && number.length >= digits.min && number.length <= digits.max;
    // A number with a check digit is known by itself; others only where they are named.
    const isGiven = numbers.some((number) => fits(number) && digits?.luhn === true && passesLuhn(number));
    return isGiven || (isNamed && (digits === undefined || numbers.length > 0));
  });
}

/** Every number of the turn, digits only: as it was read, and as it was written in groups. */
function numbersIn(said: Interpretation): readonly string[] {
  const read = said.mentions.flatMap((mention) =>
    mention.type === 'digits' || mention.type === 'phone' ? [mention.digits] : [],
  );
  const spoken = said.mentions.flatMap((mention) =>
    mention.type === 'number' ? [String(mention.value)] : [],
  );
  const written = said.text.match(/\d[\d\s.-]*/g) ?? [];
  return [...read, spoken.join(''), ...written]
    .map((number) => number.replace(/\D/g, ''))
    .filter((number) => number !== '');
}

/** Check digit of payment cards, ISO/IEC 7812-1. */
export function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, k) => {
    const value = Number(digit) * (k % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits !== '' && sum % 10 === 0;
}
