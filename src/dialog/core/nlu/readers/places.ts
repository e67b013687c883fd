import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, MentionValue, OpenQuestion } from '../types.js';
import { isExcluded } from './excluded.js';
import { findPhrases, phraseFinder, type PhraseFinder } from './phrases.js';

/** Nobody offers more on the phone. */
const MAX_PLACE = 9;

/** Most words of a deed that is put off: "get back to you on that later". */
const MAX_DEED_WORDS = 6;

interface PlaceWords {
  readonly phrase: PhraseFinder;
  readonly noun: PhraseFinder;
  readonly before: PhraseFinder;
  readonly deed: PhraseFinder;
  readonly after: PhraseFinder;
}

const compiled = new WeakMap<Locale, PlaceWords>();

function placeWords(locale: Locale): PlaceWords {
  const known = compiled.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made = {
    phrase: phraseFinder({
      last: list('place_last'),
      first: list('place_first'),
      middle: list('place_middle'),
      any: list('place_any'),
      none: list('place_none'),
      that: list('place_that'),
      later: list('other_later'),
      earlier: list('other_earlier'),
      different: list('other_different'),
    }),
    noun: phraseFinder({ noun: list('place_nouns') }),
    before: phraseFinder({ before: list('place_before') }),
    deed: phraseFinder({ deed: list('later_deed') }),
    after: phraseFinder({ after: list('later_after') }),
  };
  compiled.set(locale, made);
  return made;
}

/**
 * One of some offers by its place ("the second one", "number two", "the later one", "either"), and other offers in a
 * direction ("something later", "too early", "a different day"). Places count only where something is to be chosen.
 */
export function findPlaces(
  tokens: readonly Token[],
  question: OpenQuestion,
  locale: Locale,
): readonly Mention[] {
  const chooses =
    question.expects === 'offer' || question.expects === 'option' || question.offers !== undefined;
  const words = tokens.map((token) => token.word);
  const known = placeWords(locale);
  const mentions: Mention[] = [];
  for (const hit of findPhrases(words, known.phrase)) {
    const value = phraseValue(hit.key, question);
    if (value === undefined || (value.type === 'place' && !chooses)) continue;
    if (hit.key === 'later' && isPutOff(tokens, words, hit, known)) continue;
    mentions.push({ ...value, from: hit.from, to: hit.to, excluded: false });
  }
  if (!chooses) return mentions;
  const ordinals = tokens.flatMap((_token, at) => {
    const found = ordinalPlace(tokens, words, at, question, known);
    return found === undefined ? [] : [found];
  });
  return [...mentions.filter((one) => !ordinals.some((other) => overlaps(one, other))), ...ordinals].map(
    (one) => (isChosen(one) ? { ...one, excluded: isExcluded(tokens, one.from, locale) } : one),
  );
}

/** A place that can be left out: "not the first", "any but the last". */
const isChosen = (mention: Mention): boolean =>
  mention.type === 'place' && mention.place !== 'any' && mention.place !== 'none';

/** "I'll confirm later": what is done later is put off; no later time is asked for. */
function isPutOff(
  tokens: readonly Token[],
  words: readonly string[],
  { from: at, to }: { readonly from: number; readonly to: number },
  { deed, after }: PlaceWords,
): boolean {
  const next = tokens[to];
  if (next !== undefined && next.breakBefore === undefined && after(words, to) === undefined) return false;
  for (let from = Math.max(0, at - MAX_DEED_WORDS); from < at; from++) {
    if (deed(words, from)?.to === at) return true;
  }
  return false;
}

const overlaps = (a: Mention, b: Mention): boolean => a.from < b.to && b.from < a.to;

function phraseValue(key: string, { offers }: OpenQuestion): MentionValue | undefined {
  switch (key) {
    case 'last':
    case 'middle':
    case 'any':
    case 'none':
      return { type: 'place', place: key };
    case 'first':
      return { type: 'place', place: 0 };
    case 'that':
      return offers?.length === 1 ? { type: 'place', place: 0 } : undefined;
    case 'later':
    case 'earlier':
    case 'different':
      return { type: 'other', direction: key };
    default:
      return undefined;
  }
}

/** "The second", "the first one", "option two"; "one" alone is no place. */
function ordinalPlace(
  tokens: readonly Token[],
  words: readonly string[],
  at: number,
  question: OpenQuestion,
  known: PlaceWords,
): Mention | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  const count = question.offers?.length ?? question.options?.length ?? MAX_PLACE;
  const noun = known.noun(words, at + 1);
  const ordinal = token.ord;
  if (ordinal !== undefined && ordinal >= 1 && ordinal <= MAX_PLACE) {
    // "The fourth" of three offers is a day.
    if (noun === undefined && ordinal > count) return undefined;
    return placeMention(ordinal - 1, at, noun?.to ?? at + 1);
  }
  const before = at > 0 ? known.before(words, at - 1) : undefined;
  if (before === undefined || token.num === undefined || token.num < 1 || token.num > count) return undefined;
  return placeMention(token.num - 1, at - 1, at + 1);
}

const placeMention = (place: number, from: number, to: number): Mention => ({
  ...{ type: 'place', place, from, to, excluded: false },
});
