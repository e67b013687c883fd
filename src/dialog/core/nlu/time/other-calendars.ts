import { addDays, makeDate, type LocalDate } from './local-date.js';

/** A calendar whose feasts wander through the Gregorian one. */
export type OtherCalendar = 'islamic' | 'hebrew';

/** Days between two looks at a year: shorter than any month. */
const STEP_DAYS = 15;

const formatter = (calendar: string, month: 'numeric' | 'long'): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(`en-u-ca-${calendar}`, { month, day: 'numeric', timeZone: 'UTC' });

/** Civil calendar of Saudi Arabia for Islamic feasts; months by number there and by name in the Hebrew one, which has leap months. */
const FORMATTERS: Readonly<Record<OtherCalendar, Intl.DateTimeFormat>> = {
  islamic: formatter('islamic-umalqura', 'numeric'),
  hebrew: formatter('hebrew', 'long'),
};

/** Month and day of a date in another calendar. */
function partsIn(calendar: OtherCalendar, date: LocalDate): { readonly month: string; readonly day: number } {
  const parts = FORMATTERS[calendar].formatToParts(new Date(`${date}T12:00:00Z`));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return { month: of('month'), day: Number(of('day')) };
}

/**
 * The first day of a Gregorian year that is this day in another calendar.
 *
 * @param month - number of an Islamic month, English name of a Hebrew one ("Nisan")
 */
export function dayOfCalendar(
  calendar: OtherCalendar,
  month: string,
  day: number,
  year: number,
): LocalDate | undefined {
  const first = makeDate(year, 1, 1);
  if (first === undefined) return undefined;
  for (let at = 0; at < 366 + STEP_DAYS; at += STEP_DAYS) {
    const seen = partsIn(calendar, addDays(first, at));
    // Purim is in the second Adar of a leap year.
    if (seen.month !== month && seen.month !== `${month} II`) continue;
    const date = addDays(first, at + day - seen.day);
    const isThere = partsIn(calendar, date).day === day;
    if (isThere && date.startsWith(first.slice(0, 5))) return date;
  }
  return undefined;
}
