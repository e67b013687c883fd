import type { LocalDate } from '../../../nlu/time/local-date.js';
import type { Line } from '../../../render.js';
import { ANY, type Wish } from '../../../schedule/wish.js';
import type { Slot } from '../../../schedule/calendar.js';

/** What is looked for: the wish, and the service that length, people and rules follow from. */
export interface Wanted {
  readonly wish: Wish;
  readonly serviceId?: string;
  /** True when day or time were not surely heard: they are read back by themselves. */
  readonly doubtful: boolean;
}

/** Nothing has been said yet. */
export const NOTHING_WANTED: Wanted = { wish: ANY, doubtful: false };

/** The open question on the way to a free time, with what only this question needs. */
export type MomentAsk =
  | {
      readonly ask: 'day';
      /** "Would Monday work for you?" */
      readonly suggested?: LocalDate;
      /** Days that the keys 1, 2, 3 stand for. */
      readonly keyed?: readonly LocalDate[];
    }
  /** Weekday and date that were said do not go together. */
  | { readonly ask: 'which_day'; readonly dates: readonly LocalDate[] }
  | {
      readonly ask: 'time';
      readonly date: LocalDate;
      /** Other days that would do as well. */
      readonly others?: readonly LocalDate[];
    }
  /** "Eight": in the morning or in the evening. */
  | { readonly ask: 'which_time'; readonly minutes: readonly number[] }
  | { readonly ask: 'offer'; readonly offers: readonly Slot[]; readonly keyed: boolean }
  /** The store is asked what is taken; what was to be said waits for it. */
  | { readonly ask: 'look'; readonly lead: readonly Line[]; readonly keyed: boolean }
  /** A doubtful day or time is read back. */
  | { readonly ask: 'check'; readonly slot: Slot };

/** What the search for a time comes to. */
export type MomentStep =
  | {
      readonly type: 'ask';
      readonly wanted: Wanted;
      readonly ask: MomentAsk;
      readonly say: readonly Line[];
    }
  | { readonly type: 'fixed'; readonly wanted: Wanted; readonly slot: Slot; readonly say: readonly Line[] }
  /** Nothing is free that would do. */
  | { readonly type: 'nothing'; readonly wanted: Wanted; readonly say: readonly Line[] };

const MOMENT_ASKS: ReadonlySet<string> = new Set<MomentAsk['ask']>([
  'day',
  'which_day',
  'time',
  'which_time',
  'offer',
  'look',
  'check',
]);

/** True for the questions of the search, false for those of the task around it. */
export const isMomentAsk = (open: { readonly ask: string }): open is MomentAsk => MOMENT_ASKS.has(open.ask);
