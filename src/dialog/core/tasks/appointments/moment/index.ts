import type { DialogRequest } from '../../../effects.js';
import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import { openDays, today } from '../../../schedule/calendar.js';
import { searchRange } from '../../../schedule/offers.js';
import { exactly, withoutDay, withoutTime } from '../../../schedule/wish.js';
import type { TaskContext } from '../../task.js';
import type { MomentHearing } from './take.js';
import { askLines, checkByKeys, MAX_KEYS } from './questions.js';
import { settle, wantedTerms } from './settle.js';
import type { MomentAsk, MomentStep, Wanted } from './state.js';

export { elsewhere, hearMoment, placeIn } from './hear.js';
export { takeMoment, type MomentHearing } from './take.js';
export {
  aroundMoment,
  askLines,
  momentShape,
  retryLines,
  timeReference,
  type QuestionShape,
} from './questions.js';
export { settle, wantedTerms, withBusy, type SettleOptions } from './settle.js';
export { isMomentAsk, NOTHING_WANTED, type MomentAsk, type MomentStep, type Wanted } from './state.js';

/** Goes on with what was heard. */
export function pursue(heard: Exclude<MomentHearing, { type: 'unclear' }>, ctx: TaskContext): MomentStep {
  switch (heard.type) {
    case 'wanted': {
      return settle(heard.wanted, ctx, heard.options);
    }
    case 'chosen': {
      const { wanted, slot } = heard;
      if (!wanted.doubtful) return { type: 'fixed', wanted, slot, say: [] };
      const ask: MomentAsk = { ask: 'check', slot };
      return { type: 'ask', wanted, ask, say: askLines(ask, ctx) };
    }
    case 'mismatch': {
      return { type: 'ask', wanted: heard.wanted, ask: heard.ask, say: askLines(heard.ask, ctx) };
    }
    default: {
      return heard;
    }
  }
}

/** The question to the store that a look needs. */
export const lookRequest = (wanted: Wanted, ctx: TaskContext): DialogRequest => ({
  type: 'check_availability',
  ...searchRange(wanted.wish, wantedTerms(wanted, ctx), ctx),
});

/** The question as a choice of keys; times that keys can stand for are looked up first. */
export function byKeys(wanted: Wanted, ask: MomentAsk, ctx: TaskContext): MomentStep {
  switch (ask.ask) {
    case 'day': {
      const from = wanted.wish.stretch?.from ?? ask.suggested ?? today(ctx);
      const keyed = openDays(from < today(ctx) ? today(ctx) : from, MAX_KEYS, wantedTerms(wanted, ctx), ctx);
      const asked: MomentAsk = { ask: 'day', keyed };
      return { type: 'ask', wanted, ask: asked, say: askLines(asked, ctx) };
    }
    case 'time': {
      return settle(wanted, ctx, { offer: true, keyed: true });
    }
    case 'offer': {
      const asked: MomentAsk = { ...ask, keyed: true };
      return { type: 'ask', wanted, ask: asked, say: askLines(asked, ctx) };
    }
    case 'check': {
      return { type: 'ask', wanted, ask, say: [checkByKeys(ask.slot, ctx)] };
    }
    case 'which_day':
    case 'which_time':
    case 'look': {
      return { type: 'ask', wanted, ask, say: askLines(ask, ctx) };
    }
    default: {
      return ask;
    }
  }
}

/** Takes a key; `undefined` when it stands for nothing here. */
export function pressMoment(
  wanted: Wanted,
  ask: MomentAsk,
  digit: DtmfDigit,
  ctx: TaskContext,
): MomentStep | undefined {
  const at = Number(digit) - 1;
  switch (ask.ask) {
    case 'day': {
      const date = ask.keyed === undefined ? (at === 0 ? ask.suggested : undefined) : ask.keyed[at];
      return date === undefined ? undefined : settle(onDates(wanted, date), ctx);
    }
    case 'which_day': {
      const date = ask.dates[at];
      return date === undefined ? undefined : settle(onDates(wanted, date), ctx);
    }
    case 'which_time': {
      const minute = ask.minutes[at];
      if (minute === undefined) return undefined;
      return settle({ ...wanted, wish: { ...withoutTime(wanted.wish), times: [[minute]] } }, ctx);
    }
    case 'offer': {
      const slot = ask.offers[at];
      if (slot === undefined) return undefined;
      return pursue(
        { type: 'chosen', slot, wanted: { ...wanted, wish: exactly(slot, wanted.wish), doubtful: false } },
        ctx,
      );
    }
    case 'check': {
      const sure = { ...wanted, doubtful: false };
      if (digit === '1') return { type: 'fixed', wanted: sure, slot: ask.slot, say: [] };
      return digit === '2' ? settle({ ...sure, wish: withoutDay(withoutTime(wanted.wish)) }, ctx) : undefined;
    }
    case 'time':
    case 'look': {
      return undefined;
    }
    default: {
      return ask;
    }
  }
}

const onDates = (wanted: Wanted, date: string): Wanted => ({
  ...wanted,
  wish: { ...withoutDay(wanted.wish), dates: [date] },
});
