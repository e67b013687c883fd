import { signIn } from '../../nlu/signs.js';
import type { Clause, Interpretation } from '../../nlu/types.js';
import type { Promised } from './state.js';

/** Longest message and wish that are taken down, in characters. */
const MAX_MESSAGE = 1000;
const MAX_WHEN = 200;

/** What a turn tells for whoever calls: words to pass on, and when a call is wanted. */
export interface Told {
  readonly message?: string;
  readonly when?: string;
}

/** The words of a turn from one token to another, as they were heard. */
function wordsOf({ text, tokens }: Interpretation, from: number, to: number): string {
  const [first, last] = [tokens[from], tokens[to - 1]];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end).trim();
}

/** A day or a time that is named in a clause, as it was said. */
function timeIn(said: Interpretation, { mentions }: Pick<Clause, 'mentions'>): string | undefined {
  const times = mentions.filter(({ type, excluded }) => type === 'time' && !excluded);
  const isExcluded = mentions.some(({ type, excluded }) => type === 'time' && excluded);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || isExcluded) return undefined;
  return wordsOf(said, first.from, last.to);
}

/** Answers, commands and courtesy tell nothing, nor does which number is not to be called. */
function isPlain(clause: Clause, said: Interpretation, limit: number): boolean {
  const { act, from, to } = clause;
  const line = signIn(said, 'other_number');
  return (
    (PLAIN.has(act) && !isReason(clause, said)) ||
    (line !== undefined && from < line.to && line.from < to) ||
    !said.telling.some((token) => token >= from && token < Math.min(to, limit))
  );
}

/** "Because my form has not come back": a negation within a reason refuses nothing. */
export function isReason({ from, unread }: Clause, said: Interpretation): boolean {
  return unread.length > 0 && signIn(said, 'about')?.from === from;
}

const PLAIN: ReadonlySet<Clause['act']> = new Set(['affirm', 'deny', 'command', 'social', 'none']);

/**
 * What a turn tells for whoever calls, clause by clause. Words that are to be passed on ("tell Mr Brown…") reach to the end of
 * the turn.
 */
export function toldIn(said: Interpretation): Told {
  const passed = signIn(said, 'pass_on');
  const limit = passed?.from ?? said.tokens.length;
  const parts: string[] = [];
  let when: string | undefined;
  for (const clause of said.clauses) {
    if (clause.from >= limit) continue;
    const isTelling = !isPlain(clause, said, limit);
    const isAsking = clause.act === 'question' && signIn(said, 'call_me') === undefined;
    if (isTelling && !isAsking) parts.push(wordsOf(said, clause.from, Math.min(limit, clause.to)));
    else if (!isAsking) when = timeIn(said, clause) ?? wishIn(said, clause) ?? when;
  }
  if (passed !== undefined) parts.push(wordsOf(said, passed.from, said.tokens.length));
  const message = parts.join('. ').slice(0, MAX_MESSAGE);
  return {
    ...(message === '' ? {} : { message }),
    ...(when === undefined ? {} : { when: when.slice(0, MAX_WHEN) }),
  };
}

/** "Not before noon": a time that is ruled out is a wish as well, in all its words. */
const wishIn = (said: Interpretation, clause: Clause): string | undefined =>
  clause.mentions.some(({ type }) => type === 'time') ? wordsOf(said, clause.from, clause.to) : undefined;

/** Whether a turn tells anything. */
export const isTold = ({ message, when }: Told): boolean => message !== undefined || when !== undefined;

/** The promise with what was told added to it. */
export function noting<S extends Promised>(state: S, { message, when }: Told): S {
  const words = [state.message, message].filter((part) => part !== undefined).join('. ');
  return {
    ...state,
    ...(message === undefined ? {} : { message: words.slice(0, MAX_MESSAGE) }),
    ...(when === undefined ? {} : { when }),
  };
}

/** The words of a message that was asked for. */
export const wholeMessage = ({ text }: Interpretation): string => text.trim().slice(0, MAX_MESSAGE);

/** Words to pass on and the wish, as they are read back. */
export const noteOf = ({ message, when }: Told): string =>
  [message, when]
    .filter((part) => part !== undefined)
    .map((part) => part.replace(/[\s.,;]+$/, ''))
    .join('. ');
