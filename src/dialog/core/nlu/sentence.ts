import type { Book } from './book.js';
import { equalsAsked, nameWords } from './echo.js';
import { Chart } from './phrases.js';
import type { Token } from './tokens.js';
import type { Mention, OpenQuestion } from './types.js';
import { unitsOf, type Unit } from './units.js';

/** A turn while it is read: its words, what was found in them, and the question that is open. */
export interface Sentence {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly units: readonly Unit[];
  readonly chart: Chart;
  readonly mentions: readonly Mention[];
  /** Mention at a unit, the first found; parallel to `units`. */
  readonly mentionAt: readonly (Mention | undefined)[];
  /** True where a unit repeats the name that was read back. */
  readonly isAskedName: readonly boolean[];
  readonly question: OpenQuestion;
  /** True when a yes or no is waited for. */
  readonly isYesNo: boolean;
  /** True when values were read back to be checked. */
  readonly isReadBack: boolean;
  /** Phrase list of the very thing that was asked about, such as `action_book`. */
  readonly action: string | undefined;
  /** Phrase list of what refuses it, such as `against_cancel`. */
  readonly against: string;
}

/** A stretch of units, the end excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Actions that are offered: what is named with them is not read back to be checked. */
const OFFERED: ReadonlySet<string> = new Set(['cancel', 'handoff', 'callback', 'waitlist']);

/** Prepares a turn for reading. */
export function makeSentence(
  text: string,
  tokens: readonly Token[],
  mentions: readonly Mention[],
  question: OpenQuestion,
  book: Book,
): Sentence {
  const units = unitsOf(tokens, book.forms, text.toLowerCase());
  const byToken = new Map<number, Mention>();
  for (const mention of mentions) {
    for (let token = mention.from; token < mention.to; token++) {
      const there = byToken.get(token);
      if (there === undefined || equalsAsked(mention, question.asked)) byToken.set(token, mention);
    }
  }
  const asked = new Set(nameWords(question.asked?.name ?? ''));
  const does = question.action ?? question.id.split('.')[0] ?? '';
  const action = `action_${does}`;
  return {
    text,
    tokens,
    units,
    chart: new Chart(book.phrases, units),
    mentions,
    mentionAt: units.map(({ token }) => byToken.get(token)),
    isAskedName: units.map(({ word }) => asked.size > 0 && nameWords(word).every((part) => asked.has(part))),
    question,
    isYesNo: question.expects === 'yes_no',
    isReadBack: question.readBack ?? (question.asked !== undefined && !OFFERED.has(does)),
    action: book.phrases.keys.has(action) ? action : undefined,
    against: `against_${does}`,
  };
}

/** True when a span is one of the answers that the open question lists, word for word: it is that answer and no phrase. */
export const isOption = (sentence: Sentence, span: Span): boolean =>
  sentence.question.options?.some(({ words }) => words.includes(textOf(sentence, span).toLowerCase())) ===
  true;

/** The words of a span as they were heard. */
export function textOf({ text, tokens, units }: Sentence, { from, to }: Span): string {
  const first = tokens[units[from]?.token ?? -1];
  const last = tokens[units[to - 1]?.token ?? -1];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end);
}

/** The tokens of a span, the end excluded. */
export function tokensOf({ units, tokens }: Sentence, { from, to }: Span): Span {
  const first = units[from]?.token ?? tokens.length;
  return { from: first, to: Math.max(first, (units[to - 1]?.token ?? first - 1) + 1) };
}

/** Parts of a turn between marks that separate them: full stops, and commas that stand in no value. */
export function segmentsOf(sentence: Sentence): readonly (Span & { readonly isAsking: boolean })[] {
  const { units, tokens, text } = sentence;
  const segments: (Span & { isAsking: boolean })[] = [];
  let from = 0;
  for (let at = 1; at <= units.length; at++) {
    const mark = at === units.length ? endMark(text) : breakBefore(sentence, at);
    if (at < units.length && (mark === undefined || !separates(sentence, at, mark))) continue;
    segments.push({ from, to: at, isAsking: mark === '?' });
    from = at;
  }
  return segments.length > 0 || tokens.length > 0 ? segments : [{ from: 0, to: 0, isAsking: false }];
}

const endMark = (text: string): string | undefined => /([.!?])\s*["'”’]*\s*$/.exec(text)?.[1];

function breakBefore({ units, tokens }: Sentence, at: number): string | undefined {
  const token = units[at]?.token;
  return token === undefined || token === units[at - 1]?.token ? undefined : tokens[token]?.breakBefore;
}

function separates(sentence: Sentence, at: number, mark: string): boolean {
  if (mark === '-') return false;
  const { mentionAt, chart } = sentence;
  const before = mentionAt[at - 1];
  if (before !== undefined && before === mentionAt[at]) return false;
  return mark !== '.' || !chart.spans('abbreviation', at - 1, at);
}

/** True when a phrase of the list stands anywhere in the units that `isFree` leaves open. */
export function hasPhrase(
  { chart }: Sentence,
  list: string,
  { from, to }: Span,
  isFree: (unit: number) => boolean,
): boolean {
  for (let at = from; at < to; at++) {
    if (isFree(at) && chart.ends(list, at).some((end) => end <= to && isFree(end - 1))) return true;
  }
  return false;
}
