import type { WallMs } from '../../../kernel/time.js';
import type { Business, Holiday, OpeningSpan } from '../business.js';
import {
  addDays,
  daysBetween,
  toInstant,
  toLocal,
  weekdayOf,
  type LocalDate,
} from '../language/local-date.js';
import type { BusySpan } from '../types.js';

/** The office and the moment that dates are judged at. */
export interface CalendarContext {
  readonly business: Business;
  readonly wallMs: WallMs;
}

/** A bookable beginning. */
export interface Slot {
  readonly date: LocalDate;
  /** Minutes after local midnight. */
  readonly minute: number;
}

/** Why a day cannot be booked. */
export type DateProblem =
  | { readonly reason: 'past' | 'closed' | 'too_far' | 'too_soon' }
  | { readonly reason: 'holiday'; readonly holiday: string };

/** Why a time on an open day cannot be booked. */
export type TimeProblem = 'closed' | 'too_soon' | 'off_grid' | 'gap';

/** The office's local day at the moment of the context. */
export const today = (ctx: CalendarContext): LocalDate => toLocal(ctx.wallMs, ctx.business.timezone).date;

/** The last bookable day. */
export const lastDay = (ctx: CalendarContext): LocalDate => addDays(today(ctx), ctx.business.horizonDays);

/** The holiday on a day, if there is one. */
const holidayOn = (business: Business, date: LocalDate): Holiday | undefined =>
  business.holidays.find((holiday) => holiday.date === date || holiday.date === date.slice(5));

/** Opening hours of a day; none on a holiday. */
export function spansOn(business: Business, date: LocalDate): readonly OpeningSpan[] {
  return holidayOn(business, date) === undefined ? business.hours[weekdayOf(date)] : [];
}

/** Days ahead by which a month and day that already passed this year is taken for that past day. */
const RECENT_PAST_DAYS = 60;

/** What stands against booking on a day; `undefined` when nothing does. Other appointments are not looked at. */
export function dateProblem(
  date: LocalDate,
  durationMin: number,
  ctx: CalendarContext,
): DateProblem | undefined {
  const now = today(ctx);
  if (date < now) return { reason: 'past' };
  if (date > lastDay(ctx)) {
    const lastYear = addDays(date, -365);
    const isRecent = lastYear < now && daysBetween(lastYear, now) <= RECENT_PAST_DAYS;
    return { reason: isRecent ? 'past' : 'too_far' };
  }
  const holiday = holidayOn(ctx.business, date);
  if (holiday !== undefined) return { reason: 'holiday', holiday: holiday.name };
  if (spansOn(ctx.business, date).length === 0) return { reason: 'closed' };
  return hasSlot(date, durationMin, ctx) ? undefined : { reason: 'too_soon' };
}

/** True when some time of the day can still be booked; the latest is looked at first, as it decides at once. */
function hasSlot(date: LocalDate, durationMin: number, ctx: CalendarContext): boolean {
  const step = ctx.business.slotMin;
  for (const span of [...spansOn(ctx.business, date)].reverse()) {
    const last = Math.floor((span.closeMin - durationMin) / step) * step;
    for (let minute = last; minute >= span.openMin; minute -= step) {
      if (timeProblem({ date, minute }, durationMin, ctx) === undefined) return true;
    }
  }
  return false;
}

/** What stands against a time on a day; `undefined` when nothing does. Other appointments are not looked at. */
export function timeProblem(slot: Slot, durationMin: number, ctx: CalendarContext): TimeProblem | undefined {
  const { business } = ctx;
  const fits = spansOn(business, slot.date).some(
    (span) => slot.minute >= span.openMin && slot.minute + durationMin <= span.closeMin,
  );
  if (!fits) return 'closed';
  const instant = toInstant(slot.date, slot.minute, business.timezone);
  if (instant.kind === 'gap') return 'gap';
  if (instant.wallMs < earliest(ctx)) return 'too_soon';
  return slot.minute % business.slotMin === 0 ? undefined : 'off_grid';
}

const earliest = (ctx: CalendarContext): number => ctx.wallMs + ctx.business.minNoticeMin * 60_000;

