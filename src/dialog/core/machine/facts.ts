import type { Business, OpeningSpan, Weekday } from '../business.js';
import type { DialogContext } from '../context.js';
import { toLocal, type LocalDate } from '../nlu/time/local-date.js';
import type { Interpretation } from '../nlu/types.js';
import { line, type Line } from '../render.js';
import { closure, officeSpans } from '../schedule/calendar.js';
import { speakerOf, type Speaker } from '../schedule/spoken.js';

/**
 * Answers what the business file knows: opening hours in general, on a day, at a time, and now; the date and the
 * clock. `undefined` for every other question: one word of its own, and it is for the documents.
 */
export function factAbout(said: Interpretation, ctx: DialogContext): readonly Line[] | undefined {
  const { phrases } = ctx.lexicon.locale;
  const words = said.tokens.map(({ word }) => word).join(' ');
  const now = toLocal(ctx.wallMs, ctx.business.timezone);
  const speak = speakerOf(ctx.lexicon.locale);
  if (contains(words, phrases['facts_today'])) return [line('facts.today', { date: speak.date(now.date) })];
  if (contains(words, phrases['facts_clock'])) return [line('facts.clock', { time: speak.time(now.minute) })];
  if (!isAboutHours(said, ctx)) return undefined;
  const date = dayOf(said) ?? (contains(words, phrases['facts_this_day']) ? now.date : undefined);
  const minute = minuteOf(said, ctx.business, date ?? now.date);
  if (contains(words, phrases['facts_now']) && date === undefined) {
    return [openAt(ctx.business, speak, now.date, now.minute, now.date)];
  }
  if (date !== undefined) {
    return [
      minute === undefined
        ? openOn(ctx.business, speak, date, now.date)
        : openAt(ctx.business, speak, date, minute, now.date),
    ];
  }
  const weekdays = weekdaysOf(said);
  return [line('facts.hours', { hours: weekly(ctx.business, speak, weekdays) })];
}

const contains = (words: string, phrases: readonly string[] = []): boolean =>
  phrases.some((phrase) => ` ${words} `.includes(` ${phrase} `));

/** True when every word speaks of opening, of the office, of a day or a time, or only holds the sentence together. */
function isAboutHours(said: Interpretation, { lexicon }: DialogContext): boolean {
  const { phrases } = lexicon.locale;
  const needed = phrases['facts_needed'] ?? [];
  const own = ['facts_open', 'facts_us', 'facts_glue'].flatMap((key) => phrases[key] ?? []);
  const known = new Set([...own, ...needed]);
  const isTimed = (index: number): boolean =>
    said.mentions.some((mention) => mention.type === 'time' && index >= mention.from && index < mention.to);
  const isOnly = said.tokens.every(({ word }, index) => known.has(word) || isTimed(index));
  return isOnly && said.act === 'question' && said.tokens.some(({ word }) => needed.includes(word));
}

/** "I have another question", "can I just ask something else?": says that a question comes, and asks none. */
export function announcesQuestion(said: Interpretation, { lexicon }: DialogContext): boolean {
  const { phrases } = lexicon.locale;
  const needed = phrases['announce_needed'] ?? [];
  const known = new Set([...(phrases['announce_glue'] ?? []), ...needed]);
  const words = said.tokens.map(({ word }) => word);
  return words.every((word) => known.has(word)) && words.some((word) => needed.includes(word));
}

/** "Do I need an appointment?" asks whether one is needed, and wants none yet. */
export const asksNecessity = (said: Interpretation, { lexicon }: DialogContext): boolean =>
  contains(said.tokens.map(({ word }) => word).join(' '), lexicon.locale.phrases['asks_necessity']);

function dayOf(said: Interpretation): LocalDate | undefined {
  for (const mention of said.mentions) {
    if (mention.type === 'time' && mention.value.kind === 'date') return mention.value.date;
  }
  return undefined;
}

/** A bare hour is the reading that lies nearest to the opening hours. */
function minuteOf(said: Interpretation, business: Business, date: LocalDate): number | undefined {
  const spans = officeSpans(business, date);
  for (const mention of said.mentions) {
    if (mention.type !== 'time' || mention.value.kind !== 'time') continue;
    const { minutes } = mention.value;
    return minutes.find((minute) => isWithin(spans, minute)) ?? minutes[0];
  }
  return undefined;
}

const isWithin = (spans: readonly OpeningSpan[], minute: number): boolean =>
  spans.some(({ openMin, closeMin }) => minute >= openMin && minute < closeMin);

function weekdaysOf(said: Interpretation): readonly number[] {
  return said.mentions.flatMap((mention) =>
    mention.type === 'time' && mention.value.kind === 'weekdays' ? mention.value.weekdays : [],
  );
}

function openOn(business: Business, speak: Speaker, date: LocalDate, today: LocalDate): Line {
  const spans = officeSpans(business, date);
  const when = speak.on(date, today);
  if (spans.length > 0) return line('facts.open_on', { when, hours: speak.hours(spans) });
  const reason = closure(business, date);
  return reason !== undefined && 'name' in reason
    ? line('facts.closed_for', { when, reason: reason.name })
    : line('facts.closed_on', { when });
}

function openAt(business: Business, speak: Speaker, date: LocalDate, minute: number, today: LocalDate): Line {
  const spans = officeSpans(business, date);
  if (spans.length === 0) return openOn(business, speak, date, today);
  const vars = { when: speak.on(date, today), hours: speak.hours(spans) };
  return line(isWithin(spans, minute) ? 'facts.open_then' : 'facts.closed_then', vars);
}

const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** A day of each weekday, for its name. */
const A_DAY_ON: Readonly<Record<Weekday, LocalDate>> = {
  1: '2024-01-01',
  2: '2024-01-02',
  3: '2024-01-03',
  4: '2024-01-04',
  5: '2024-01-05',
  6: '2024-01-06',
  7: '2024-01-07',
};

/** "Monday to Friday from 9 AM to 5 PM; closed on Saturday and Sunday": days with the same hours together. */
function weekly(business: Business, speak: Speaker, only: readonly number[]): string {
  const days = ALL_WEEK.filter((day) => only.length === 0 || only.includes(day));
  const groups = new Map<string, Weekday[]>();
  for (const day of days) {
    const hours = business.hours[day].length === 0 ? '' : speak.hours(business.hours[day]);
    groups.set(hours, [...(groups.get(hours) ?? []), day]);
  }
  const open = [...groups].filter(([hours]) => hours !== '');
  const closed = groups.get('') ?? [];
  const spoken = open.map(([hours, group]) =>
    speak.phrase('days_hours', { days: spokenDays(group, speak), hours }),
  );
  const opened = speak.phrase('open_days', { days: speak.list(spoken, 'and') });
  const shut = speak.phrase('closed_days', { days: spokenDays(closed, speak) });
  if (closed.length === 0) return opened;
  return spoken.length === 0 ? shut : speak.phrase('open_and_closed', { opened, shut });
}

function spokenDays(days: readonly Weekday[], speak: Speaker): string {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return '';
  const isRun = days.length > 2 && last - first === days.length - 1;
  const name = (day: Weekday): string => speak.weekday(A_DAY_ON[day]);
  return isRun
    ? speak.phrase('run_of_days', { first: name(first), last: name(last) })
    : speak.list(days.map(name), 'and');
}
