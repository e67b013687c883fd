import { personWithin, commandOf, type Command } from './commands.js';
import { coverOf, isAnswer, prefixOf, type Piece } from './cover.js';
import { segmentsOf, type Sentence, type Span } from './sentence.js';

/** A clause before its act is known. */
export interface Draft extends Span {
  /** Recognised parts of an answer, and of courtesy. */
  readonly pieces: readonly Piece[];
  /** True when the pieces take every word. */
  readonly isWhole: boolean;
  readonly command?: Command;
  /** True when the clause ends with a question mark. */
  readonly isAsking: boolean;
}

/** Most words of an answer after a conjunction. */
const LONGEST_ANSWER = 16;

/** Most clauses that are told apart; what comes after belongs to the last one. */
const MAX_CLAUSES = 24;

/** Splits a turn into clauses: at marks, after an opening answer, at conjunctions and where a new sentence plainly begins. */
export function clausesOf(sentence: Sentence): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const segment of segmentsOf(sentence)) {
    if (drafts.length < MAX_CLAUSES) drafts.push(...draftsOf(sentence, segment, segment.isAsking));
    else drafts[drafts.length - 1] = { ...(drafts.at(-1) as Draft), to: segment.to, isWhole: false };
  }
  return drafts;
}

function draftsOf(sentence: Sentence, span: Span, isAsking: boolean): readonly Draft[] {
  if (span.to <= span.from) return [open(sentence, span, isAsking)];
  const command = commandOf(sentence, span);
  if (command !== undefined) return commandDrafts(sentence, span, command, isAsking);
  const cover = coverOf(sentence, span);
  if (cover !== undefined) return [{ ...span, pieces: cover, isWhole: true, isAsking }];
  const prefix = prefixOf(sentence, span);
  const from = prefix.at(-1)?.to ?? span.from;
  const drafts: Draft[] = [];
  if (prefix.length > 0) {
    drafts.push({ from: span.from, to: from, pieces: prefix, isWhole: true, isAsking: false });
  }
  const splits = splitsOf(sentence, { from, to: span.to });
  splits.forEach((part, k) => {
    const isLast = k === splits.length - 1;
    // A part may be a whole answer or command of its own: "no it's four and that's right".
    const isNew = splits.length > 1 || from > span.from;
    if (isNew) drafts.push(...partDrafts(sentence, part, isAsking && isLast));
    else drafts.push(open(sentence, part, isAsking && isLast));
  });
  return drafts;
}

function partDrafts(sentence: Sentence, part: Span, isAsking: boolean): readonly Draft[] {
  const start = afterConjunction(sentence, part);
  const core = { from: start, to: part.to };
  const command = commandOf(sentence, core);
  if (command !== undefined) return commandDrafts(sentence, part, command, isAsking);
  const cover = coverOf(sentence, core);
  if (cover !== undefined) return [{ ...part, pieces: cover, isWhole: true, isAsking }];
  return [open(sentence, part, isAsking)];
}

function open(sentence: Sentence, span: Span, isAsking: boolean): Draft {
  const person = personWithin(sentence, span);
  return {
    ...span,
    pieces: [],
    isWhole: false,
    isAsking,
    ...(person === undefined ? {} : { command: person }),
  };
}

function commandDrafts(
  sentence: Sentence,
  span: Span,
  command: Command,
  isAsking: boolean,
): readonly Draft[] {
  const before = { from: span.from, to: command.from };
  const opening = coverOf(sentence, before) ?? [];
  const drafts: Draft[] = [];
  const isAnswered = opening.some(isAnswer);
  if (isAnswered) drafts.push({ ...before, pieces: opening, isWhole: true, isAsking: false });
  drafts.push({
    from: isAnswered ? command.from : span.from,
    to: span.to,
    pieces: [],
    isWhole: true,
    command,
    isAsking,
  });
  return drafts;
}

/** First unit after the conjunctions that lead a clause. */
export function afterConjunction({ chart }: Sentence, { from, to }: Span): number {
  let at = from;
  while (at < to - 1 && chart.spans('conjunction', at, at + 1)) at++;
  return at;
}

/** Splits at conjunctions that begin a new act, and where a question or wish plainly begins. */
function splitsOf(sentence: Sentence, { from, to }: Span): readonly Span[] {
  const parts: Span[] = [];
  let start = from;
  for (let at = from + 1; at < to; at++) {
    if (beginsClause(sentence, start, at, to)) {
      parts.push({ from: start, to: at });
      start = at;
    }
  }
  if (start < to) parts.push({ from: start, to });
  return parts;
}

function beginsClause(sentence: Sentence, start: number, at: number, to: number): boolean {
  const { chart, mentionAt } = sentence;
  const mention = mentionAt[at];
  if (mention !== undefined && mention === mentionAt[at - 1]) return false;
  const next = chart.spans('conjunction', at, at + 1) ? at + 1 : at;
  if (chart.ends('contrast', at).length > 0 || chart.ends('condition', at).length > 0) {
    return next > at || startsAnew(sentence, at, to);
  }
  if (next > at) return next < to && startsAnew(sentence, next, to);
  // "This is Maria I need an appointment", "I failed can I take it again": nothing leads over to the new sentence.
  if (chart.spans('embeds', at - 1, at)) return false;
  // "Do I need an appointment": the subject of a question begins no wish.
  if (chart.spans('question_opening', at - 1, at + 1)) return false;
  if (chart.ends('new_wish', at).length > 0) return !chart.spans('conjunction', at - 1, at);
  return chart.ends('new_question', at).length > 0 && chart.ends('question_word', start).length === 0;
}

/** True when an answer, a command, a question, a wish or a statement begins here. */
function startsAnew(sentence: Sentence, at: number, to: number): boolean {
  const { chart } = sentence;
  const begins = (list: string): boolean => chart.ends(list, at).length > 0;
  if (begins('clause_opening') || begins('question_opening') || begins('request_opening')) return true;
  if (begins('yes') || begins('no') || begins('agree') || begins('deny') || begins('command_stop')) {
    return true;
  }
  const isShort = to - at <= LONGEST_ANSWER;
  return (isShort && coverOf(sentence, { from: at, to }) !== undefined) || begins('alert_emergency');
}