/** Every free beginning on a day, in order. */
export function slotsOn(
  date: LocalDate,
  durationMin: number,
  ctx: CalendarContext,
  busy: readonly BusySpan[],
): readonly Slot[] {
  const slots: Slot[] = [];
  const step = ctx.business.slotMin;
  for (const span of spansOn(ctx.business, date)) {
    for (
      let minute = Math.ceil(span.openMin / step) * step;
      minute + durationMin <= span.closeMin;
      minute += step
    ) {
      const slot = { date, minute };
      if (timeProblem(slot, durationMin, ctx) === undefined && isFree(slot, durationMin, ctx, busy)) {
        slots.push(slot);
      }
    }
  }
  return slots;
}

/** True when no taken span overlaps the appointment. */
export function isFree(
  slot: Slot,
  durationMin: number,
  ctx: CalendarContext,
  busy: readonly BusySpan[],
): boolean {
  const startMs = toInstant(slot.date, slot.minute, ctx.business.timezone).wallMs;
  const endMs = startMs + durationMin * 60_000;
  return busy.every((span) => span.endMs <= startMs || span.startMs >= endMs);
}

/** How many times are offered at once; more cannot be kept in mind on the phone. */
export const MAX_OFFERS = 3;

/** Days that are searched for a free time beyond the wanted one. */
export const SEARCH_DAYS = 7;

/** What an offer has to keep to. */
export interface OfferWish {
  readonly date: LocalDate;
  /** Last day that may be offered. */
  readonly until?: LocalDate;
  /** The time that was wanted: the nearest free ones are offered. */
  readonly near?: number;
  readonly window?: { readonly fromMin: number; readonly toMin: number };
}

/** Free times to offer: on the wanted day if it has any, else on the next days that have; at most {@link MAX_OFFERS}. */
export function offersFor(
  wish: OfferWish,
  durationMin: number,
  ctx: CalendarContext,
  busy: readonly BusySpan[],
): readonly Slot[] {
  const limit = earlierOf(wish.until ?? addDays(wish.date, SEARCH_DAYS - 1), lastDay(ctx));
  for (let date = wish.date; date <= limit; date = addDays(date, 1)) {
    const inWindow = slotsOn(date, durationMin, ctx, busy).filter(
      (slot) =>
        wish.window === undefined || (slot.minute >= wish.window.fromMin && slot.minute < wish.window.toMin),
    );
    if (inWindow.length > 0) return pick(inWindow, wish.near);
  }
  return [];
}

const earlierOf = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);

/** The two nearest to the wanted time, or a spread over the day when no time was wanted. */
function pick(slots: readonly Slot[], near: number | undefined): readonly Slot[] {
  if (near !== undefined) {
    const byDistance = [...slots].sort((a, b) => Math.abs(a.minute - near) - Math.abs(b.minute - near));
    return byDistance.slice(0, 2).sort((a, b) => a.minute - b.minute);
  }
  if (slots.length <= MAX_OFFERS) return slots;
  const last = slots.length - 1;
  return Array.from(
    { length: MAX_OFFERS },
    (_, k) => slots[Math.round((k * last) / (MAX_OFFERS - 1))],
  ).filter((slot): slot is Slot => slot !== undefined);
}

/** The next days that can be booked, beginning with `from`. */
export function openDays(
  from: LocalDate,
  count: number,
  durationMin: number,
  ctx: CalendarContext,
): readonly LocalDate[] {
  const days: LocalDate[] = [];
  const limit = lastDay(ctx);
  for (let date = from; date <= limit && days.length < count; date = addDays(date, 1)) {
    if (dateProblem(date, durationMin, ctx) === undefined) days.push(date);
  }
  return days;
}

/**
 * Chooses among the readings of a time ("three": 3:00 or 15:00) by the opening hours of the day.
 *
 * @returns the readings that fit; all of them when none does, so that the caller can be told why
 */
export function fittingMinutes(
  readings: readonly number[],
  date: LocalDate | undefined,
  durationMin: number,
  business: Business,
): readonly number[] {
  const spans = date === undefined ? Object.values(business.hours).flat() : spansOn(business, date);
  const fitting = readings.filter((minute) =>
    spans.some((span) => minute >= span.openMin && minute + durationMin <= span.closeMin),
  );
  if (fitting.length > 0) return fitting;
  const daytime = readings.filter((minute) => minute >= 7 * 60 && minute < 19 * 60);
  return daytime.length > 0 ? daytime.slice(0, 1) : readings.slice(0, 1);
}
