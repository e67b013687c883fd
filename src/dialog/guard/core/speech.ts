import type { Business } from '../../core/business.js';
import type { Locale } from '../../core/nlu/locale.js';
import type { Grounds } from '../../core/model/check.js';
import { TOXIC, scoresOf, speaksOfForbidden, type GuardedOffice, type Guardrails } from './judge.js';
import type { GuardReason } from './types.js';
import { findPii } from './pii.js';
import { holdsSecret, saysLeak } from './words.js';

/**
 * Why a clause of a model is not spoken, beside what `objectionTo` finds: abuse, secrets, its instructions, what the
 * pack does not say, and personal data or names that neither a source nor the caller has told.
 *
 * @param office - what the office says of itself, for names
 */
export function guardObjection(
  clause: string,
  { evidence, caller }: Grounds,
  rails: Guardrails,
  context: GuardedOffice,
  office: string,
): GuardReason | undefined {
  const { locale } = context.lexicon;
  if (holdsSecret(clause)) return 'secret';
  if (saysLeak(clause, locale)) return 'prompt_leak';
  if (speaksOfForbidden(clause, context.guard)) return 'forbidden_topic';
  if ((scoresOf(clause, rails, context.lexicon).toxic ?? 0) >= TOXIC) return 'toxic_content';
  const known = [...evidence, caller, office].join('\n');
  if (rails.pii && !arePiiKnown(clause, known, locale)) return 'pii';
  return areNamesKnown(clause, known, locale) ? undefined : 'ungrounded';
}

const texts = new WeakMap<object, string>();

/** Everything that the office says of itself, as one text. */
export function officeText(business: Business): string {
  const known = texts.get(business);
  if (known !== undefined) return known;
  const made = JSON.stringify(business);
  texts.set(business, made);
  return made;
}

/** Numbers and addresses of somebody must stand in what is known, digit by digit. */
function arePiiKnown(clause: string, known: string, locale: Locale): boolean {
  const spans = findPii(clause, locale);
  if (spans.length === 0) return true;
  const form = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}@]/gu, '');
  const told = new Set(findPii(known, locale).map(({ start, end }) => form(known.slice(start, end))));
  return spans.every(({ start, end }) => told.has(form(clause.slice(start, end))));
}

interface NameLists {
  readonly names: ReadonlySet<string>;
  readonly everyday: ReadonlySet<string>;
  readonly titles: ReadonlySet<string>;
}

const lists = new WeakMap<Locale, NameLists>();

function nameLists(locale: Locale): NameLists {
  const known = lists.get(locale);
  if (known !== undefined) return known;
  const { given, family, vocabulary = [], functionWords = [], wordNames = [], titles = [] } = locale.names;
  const made: NameLists = {
    names: new Set([...given, ...family].map((name) => name.toLowerCase())),
    everyday: new Set([...vocabulary, ...functionWords, ...wordNames]),
    titles: new Set(titles),
  };
  lists.set(locale, made);
  return made;
}

/** Names of people: what follows a title, and capital words that are names and nothing else. */
function areNamesKnown(clause: string, known: string, locale: Locale): boolean {
  const { names, everyday, titles } = nameLists(locale);
  const words = clause.match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu) ?? [];
  const told = new Set(known.toLowerCase().match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu) ?? []);
  return words.every((word, at) => {
    if (!/^\p{Lu}/u.test(word)) return true;
    const lower = word.toLowerCase().replace(/['’]s$/, '');
    const isTitled = titles.has(words[at - 1]?.toLowerCase() ?? '');
    const isName = isTitled || (names.has(lower) && !everyday.has(lower));
    return !isName || told.has(lower);
  });
}
