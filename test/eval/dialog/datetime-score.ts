import type { CalendarWords } from '../../../src/dialog/core/nlu/time/calendar-words.js';
import { addDays, addMonths, DAY_MIN } from '../../../src/dialog/core/nlu/time/local-date.js';
import { findTimeMentions } from '../../../src/dialog/core/nlu/time/mentions.js';
import type { TimeMention, TimeReference, TimeValue } from '../../../src/dialog/core/nlu/time/types.js';
import { tokenize } from '../../../src/dialog/core/nlu/tokens.js';
import type { Case, Wanted, WantedValue } from './datetime-cases.js';

/** A mention with its place in the text. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly mention: TimeMention;
}

/** The verdict on one case. */
export interface Verdict {
  readonly right: boolean;
  /** Kind of the first thing that is wrong, of the first that is wanted where all is right; `none` where nothing is. */
  readonly kind: string;
  readonly unsayable?: string;
  readonly got: string;
}

/**
 * Reads a case and compares. Right is a case in which every wanted stretch is found: mentions of its kind cover at least
 * half of its characters, and say its value where the source gives one. Where nothing is wanted, nothing may be found.
 */
export function judge(one: Case, words: CalendarWords): Verdict {
  const tokens = tokenize(one.text, words);
  const placed = findTimeMentions(tokens, one.ref, words).map((mention) => ({
    start: tokens[mention.from]?.start ?? 0,
    end: tokens[mention.to - 1]?.end ?? 0,
    mention,
  }));
  const got = placed
    .map(({ start, end, mention }) => `[${one.text.slice(start, end)}] ${JSON.stringify(mention.value)}`)
    .join(' ');
  const wrong = one.wanted.find((wanted) => !isFound(wanted, placed, one));
  const shown = wrong ?? one.wanted[0];
  if (shown === undefined) return { right: placed.length === 0, kind: 'none', got };
  return {
    right: wrong === undefined,
    kind: shown.named === true ? 'named_day' : shown.kind,
    got,
    ...(wrong?.unsayable === undefined ? {} : { unsayable: wrong.unsayable }),
  };
}

function isFound(wanted: Wanted, placed: readonly Placed[], one: Case): boolean {
  if (wanted.unsayable !== undefined) return false;
  const inside = placed.filter(({ start, end }) => start < wanted.end && end > wanted.start);
  const covered = inside.reduce(
    (sum, { start, end }) => sum + Math.min(end, wanted.end) - Math.max(start, wanted.start),
    0,
  );
  if (covered * 2 < wanted.end - wanted.start) return false;
  const values = inside.map(({ mention }) => resolved(mention.value, one.ref));
  const text = one.text.slice(wanted.start, wanted.end);
  if (wanted.values.length === 0) return says(wanted, undefined, values, one.ref, text);
  return wanted.values.some((value) => says(wanted, value, values, one.ref, text));
}

/** Lengths and moves that stand alone count from now, as the sources count them. */
function resolved(value: TimeValue, ref: TimeReference): TimeValue {
  if (value.kind !== 'shift' || value.minutes !== undefined) return value;
  return { kind: 'date', date: addDays(addMonths(ref.today, value.months ?? 0), value.days ?? 0) };
}

const all = <K extends TimeValue['kind']>(
  values: readonly TimeValue[],
  kind: K,
): readonly Extract<TimeValue, { kind: K }>[] =>
  values.filter((value): value is Extract<TimeValue, { kind: K }> => value.kind === kind);

const find = <K extends TimeValue['kind']>(
  values: readonly TimeValue[],
  kind: K,
): Extract<TimeValue, { kind: K }> | undefined =>
  values.find((value): value is Extract<TimeValue, { kind: K }> => value.kind === kind);

function says(
  { kind }: Wanted,
  want: WantedValue | undefined,
  values: readonly TimeValue[],
  ref: TimeReference,
  text: string,
): boolean {
  const date = find(values, 'date');
  switch (kind) {
    case 'date':
      return date !== undefined && (want?.date === undefined || date.date === want.date);
    case 'time':
      return isTime(values, want, ref);
    case 'datetime':
      return isMoment(values, want, ref);
    case 'daterange':
      return isStretch(values, want, ref);
    case 'timerange':
      return all(values, 'window').some((window) => isWindow(window, want, text));
    case 'datetimerange':
      return isSpan(values, want, ref, text);
    case 'duration': {
      const found = find(values, 'duration');
      const minutes =
        found === undefined
          ? undefined
          : (found.minutes ?? 0) + DAY_MIN * (found.days ?? 0) + monthsInMinutes(found.months ?? 0);
      return minutes !== undefined && (want?.minutes === undefined || isSame(minutes, want.minutes));
    }
    case 'set': {
      if (want?.every === true) return isRecurring(values, want);
      const found = find(values, 'weekdays');
      return found !== undefined && want?.weekday !== undefined && found.weekdays.includes(want.weekday);
    }
    case 'timezone':
      return false;
  }
}

/** The sources count a year as 365 days and a month as 30. */
const monthsInMinutes = (months: number): number =>
  DAY_MIN * (365 * Math.floor(months / 12) + 30 * (months % 12));

/** Seconds are fractions of a minute. */
const isSame = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

