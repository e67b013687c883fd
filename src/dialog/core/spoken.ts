import { addDays, dateParts, weekdayOf, type LocalDate } from './language/local-date.js';
import { ordinal } from './language/numbers.js';
import { MONTHS, WEEKDAYS } from './language/repair.js';
import type { OpeningSpan } from './business.js';

/** With a capital letter. */
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** "Tuesday". */
export const spokenWeekday = (date: LocalDate): string => capital(WEEKDAYS[weekdayOf(date) - 1] ?? '');

/** "Tuesday, November 24th", with "today" or "tomorrow" before it where that is so. */
export function spokenDate(date: LocalDate, today?: LocalDate): string {
  const { month, day } = dateParts(date);
  const name = `${spokenWeekday(date)}, ${capital(MONTHS[month - 1] ?? '')} ${ordinal(day)}`;
  if (today === undefined) return name;
  if (date === today) return `today, ${name}`;
  return date === addDays(today, 1) ? `tomorrow, ${name}` : name;
}

/** "on Tuesday, November 24th", "tomorrow, Tuesday, November 24th". */
export function spokenOn(date: LocalDate, today: LocalDate): string {
  const spoken = spokenDate(date, today);
  return spoken.startsWith('to') ? spoken : `on ${spoken}`;
}

/** "2:30 PM", "9 AM", "noon". */
export function spokenTime(minute: number): string {
  if (minute === 720) return 'noon';
  if (minute % 1440 === 0) return 'midnight';
  const hour = Math.floor(minute / 60) % 12 === 0 ? 12 : Math.floor(minute / 60) % 12;
  const rest = minute % 60;
  const half = minute % 1440 < 720 ? 'AM' : 'PM';
  return rest === 0 ? `${hour} ${half}` : `${hour}:${String(rest).padStart(2, '0')} ${half}`;
}

/** "a", "a or b", "a, b or c". */
export function spokenList(items: readonly string[], joint: 'or' | 'and' = 'or'): string {
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1) ?? ''}`;
}

/** "9 AM to 5 PM", "9 AM to noon and 1 PM to 5 PM". */
export const spokenHours = (spans: readonly OpeningSpan[]): string =>
  spokenList(
    spans.map((span) => `${spokenTime(span.openMin)} to ${spokenTime(span.closeMin)}`),
    'and',
  );

/** "press 1 for Monday, 2 for Tuesday": what the keys stand for. */
export const spokenKeys = (choices: readonly string[]): string =>
  choices
    .map((choice, k) => (k === 0 ? `press ${k + 1} for ${choice}` : `${k + 1} for ${choice}`))
    .join(', ');

/** Minutes after midnight as `HH:MM`. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `HH:MM` as minutes after midnight. */
export function clockMinute(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
