import type { Interpretation, Mention } from '../../../nlu/types.js';
import { weekdayOf } from '../../../nlu/time/local-date.js';
import { CONFIDENCE } from '../../../thresholds.js';
import { today, type Moment, type Slot } from '../../../schedule/calendar.js';
import { narrow, withoutDay } from '../../../schedule/wish.js';
import type { TaskContext } from '../../task.js';
import { isOneOf } from '../phrases.js';
import { mismatchedDays, type SettleOptions } from './settle.js';
import type { MomentAsk, Wanted } from './state.js';
import { line } from '../../../render.js';

/** What an answer makes of the search. */
export type MomentHearing =
  /** It goes on with this. */
  | { readonly type: 'wanted'; readonly wanted: Wanted; readonly options: SettleOptions }
  /** An offer was taken, or a doubtful time is right. */
  | { readonly type: 'chosen'; readonly wanted: Wanted; readonly slot: Slot }
  /** Weekday and date do not go together. */
  | {
      readonly type: 'mismatch';
      readonly wanted: Wanted;
      readonly ask: Extract<MomentAsk, { ask: 'which_day' }>;
    }
  /** It is an answer, but not one that chooses: "yes" to three offers. */
  | { readonly type: 'unclear' };

/** A mention of day or time. */
export type TimeMention = Extract<Mention, { type: 'time' }>;

/** The days and times among mentions. */
export const timesOf = (mentions: readonly Mention[]): readonly TimeMention[] =>
  mentions.filter((mention): mention is TimeMention => mention.type === 'time');

/**
 * Takes the days, times and people of a turn into the wish.
 *
 * @param mentions - those that are meant for it; the turn's unless a question leaves some out
 * @param base - what "an hour later" is counted from
 * @returns `undefined` when the turn names none of them
 */
export function takeMoment(
  wanted: Wanted,
  said: Pick<Interpretation, 'mentions' | 'tokens' | 'confidence'>,
  ctx: TaskContext,
  base: Partial<Moment> = {},
  mentions: readonly Mention[] = said.mentions,
): MomentHearing | undefined {
  const meant = mentions.filter(({ type }) => type === 'time' || type === 'staff');
  if (meant.length === 0) return undefined;
  let { wish } = wanted;
  // What bounds the choice ("the earliest") is read after what it chooses from ("on Friday").
  const ordered = [...meant].sort((a, b) => rank(a) - rank(b) || a.from - b.from);
  for (const mention of ordered) {
    const before = meant.findLast((other) => other.to <= mention.from && other.type === 'time');
    const alternative = before !== undefined && isJoined(before, mention, said, ctx);
    const sameTurn = meant.some((other) => other !== mention && other.type === 'time' && !other.excluded);
    const excluded = mention.excluded || isLeft(mention, meant, said, ctx);
    wish = narrow(wish, { ...mention, excluded }, { base, alternative, sameTurn }, ctx);
  }
  const doubtful =
    said.confidence < CONFIDENCE.slot || meant.some(({ guess, excluded }) => guess === true && !excluded);
  const next: Wanted = { ...wanted, wish, doubtful: wanted.doubtful || doubtful };
  return mismatch(next, meant, ctx) ?? settled(next, meant);
}

const rank = (mention: Mention): number => {
  if (mention.excluded) return 0;
  return mention.type === 'time' && mention.value.kind === 'extreme' ? 2 : 1;
};

/** "Two or two thirty" are two that would do; "two, no, three" is the last. */
function isJoined(
  before: Mention,
  mention: Mention,
  said: Pick<Interpretation, 'tokens'>,
  ctx: TaskContext,
): boolean {
  if (before.excluded || mention.excluded) return false;
  const between = said.tokens.slice(before.to, mention.from).map(({ word }) => word);
  return between.some((word) => isOneOf(word, 'joint_or', ctx.lexicon.locale));
}

/** "Friday over Thursday", "ten rather than nine": the second is what is not wanted. */
function isLeft(
  mention: Mention,
  meant: readonly Mention[],
  said: Pick<Interpretation, 'tokens'>,
  ctx: TaskContext,
): boolean {
  const before = meant.findLast((other) => other.to <= mention.from && other.type === mention.type);
  if (before === undefined || mention.from - before.to > 2) return false;
  const between = said.tokens.slice(before.to, mention.from).map(({ word }) => word);
  return between.some((word) => isOneOf(word, 'preferred_over', ctx.lexicon.locale));
}

function mismatch(wanted: Wanted, meant: readonly Mention[], ctx: TaskContext): MomentHearing | undefined {
  for (const { value, excluded } of timesOf(meant)) {
    if (excluded || value.kind !== 'date' || value.saidWeekday === undefined) continue;
    if (weekdayOf(value.date) === value.saidWeekday) continue;
    const dates = mismatchedDays(value.date, value.saidWeekday, today(ctx));
    return {
      type: 'mismatch',
      wanted: { ...wanted, wish: withoutDay(wanted.wish) },
      ask: { ask: 'which_day', dates },
    };
  }
  return undefined;
}

/** Only refusals were said: something else is offered. An impossible day is said to be one. */
function settled(wanted: Wanted, meant: readonly Mention[]): MomentHearing {
  const isRefusal = meant.every(({ excluded }) => excluded);
  const noSuchDay = timesOf(meant).some(({ value }) => value.kind === 'no_such_day');
  const lead = noSuchDay ? [line('appointment.date.no_such_day')] : [];
  return { type: 'wanted', wanted, options: { lead, ...(isRefusal ? { offer: true } : {}) } };
}
