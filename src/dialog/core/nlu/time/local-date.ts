import { IANAZone } from 'luxon';
import { wallMs, type WallMs } from '../../../../kernel/time.js';
import type { Weekday } from '../../business.js';

/** A day of the calendar as `YYYY-MM-DD`; strings of this form compare like the days they name. */
export type LocalDate = string;

/** Minutes in a day as the clock on the wall counts them. */
export const DAY_MIN = 24 * 60;

const MINUTE_MS = 60_000;
const DAY_MS = DAY_MIN * MINUTE_MS;

/** The day that exists, or `undefined` ("February 30th"). */
export function makeDate(year: number, month: number, day: number): LocalDate | undefined {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? isoDay(ms) : undefined;
}

/** Midnight of the day as if its zone were UTC: the calendar's own arithmetic, free of clocks that change. */
const utcMs = (date: LocalDate): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)));

const isoDay = (ms: number): LocalDate => new Date(ms).toISOString().slice(0, 10);

/** The day `days` after `date` (before, when negative). */
export const addDays = (date: LocalDate, days: number): LocalDate => isoDay(utcMs(date) + days * DAY_MS);

/** The same day `months` later, or the last of that month when it is shorter. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const { year, month, day } = dateParts(date);
  const index = year * 12 + (month - 1) + months;
  const last = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  return isoDay(Date.UTC(Math.floor(index / 12), index % 12, Math.min(day, last)));
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => (utcMs(to) - utcMs(from)) / DAY_MS;

/** ISO weekday of a day. */
export const weekdayOf = (date: LocalDate): Weekday =>
  (((new Date(utcMs(date)).getUTCDay() + 6) % 7) + 1) as Weekday;

/** Year, month and day of a date. */
export function dateParts(date: LocalDate): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** Offset of a zone from UTC at an instant, in milliseconds. */
const offsetMs = (instantMs: number, timezone: string): number =>
  IANAZone.create(timezone).offset(instantMs) * MINUTE_MS;

/** What calendar and clock of a zone show at an instant. */
export function toLocal(
  instant: WallMs,
  timezone: string,
): { readonly date: LocalDate; readonly minute: number } {
  const local = instant + offsetMs(instant, timezone);
  const date = isoDay(local);
  return { date, minute: Math.floor((local - utcMs(date)) / MINUTE_MS) };
}

/** How a local time maps to an instant; differs from `normal` when the clocks change. */
export interface Instant {
  readonly wallMs: WallMs;
  /** `gap`: the clocks skip this time; `ambiguous`: it comes twice and the first one is given. */
  readonly kind: 'normal' | 'gap' | 'ambiguous';
}

/** The instant of a local date and minute of the day in a zone. Minute 1440 is midnight at the end of the day. */
export function toInstant(date: LocalDate, minute: number, timezone: string): Instant {
  const local = utcMs(date) + minute * MINUTE_MS;
  const before = offsetMs(local - DAY_MS, timezone);
  const after = offsetMs(local + DAY_MS, timezone);
  if (before === after) return { wallMs: wallMs(local - before), kind: 'normal' };
  // The clocks change within a day of it: an offset counts when it is the zone's at the instant that it gives.
  const earlier = Math.max(before, after);
  const possible = [earlier, Math.min(before, after)].filter(
    (offset) => offsetMs(local - offset, timezone) === offset,
  );
  const [first] = possible;
  if (first === undefined) return { wallMs: wallMs(local - before), kind: 'gap' };
  return { wallMs: wallMs(local - first), kind: possible.length > 1 ? 'ambiguous' : 'normal' };
}
