import { DateTime } from 'luxon';
import { wallMs, type WallMs } from '../../../kernel/time.js';
import type { Weekday } from '../business.js';

/** A day of the calendar as `YYYY-MM-DD`; strings of this form compare like the days they name. */
export type LocalDate = string;

/** Minutes in a day as the clock on the wall counts them. */
export const DAY_MIN = 24 * 60;

/** The day that exists, or `undefined` ("February 30th"). */
export function makeDate(year: number, month: number, day: number): LocalDate | undefined {
  const date = DateTime.fromObject({ year, month, day }, { zone: 'utc' });
  return date.isValid ? date.toISODate() : undefined;
}

const at = (date: LocalDate): DateTime => DateTime.fromISO(date, { zone: 'utc' });
const iso = (date: DateTime): LocalDate => date.toISODate() ?? '';

/** The day `days` after `date` (before, when negative). */
export const addDays = (date: LocalDate, days: number): LocalDate => iso(at(date).plus({ days }));

/** The same day `months` later, or the last of that month when it is shorter. */
export const addMonths = (date: LocalDate, months: number): LocalDate => iso(at(date).plus({ months }));

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => at(to).diff(at(from), 'days').days;

/** ISO weekday of a day. */
export const weekdayOf = (date: LocalDate): Weekday => at(date).weekday as Weekday;

/** Year, month and day of a date. */
export function dateParts(date: LocalDate): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const { year, month, day } = at(date);
  return { year, month, day };
}

/** What calendar and clock of a zone show at an instant. */
export function toLocal(
  instant: WallMs,
  timezone: string,
): { readonly date: LocalDate; readonly minute: number } {
  const local = DateTime.fromMillis(instant, { zone: timezone });
  return { date: iso(local), minute: local.hour * 60 + local.minute };
}

/** How a local time maps to an instant; differs from `normal` when the clocks change. */
export interface Instant {
  readonly wallMs: WallMs;
  /** `gap`: the clocks skip this time; `ambiguous`: it comes twice and the first one is given. */
  readonly kind: 'normal' | 'gap' | 'ambiguous';
}

/** The instant of a local date and minute of the day in a zone. Minute 1440 is midnight at the end of the day. */
export function toInstant(date: LocalDate, minute: number, timezone: string): Instant {
  const day = minute >= DAY_MIN ? addDays(date, 1) : date;
  const wanted = minute % DAY_MIN;
  const { year, month, day: dayOfMonth } = dateParts(day);
  const local = DateTime.fromObject(
    { year, month, day: dayOfMonth, hour: Math.floor(wanted / 60), minute: wanted % 60 },
    { zone: timezone },
  );
  if (local.hour * 60 + local.minute !== wanted) return { wallMs: wallMs(local.toMillis()), kind: 'gap' };
  const possible = local.getPossibleOffsets().map((offset) => offset.toMillis());
  const first = Math.min(...possible);
  return { wallMs: wallMs(first), kind: possible.length > 1 ? 'ambiguous' : 'normal' };
}
