import { matchCalendarDay, monthAt, weekdayAt } from './calendar-day.js';
import { countAt } from './counts.js';
import { dateMatch, phrase, wordAt, type DateMatch, type DateReference } from './date-types.js';
import { addDays, addMonths, dateParts, makeDate, weekdayOf, type LocalDate } from './local-date.js';
import { matchNamedDay } from './named-days.js';
import type { Token } from './tokens.js';

/** Reads a day that begins at token `i`. */
export function matchDate(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const named = matchNamedDay(tokens, i, ref.today);
  if (named !== undefined) return dateMatch(named.length, named.date);
  return (
    matchDayOffset(tokens, i, ref) ??
    matchWeekdayPhrase(tokens, i, ref) ??
    matchCalendarDay(tokens, i, ref) ??
    matchStretch(tokens, i, ref) ??
    matchMisheard(tokens, i, ref)
  );
}

/** "On thirty" is how a recogniser writes a muffled "on Thursday"; the day of the month would be "the thirtieth". */
function matchMisheard(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  if (ref.expected !== true || wordAt(tokens, i) !== 'thirty' || tokens[i + 1] !== undefined) {
    return undefined;
  }
  if (i > 0 && !['on', 'no', 'next', 'this', 'in', 'actually'].includes(wordAt(tokens, i - 1))) {
    return undefined;
  }
  const which = wordAt(tokens, i - 1) === 'next' ? 'next' : '';
  return { length: 1, value: { kind: 'date', date: resolveWeekday(4, which, ref), guess: true } };
}

/** "today", "tomorrow", "the day after tomorrow", "in three days", "a week from Monday", "two weeks from today". */
function matchDayOffset(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const lead = wordAt(tokens, i) === 'the' || wordAt(tokens, i) === 'a' ? 1 : 0;
  if (phrase(tokens, i + lead, 'day after tomorrow')) return dateMatch(lead + 3, addDays(ref.today, 2));
  if (phrase(tokens, i + lead, 'day before yesterday')) return dateMatch(lead + 3, addDays(ref.today, -2));
  switch (wordAt(tokens, i)) {
    case 'today':
    case 'tonight': {
      return dateMatch(1, ref.today);
    }
    case 'tomorrow': {
      return dateMatch(1, addDays(ref.today, 1));
    }
    case 'yesterday': {
      return dateMatch(1, addDays(ref.today, -1));
    }
    default: {
      return phrase(tokens, i, 'this morning') ||
        phrase(tokens, i, 'this afternoon') ||
        phrase(tokens, i, 'this evening')
        ? dateMatch(1, ref.today)
        : matchCountedDays(tokens, i, ref);
    }
  }
}

/** "in three days", "two weeks from Monday", "in four business days", "two Sundays from now". */
function matchCountedDays(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const lead = wordAt(tokens, i) === 'in' ? 1 : 0;
  const counted = countAt(tokens, i + lead);
  if (counted === undefined) return undefined;
  const { count } = counted;
  let at = i + lead + counted.length;
  const business = ['business', 'working'].includes(wordAt(tokens, at)) ? 1 : 0;
  at += business;
  const unit = wordAt(tokens, at);
  const weekday = weekdayAt(tokens, at);
  if (!/^(days?|weeks?|fortnight|months?)$/.test(unit) && weekday === undefined) return undefined;
  const end = at + 1;
  const shift = (from: LocalDate): LocalDate => {
    if (weekday !== undefined) {
      return addDays(from, ((weekday - weekdayOf(from) + 6) % 7) + 1 + 7 * (count - 1));
    }
    if (business === 1) return addWorkingDays(from, count);
    if (unit.startsWith('month')) return addMonths(from, count);
    return addDays(from, count * (unit === 'fortnight' ? 14 : unit.startsWith('week') ? 7 : 1));
  };
  const link = wordAt(tokens, end);
  if (link === 'hence') return dateMatch(end + 1 - i, shift(ref.today));
  if (link === 'from' || link === 'after') {
    if (wordAt(tokens, end + 1) === 'now') return dateMatch(end + 2 - i, shift(ref.today));
    const base = matchDate(tokens, end + 1, ref);
    if (base?.value.kind !== 'date') return undefined;
    return dateMatch(end + 1 + base.length - i, shift(base.value.date));
  }
  return lead === 1 && weekday === undefined ? dateMatch(end - i, shift(ref.today)) : undefined;
}

function addWorkingDays(from: LocalDate, count: number): LocalDate {
  let date = from;
  for (let left = count; left > 0;) {
    date = addDays(date, 1);
    if (weekdayOf(date) <= 5) left--;
  }
  return date;
}

