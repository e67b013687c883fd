import type { Locale } from '../locale.js';
import { phraseFinder, type PhraseFinder } from './phrases.js';
import { stem } from './stem.js';
import type { Word } from './words.js';

/** What a word can be in a name. */
export type NameKind =
  /** In the lists, or a word that no list holds. */
  | 'name'
  /** An everyday word that is a surname as well ("young", "baker"). */
  | 'word_surname'
  /** An everyday word. */
  | 'word'
  | 'particle'
  | 'initial'
  | 'title'
  | 'suffix'
  /** A word that ends a name: a pronoun, a verb, digits, "nobody". */
  | 'stop';

/**
 * What phrases beside a name do: `numeral` belongs to it ("the third"), `repair` stands before the one that was meant, `inverted` between
 * a surname and the first name behind it.
 */
type Beside = 'after' | 'before' | 'behind' | 'greeting' | 'verb' | 'not' | 'numeral' | 'repair' | 'inverted';

/** Names of a locale, compiled. */
export interface NameIndex {
  readonly given: ReadonlySet<string>;
  readonly family: ReadonlySet<string>;
  readonly titles: ReadonlySet<string>;
  readonly suffixes: ReadonlySet<string>;
  readonly particles: ReadonlySet<string>;
  readonly relations: ReadonlySet<string>;
  readonly never: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly wordNames: ReadonlySet<string>;
  /** Everyday word -> its rank, the commonest 0. */
  readonly rank: ReadonlyMap<string, number>;
  /** Stems of everyday words. */
  readonly stems: ReadonlySet<string>;
  /** Phrases before names: `sure`, `other`, `lead`, `given`, `family`. */
  readonly phrase: PhraseFinder;
  /** Phrases beside names. */
  readonly beside: Readonly<Record<Beside, PhraseFinder>>;
  readonly own: ReadonlySet<string>;
  readonly weekdays: ReadonlySet<string>;
  /** Written forms whose capitals are not the usual ones: "mcdonald" -> "McDonald". */
  readonly written: ReadonlyMap<string, string>;
}

const indexes = new WeakMap<Locale, NameIndex>();

/** The names of a locale; compiled once. */
export function nameIndex(locale: Locale): NameIndex {
  const known = indexes.get(locale);
  if (known !== undefined) return known;
  const { names } = locale;
  const lower = (list: readonly string[] = []): ReadonlySet<string> =>
    new Set(list.map((word) => word.toLowerCase().replaceAll('’', "'")));
  const vocabulary = names.vocabulary ?? [];
  const odd = [...names.given, ...names.family].filter((name) => /.\p{Lu}/u.test(name) && !/['-]/.test(name));
  const index: NameIndex = {
    given: lower(names.given),
    family: lower(names.family),
    titles: lower(names.titles),
    suffixes: lower(names.suffixes),
    particles: lower(names.particles),
    relations: lower(names.relations),
    never: lower(names.never),
    functions: lower(names.functionWords),
    wordNames: lower(names.wordNames),
    rank: new Map(vocabulary.map((word, rank) => [word, rank] as const)),
    stems: new Set(vocabulary.map(stem)),
    phrase: phraseFinder({
      given: names.givenPart ?? [],
      family: names.familyPart ?? [],
      sure: names.introductions ?? [],
      other: names.others ?? [],
      lead: names.leads ?? [],
    }),
    beside: {
      after: phraseFinder({ after: names.afterwards ?? [] }),
      before: phraseFinder({ before: names.before ?? [] }),
      behind: phraseFinder({ behind: names.behind ?? [] }),
      greeting: phraseFinder({ greeting: names.greetings ?? [] }),
      verb: phraseFinder({ verb: names.partVerbs ?? [] }),
      not: phraseFinder({ not: names.notA ?? [] }),
      numeral: phraseFinder({ numeral: names.numerals ?? [] }),
      repair: phraseFinder({ repair: names.repairs ?? [] }),
      inverted: phraseFinder({ inverted: names.inversions ?? [] }),
    },
    own: lower(names.own),
    weekdays: lower(locale.calendar.weekdays.map((forms) => forms[0] ?? '')),
    written: new Map(odd.map((name) => [name.toLowerCase(), name] as const)),
  };
  indexes.set(locale, index);
  return index;
}

/** An everyday word, an inflected one included. */
const isEveryday = (word: string, index: NameIndex): boolean =>
  index.rank.has(word) ||
  (word.length > 4 && /(?:s|ed|ing|ly|er|est)$/.test(word) && index.stems.has(stem(word)));

/** What a word can be in a name. */
export function kindOf({ lower }: Word, index: NameIndex): NameKind {
  if (index.functions.has(lower)) return index.particles.has(lower) ? 'particle' : 'stop';
  if (!/^\p{L}/u.test(lower) || index.never.has(lower)) return 'stop';
  if (index.titles.has(lower)) return 'title';
  if (/^\p{L}$/u.test(lower)) {
    return lower === 'i' ? 'stop' : index.particles.has(lower) ? 'particle' : 'initial';
  }
  if (index.particles.has(lower)) return 'particle';
  if (index.suffixes.has(lower)) return 'suffix';
  // "It's", "Ada's": a contraction or a possessive ends a name; "O'Neill" and "D'Angelo" do not end in one.
  if (/'(?:s|re|ll|ve|d|m|t)$/.test(lower)) return 'stop';
  const parts = lower.split('-');
  if (parts.length > 1 && parts.every((part) => part !== '')) return compoundKind(parts, index);
  const everyday = isEveryday(lower, index);
  if (index.given.has(lower) && (!everyday || index.wordNames.has(lower))) return 'name';
  if (index.family.has(lower)) return everyday ? 'word_surname' : 'name';
  return everyday ? 'word' : 'name';
}

const compoundKind = (parts: readonly string[], index: NameIndex): NameKind =>
  parts.some((part) => index.functions.has(part) && !index.particles.has(part))
    ? 'stop'
    : parts.every((part) => isEveryday(part, index) && !isListed(part, index))
      ? 'word'
      : 'name';

/** True for a name of the lists. */
export const isListed = (word: string, index: NameIndex): boolean =>
  index.given.has(word) || index.family.has(word);
