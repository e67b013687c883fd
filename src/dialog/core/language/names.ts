import { commonLetters } from '../../../kernel/common-letters.js';
import { GIVEN_NAMES, SURNAMES } from './common-names.js';

/** A person's name as it is said or spelled on the phone. */

/** Longest name that is kept. */
export const MAX_NAME_CHARS = 60;

const INTRODUCTIONS = [
  "my (?:full |first |last )?name(?:'s| is| would be| should be)",
  "(?:the |it's under the |under the )?name(?:'s| is| should be| would be)",
  'this is',
  'i am called',
  'call me',
  '(?:you can )?(?:put|book) (?:it|me|that) (?:under|in for)',
  'under the name(?: of)?',
];

const SAID_NAME = new RegExp(`\\b(?:${INTRODUCTIONS.join('|')})\\s+([^.!?;]+)`, 'i');
const ANSWER_LEAD =
  /^(?:(?:um+|uh+|er+|well|so|yes|yeah|sure|ok(?:ay)?|of course|hi|hello|oh|sorry|no|actually|it's|it is|that's|that is|i'm|i am|this is|for|the|my|full|first|last|name|name's|names|would be|should be|is|as|spelled|spelt|and|please|mr|mrs|ms|miss|doctor|dr)[\s,.]+)+/i;
const STOP_AT =
  /(?:,|\b(?:and (?:i|my|it|the|i'd|i'm|could|can|please)|please|thank you|thanks|i|about|for|at|on|who|because|regarding|to|calling|speaking|here|with|from|by the way|but|so|as in)\b).*$/i;

/** Words that are never (part of) a name in an answer; they mean that the answer is something else. */
const NOT_NAMES = new Set(
  "yes no yeah okay what where when why how who appointment book booking advisor adviser calling looking trying going interested student here there not sorry hello thanks thank please want need would like could can question problem right correct wrong good fine sure maybe tomorrow today morning afternoon a an the and or of it is that this my your for monday tuesday wednesday thursday friday saturday sunday don't dont know cannot can't say saying said tell told ask name time day date am pm o'clock oclock one two three four five six seven eight nine ten just also only very really".split(
    ' ',
  ),
);

/** A name the sentence itself introduces ("my name is …"), else `undefined`. */
export function findIntroducedName(text: string): string | undefined {
  const said = SAID_NAME.exec(withoutPause(text));
  if (said?.[1] === undefined) return undefined;
  return readName(said[1]);
}

