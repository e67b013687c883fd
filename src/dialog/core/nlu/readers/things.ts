import type { Locale } from '../locale.js';
import type { Lexicon, NamedThing } from '../lexicon.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { isExcluded } from './excluded.js';
import { phraseWords } from './phrases.js';
import { stem } from './stem.js';

/** A service is named by at least this share of one of its names, by weight of words. */
const MIN_SCORE = 0.6;
/** The same where a service was asked: "classes" is enough for "registering for classes". */
const MIN_ASKED_SCORE = 0.42;
/** A service this close to the best one is another reading of the same words. */
const TIE = 0.08;
/** Words between two words of one name. */
const MAX_GAP = 2;

interface Phrase {
  readonly thing: number;
  /** Stems of its words of weight; of all its words where none has weight ("not sure"). */
  readonly stems: readonly string[];
  readonly wanted: ReadonlySet<string>;
  /** No word of weight: counts only in this order, and only where the thing was asked. */
  readonly plain: boolean;
}

interface ThingIndex {
  readonly things: readonly NamedThing[];
  readonly phrases: readonly Phrase[];
  readonly idf: ReadonlyMap<string, number>;
  readonly skipped: ReadonlySet<string>;
}

const indexes = new WeakMap<readonly NamedThing[], ThingIndex>();

function indexOf(things: readonly NamedThing[], locale: Locale): ThingIndex {
  const known = indexes.get(things);
  if (known !== undefined) return known;
  const skipped = new Set(locale.phrases['thing_skipped'] ?? []);
  const phrases = things.flatMap(({ name, aliases }, thing) =>
    [name, ...aliases].map((text): Phrase => {
      const all = phraseWords(text);
      const heavy = all.filter((word) => !skipped.has(word) && isContent(word, locale));
      const stems = (heavy.length > 0 ? heavy : all).map(stem);
      return { thing, stems, wanted: new Set(stems), plain: heavy.length === 0 };
    }),
  );
  const holders = new Map<string, Set<number>>();
  for (const { stems, thing, plain } of phrases) {
    if (plain) continue;
    for (const one of stems) holders.set(one, (holders.get(one) ?? new Set<number>()).add(thing));
  }
  const idf = new Map(
    [...holders].map(([one, holding]) => [one, Math.log(1 + things.length / holding.size)] as const),
  );
  const index = { things, phrases, idf, skipped };
  indexes.set(things, index);
  return index;
}

const contentWords = new WeakMap<Locale, ReadonlySet<string>>();

/** False for pronouns, auxiliaries, negations: they name nothing by themselves. */
function isContent(word: string, locale: Locale): boolean {
  let functions = contentWords.get(locale);
  if (functions === undefined) {
    functions = new Set([...(locale.names.functionWords ?? []), ...(locale.phrases['thing_plain'] ?? [])]);
    contentWords.set(locale, functions);
  }
  return !functions.has(word);
}