/** "Tuesday", "next Tuesday", "Tuesday next week", "Tuesday the 24th", "Tuesday, November 24th". */
function matchWeekdayPhrase(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  let at = i;
  let which = '';
  if (wordAt(tokens, at) === 'the' && ['next', 'following', 'coming'].includes(wordAt(tokens, at + 1))) at++;
  if (['next', 'this', 'coming', 'following', 'upcoming'].includes(wordAt(tokens, at))) {
    which = wordAt(tokens, at);
    at++;
    if (which === 'this' && ['coming', 'next'].includes(wordAt(tokens, at))) at++;
    // "Next to Tuesday" is a misheard "next Tuesday".
    if (['to', 'two'].includes(wordAt(tokens, at)) && weekdayAt(tokens, at + 1) !== undefined) at++;
    if (wordAt(tokens, at) === 'week' && which !== 'coming') {
      const named = wordAt(tokens, at + 1) === 'on' ? at + 2 : at + 1;
      const day = weekdayAt(tokens, named);
      return day === undefined
        ? undefined
        : dateMatch(named + 1 - i, inWeek(ref.today, which === 'this' ? 0 : 1, day));
    }
  }
  const weekday = weekdayAt(tokens, at);
  if (weekday === undefined) return undefined;
  at++;
  if (which === '') {
    const exact = matchExactAfterWeekday(tokens, at, weekday, ref, i);
    if (exact !== undefined) return exact;
  }
  for (const [words, weeks] of [
    ['of next week', 1],
    ['next week', 1],
    ['of this week', 0],
    ['this week', 0],
    ['the week after next', 2],
    ['week after next', 2],
  ] as const) {
    if (phrase(tokens, at, words)) {
      return dateMatch(at + words.split(' ').length - i, inWeek(ref.today, weeks, weekday));
    }
  }
  if (which === '' && phrase(tokens, at, 'after next')) {
    return dateMatch(at + 2 - i, addDays(resolveWeekday(weekday, '', { today: ref.today }), 7));
  }
  return dateMatch(at - i, resolveWeekday(weekday, which, ref));
}

function matchExactAfterWeekday(
  tokens: readonly Token[],
  at: number,
  weekday: number,
  ref: DateReference,
  start: number,
): DateMatch | undefined {
  const exact = matchCalendarDay(tokens, at, ref, weekday);
  if (exact === undefined) return undefined;
  const length = at + exact.length - start;
  if (exact.value.kind !== 'date') return { length, value: exact.value };
  const date = exact.value.date;
  return {
    length,
    value: { kind: 'date', date, ...(weekdayOf(date) === weekday ? {} : { saidWeekday: weekday }) },
  };
}

function resolveWeekday(weekday: number, which: string, ref: DateReference): LocalDate {
  const ahead = (weekday - weekdayOf(ref.today) + 7) % 7;
  if (which === 'next') return inWeek(ref.today, 1, weekday);
  if (which === '' && ref.within !== undefined) {
    const inside = addDays(ref.within.from, (weekday - weekdayOf(ref.within.from) + 7) % 7);
    if (inside <= ref.within.to && inside > ref.today) return inside;
  }
  // On a Tuesday "Tuesday" is a week away: a caller who means the same day says "today".
  return addDays(ref.today, ahead === 0 ? 7 : ahead);
}

/** The weekday in the calendar week (Monday first) that is `weeks` after the week of `today`. */
function inWeek(today: LocalDate, weeks: number, weekday: number): LocalDate {
  return addDays(today, weekday - weekdayOf(today) + 7 * weeks);
}

/** "next week", "this week", "the week after next", "next month", "in December", "the weekend". */
function matchStretch(tokens: readonly Token[], i: number, ref: DateReference): DateMatch | undefined {
  const monday = inWeek(ref.today, 0, 1);
  const days = (length: number, from: LocalDate, to: LocalDate): DateMatch => ({
    length,
    value: { kind: 'days', from: from < ref.today ? ref.today : from, to },
  });
  const weeks = (length: number, ahead: number): DateMatch =>
    days(length, addDays(monday, 7 * ahead), addDays(monday, 7 * ahead + 6));
  if (phrase(tokens, i, 'the week after next')) return weeks(4, 2);
  if (phrase(tokens, i, 'week after next')) return weeks(3, 2);
  if (phrase(tokens, i, 'next week')) return weeks(2, 1);
  if (phrase(tokens, i, 'the following week')) return weeks(3, 1);
  if (phrase(tokens, i, 'this week') || phrase(tokens, i, 'the week')) return weeks(2, 0);
  if (/^weekends?$/.test(wordAt(tokens, i))) {
    const ahead = wordAt(tokens, i - 1) === 'next' ? 1 : 0;
    return days(1, addDays(monday, 7 * ahead + 5), addDays(monday, 7 * ahead + 6));
  }
  if (phrase(tokens, i, 'next month')) return monthStretch(2, addMonths(ref.today, 1), ref);
  if (phrase(tokens, i, 'this month')) return monthStretch(2, ref.today, ref);
  const month = monthAt(tokens, i);
  if (
    month === undefined ||
    !['in', 'during', 'of', 'mid', 'early', 'late'].includes(wordAt(tokens, i - 1))
  ) {
    return undefined;
  }
  const { year, month: now } = dateParts(ref.today);
  const first = makeDate(month < now ? year + 1 : year, month, 1);
  return first === undefined ? undefined : monthStretch(1, first, ref);
}

function monthStretch(length: number, inMonth: LocalDate, ref: DateReference): DateMatch {
  const from = `${inMonth.slice(0, 8)}01`;
  const to = addDays(addMonths(from, 1), -1);
  return { length, value: { kind: 'days', from: from < ref.today ? ref.today : from, to } };
}