function isRecurring(values: readonly TimeValue[], want: WantedValue): boolean {
  const time = find(values, 'time');
  const length = all(values, 'duration').find(({ every }) => every === true);
  if (length === undefined || (want.minute !== undefined && time?.minutes.includes(want.minute) !== true)) {
    return false;
  }
  const minutes = (length.minutes ?? 0) + DAY_MIN * (length.days ?? 0) + monthsInMinutes(length.months ?? 0);
  return want.minutes !== undefined && isSame(minutes, want.minutes);
}

/** True when a time can be the minute that is wanted, with its seconds. */
const isAt = (time: Extract<TimeValue, { kind: 'time' }>, minute: number): boolean =>
  time.minutes.some((one) => isSame(one + (time.second ?? 0) / 60, minute));

function isTime(values: readonly TimeValue[], want: WantedValue | undefined, ref: TimeReference): boolean {
  const time = find(values, 'time');
  const window = find(values, 'window');
  const fromNow = find(values, 'from_now');
  if (want?.minute === undefined) return time !== undefined || window !== undefined;
  if (fromNow !== undefined) return (ref.nowMin + fromNow.minutes) % DAY_MIN === want.minute;
  if (time === undefined) {
    // "Mid-morning" is one time to some: it must lie within the window.
    return window !== undefined && want.minute >= window.fromMin && want.minute < window.toMin;
  }
  return isAt(time, want.minute);
}

function isMoment(values: readonly TimeValue[], want: WantedValue | undefined, ref: TimeReference): boolean {
  const fromNow = find(values, 'from_now');
  const shift = find(values, 'shift');
  const minutes = fromNow?.minutes ?? shift?.minutes;
  if (minutes !== undefined) {
    const total = ref.nowMin + minutes;
    const day = addDays(ref.today, Math.floor(total / DAY_MIN));
    return (
      want?.minute === undefined ||
      (day === want.date && isSame(((total % DAY_MIN) + DAY_MIN) % DAY_MIN, want.minute))
    );
  }
  const date = find(values, 'date');
  const time = find(values, 'time');
  if (want?.minute === undefined) {
    return time !== undefined || (date !== undefined && find(values, 'window') !== undefined);
  }
  if (time === undefined || !isAt(time, want.minute)) {
    // "In seven days" has the hour of now to some.
    return time === undefined && want.minute === ref.nowMin - (ref.nowMin % 60) && date?.date === want.date;
  }
  // A time without a day is the next one.
  return date === undefined
    ? want.date === ref.today || want.date === addDays(ref.today, 1)
    : date.date === want.date;
}

function isStretch(values: readonly TimeValue[], want: WantedValue | undefined, ref: TimeReference): boolean {
  const days = find(values, 'days');
  if (days === undefined) return false;
  const clipped = want?.date !== undefined && want.date < ref.today && days.from === ref.today;
  const fromRight = want?.date === undefined || days.from === want.date || clipped;
  const end = want?.endDate;
  return fromRight && (end === undefined || days.to === end || addDays(days.to, 1) === end);
}

const PART_OF_DAY = /morning|afternoon|evening|night|lunch|noon|midday|daytime|business hour|work/i;

function isWindow(
  found: Extract<TimeValue, { kind: 'window' }> | undefined,
  want: WantedValue | undefined,
  text: string,
): boolean {
  if (found === undefined) return false;
  if (want === undefined || (want.minute === undefined && want.endMinute === undefined)) return true;
  const end = want.endMinute === 0 || want.endMinute === 1439 ? DAY_MIN : want.endMinute;
  if (PART_OF_DAY.test(text) && !/\d/.test(text) && want.minute !== undefined && end !== undefined) {
    // Parts of the day have other bounds everywhere: half of theirs must be in ours.
    const shared = Math.min(found.toMin, end) - Math.max(found.fromMin, want.minute);
    return shared * 2 >= end - want.minute && found.toMin - found.fromMin <= 12 * 60;
  }
  return (
    (want.minute === undefined || found.fromMin === want.minute) && (end === undefined || found.toMin === end)
  );
}

/** A window on one day; a weekend that begins on Friday evening. */
function isSpan(
  values: readonly TimeValue[],
  want: WantedValue | undefined,
  ref: TimeReference,
  text: string,
): boolean {
  const window = find(values, 'window');
  const date = find(values, 'date');
  const days = find(values, 'days');
  if (want === undefined) {
    return window !== undefined || (find(values, 'time') !== undefined && date !== undefined);
  }
  if (window === undefined && days !== undefined && want.date !== undefined && want.endDate !== undefined) {
    return days.from === addDays(want.date, 1) && days.to === addDays(want.endDate, -1) && /week/i.test(text);
  }
  const wantedDay = want.date ?? want.endDate ?? ref.today;
  const endsThere =
    want.date === undefined ||
    want.endDate === undefined ||
    want.endDate === want.date ||
    (want.endMinute === 0 && want.endDate === addDays(want.date, 1));
  const dayRight =
    date === undefined
      ? wantedDay === ref.today || wantedDay === addDays(ref.today, 1)
      : date.date === wantedDay;
  return endsThere && dayRight && all(values, 'window').some((one) => isWindow(one, want, text));
}
