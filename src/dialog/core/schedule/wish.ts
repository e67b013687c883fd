import type { MentionValue } from '../nlu/types.js';
import { addDays, addMonths, toLocal, weekdayOf, type LocalDate } from '../nlu/time/local-date.js';
import type { TimeValue } from '../nlu/time/types.js';
import { wallMs } from '../../../kernel/time.js';
import type { CalendarContext, Moment } from './calendar.js';

/** A stretch of the local day, the end excluded. */
export interface Window {
  readonly fromMin: number;
  readonly toMin: number;
}

/** Days one after another, both ends included. */
export interface Stretch {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** What a caller has said about when, and with whom. Every list is empty where nothing was said. */
export interface Wish {
  /** Days any of which would do, in the order in which they were named. */
  readonly dates: readonly LocalDate[];
  readonly stretch?: Stretch;
  /** ISO weekdays any of which would do. */
  readonly weekdays: readonly number[];
  /** Times any of which would do, each with its readings, the likeliest first. */
  readonly times: readonly (readonly number[])[];
  readonly window?: Window;
  /** The time that is aimed at, without insisting: "around four". */
  readonly nearMin?: number;
  readonly order?: 'earliest' | 'latest';
  /** "Anything later than that": beginnings after, or before, this one only. */
  readonly after?: Moment;
  readonly before?: Moment;
  readonly staff?: string;
  /** People who will not do, where nobody is wanted. */
  readonly notStaff?: readonly string[];
  readonly not: Refused;
}

/** What will not do. */
export interface Refused {
  readonly dates: readonly LocalDate[];
  readonly stretches: readonly Stretch[];
  readonly weekdays: readonly number[];
  readonly minutes: readonly number[];
  readonly windows: readonly Window[];
  readonly moments: readonly Moment[];
}

/** Refusals that are kept; the oldest give way. */
const MAX_REFUSED = 24;

const last = <T>(items: readonly T[], more: readonly T[]): readonly T[] =>
  [...items, ...more].slice(-MAX_REFUSED);

/** A wish that any time answers. */
export const ANY: Wish = {
  dates: [],
  weekdays: [],
  times: [],
  not: { dates: [], stretches: [], weekdays: [], minutes: [], windows: [], moments: [] },
};

type Part = Exclude<keyof Wish, 'dates' | 'weekdays' | 'times' | 'not' | 'notStaff'>;

/** The wish without some of its parts. */
export function withoutParts(wish: Wish, ...parts: readonly Part[]): Wish {
  const { stretch, window, nearMin, order, after, before, staff, ...rest } = wish;
  const optional = { stretch, window, nearMin, order, after, before, staff };
  const kept = Object.entries(optional).filter(
    ([key, value]) => value !== undefined && !parts.includes(key as Part),
  );
  return { ...rest, ...Object.fromEntries(kept) };
}

/** The wish with everything about the day forgotten. */
export const withoutDay = (wish: Wish): Wish => ({
  ...withoutParts(wish, 'stretch', 'order', 'after', 'before'),
  dates: [],
  weekdays: [],
});

/** The wish with everything about the time of day forgotten. */
export const withoutTime = (wish: Wish): Wish => ({
  ...withoutParts(wish, 'window', 'nearMin', 'order', 'after', 'before'),
  times: [],
});

/** Exactly this moment; what was refused stays refused, unless it is this very thing. */
export const exactly = (moment: Moment, wish: Wish): Wish =>
  allow(
    {
      ...ANY,
      ...(wish.staff === undefined ? {} : { staff: wish.staff }),
      ...(wish.notStaff === undefined ? {} : { notStaff: wish.notStaff }),
      dates: [moment.date],
      times: [[moment.minute]],
      not: wish.not,
    },
    moment.date,
    moment.minute,
  );

/** What an utterance does to a wish beside the times that it names. */
export interface Hearing {
  /** What "a week later" is counted from: the moment that was fixed, read back or offered. */
  readonly base?: Partial<Moment>;
  /** "…or…" joins this mention to the one before it. */
  readonly alternative: boolean;
  /** A part named earlier in the same turn goes with this one: "next week… in the afternoon". */
  readonly sameTurn: boolean;
}

/** The wish after one more mention. Mentions that say nothing about when or with whom leave it as it is. */
export function narrow(
  wish: Wish,
  mention: MentionValue & { readonly excluded: boolean },
  heard: Hearing,
  ctx: CalendarContext,
): Wish {
  if (mention.type === 'staff') {
    const others = (wish.notStaff ?? []).filter((id) => id !== mention.id);
    if (!mention.excluded) return { ...wish, staff: mention.id, notStaff: others };
    const kept = wish.staff === mention.id ? withoutParts(wish, 'staff') : wish;
    return { ...kept, notStaff: last(others, [mention.id]) };
  }
  if (mention.type !== 'time') return wish;
  return mention.excluded ? refuse(wish, mention.value) : want(wish, mention.value, heard, ctx);
}

function want(wish: Wish, value: TimeValue, heard: Hearing, ctx: CalendarContext): Wish {
  switch (value.kind) {
    case 'date': {
      const dates = heard.alternative && wish.dates.length > 0 ? [...wish.dates, value.date] : [value.date];
      return allow({ ...withoutDay(wish), dates }, value.date);
    }
    case 'days': {
      return {
        ...withoutDay(wish),
        stretch: { from: value.from, to: value.to },
        ...(heard.sameTurn ? { weekdays: wish.weekdays } : {}),
      };
    }
    case 'weekdays': {
      const days = withoutParts(wish, 'order', 'after', 'before');
      const not = { ...wish.not, weekdays: wish.not.weekdays.filter((day) => !value.weekdays.includes(day)) };
      return { ...days, dates: [], weekdays: value.weekdays, not };
    }
    case 'time': {
      return wantTime(wish, value.minutes, heard.alternative);
    }
    case 'window': {
      return { ...withoutTime(wish), window: { fromMin: value.fromMin, toMin: value.toMin } };
    }
    case 'from_now': {
      const local = toLocal(wallMs(ctx.wallMs + value.minutes * 60_000), ctx.business.timezone);
      return {
        ...withoutTime(withoutDay(wish)),
        dates: [local.date],
        nearMin: local.minute,
        after: { date: local.date, minute: local.minute - 1 },
      };
    }
    case 'shift': {
      return shifted(wish, value, heard.base);
    }
    case 'extreme': {
      const open = withoutTime(wish);
      return { ...(value.of === 'time' ? open : withoutParts(open, 'after', 'before')), order: value.which };
    }
    case 'no_such_day':
    case 'duration': {
      return wish;
    }
    default: {
      return value;
    }
  }
}

function wantTime(wish: Wish, minutes: readonly number[], alternative: boolean): Wish {
  const { window } = wish;
  const inWindow =
    window === undefined ? [] : minutes.filter((minute) => minute >= window.fromMin && minute < window.toMin);
  const readings = inWindow.length > 0 ? inWindow : minutes;
  const times = alternative && wish.times.length > 0 ? [...wish.times, readings] : [readings];
  const not = { ...wish.not, minutes: wish.not.minutes.filter((minute) => !readings.includes(minute)) };
  return { ...withoutTime(wish), times, not };
}

function shifted(wish: Wish, value: Extract<TimeValue, { kind: 'shift' }>, base: Partial<Moment> = {}): Wish {
  let next = wish;
  if (base.date !== undefined && (value.days !== undefined || value.months !== undefined)) {
    const date = addDays(addMonths(base.date, value.months ?? 0), value.days ?? 0);
    next = allow({ ...withoutDay(next), dates: [date] }, date);
  }
  if (base.minute !== undefined && value.minutes !== undefined) {
    const minute = base.minute + value.minutes;
    const day = base.date === undefined ? {} : { dates: [base.date] };
    next = { ...withoutTime(next), ...day, times: [[((minute % 1440) + 1440) % 1440]] };
  }
  return next;
}

/** Takes a refusal of this very day or time back. */
function allow(wish: Wish, date: LocalDate, minute?: number): Wish {
  const { not } = wish;
  return {
    ...wish,
    not: {
      ...not,
      dates: not.dates.filter((day) => day !== date),
      weekdays: not.weekdays.filter((day) => day !== weekdayOf(date)),
      stretches: not.stretches.filter((span) => date < span.from || date > span.to),
      ...(minute === undefined ? {} : { minutes: not.minutes.filter((other) => other !== minute) }),
    },
  };
}

function refuse(wish: Wish, value: TimeValue): Wish {
  const { not } = wish;
  switch (value.kind) {
    case 'date': {
      const refused = { ...wish, not: { ...not, dates: last(not.dates, [value.date]) } };
      return dropDates(refused, (date) => date === value.date);
    }
    case 'days': {
      const refused = { ...wish, not: { ...not, stretches: last(not.stretches, [value]) } };
      return dropDates(refused, (date) => date >= value.from && date <= value.to);
    }
    case 'weekdays': {
      const refused = {
        ...wish,
        weekdays: wish.weekdays.filter((day) => !value.weekdays.includes(day)),
        not: { ...not, weekdays: last(not.weekdays, value.weekdays) },
      };
      return dropDates(refused, (date) => value.weekdays.includes(weekdayOf(date)));
    }
    case 'time': {
      const refused = { ...wish, not: { ...not, minutes: last(not.minutes, value.minutes) } };
      return dropTimes(refused, (minute) => value.minutes.includes(minute));
    }
    case 'window': {
      const refused = { ...wish, not: { ...not, windows: last(not.windows, [value]) } };
      const open =
        wish.window !== undefined && within(wish.window.fromMin, value)
          ? withoutParts(refused, 'window')
          : refused;
      return dropTimes(open, (minute) => within(minute, value));
    }
    case 'from_now':
    case 'shift':
    case 'extreme':
    case 'no_such_day':
    case 'duration': {
      return wish;
    }
    default: {
      return value;
    }
  }
}

const dropDates = (wish: Wish, gone: (date: LocalDate) => boolean): Wish => ({
  ...wish,
  dates: wish.dates.filter((date) => !gone(date)),
});

const dropTimes = (wish: Wish, gone: (minute: number) => boolean): Wish => ({
  ...wish,
  times: wish.times
    .map((readings) => readings.filter((minute) => !gone(minute)))
    .filter((readings) => readings.length > 0),
});

const within = (minute: number, window: Window): boolean => minute >= window.fromMin && minute < window.toMin;

/** Moments that will not do any more: somebody else has them, or the caller has turned them down. */
export const refuseMoments = (wish: Wish, moments: readonly Moment[]): Wish => ({
  ...wish,
  not: { ...wish.not, moments: last(wish.not.moments, moments) },
});

/** True when the day is one that would do. */
export function dayMeets(wish: Wish, date: LocalDate): boolean {
  const { dates, stretch, weekdays, not } = wish;
  if (not.dates.includes(date) || not.weekdays.includes(weekdayOf(date))) return false;
  if (not.stretches.some((span) => date >= span.from && date <= span.to)) return false;
  if (dates.length > 0 && !dates.includes(date)) return false;
  if (stretch !== undefined && (date < stretch.from || date > stretch.to)) return false;
  return weekdays.length === 0 || weekdays.includes(weekdayOf(date));
}

/** True when the moment is one that would do. */
export function meets(wish: Wish, moment: Moment): boolean {
  const { times, window, after, before, not } = wish;
  const { date, minute } = moment;
  if (!dayMeets(wish, date)) return false;
  if (times.length > 0 && !times.some((readings) => readings.includes(minute))) return false;
  if (window !== undefined && !within(minute, window)) return false;
  if (after !== undefined && compare(moment, after) <= 0) return false;
  if (before !== undefined && compare(moment, before) >= 0) return false;
  if (not.minutes.includes(minute) || not.windows.some((span) => within(minute, span))) return false;
  return !not.moments.some((other) => compare(other, moment) === 0);
}

/** Negative when `a` is earlier. */
export const compare = (a: Moment, b: Moment): number =>
  a.date === b.date ? a.minute - b.minute : a.date < b.date ? -1 : 1;
