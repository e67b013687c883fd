import type { BusySpan } from '../effects.js';
import type { WallMs } from '../../../kernel/time.js';
import { addDays, toInstant, type LocalDate } from '../nlu/time/local-date.js';
import { lastDay, today, type CalendarContext, type Moment, type Slot, type Terms } from './calendar.js';
import { slotsOn } from './slots.js';
import { compare, dayMeets, meets, withoutDay, withoutTime, type Stretch, type Wish } from './wish.js';

/** How many times are offered at once; more cannot be kept in mind on the phone. */
export const MAX_OFFERS = 3;

/** Days that are searched beyond the first that would do. */
export const SEARCH_DAYS = 14;

/** Free times to offer. */
export interface Offers {
  readonly slots: readonly Slot[];
  /**
   * How far they go from the wish: `none` meets it, `time` is on its days at another time, `day` is on other days,
   * `any` meets it in nothing but what was refused.
   */
  readonly away: 'none' | 'time' | 'day' | 'any';
}

/** The days that are looked at for a wish: those it names, and some after them to fall back to. */
export function searchDays(wish: Wish, terms: Pick<Terms, 'horizonDays'>, ctx: CalendarContext): Stretch {
  const named = [...wish.dates].sort();
  const now = today(ctx);
  const limit = lastDay(terms, ctx);
  const begin = laterOf(named[0] ?? wish.stretch?.from ?? wish.after?.date ?? now, now);
  const until = laterOf(named.at(-1) ?? wish.stretch?.to ?? begin, addDays(begin, SEARCH_DAYS - 1));
  return { from: begin, to: earlierOf(until, limit) };
}

const earlierOf = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);
const laterOf = (a: LocalDate, b: LocalDate): LocalDate => (a > b ? a : b);

/** The instants between which the store is asked what is taken. */
export function searchRange(
  wish: Wish,
  terms: Pick<Terms, 'horizonDays'>,
  ctx: CalendarContext,
): { readonly fromMs: WallMs; readonly toMs: WallMs } {
  const { from, to } = searchDays(wish, terms, ctx);
  const { timezone } = ctx.business;
  // An appointment with its buffer may reach beyond midnight.
  return {
    fromMs: toInstant(addDays(from, -1), 0, timezone).wallMs,
    toMs: toInstant(addDays(laterOf(from, to), 2), 0, timezone).wallMs,
  };
}

/** Free times for a wish, or the nearest to it; at most {@link MAX_OFFERS}, in order of time. */
export function offersFor(wish: Wish, terms: Terms, ctx: CalendarContext, busy: readonly BusySpan[]): Offers {
  const { from, to } = searchDays(wish, terms, ctx);
  const days: LocalDate[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) days.push(date);
  const free = days.flatMap((date) => slotsOn(date, terms, ctx, busy));
  for (const [away, easier] of relaxed(wish)) {
    const slots = free.filter((slot) => meets(easier, slot));
    if (slots.length > 0) return { slots: pick(slots, wish, away), away };
  }
  return { slots: [], away: 'any' };
}

/** The wish and what is given up of it, least first. What was refused is never offered. */
const relaxed = (wish: Wish): readonly (readonly [Offers['away'], Wish])[] => [
  ['none', wish],
  ['time', withoutTime(wish)],
  ['day', withoutDay(wish)],
  ['any', withoutDay(withoutTime(wish))],
];

/** The time of day that is aimed at. */
const aim = (wish: Wish): number | undefined =>
  wish.nearMin ?? wish.times[0]?.[0] ?? (wish.window === undefined ? undefined : wish.window.fromMin);

function pick(slots: readonly Slot[], wish: Wish, away: Offers['away']): readonly Slot[] {
  if (away === 'none' && wish.order === 'earliest') return slots.slice(0, 1);
  if (away === 'none' && wish.order === 'latest') return slots.slice(-1);
  if (wish.order === undefined && (away === 'none' || away === 'day') && wish.times.length > 0) {
    return slots.slice(0, MAX_OFFERS);
  }
  const first = slots[0]?.date;
  const target = aim(wish);
  if (away === 'none' && isSpread(wish) && first !== slots.at(-1)?.date) return spreadDays(slots, target);
  const sameDay = slots.filter((slot) => slot.date === first);
  if (wish.after !== undefined && away === 'none') return sameDay.slice(0, MAX_OFFERS);
  if (wish.before !== undefined && away === 'none') {
    return slots.filter((slot) => slot.date === slots.at(-1)?.date).slice(-MAX_OFFERS);
  }
  const exact = wish.times.length > 0 || wish.nearMin !== undefined;
  return exact && target !== undefined ? nearest(sameDay, target) : spread(sameDay);
}

/** True when several days would do and none is preferred. */
const isSpread = (wish: Wish): boolean =>
  wish.dates.length !== 1 && wish.after === undefined && wish.before === undefined;

/** The two nearest to the wanted time. */
const nearest = (slots: readonly Slot[], target: number): readonly Slot[] =>
  [...slots]
    .sort((a, b) => Math.abs(a.minute - target) - Math.abs(b.minute - target) || a.minute - b.minute)
    .slice(0, 2)
    .sort(compare);

/** The first, the middle and the last. */
function spread<T>(items: readonly T[]): readonly T[] {
  if (items.length <= MAX_OFFERS) return items;
  const end = items.length - 1;
  return Array.from({ length: MAX_OFFERS }, (_, k) => items[Math.round((k * end) / (MAX_OFFERS - 1))]).filter(
    (item): item is T => item !== undefined,
  );
}

/** One time on each of up to three days: the nearest to the wanted time, the first unless told. */
function spreadDays(slots: readonly Slot[], target: number | undefined): readonly Slot[] {
  const first = slots[0]?.date ?? '';
  const days = [...new Set(slots.map(({ date }) => date))].filter(
    (date) => date < addDays(first, SEARCH_DAYS / 2),
  );
  return spread(days).flatMap((date) => {
    const ofDay = slots.filter((slot) => slot.date === date);
    return (target === undefined ? ofDay[0] : nearest(ofDay, target)[0]) ?? [];
  });
}

/** True when some day that is searched would do. */
export const anyDayMeets = (wish: Wish, days: readonly LocalDate[]): boolean =>
  days.some((date) => dayMeets(wish, date));

/** The place among offers of the one that is nearest to a moment named by its time alone. */
export const offerAt = (offers: readonly Slot[], minutes: readonly number[]): Slot | undefined => {
  const fitting = offers.filter((slot) => minutes.includes(slot.minute));
  return fitting.length === 1 ? fitting[0] : undefined;
};

/** Whether two moments are the same. */
export const isSame = (a: Moment, b: Moment): boolean => compare(a, b) === 0;
