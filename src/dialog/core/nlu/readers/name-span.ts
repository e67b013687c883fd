import { isListed, kindOf, type NameIndex, type NameKind } from './name-words.js';
import type { Word } from './words.js';

/** Longest name that is kept. */
export const MAX_NAME_CHARS = 60;

/** "Maria del Carmen Garcia Lopez" has five words. */
const MAX_NAME_WORDS = 6;

/** Everyday words among the first of this many stand in no name that is not introduced. */
const COMMONEST = 900;

/** Words that are read as a name. */
export interface NameSpan {
  /** First word, a title included. */
  readonly from: number;
  /** Word after the last one. */
  readonly to: number;
  /** The words of the name, titles left out. */
  readonly words: readonly Word[];
  readonly titled: boolean;
  readonly known: boolean;
  /** True when the words may as well be something else. */
  readonly doubtful: boolean;
}

/**
 * The name that begins at a word, as long as words can belong to it; `undefined` when they cannot be one.
 *
 * @param sure - the name was introduced ("my name is"): everyday words may stand in it after the first
 */
export function nameSpanAt(
  words: readonly Word[],
  at: number,
  index: NameIndex,
  sure: boolean,
): NameSpan | undefined {
  let from = at;
  while (kindAt(words, from, index) === 'title') from++;
  const titled = from > at;
  const kinds: NameKind[] = [];
  let to = from;
  while (to < words.length && kinds.length < MAX_NAME_WORDS) {
    const word = words[to];
    if (word === undefined || (to > from && word.breakBefore !== undefined && !isPause(words, to, index))) {
      break;
    }
    const kind = to === from && isOnly(words, to, index) ? 'name' : kindOf(word, index);
    if (kind === 'stop' || kind === 'title') break;
    kinds.push(kind);
    to++;
  }
  // What trails is no name: "Maria van", "Tom please".
  while (kinds.length > 0 && isTrailing(kinds, words[to - 1], index, sure)) {
    kinds.pop();
    to--;
  }
  const taken = unrepeated(words.slice(from, to));
  if (taken.length === 0 || !canBeName(kinds, taken, words, from, { index, sure, titled })) return undefined;
  const parts = taken.filter((word) => !['particle', 'initial'].includes(kindOf(word, index)));
  const known =
    parts.length > 0 && parts.every((word) => partsOf(word).every((part) => isListed(part, index)));
  const weak = kinds.filter((kind) => kind === 'word' || kind === 'word_surname').length;
  return {
    ...{ from: at, to, words: taken, titled, known },
    doubtful: !sure && !titled && (kinds[0] === 'word' || kinds[0] === 'word_surname' || weak > 1),
  };
}

/** "Will" and "Al" are names where nothing else is said. */
const isOnly = (words: readonly Word[], at: number, index: NameIndex): boolean =>
  at + 1 === words.length &&
  index.given.has(words[at]?.lower ?? '') &&
  !index.never.has(words[at]?.lower ?? '');

const kindAt = (words: readonly Word[], at: number, index: NameIndex): NameKind => {
  const word = words[at];
  return word === undefined ? 'stop' : kindOf(word, index);
};

const partsOf = (word: Word): readonly string[] => word.lower.split('-');

/** A pause between a first and a last name comes out as a mark: "Christian, Boyd." */
function isPause(words: readonly Word[], at: number, index: NameIndex): boolean {
  const [before, after] = [words[at - 1], words[at]];
  if (before === undefined || after === undefined || /[?!;:]/.test(after.breakBefore ?? '')) return false;
  return index.given.has(before.lower) && index.family.has(after.lower) && kindOf(after, index) !== 'word';
}

function isTrailing(
  kinds: readonly NameKind[],
  last: Word | undefined,
  index: NameIndex,
  sure: boolean,
): boolean {
  const kind = kinds.at(-1);
  if (kind === 'particle' || kind === 'suffix') return kinds.length === 1 || kind === 'particle';
  if (kind !== 'word') return false;
  const rank = index.rank.get(last?.lower ?? '') ?? COMMONEST;
  return kinds.length > 1 && rank < (sure ? COMMONEST / 3 : COMMONEST) && !isCapital(last);
}

