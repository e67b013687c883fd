import type { Locale } from '../nlu/locale.js';
import type { Clause, Interpretation } from '../nlu/types.js';
import { says } from '../tasks/appointments/phrases.js';

/**
 * A turn without the questions that ask to be told something: "how long does a cleaning take?", "who is Doctor Chen?". The
 * service, person or day in such a question is no answer to what is open; the question is kept as {@link Interpretation.aside}.
 *
 * @returns `undefined` when the turn asks such a question and says nothing else
 */
export function withoutQuestions(said: Interpretation, locale: Locale): Interpretation | undefined {
  const asked = said.clauses.filter((clause) => asksToKnow(clause, said, locale));
  if (asked.length === 0) return said;
  const clauses = said.clauses.filter((clause) => !asked.includes(clause));
  const mentions = clauses.flatMap((clause) => clause.mentions);
  const unread = clauses.flatMap((clause) => clause.unread);
  if (mentions.length === 0 && unread.length === 0) {
    return asked.some((clause) => clause.mentions.length > 0) ? undefined : said;
  }
  const texts = [...(said.aside === undefined ? [] : [said.aside]), ...asked.map(({ text }) => text)];
  return { ...said, clauses, mentions, unread, aside: texts.join(' ') };
}

/** True for a question about what it names. One for a free time, or for the thing itself, is an answer to what is open. */
function asksToKnow(clause: Clause, { tokens }: Interpretation, locale: Locale): boolean {
  const { act, mentions, from, to } = clause;
  if (act !== 'question') return false;
  const words = { tokens: tokens.slice(from, to) };
  if (says(words, 'asks_to_know', locale) && !says(words, 'asks_for_time', locale)) return true;
  const namesThings =
    mentions.length > 0 && mentions.every(({ type }) => type === 'service' || type === 'staff');
  return namesThings && !says(words, 'asks_for_thing', locale);
}
