import type { Clause, Interpretation, Mention } from '../../nlu/types.js';
import type { Token } from '../../nlu/tokens.js';
import type { Locale } from '../../nlu/locale.js';
import { isClean, isOneOf, says } from './phrases.js';

/** A stretch of tokens, the end excluded. */
export interface TokenSpan {
  readonly from: number;
  readonly to: number;
}

const isWhen = ({ type }: Mention): boolean => type === 'time' || type === 'staff';

/**
 * The stretch of a clause that says when, where the rest says why: "Tuesday at ten, about insurance". It stands at an end of
 * the clause. A time that belongs to the reason ("I have to hand it in by Friday", "my exam on Monday") is none.
 *
 * @returns `undefined` when the clause names no time, or only one inside of the reason
 */
export function whenBeside(
  clause: Clause,
  { tokens }: Interpretation,
  locale: Locale,
): TokenSpan | undefined {
  const when = clause.mentions.filter(isWhen).sort((a, b) => a.from - b.from);
  const [first] = when;
  const last = when.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const isGlue = ({ word }: Token): boolean => isOneOf(word, 'when_glue', locale);
  const isWithin = (index: number): boolean => when.some(({ from, to }) => from <= index && index < to);
  for (let at = first.from; at < last.to; at++) {
    if (!isWithin(at) && !isGlue(tokens[at] as Token)) return undefined;
  }
  let { from } = first;
  while (from > clause.from && isGlue(tokens[from - 1] as Token)) from--;
  let { to } = last;
  while (to < clause.to && isOneOf((tokens[to] as Token).word, 'when_tail', locale)) to++;
  const before = tokens[from - 1];
  const after = tokens[to];
  const span = { from, to };
  if (from === clause.from && after !== undefined && to < clause.to) {
    // "At ten, about insurance": a word that leads over may be read as part of the time.
    const leads = [tokens[to - 1] as Token, after].some(({ word }) => isOneOf(word, 'when_then_why', locale));
    const leadsOver = leads || after.breakBefore === ',';
    return leadsOver ? span : undefined;
  }
  if (to !== clause.to || before === undefined) return undefined;
  if (isOneOf(before.word, 'when_limit', locale)) return undefined;
  const lead = { tokens: tokens.slice(clause.from, from) };
  const isWanted = isMoment(when) || tokens[from]?.breakBefore === ',' || says(lead, 'when_wanted', locale);
  return isWanted || isClean(clause, locale) ? span : undefined;
}

/** A day together with a time of day: nobody gives a reason to the minute. */
const isMoment = (when: readonly Mention[]): boolean => {
  const kinds = when.map((mention) => (mention.type === 'time' ? mention.value.kind : ''));
  return kinds.includes('date') && (kinds.includes('time') || kinds.includes('window'));
};
