import type { Locale } from '../locale.js';
import { phraseFinder, type PhraseFinder } from './phrases.js';
import type { Word } from './words.js';

/** Letters that were said one by one. */
export interface Spelling {
  /** Lower case; apostrophes and hyphens that were named stand in it. */
  readonly letters: string;
  /** First word. */
  readonly from: number;
  /** Word after the last one. */
  readonly to: number;
  /** True when a "space" or "new word" stands before it. */
  readonly afterSpace: boolean;
}

interface Alphabet {
  /** Letter words -> letter. */
  readonly letters: ReadonlyMap<string, string>;
  readonly sure: ReadonlySet<string>;
  /** Words that go on after a pronoun "i": "i need". */
  readonly verbs: ReadonlySet<string>;
  /** Words before the article of a letter: "with a k". */
  readonly beforeArticle: ReadonlySet<string>;
  /** Runs that are no spelling: "H. M." is a "hm". */
  readonly hesitation: ReadonlySet<string>;
  readonly phrase: PhraseFinder;
}

const alphabets = new WeakMap<Locale, Alphabet>();

function alphabetOf(locale: Locale): Alphabet {
  const known = alphabets.get(locale);
  if (known !== undefined) return known;
  const letters = new Map<string, string>();
  for (const [key, words] of Object.entries(locale.phrases)) {
    const letter = /^letter_([a-z])$/.exec(key)?.[1];
    if (letter !== undefined) for (const word of words) letters.set(word, letter);
  }
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const alphabet: Alphabet = {
    letters,
    sure: new Set(list('letter_sure')),
    verbs: new Set(locale.names.functionWords),
    beforeArticle: new Set(list('letter_article_before')),
    hesitation: new Set(list('letter_hesitation')),
    phrase: phraseFinder({
      like: list('letter_like'),
      space: list('letter_break'),
      apostrophe: list('letter_apostrophe'),
      hyphen: list('letter_hyphen'),
      twice: list('digit_double'),
      thrice: list('digit_triple'),
      ...Object.fromEntries(
        [...letters].filter(([word]) => word.includes(' ')).map(([word, a]) => [`=${a}`, [word]]),
      ),
    }),
  };
  alphabets.set(locale, alphabet);
  return alphabet;
}

/**
 * Runs of letters: "m a r i a", "M as in Mike", "that's G as in George", "double l", "jay ay en ee". A single letter
 * counts only with its example word. Letter words that are other English words too ("see", "you") count within a run.
 */
export function findSpellings(words: readonly Word[], locale: Locale): readonly Spelling[] {
  const alphabet = alphabetOf(locale);
  const lower = words.map((word) => word.lower);
  const found: Spelling[] = [];
  let afterSpace = false;
  for (let at = 0; at < words.length;) {
    const run = readRun(lower, at, alphabet);
    if (run === undefined) {
      const hit = alphabet.phrase(lower, at);
      afterSpace = hit?.key === 'space';
      at = afterSpace && hit !== undefined ? hit.to : at + 1;
      continue;
    }
    if (!alphabet.hesitation.has(run.letters)) {
      found.push({ letters: run.letters, from: at, to: run.to, afterSpace });
    }
    afterSpace = false;
    at = run.to;
  }
  return found;
}

interface Run {
  readonly letters: string;
  readonly to: number;
}

function readRun(words: readonly string[], at: number, alphabet: Alphabet): Run | undefined {
  if (alphabet.beforeArticle.has(words[at - 1] ?? '')) return undefined;
  let letters = '';
  let exampled = false;
  let i = at;
  while (i < words.length) {
    const step = readLetter(words, i, letters !== '', alphabet);
    if (step === undefined) break;
    letters += step.letters;
    exampled ||= step.exampled;
    i = step.to;
  }
  // The pronoun is no letter: "j o h n i need".
  if (words[i - 1] === 'i' && letters.length > 1 && alphabet.verbs.has(words[i] ?? '')) {
    letters = letters.slice(0, -1);
    i--;
  }
  const count = letters.replace(/['-]/g, '').length;
  return count >= 2 || (count === 1 && exampled)
    ? { letters: letters.replace(/['-]+$/, ''), to: i }
    : undefined;
}

interface Step extends Run {
  readonly exampled: boolean;
}

function readLetter(
  words: readonly string[],
  at: number,
  inside: boolean,
  alphabet: Alphabet,
): Step | undefined {
  const word = words[at] ?? '';
  const hit = alphabet.phrase(words, at);
  if (hit?.key === 'twice' || hit?.key === 'thrice') {
    const next = letterAt(words, hit.to, true, alphabet);
    if (next === undefined) return undefined;
    return { letters: next.letters.repeat(hit.key === 'twice' ? 2 : 3), to: next.to, exampled: true };
  }
  if (inside && hit?.key === 'apostrophe') return { letters: "'", to: hit.to, exampled: false };
  if (inside && hit?.key === 'hyphen') return { letters: '-', to: hit.to, exampled: false };
  const letter = letterAt(words, at, inside, alphabet);
  if (letter === undefined) return undefined;
  const like = alphabet.phrase(words, letter.to);
  if (like?.key === 'like' && /^\p{L}$/u.test(word)) {
    const example = words[like.to];
    if (example?.startsWith(letter.letters) === true) return { ...letter, to: like.to + 1, exampled: true };
  }
  return { ...letter, exampled: false };
}

function letterAt(
  words: readonly string[],
  at: number,
  inside: boolean,
  alphabet: Alphabet,
): Run | undefined {
  const word = words[at] ?? '';
  const long = alphabet.phrase(words, at);
  if (long?.key.startsWith('=') === true) return { letters: long.key.slice(1), to: long.to };
  if (/^\p{L}$/u.test(word)) return { letters: word, to: at + 1 };
  const letter = alphabet.letters.get(word);
  if (letter === undefined || (!inside && !alphabet.sure.has(word))) return undefined;
  // A letter word that is another word, too, stands between letters, not at the end of them.
  if (!alphabet.sure.has(word) && !startsLetter(words, at + 1, alphabet)) return undefined;
  return { letters: letter, to: at + 1 };
}

const startsLetter = (words: readonly string[], at: number, alphabet: Alphabet): boolean => {
  const word = words[at] ?? '';
  return /^\p{L}$/u.test(word) || alphabet.letters.has(word);
};
