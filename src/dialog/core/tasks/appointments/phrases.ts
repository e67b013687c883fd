import type { Locale } from '../../nlu/locale.js';
import { findPhrases, phraseFinder, type PhraseFinder } from '../../nlu/readers/phrases.js';
import type { Clause, Interpretation } from '../../nlu/types.js';

const finders = new WeakMap<Locale, Map<string, PhraseFinder>>();

function finderOf(locale: Locale, key: string): PhraseFinder {
  const known = finders.get(locale) ?? new Map<string, PhraseFinder>();
  finders.set(locale, known);
  const finder = known.get(key) ?? phraseFinder({ [key]: locale.phrases[key] ?? [] });
  known.set(key, finder);
  return finder;
}

/** True when the turn holds one of the locale's phrases under a key. */
export function says(said: Pick<Interpretation, 'tokens'>, key: string, locale: Locale): boolean {
  const words = said.tokens.map(({ word }) => word);
  return findPhrases(words, finderOf(locale, key)).length > 0;
}

/** True when the turn begins with one of the locale's phrases under a key. */
export function beginsWith(said: Pick<Interpretation, 'tokens'>, key: string, locale: Locale): boolean {
  const words = said.tokens.map(({ word }) => word);
  return findPhrases(words, finderOf(locale, key)).some(({ from }) => from === 0);
}

/** Token after the first of the locale's phrases under a key; `undefined` when the tokens from there on hold none. */
export function endOfPhrase(
  tokens: Interpretation['tokens'],
  from: number,
  key: string,
  locale: Locale,
): number | undefined {
  const words = tokens.slice(from).map(({ word }) => word);
  const [hit] = findPhrases(words, finderOf(locale, key));
  return hit === undefined ? undefined : from + hit.to;
}

/** "I can't make it, please cancel it": some part of the turn asks to give it up, whatever else is refused. */
export const givesUp = ({ clauses, tokens }: Interpretation, locale: Locale): boolean =>
  clauses.some(
    ({ from, to, negated }) => !negated && says({ tokens: tokens.slice(from, to) }, 'gives_up', locale),
  );

/** True when a word stands among the locale's phrases under a key. */
export const isOneOf = (word: string, key: string, locale: Locale): boolean =>
  finderOf(locale, key)([word], 0) !== undefined;

/** True when every word of a clause is understood, but for words that only ask for a change ("can we do… instead"). */
export const isClean = (clause: Pick<Clause, 'unread'>, locale: Locale): boolean =>
  clause.unread.every((word) => isOneOf(word, 'words_of_change', locale));