interface Match {
  readonly thing: number;
  readonly score: number;
  /** Share of the words with weight that it took. */
  readonly weight: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Services by the words of their names and aliases; words are compared by stem and weighed by how few services hold
 * them. Two mentions of the same words are two readings.
 */
export function findServices(
  tokens: readonly Token[],
  question: OpenQuestion,
  lexicon: Lexicon,
): readonly Mention[] {
  const index = indexOf(lexicon.services, lexicon.locale);
  const asked = question.expects === 'service';
  const matches = matchThings(tokens, index, asked, asked ? MIN_ASKED_SCORE : MIN_SCORE);
  return chooseMatches(matches).map(({ thing, score, from, to }): Mention => {
    const { id = '' } = index.things[thing] ?? {};
    return {
      type: 'service',
      id,
      text: spanText(tokens, from, to),
      score: Math.round(score * 100) / 100,
      ...{ from, to },
      excluded: isExcluded(tokens, from, lexicon.locale),
    };
  });
}

const spanText = (tokens: readonly Token[], from: number, to: number): string =>
  tokens
    .slice(from, to)
    .map((token) => token.word)
    .join(' ');

/** Staff by name or alias, whole: "Doctor Chen", "Miss Lee". */
export function findStaff(tokens: readonly Token[], lexicon: Lexicon): readonly Mention[] {
  const index = indexOf(lexicon.staff, lexicon.locale);
  const matches = matchThings(tokens, index, false, 1);
  return chooseMatches(matches).map(({ thing, from, to }): Mention => {
    const { id = '' } = index.things[thing] ?? {};
    return { type: 'staff', id, from, to, excluded: isExcluded(tokens, from, lexicon.locale) };
  });
}

const optionLists = new WeakMap<object, readonly NamedThing[]>();

/** Options of the open question by their words, whole. */
export function findOptions(
  tokens: readonly Token[],
  question: OpenQuestion,
  lexicon: Lexicon,
): readonly Mention[] {
  const { options } = question;
  if (options === undefined || options.length === 0) return [];
  let things = optionLists.get(options);
  if (things === undefined) {
    things = options.map(({ id, words }) => ({ id, name: words[0] ?? id, aliases: words.slice(1) }));
    optionLists.set(options, things);
  }
  const index = indexOf(things, lexicon.locale);
  return chooseMatches(matchThings(tokens, index, true, 1)).map(({ thing, from, to }): Mention => {
    const { id = '' } = index.things[thing] ?? {};
    return { type: 'option', id, from, to, excluded: isExcluded(tokens, from, lexicon.locale) };
  });
}

function matchThings(
  tokens: readonly Token[],
  index: ThingIndex,
  plainToo: boolean,
  minScore: number,
): readonly Match[] {
  const stems = tokens.map((token) => (index.skipped.has(token.word) ? '' : stem(token.word)));
  const plainStems = tokens.map((token) => stem(token.word));
  const matches: Match[] = [];
  for (const phrase of index.phrases) {
    if (phrase.plain) {
      const at = plainToo ? findInOrder(plainStems, phrase.stems) : -1;
      if (at >= 0) {
        matches.push({
          thing: phrase.thing,
          score: MIN_SCORE,
          weight: 0.1,
          from: at,
          to: at + phrase.stems.length,
        });
      }
      continue;
    }
    const match = matchPhrase(stems, phrase, index);
    if (match !== undefined && match.score >= minScore - 1e-9) matches.push(match);
  }
  return matches;
}

const findInOrder = (words: readonly string[], wanted: readonly string[]): number =>
  words.findIndex((_word, at) => wanted.every((one, k) => words[at + k] === one));

/** The share of a phrase's weight that stands near together in the words. */
function matchPhrase(stems: readonly string[], phrase: Phrase, index: ThingIndex): Match | undefined {
  const weightOf = (one: string): number => index.idf.get(one) ?? 0;
  const total = phrase.stems.reduce((sum, one) => sum + weightOf(one), 0);
  const { wanted } = phrase;
  let best: Match | undefined;
  for (let at = 0; at < stems.length; at++) {
    if (!wanted.has(stems[at] ?? '')) continue;
    const seen = new Set<string>();
    let to = at;
    for (let i = at, gap = 0; i < stems.length && gap <= MAX_GAP; i++) {
      const one = stems[i] ?? '';
      if (wanted.has(one) && !seen.has(one)) {
        seen.add(one);
        to = i + 1;
        gap = 0;
      } else if (one !== '') gap++;
    }
    const weight = [...seen].reduce((sum, one) => sum + weightOf(one), 0);
    const score = total === 0 ? 0 : weight / total;
    if (best === undefined || score > best.score) {
      best = { thing: phrase.thing, score, weight, from: at, to };
    }
  }
  return best;
}

/** Of each thing its best match, and of overlapping matches the heaviest and those that tie with it. */
function chooseMatches(matches: readonly Match[]): readonly Match[] {
  const value = ({ score, weight }: Match): number => score * weight;
  const sorted = [...matches].sort((a, b) => value(b) - value(a) || b.score - a.score);
  const kept: Match[] = [];
  for (const match of sorted) {
    const rival = kept.find((other) => match.from < other.to && other.from < match.to);
    if (
      kept.some((other) => other.thing === match.thing && (rival === other || other.score >= match.score))
    ) {
      continue;
    }
    if (rival !== undefined && (rival.score - match.score > TIE || value(match) < 0.75 * value(rival))) {
      continue;
    }
    kept.push(match);
  }
  return kept.sort((a, b) => a.from - b.from);
}