/** A capital within a sentence that has small letters says a little. */
const isCapital = (word: Word | undefined): boolean =>
  word !== undefined && word.start > 0 && /^\p{Lu}\p{Ll}/u.test(word.text);

interface Judging {
  readonly index: NameIndex;
  readonly sure: boolean;
  readonly titled: boolean;
}

function canBeName(
  kinds: readonly NameKind[],
  taken: readonly Word[],
  words: readonly Word[],
  from: number,
  { index, sure, titled }: Judging,
): boolean {
  const [first, last] = [kinds[0], kinds.at(-1)];
  if (first === undefined || last === undefined) return false;
  const letters = taken.map((word) => word.lower.replace(/[^\p{L}]/gu, '')).join('');
  if (letters.length < 2) return false;
  if (kinds.length === 1) {
    if (first === 'name') return /\p{L}{2}/u.test(taken[0]?.lower ?? '') && hasSound(taken[0]?.lower ?? '');
    return first === 'word_surname'
      ? true
      : first === 'word' && (titled || (sure && isRare(taken[0], index)));
  }
  if (!kinds.includes('name') && !kinds.includes('word_surname')) {
    return sure && kinds.every((kind) => kind === 'word') && isCapital(taken[0]) && isCapital(taken[1]);
  }
  if (first === 'word') {
    // "Stone Keller" may be one, "ask Keller" is none.
    const rest = taken.slice(1);
    const plausible = isRare(taken[0], index) || isCapital(words[from]);
    return plausible && rest.some((word) => kindOf(word, index) === 'name');
  }
  const loose = taken.filter((word, k) => k > 0 && kindOf(word, index) === 'word');
  const ambiguousFirst = isEverydayName(taken[0], index);
  if (loose.length === 0) return true;
  if (loose.length > 1 && !sure) return false;
  return sure || titled || !ambiguousFirst || loose.every(isCapital);
}

const isEverydayName = (word: Word | undefined, index: NameIndex): boolean =>
  word !== undefined && index.rank.has(word.lower);

const isRare = (word: Word | undefined, index: NameIndex): boolean =>
  word !== undefined && (index.rank.get(word.lower) ?? 0) >= COMMONEST * 2;

/** "Ng" and "Xu" are names, "hmm" and "xyzzk" are none. */
const hasSound = (word: string): boolean =>
  word.length <= 3 ||
  /[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ]/iu.test(word) ||
  !/^[\p{Script=Latin}'-]+$/u.test(word);

/** "Bond, James Bond" and "blah blah blah": what is said again is said once. */
function unrepeated(words: readonly Word[]): readonly Word[] {
  const [first, second, third] = words;
  if (words.length === 3 && first?.lower === third?.lower && second !== undefined && third !== undefined) {
    return first?.lower === second.lower ? [] : [second, third];
  }
  if (words.length === 2 && first !== undefined && first.lower === second?.lower) return [first];
  return words;
}

/** A name as it is written: capitals, at most {@link MAX_NAME_CHARS}. */
export function writeName(parts: readonly string[], index: NameIndex): string {
  const words = parts.map((part) => writePart(part, index));
  let name = '';
  for (const word of words) {
    if (name.length + word.length + 1 > MAX_NAME_CHARS) break;
    name = name === '' ? word : `${name} ${word}`;
  }
  return name === '' ? (words[0] ?? '').slice(0, MAX_NAME_CHARS) : name;
}

function writePart(part: string, index: NameIndex): string {
  const lower = part.toLowerCase();
  const written = index.written.get(lower);
  if (written !== undefined) return written;
  if (/^\p{Lu}\p{Ll}+\p{Lu}/u.test(part)) return part;
  const halves = lower.split('-');
  // A recogniser hyphenates compounds ("love-lace"); the halves of a double name are names.
  const double = /-\p{Lu}/u.test(part) || halves.every((half) => isListed(half, index));
  return (double ? halves : [halves.join('')]).map(capitalise).join('-');
}

const capitalise = (word: string): string =>
  word.replace(
    /^(mc)?(\p{L})((?:')?)(\p{L}?)/u,
    (_all, mc: string | undefined, letter: string, mark: string, next: string) =>
      `${mc === undefined ? '' : 'Mc'}${letter.toUpperCase()}${mark}${mark === '' ? next : next.toUpperCase()}`,
  );
