/**
 * How callers' words are matched with what is stored: references, telephone numbers, names. Pure; every implementation
 * of the store uses it, so that all of them find the same.
 */

/** Letters and digits of references: none sounds or looks like another of them. */
export const REFERENCE_ALPHABET = 'HKLMPQRWXY2346789';
export const REFERENCE_LENGTH = 6;

/** A reference from {@link REFERENCE_LENGTH} random bytes. */
export function referenceFrom(bytes: Uint8Array): string {
  const letters = [...bytes.subarray(0, REFERENCE_LENGTH)];
  return letters.map((byte) => REFERENCE_ALPHABET[byte % REFERENCE_ALPHABET.length]).join('');
}

/** A reference as it is stored: capital letters and digits only. */
export function plainReference(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** Digits that a number has at least, to be looked for. */
const MIN_PHONE_DIGITS = 7;
/** Digits of the longest country code (ITU-T E.164). */
const MAX_COUNTRY_CODE_DIGITS = 3;

/** Digits of a number without the zeros that lead out of an exchange or a country. */
export function phoneDigits(text: string): string {
  return text.replace(/\D/g, '').replace(/^0+/, '');
}

/** True when both are the same number, one of them perhaps without its country code. */
export function samePhone(a: string, b: string): boolean {
  const [short = '', long = ''] = [phoneDigits(a), phoneDigits(b)].sort((x, y) => x.length - y.length);
  return (
    short.length >= MIN_PHONE_DIGITS &&
    long.length - short.length <= MAX_COUNTRY_CODE_DIGITS &&
    long.endsWith(short)
  );
}

/** Letters that do not come apart into a plain letter and a mark. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};

/** Words of a name, without case, accents and punctuation; an apostrophe does not part a word. */
export function nameWords(name: string): string[] {
  return name
    .normalize('NFD')
    .replace(/\p{M}|['’‘ʼ`]/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => FOLDED[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** True when all words of one name are in the other; a stored name of one word must be all of what is asked for. */
export function sameName(stored: string, asked: string): boolean {
  const have = new Set(nameWords(stored));
  const want = new Set(nameWords(asked));
  if (have.size === 0 || want.size === 0) return false;
  const within = (inner: Set<string>, outer: Set<string>): boolean =>
    [...inner].every((word) => outer.has(word));
  return within(want, have) || (have.size > 1 && within(have, want));
}

/** What is known of an appointment that is looked for. */
export interface Wanted {
  readonly reference?: string;
  readonly phone?: string;
  readonly name?: string;
}

/** How many of the things asked for an appointment has. */
export function matchCount(
  stored: { readonly reference: string; readonly userName: string; readonly callerNumber?: string },
  wanted: Wanted,
): number {
  const { reference, phone, name } = wanted;
  return [
    reference !== undefined && reference !== '' && plainReference(reference) === stored.reference,
    phone !== undefined && stored.callerNumber !== undefined && samePhone(stored.callerNumber, phone),
    name !== undefined && sameName(stored.userName, name),
  ].filter(Boolean).length;
}
