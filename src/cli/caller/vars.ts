import { DateTime } from 'luxon';
import type { Business, Weekday } from '../../dialog/core/business.js';
import { randomInt, type Rng } from '../../kernel/rng.js';
import type { WallMs } from '../../kernel/time.js';
import type { CallScript } from './script.js';

const NAMES = [
  'John Smith',
  'Mary Johnson',
  'Peter Brown',
  'Anna Miller',
  'David Wilson',
  'Susan Taylor',
  'Michael Anderson',
  'Laura Thompson',
  'Robert Martin',
  'Emily Clark',
  'James Walker',
  'Helen Young',
  'Daniel King',
  'Sarah Baker',
  'Thomas Green',
];

/** "ten": the hours of a clock face, from twelve. */
export const HOURS = [
  'twelve',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
];
/** "first" to "thirty-first". */
export const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first'.split(
    ' ',
  );

/**
 * Variables of a script: its own, and facts drawn from the office's calendar so that a booking can succeed:
 * `date`, `time` (ISO), `date_spoken`, `weekday`, `time_spoken`, `name`, and another open day as
 * `wrong_date_spoken` and `wrong_weekday` for corrections; `time_again` says the time in other words; `date_heard` and
 * `time_heard` are expressions that match the ways in which a recogniser writes them, `name_heard` one that matches the
 * first name.
 */
export function scriptVariables(
  script: CallScript,
  business: Business,
  now: WallMs,
  rng: Rng,
): Record<string, string> {
  const days = openDays(business, now, 12);
  const date = pick(days, rng);
  const others = days.filter((day) => day.weekday !== date.weekday);
  const wrong = pick(others.length === 0 ? days : others, rng);
  const time = pick(openTimes(business, date), rng);
  const name = pick(NAMES, rng);
  const vars: Record<string, string> = {
    date: date.toISODate() ?? '',
    time: `${pad(Math.floor(time / 60))}:${pad(time % 60)}`,
    date_spoken: spokenDate(date),
    weekday: date.toFormat('cccc'),
    wrong_date_spoken: spokenDate(wrong),
    wrong_weekday: wrong.toFormat('cccc'),
    time_spoken: spokenTime(time),
    time_again: otherWords(time),
    date_heard: heardDate(date),
    time_heard: heardTime(time),
    name,
    name_heard: name.split(' ')[0] ?? name,
  };
  for (const [key, value] of Object.entries(script.vars)) {
    vars[key] = String(Array.isArray(value) ? pick(value, rng) : value);
  }
  return vars;
}

/** The next open days, beginning with the next one after today. */
function openDays(business: Business, now: WallMs, count: number): DateTime[] {
  const days: DateTime[] = [];
  const today = DateTime.fromMillis(now, { zone: business.timezone }).startOf('day');
  for (let ahead = 1; days.length < count && ahead < Math.min(90, business.horizonDays); ahead++) {
    const day = today.plus({ days: ahead });
    const names = [day.toISODate(), day.toFormat('MM-dd')];
    const closed = business.holidays.some((holiday) => names.includes(holiday.date));
    if (!closed && business.hours[day.weekday as Weekday].length > 0) days.push(day);
  }
  return days;
}

/** Minutes after midnight at which an hour-long appointment fits. */
function openTimes(business: Business, day: DateTime): number[] {
  const times: number[] = [];
  for (const { openMin, closeMin } of business.hours[day.weekday as Weekday]) {
    for (let min = openMin; min + 60 <= closeMin; min += 30) {
      if (min % business.slotMin === 0) times.push(min);
    }
  }
  return times;
}

function spokenDate(day: DateTime): string {
  return `${day.toFormat('cccc')}, ${day.toFormat('LLLL')} ${ORDINALS[day.day - 1] ?? ''}`;
}

function spokenTime(min: number): string {
  const hour = Math.floor(min / 60);
  const name = HOURS[hour % 12] ?? '';
  const half = min % 60 === 30 ? ' thirty' : '';
  return `${name}${half} ${hour < 12 ? 'a m' : 'p m'}`;
}

/** "Half past ten in the morning", for a time that was not understood. */
function otherWords(min: number): string {
  const hour = Math.floor(min / 60);
  const name = HOURS[hour % 12] ?? '';
  const day = hour < 12 ? 'in the morning' : 'in the afternoon';
  return min % 60 === 30 ? `half past ${name} ${day}` : `${name} o'clock ${day}`;
}

function heardDate(day: DateTime): string {
  const name = (ORDINALS[day.day - 1] ?? '').replace('-', '[ -]');
  return `${day.toFormat('cccc')}\\W+${day.toFormat('LLLL')} (?:the )?(?:${name}|${day.day}(?:st|nd|rd|th)?)\\b`;
}

function heardTime(min: number): string {
  const hour = Math.floor(min / 60);
  const name = HOURS[hour % 12] ?? '';
  const figure = hour % 12 === 0 ? 12 : hour % 12;
  if (min % 60 === 30) return `\\b(?:${figure}:30|${name}\\W+thirty)(?!\\d)`;
  const noon = hour === 12 ? '|noon' : '';
  return `\\b(?:(?:${figure}(?::00)?|${name})\\s?(?:o'?clock)?\\s?[ap]\\W?\\s?m${noon})\\b`;
}

function pick<T>(list: readonly T[], rng: Rng): T {
  const value = list[randomInt(rng, 0, list.length - 1)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

const pad = (value: number): string => String(value).padStart(2, '0');
