import { matchDate } from './date-grammar.js';
import type { DateReference, DateValue } from './date-types.js';
import { durationAt, matchTime, type TimeValue } from './time-grammar.js';
import type { Token } from './tokens.js';

/** A day or a time of day in a sentence, with the tokens that say it. */
export interface Mention {
  readonly from: number;
  /** Token after the last one. */
  readonly to: number;
  /** True for "not Tuesday". */
  readonly negated: boolean;
  readonly value:
    | DateValue
    | TimeValue
    /** "an hour later", "two days earlier": moves what was said before. */
    | { readonly kind: 'shift'; readonly minutes?: number; readonly days?: number };
}

/** What the words are read against. */
export interface MentionReference extends DateReference {
  /** True when a time was asked for: a bare "three" is one then. */
  readonly timeExpected: boolean;
}

const NEGATIONS = new Set(['not', "isn't", "don't", 'except']);

/** Finds every day and time in a sentence, from left to right. */
export function findMentions(tokens: readonly Token[], ref: MentionReference): readonly Mention[] {
  const found: Mention[] = [];
  for (let i = 0; i < tokens.length;) {
    const match =
      matchShift(tokens, i) ??
      matchDate(tokens, i, ref) ??
      matchTime(tokens, i, ref.timeExpected || isLed(tokens, i));
    if (match === undefined) {
      i++;
      continue;
    }
    found.push({ from: i, to: i + match.length, negated: isNegated(tokens, i), value: match.value });
    i += match.length;
  }
  return found;
}

function isNegated(tokens: readonly Token[], i: number): boolean {
  const before = tokens.slice(Math.max(0, i - 3), i).map((token) => token.word);
  if (before.at(-1) === 'on' || before.at(-1) === 'at') before.pop();
  const last = before.at(-1) ?? '';
  if (NEGATIONS.has(last)) return true;
  return (last === 'of' && before.at(-2) === 'instead') || (last === 'than' && before.at(-2) === 'rather');
}

/** "make it three", "change it to three", "how about three": a number after these is a time. */
function isLed(tokens: readonly Token[], i: number): boolean {
  const one = tokens[i - 1]?.word ?? '';
  const two = tokens[i - 2]?.word ?? '';
  const three = tokens[i - 3]?.word ?? '';
  if (one === 'it' && (two === 'make' || two === 'do')) return true;
  if (one === 'to' && (two === 'it' || two === 'that' || two === 'time') && tokens[i]?.word !== 'the') {
    return true;
  }
  if (one === 'about' && (two === 'how' || two === 'what')) return true;
  return one === 'for' && ['appointment', 'it', 'me', 'available', 'free'].includes(two) && three !== '';
}

/** "an hour later", "half an hour earlier", "a day later", "one day earlier". */
function matchShift(
  tokens: readonly Token[],
  i: number,
): { readonly length: number; readonly value: Mention['value'] } | undefined {
  const the = tokens[i]?.word === 'the' ? 1 : 0;
  if (['next', 'following'].includes(tokens[i + the]?.word ?? '') && tokens[i + the + 1]?.word === 'day') {
    return { length: the + 2, value: { kind: 'shift', days: 1 } };
  }
  const duration = durationAt(tokens, i);
  if (duration !== undefined) {
    const sign = directionAt(tokens, i + duration.length);
    if (sign === undefined) return undefined;
    return { length: duration.length + 1, value: { kind: 'shift', minutes: sign * duration.minutes } };
  }
  const count = tokens[i]?.word === 'a' ? 1 : tokens[i]?.num;
  const unit = tokens[i + 1]?.word ?? '';
  if (count === undefined || !/^(days?|weeks?)$/.test(unit)) return undefined;
  const sign = directionAt(tokens, i + 2);
  if (sign === undefined) return undefined;
  return { length: 3, value: { kind: 'shift', days: sign * count * (unit.startsWith('week') ? 7 : 1) } };
}

function directionAt(tokens: readonly Token[], i: number): 1 | -1 | undefined {
  const word = tokens[i]?.word ?? '';
  if (word === 'later') return 1;
  return word === 'earlier' || word === 'sooner' ? -1 : undefined;
}
