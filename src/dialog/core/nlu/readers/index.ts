import type { Lexicon } from '../lexicon.js';
import type { TimeMention } from '../time/types.js';
import { MAX_TEXT_CHARS, type Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { findAmounts } from './amounts.js';
import { findDigits } from './digits.js';
import { findEmails } from './email.js';
import { findFields } from './fields.js';
import { findNames } from './names.js';
import { findPlaces } from './places.js';
import { findSpellings } from './spelling.js';
import { findOptions, findServices, findStaff } from './things.js';
import { splitWords, tokensAt } from './words.js';

export { MAX_NAME_CHARS } from './name-span.js';
export { soundLikeness, soundsLike } from './sound.js';

/** Mentions of one turn; more are dropped. */
export const MAX_MENTIONS = 40;

/**
 * Everything a caller names in a sentence: days and times as they come in, names, services, staff, options, places
 * among offers, digits, letters, addresses, amounts, fields. Pure; never throws on any text.
 *
 * @param tokens - of the text
 * @param question - the open question; decides what bare words can be
 * @param time - days and times that were found in the same tokens
 * @returns in the order of their tokens. Mentions of different kinds do not overlap, but for two readings of the same
 *   service words, letters with the name they spell, and a field with its value.
 */
export function readEntities(
  tokens: readonly Token[],
  text: string,
  question: OpenQuestion,
  lexicon: Lexicon,
  time: readonly TimeMention[],
): readonly Mention[] {
  const { locale } = lexicon;
  const cut = text.slice(0, MAX_TEXT_CHARS);
  const words = splitWords(cut);
  const spellings = findSpellings(words, locale);
  const letters = spellings.map((run): Mention => {
    const place = tokensAt(tokens, words[run.from]?.start ?? 0, words[run.to - 1]?.end ?? 0);
    return { type: 'letters', letters: run.letters, ...place, excluded: false };
  });
  const emails = findEmails(tokens, cut, question, locale);
  const names = findNames(words, tokens, question, locale, spellings, time);
  const places = findPlaces(tokens, question, locale);
  const services = findServices(tokens, question, lexicon);
  const times = time.map((one): Mention => timeMention(one));
  // From the surest to the least sure: what overlaps a surer one is dropped.
  const staff = findStaff(tokens, lexicon);
  const ranked: readonly (readonly Mention[])[] = [
    emails,
    // "Ngozi Okafor" is somebody else than the Okafor of the office.
    names.filter((name) => staff.some((one) => isWithin(one, name))),
    staff,
    names,
    digitsFirst(question) ? findDigits(tokens, question, locale) : [],
    findAmounts(tokens, cut, question, locale),
    places.filter((place) => place.type === 'place'),
    findFields(tokens, cut, question, locale, time),
    // "A four year plan" is what the service is called, where one was asked for.
    question.expects === 'service' ? services : [],
    times,
    findOptions(tokens, question, lexicon),
    services,
    places,
    findDigits(tokens, question, locale),
    letters,
  ];
  return settle(ranked, question);
}

const digitsFirst = ({ expects }: OpenQuestion): boolean => expects === 'digits' || expects === 'phone';

const timeMention = (mention: TimeMention): Mention => ({ type: 'time', ...mention });

function settle(ranked: readonly (readonly Mention[])[], question: OpenQuestion): readonly Mention[] {
  const kept: Mention[] = [];
  for (const mentions of ranked) {
    const surer = [...kept];
    for (const mention of mentions) {
      if (mention.from >= mention.to || surer.includes(mention)) continue;
      if (surer.every((other) => !overlaps(mention, other) || mayOverlap(mention, other, question))) {
        kept.push(mention);
      }
    }
  }
  return kept.sort((a, b) => a.from - b.from || a.to - b.to).slice(0, MAX_MENTIONS);
}

const overlaps = (a: Mention, b: Mention): boolean => a.from < b.to && b.from < a.to;

const isWithin = (inner: Mention, outer: Mention): boolean =>
  outer.from <= inner.from && inner.to <= outer.to && outer.to - outer.from > inner.to - inner.from;

function mayOverlap(mention: Mention, surer: Mention, { expects }: OpenQuestion): boolean {
  if (surer.type === 'field') return true;
  if (mention.type === 'letters') return surer.type === 'name' || surer.type === 'digits';
  // A longer time holds the ordinal: "the second of January" is a day, whatever is offered.
  if (surer.type === 'place' && mention.type === 'time') return expects !== 'offer' && expects !== 'option';
  return false;
}
