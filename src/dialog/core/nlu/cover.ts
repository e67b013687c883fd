import { PIECES, type PieceKind } from './book.js';
import { equalsAsked } from './echo.js';
import { isOption, type Sentence, type Span } from './sentence.js';

/** A part of an answer that was recognised. */
export interface Piece extends Span {
  readonly kind: PieceKind;
}

/** Pieces that answer. */
const ANSWERS: ReadonlySet<PieceKind> = new Set<PieceKind>([
  'deny',
  'agree',
  'want',
  'yes',
  'no',
  'done',
  'delight',
  'ok',
  'short',
]);

/** True for a piece that says yes or no in some way. */
export const isAnswer = ({ kind }: Piece): boolean => ANSWERS.has(kind);

/** Lists that count only when nothing follows. */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['agree_short', 'deny_short', 'no_heard', 'afterthought']);

interface Step {
  readonly cost: number;
  readonly piece?: Piece;
}

/**
 * The pieces that take every word of the span, or `undefined`. Values count when they are what was asked; binding words
 * ("for", "at") count beside such values only, and never at the end, where the sentence would go on.
 */
export function coverOf(sentence: Sentence, span: Span): readonly Piece[] | undefined {
  if (span.to <= span.from) return undefined;
  const pieces = piecesTo(sentence, span, span.to, true);
  if (pieces === undefined) return undefined;
  const hasEcho = pieces.some(({ kind }) => kind === 'echo');
  if (!hasEcho && pieces.some(({ kind }) => kind === 'glue')) return undefined;
  return pieces.at(-1)?.kind === 'glue' ? undefined : pieces;
}

/** Pieces that can open a sentence whose rest says something else. */
export function prefixOf(sentence: Sentence, span: Span): readonly Piece[] {
  const steps = stepsOf(sentence, span, false);
  for (let to = span.to - 1; to > span.from; to--) {
    if (steps[to - span.from] === undefined || !endsWell(sentence, to)) continue;
    return walkBack(steps, span.from, to);
  }
  return [];
}

/**
 * An opening never ends within a value, between the parts of a short form ("that" + "is"), or within words that put the answer off ("I'll
 * confirm" + "later").
 */
function endsWell({ chart, units, mentionAt }: Sentence, to: number): boolean {
  const mention = mentionAt[to];
  if (units[to]?.token === units[to - 1]?.token) return false;
  if (mention !== undefined && mention === mentionAt[to - 1]) return false;
  for (let at = Math.max(0, to - LONGEST_DEFERRAL); at < to; at++) {
    if (chart.ends('defer', at).some((end) => end > to)) return false;
  }
  return true;
}

/** Most units of a phrase that puts an answer off. */
const LONGEST_DEFERRAL = 6;

function piecesTo(
  sentence: Sentence,
  span: Span,
  to: number,
  isWhole: boolean,
): readonly Piece[] | undefined {
  const steps = stepsOf(sentence, span, isWhole);
  return steps[to - span.from] === undefined ? undefined : walkBack(steps, span.from, to);
}

/** Cheapest way to take the first words of a span, for each number of words. */
function stepsOf(sentence: Sentence, { from, to }: Span, isWhole: boolean): readonly (Step | undefined)[] {
  const steps: (Step | undefined)[] = Array.from({ length: to - from + 1 });
  steps[0] = { cost: 0 };
  for (let at = from; at < to; at++) {
    const here = steps[at - from];
    if (here === undefined) continue;
    for (const { kind, end, cost } of piecesAt(sentence, at, to, isWhole)) {
      const there = steps[end - from];
      if (there === undefined || there.cost > here.cost + cost) {
        steps[end - from] = { cost: here.cost + cost, piece: { kind, from: at, to: end } };
      }
    }
  }
  return steps;
}

function walkBack(steps: readonly (Step | undefined)[], from: number, to: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = to; at > from;) {
    const piece = steps[at - from]?.piece;
    if (piece === undefined) break;
    pieces.unshift(piece);
    at = piece.from;
  }
  return pieces;
}

interface Candidate {
  readonly kind: PieceKind;
  readonly end: number;
  readonly cost: number;
}

function piecesAt(sentence: Sentence, at: number, limit: number, isWhole: boolean): readonly Candidate[] {
  const { chart, question, action, against } = sentence;
  const found: Candidate[] = [];
  const add = (list: string, kind: PieceKind, cost: number): void => {
    for (const end of chart.ends(list, at)) {
      if (end <= limit && !isOption(sentence, { from: at, to: end })) found.push({ kind, end, cost });
    }
  };
  for (const { list, kind, cost } of PIECES) {
    // "Know, that's all": only the first word of a sentence is taken for a misheard "no".
    if (list === 'no_heard' && at > 0) continue;
    if (isWhole || !WHOLE_ONLY.has(list)) add(list, kind, cost);
  }
  if (action !== undefined && sentence.isYesNo) add(action, 'want', 0.9);
  if (sentence.isYesNo) add(against, 'deny', 0.85);
  const isOffered = question.asked !== undefined || action !== undefined;
  if (isWhole && sentence.isYesNo) {
    if (isOffered) add('agree_offered', 'agree', 0.9);
    if (question.asked === undefined) add('agree_polite', 'want', 0.94);
  }
  if (isWhole) found.push(...echoAt(sentence, at, limit));
  return found;
}

/** Values that were asked about, said again. */
function echoAt(sentence: Sentence, at: number, limit: number): readonly Candidate[] {
  const { chart, mentionAt, isAskedName, question } = sentence;
  const found: Candidate[] = [];
  const mention = mentionAt[at];
  if (mention !== undefined && equalsAsked(mention, question.asked)) {
    let end = at;
    while (end < limit && mentionAt[end] === mention) end++;
    found.push({ kind: 'echo', end, cost: 1 });
  }
  if (isAskedHour(sentence, at)) found.push({ kind: 'echo', end: at + 1, cost: 1 });
  if (isAskedName[at] === true) found.push({ kind: 'echo', end: at + 1, cost: 1 });
  for (const end of chart.ends('glue', at)) if (end <= limit) found.push({ kind: 'glue', end, cost: 1.3 });
  // "Tuesday at ten is right": what is said of a value agrees when a value stands before it.
  const isValue =
    mentionAt[at - 1] !== undefined || isAskedName[at - 1] === true || isAskedHour(sentence, at - 1);
  if (at > 0 && isValue) {
    for (const end of chart.ends('predicate', at)) {
      if (end <= limit) found.push({ kind: 'agree', end, cost: 1 });
    }
  }
  return found;
}

/** "Ten" for ten o'clock, where that was asked about and no other value has the word. */
function isAskedHour({ units, tokens, mentionAt, question }: Sentence, at: number): boolean {
  const minute = question.asked?.minute;
  const num = tokens[units[at]?.token ?? -1]?.num;
  if (minute === undefined || num === undefined || num < 1 || num > 12) return false;
  return mentionAt[at] === undefined && minute % 720 === (num % 12) * 60;
}
