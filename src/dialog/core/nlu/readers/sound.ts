import { commonLetters } from '../../../../kernel/common-letters.js';

/** Share of the letters, in order, that two parts of names have in common when they sound alike. */
const ALIKE = 0.5;

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '');

/**
 * How alike two words sound, 0..1: letters in common, in order, after spellings of one sound are made the same
 * ("ph" and "f", "ck" and "k", "y" and "i"), so that "Smyth" and "Smith", "Catherine" and "Kathryn" are near.
 */
export function soundLikeness(a: string, b: string): number {
  const [one, other] = [soundForm(a), soundForm(b)];
  const longest = Math.max(one.length, other.length);
  return longest === 0 ? 0 : commonLetters(one, other) / longest;
}

const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ph/g, 'f'],
  [/gh(?=[^aeiou]|$)/g, ''],
  [/ck|q/g, 'k'],
  [/c(?=[eiy])/g, 's'],
  [/c(?!h)/g, 'k'],
  [/sch/g, 'sh'],
  [/x/g, 'ks'],
  [/z/g, 's'],
  [/y/g, 'i'],
  [/th/g, 't'],
  [/wr/g, 'r'],
  [/kn/g, 'n'],
  [/h(?=[^aeiou]|$)/g, ''],
  [/e$/g, ''],
  [/(.)\1+/g, '$1'],
];

function soundForm(word: string): string {
  return SOUNDS.reduce((form, [from, to]) => form.replace(from, to), plain(word).replaceAll(' ', ''));
}

/** True when two names, or a first and a last part of them, share at least half their letters in order. */
export function soundsLike(name: string, other: string): boolean {
  const parts = (text: string): readonly string[] => [text, ...text.split(' ')].filter((part) => part !== '');
  return parts(name).some((a) =>
    parts(other).some((b) => {
      const [one, two] = [plain(a), plain(b)];
      const share = commonLetters(one, two) / Math.max(one.length, two.length, 1);
      return share >= ALIKE || (one.length > 2 && two.length > 2 && soundLikeness(a, b) >= 0.7);
    }),
  );
}
