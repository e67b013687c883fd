import type { OpeningSpan } from '../business.js';
import type { Locale } from '../nlu/locale.js';
import { addDays, dateParts, type LocalDate } from '../nlu/time/local-date.js';
import type { Moment } from './calendar.js';

/**
 * Days and times as they are said. Names of days and months and the joining of lists come from the language itself
 * (ECMA-402), the words around them from the locale's phrases `spoken_…`.
 */
export interface Speaker {
  /** "Tuesday". */
  readonly weekday: (date: LocalDate) => string;
  /** "Tuesday, November 24th"; "today" or "tomorrow" before it where that is so and `today` is given. */
  readonly date: (date: LocalDate, today?: LocalDate) => string;
  /** "on Tuesday, November 24th"; "tomorrow, Tuesday, November 24th". */
  readonly on: (date: LocalDate, today: LocalDate) => string;
  /** "2:30 PM", "9 AM", "noon". */
  readonly time: (minute: number) => string;
  /** "Tuesday, November 24th at 2:30 PM". */
  readonly moment: (moment: Moment, today?: LocalDate) => string;
  /** "a", "a or b", "a, b, or c". */
  readonly list: (items: readonly string[], joint?: 'or' | 'and') => string;
  /** "9 AM to noon and 1 PM to 5 PM". */
  readonly hours: (spans: readonly OpeningSpan[]) => string;
  /** "press 1 for Monday, 2 for Tuesday". */
  readonly keys: (choices: readonly string[]) => string;
  /** "Tuesday, November 24th at 2 PM with Doctor Chen". */
  readonly with: (moment: string, name: string) => string;
  /** "A check-up on Friday at 2 PM". */
  readonly about: (purpose: string, when: string) => string;
  /** "for Ada Lovelace". */
  readonly forName: (name: string) => string;
  /** "A B 7": one by one. */
  readonly letters: (text: string) => string;
  /** Other words around days: the phrase `spoken_<key>` of the locale, filled in. */
  readonly phrase: (
    key: 'run_of_days' | 'days_hours' | 'open_days' | 'closed_days' | 'open_and_closed',
    values: Readonly<Record<string, string>>,
  ) => string;
}

const speakers = new WeakMap<Locale, Speaker>();

/** The speaker of a locale; made once for each. */
export function speakerOf(locale: Locale): Speaker {
  const known = speakers.get(locale);
  if (known !== undefined) return known;
  const made = makeSpeaker(locale);
  speakers.set(locale, made);
  return made;
}

/** Words of the locale around days and times, as `{name}` templates. */
const words = (locale: Locale, key: string, values: Readonly<Record<string, string>> = {}): string =>
  (locale.phrases[key]?.[0] ?? Object.values(values).join(' ')).replace(
    /\{(\w+)\}/g,
    (_all, name: string) => values[name] ?? '',
  );

function makeSpeaker(locale: Locale): Speaker {
  const say = (key: string, values?: Readonly<Record<string, string>>): string =>
    words(locale, `spoken_${key}`, values);
  const weekdays = new Intl.DateTimeFormat(locale.id, { weekday: 'long', timeZone: 'UTC' });
  const months = new Intl.DateTimeFormat(locale.id, { month: 'long', timeZone: 'UTC' });
  const ordinals = new Intl.PluralRules(locale.id, { type: 'ordinal' });
  const lists = {
    or: new Intl.ListFormat(locale.id, { type: 'disjunction' }),
    and: new Intl.ListFormat(locale.id, { type: 'conjunction' }),
  };
  const utc = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);
  const weekday = (date: LocalDate): string => weekdays.format(utc(date));
  const plainDate = (date: LocalDate): string => {
    const { day } = dateParts(date);
    const ordinal = say(`ordinal_${ordinals.select(day)}`, { n: String(day) });
    return say('date', { weekday: weekday(date), month: months.format(utc(date)), day: ordinal });
  };
  const near = (date: LocalDate, today: LocalDate | undefined): 'today' | 'tomorrow' | undefined => {
    if (today === undefined) return undefined;
    if (date === today) return 'today';
    return date === addDays(today, 1) ? 'tomorrow' : undefined;
  };
  const date = (day: LocalDate, today?: LocalDate): string => {
    const key = near(day, today);
    return key === undefined ? plainDate(day) : say(key, { date: plainDate(day) });
  };
  const time = (minute: number): string => {
    if (minute === 720) return say('noon');
    if (minute % 1440 === 0) return say('midnight');
    const hour = String(Math.floor(minute / 60) % 12 === 0 ? 12 : Math.floor(minute / 60) % 12);
    const rest = minute % 60;
    const clock = rest === 0 ? hour : `${hour}:${String(rest).padStart(2, '0')}`;
    return say(minute % 1440 < 720 ? 'am' : 'pm', { clock });
  };
  return {
    weekday,
    date,
    on: (day, today) => (near(day, today) === undefined ? say('on', { date: date(day) }) : date(day, today)),
    time,
    moment: (moment, today) => say('at', { date: date(moment.date, today), time: time(moment.minute) }),
    list: (items, joint = 'or') => lists[joint].format(items),
    hours: (spans) =>
      lists.and.format(
        spans.map((span) => say('span', { from: time(span.openMin), to: time(span.closeMin) })),
      ),
    keys: (choices) =>
      choices
        .map((choice, k) => say(k === 0 ? 'key_first' : 'key_more', { key: String(k + 1), choice }))
        .join(', '),
    with: (moment, name) => say('with', { moment, name }),
    about: (purpose, when) => say('about', { purpose, when }),
    forName: (name) => say('for', { name }),
    phrase: say,
    letters: (text) => [...text.toUpperCase()].filter((letter) => /[\p{L}\d]/u.test(letter)).join(' '),
  };
}

/** Minutes after midnight as `HH:MM`. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `HH:MM` as minutes after midnight. */
export const clockMinute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
