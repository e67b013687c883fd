import type { Lexicon } from '../../../nlu/lexicon.js';
import type { Interpretation } from '../../../nlu/types.js';
import { codeIn } from '../identify/proof.js';
import { givesUp, isOneOf, says } from '../phrases.js';

/** What a caller wants with an appointment that exists, told by the words alone. */
export interface ExistingAskedFor {
  readonly task: 'find' | 'move' | 'cancel';
  /** It is somebody else's. */
  readonly isOther: boolean;
  /** Its reference was given. */
  readonly isCoded: boolean;
}

/**
 * Reads what is wanted with an appointment that exists: the caller's own ("my appointment"), somebody else's ("my wife's
 * appointment"), or one that a reference names. One that is to be made is none.
 */
export function existingAskedFor(said: Interpretation, lexicon: Lexicon): ExistingAskedFor | undefined {
  const { locale } = lexicon;
  const words = said.tokens.map(({ word }) => word);
  const named = words.flatMap((word, at) => (isAppointment(word, lexicon) ? [at] : []));
  const isCancel = givesUp(said, locale);
  const isMove = !isCancel && says(said, 'moves', locale);
  // "Does Doctor Chen have appointments on Friday?" asks for a free time.
  const isOfStaff = said.mentions.some(({ type }) => type === 'staff');
  const isOther = !isOfStaff && named.some((at) => isOthers(words, at, isCancel || isMove, lexicon));
  const isCoded = codeIn(said) !== undefined && (named.length > 0 || says(said, 'names_reference', locale));
  const isOwn = named.length > 0 && words.some((word) => isOneOf(word, 'own', locale));
  if (!isOther && !isCoded && !isOwn) return undefined;
  if (isCancel || isMove) return { task: isCancel ? 'cancel' : 'move', isOther, isCoded };
  if (says(said, 'makes_new', locale)) return undefined;
  const isAsked = isOther || isCoded || said.act === 'question' || says(said, 'asks_to_find', locale);
  return isAsked ? { task: 'find', isOther, isCoded } : undefined;
}

/** An appointment in the words of the trade or of everybody, also of several. */
function isAppointment(word: string, { appointmentWords, locale }: Lexicon): boolean {
  const own = [word, word.replace(/s$/, '')];
  return own.some((form) => appointmentWords.includes(form) || isOneOf(form, 'appointment_words', locale));
}

/** How many words may stand between whose appointment it is and the word for it: "my wife's next Monday appointment". */
const MOST_BETWEEN = 2;

/** True when the appointment that is named at a place is somebody else's. */
function isOthers(words: readonly string[], at: number, isChange: boolean, lexicon: Lexicon): boolean {
  const { locale } = lexicon;
  const { relations = [], titles = [] } = locale.names;
  const before = words.slice(Math.max(0, at - 1 - MOST_BETWEEN), at);
  if (before.some((word) => isPossessive(word, lexicon))) return true;
  const isSomebody = (word: string): boolean => relations.includes(word) || titles.includes(word);
  // "My wife has an appointment", "which appointments does Mister Ortega have".
  const has = words.findIndex((word) => isOneOf(word, 'has', locale));
  const holder = words.slice(Math.max(0, has - 4), Math.max(0, has));
  const isHeld = has >= 0 && !holder.some((word) => isOneOf(word, 'own', locale) && word !== 'my');
  if (isHeld && (holder.some(isSomebody) || isAskedOf(words, has, lexicon))) return true;
  // "The appointments of Mister Ortega"; "an appointment for my wife" may be one to be made.
  const of = words[at + 1] ?? '';
  if (!isOneOf(of, isChange ? 'of_or_for' : 'of', locale)) return false;
  const { given, family } = locale.names;
  return words
    .slice(at + 2, at + 4)
    .some((word) => isSomebody(word) || given.includes(word) || family.includes(word));
}

const isPossessive = (word: string, { locale }: Lexicon): boolean =>
  isOneOf(word, 'others', locale) || (/^\p{L}+('s|s')$/u.test(word) && !isOneOf(word, 'no_owner', locale));

/** "Does Samuel Ortega have": between the question and the verb stands nobody of this call. */
function isAskedOf(words: readonly string[], has: number, { locale }: Lexicon): boolean {
  const does = words.findLastIndex((word, at) => at < has && isOneOf(word, 'does', locale));
  const between = words.slice(does + 1, has);
  return does >= 0 && between.length > 0 && between.every((word) => !isOneOf(word, 'nobody_else', locale));
}
