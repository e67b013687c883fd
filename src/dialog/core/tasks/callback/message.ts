import type { Interpretation } from '../../nlu/types.js';
import { beginsWith, isOneOf, says } from '../appointments/phrases.js';
import type { TaskContext } from '../task.js';
import type { CallbackState, Promised } from './state.js';

/** Longest message that is taken down, in characters. */
const MAX_MESSAGE = 1000;

/** The promise with the caller's words added to what is passed on. */
export function noting<S extends Promised>(state: S, { text }: Pick<Interpretation, 'text'>): S {
  const message = state.message === undefined ? text : `${state.message} ${text}`;
  return { ...state, message: message.slice(0, MAX_MESSAGE) };
}

/** True when words say more than that somebody is to call: what it is about, when, whom to tell what. */
export const hasContent = ({ tokens, mentions }: Interpretation, { lexicon }: TaskContext): boolean =>
  tokens.some(
    ({ word }, at) =>
      !isOneOf(word, 'callback_words', lexicon.locale) &&
      !mentions.some(
        ({ type, from, to }) => (type === 'phone' || type === 'digits') && from <= at && at < to,
      ),
  );

/** "Tell him I am late", "I want to leave a message that…": the words themselves are to be passed on. */
export const isMessage = (said: Interpretation, { lexicon: { locale } }: TaskContext): boolean =>
  says(said, 'tells_message', locale) ||
  (says(said, 'leaves_message', locale) && says(said, 'message_follows', locale));

/** "Can I leave a message?": what it is has yet to be said. */
export const announcesMessage = (said: Interpretation, { lexicon: { locale } }: TaskContext): boolean =>
  says(said, 'leaves_message', locale) && !says(said, 'message_follows', locale);

/**
 * True when an answer tells something for whoever calls: beside a yes ("yes, it's about a refund"), when it is to be
 * ("after five, please"), or anything at all where the caller wanted the call.
 */
export function isTold(
  state: Pick<CallbackState, 'isWanted'>,
  said: Interpretation,
  ctx: TaskContext,
): boolean {
  if (said.command !== undefined || said.alert !== undefined || said.act === 'question') return false;
  if (!hasContent(said, ctx)) return false;
  const [first] = said.clauses;
  if (first?.act === 'affirm') return true;
  const isAbout = says(said, 'message_about', ctx.lexicon.locale);
  // "Because nobody has answered" denies nothing that was offered.
  if (said.polarity === 'deny' && !beginsWith(said, 'message_about', ctx.lexicon.locale)) return false;
  const isTime = said.unread.length === 0 && said.mentions.every(({ type }) => type === 'time');
  if (isTime || isMessage(said, ctx) || isAbout) return true;
  if (state.isWanted !== true) return false;
  const { appointmentWords } = ctx.lexicon;
  const isOther = said.tokens.some(({ word }) => appointmentWords.includes(word));
  return said.act === 'inform' || (said.act === 'request' && !isOther);
}

/** "No call-back, I want a person": something else than a call, in a clause that asks for it. */
export const wantsPerson = ({ clauses, tokens }: Interpretation, { lexicon }: TaskContext): boolean =>
  clauses.some(
    ({ act, negated, from, to }) =>
      act === 'request' &&
      !negated &&
      says({ tokens: tokens.slice(from, to) }, 'names_person', lexicon.locale),
  ) && clauses.some(({ negated }) => negated);

/** "Not this number", "use my mobile": the number that is known is not the one to call. */
export const wantsOtherNumber = (said: Interpretation, { lexicon }: TaskContext): boolean =>
  says(said, 'other_number', lexicon.locale);