/** Reads the answer to "what is your name?". `undefined` when it cannot be one. */
export function readName(answer: string): string | undefined {
  const whole = withoutPause(answer);
  const inner = SAID_NAME.exec(whole)?.[1] ?? whole;
  const body = inner.replace(ANSWER_LEAD, '').trim();
  const spelled = readSpelling(body);
  if (spelled !== undefined) return tidy(spelled);
  const cut = body
    .replace(/[.!?]+$/, '')
    .replace(STOP_AT, '')
    .trim();
  const words = cut
    .split(/[\s.]+/)
    .map((word) => word.replace(/[^\p{L}'’-]/gu, ''))
    .filter((word) => word !== '');
  if (words.length === 0 || words.length > 4) return undefined;
  if (words.some((word) => NOT_NAMES.has(word.toLowerCase()))) return undefined;
  if (words.join('').length < 2) return undefined;
  return tidy(words.join(' '));
}

/** A pause between a first and a last name comes out as a mark. */
const withoutPause = (text: string): string =>
  text.replace(/\b(\p{Lu}\p{Ll}+)[.,] (\p{Lu}\p{Ll}+)\b/gu, (both, first: string, last: string) =>
    GIVEN_NAMES.includes(first) && SURNAMES.includes(last) ? `${first} ${last}` : both,
  );

const LETTER_WORDS: Readonly<Record<string, string>> = {
  ay: 'a',
  bee: 'b',
  be: 'b',
  cee: 'c',
  see: 'c',
  sea: 'c',
  dee: 'd',
  ee: 'e',
  ef: 'f',
  eff: 'f',
  gee: 'g',
  aitch: 'h',
  haitch: 'h',
  eye: 'i',
  jay: 'j',
  kay: 'k',
  el: 'l',
  ell: 'l',
  em: 'm',
  en: 'n',
  oh: 'o',
  pee: 'p',
  pea: 'p',
  cue: 'q',
  queue: 'q',
  are: 'r',
  ar: 'r',
  ess: 's',
  es: 's',
  tee: 't',
  tea: 't',
  you: 'u',
  vee: 'v',
  ex: 'x',
  why: 'y',
  wye: 'y',
  zee: 'z',
  zed: 'z',
  alpha: 'a',
  alfa: 'a',
  bravo: 'b',
  charlie: 'c',
  delta: 'd',
  echo: 'e',
  foxtrot: 'f',
  golf: 'g',
  hotel: 'h',
  india: 'i',
  juliet: 'j',
  juliett: 'j',
  kilo: 'k',
  lima: 'l',
  mike: 'm',
  november: 'n',
  oscar: 'o',
  papa: 'p',
  quebec: 'q',
  romeo: 'r',
  sierra: 's',
  tango: 't',
  uniform: 'u',
  victor: 'v',
  whiskey: 'w',
  xray: 'x',
  yankee: 'y',
  zulu: 'z',
};

/**
 * Reads spelled letters: "A D A", "ay dee ay", "L as in Lima, O", "double L". A word before its spelling is
 * replaced by it ("Ada, A D A" is "Ada"); "new word", "space" or a second word with its letters begin a new part.
 */
export function readSpelling(text: string): string | undefined {
  const pieces = spellingPieces(text);
  const parts: string[] = [];
  let letters = '';
  let word: string | undefined;
  let spelledAny = false;
  const closeLetters = (): void => {
    if (letters.length >= 2) {
      // The letters take the place of the word before them.
      parts.push(...splitRun(letters));
      spelledAny = true;
      word = undefined;
    }
    letters = '';
  };
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] ?? '';
    const doubled = piece === 'double' ? letterOf(pieces[i + 1] ?? '', true) : undefined;
    const letter = doubled ?? letterOf(piece, letters !== '');
    if (letter !== undefined) {
      letters += doubled === undefined ? letter : letter + letter;
      if (doubled !== undefined) i++;
      continue;
    }
    closeLetters();
    if (SPELLING_FILLER.has(piece)) continue;
    if (word !== undefined) parts.push(word);
    word = piece;
  }
  closeLetters();
  if (word !== undefined) parts.push(word);
  return spelledAny && parts.length <= 4 ? parts.join(' ') : undefined;
}

/** The first and the last name in letters that were spelled without a word between them. */
function splitRun(letters: string): readonly string[] {
  for (const name of GIVEN_NAMES) {
    const first = name.toLowerCase();
    const last = letters.slice(first.length);
    if (letters.startsWith(first) && SURNAMES.some((surname) => surname.toLowerCase() === last)) {
      return [first, last];
    }
  }
  return [letters];
}

const SPELLING_FILLER = new Set(
  "space spelled spelt that is new word and capital then that's last first name please".split(' '),
);

const spellingPieces = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replace(/\b([a-z])\s+(?:as in|for|like)\s+[a-z]+/g, '$1')
    .replace(/(?<=\b[a-z])[.\-,]+(?=\s*[a-z]\b)/g, ' ')
    .replace(/\bdouble (?:you|u)\b/g, 'w')
    .split(/[^\p{L}']+/u)
    .filter((piece) => piece !== '');

/** A letter by its own sound; letter words that are also English ("see", "you") count inside a spelling only. */
function letterOf(piece: string, inside: boolean): string | undefined {
  if (/^[a-z]$/.test(piece)) return piece;
  if (!inside && !/^(?:bee|cee|dee|ee|eff|gee|aitch|jay|kay|ell|pee|vee|zee|zed|tee|wye)$/.test(piece)) {
    return undefined;
  }
  return LETTER_WORDS[piece];
}

function tidy(name: string): string | undefined {
  const words = name
    .slice(0, MAX_NAME_CHARS)
    .split(' ')
    .filter((word) => word !== '')
    // The recogniser hyphenates compounds ("love-lace"); a double name has two capitals.
    .map((word) => word.replace(/-(?=\p{Ll})/gu, ''))
    .map((word) => (/^[A-Z][a-z]+[A-Z]/.test(word) ? word : capitalise(word)));
  const result = words.join(' ');
  return result.length < 2 ? undefined : result;
}

function capitalise(word: string): string {
  return word
    .toLowerCase()
    .replace(/(^|[-'’])(\p{L})/gu, (_all, lead: string, letter: string) => lead + letter.toUpperCase());
}

/** True when two names, or a first and a last part of them, share at least half their letters in order. */
export function soundsLike(name: string, other: string): boolean {
  const parts = (text: string): readonly string[] =>
    [text, ...text.split(' ')].map((part) => part.toLowerCase());
  return parts(name).some((a) =>
    parts(other).some((b) => 2 * commonLetters(a, b) >= Math.max(a.length, b.length)),
  );
}
