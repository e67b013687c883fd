import type { BusySpan } from '../../../effects.js';
import { addDays, weekdayOf, type LocalDate } from '../../../nlu/time/local-date.js';
import { line, type Line } from '../../../render.js';
import {
  dayProblem,
  fittingMinutes,
  lastDay,
  officeSpans,
  openDays,
  termsOf,
  timeProblem,
  today,
  type DayProblem,
  type Moment,
  type Slot,
  type Terms,
} from '../../../schedule/calendar.js';
import { MAX_OFFERS, offersFor, type Offers } from '../../../schedule/offers.js';
import { slotAt } from '../../../schedule/slots.js';
import { speakerOf } from '../../../schedule/spoken.js';
import { compare, meets, withoutDay, withoutParts, withoutTime, type Wish } from '../../../schedule/wish.js';
import type { TaskContext } from '../../task.js';
import { askLines } from './questions.js';
import type { MomentAsk, MomentStep, Wanted } from './state.js';

/** How the search goes on. */
export interface SettleOptions {
  /** Said before the next question. */
  readonly lead?: readonly Line[];
  /** Times are offered although none was named: "what do you have?" */
  readonly offer?: boolean;
  /** Offers are read out as keys. */
  readonly keyed?: boolean;
}

/** The terms of what is wanted. */
export function wantedTerms({ serviceId, wish }: Wanted, ctx: TaskContext): Terms {
  const terms = termsOf(ctx.business, serviceId, wish.staff);
  const { notStaff = [] } = wish;
  const resources = terms.resources.filter(({ id }) => !notStaff.includes(id));
  // Where nobody else does it, whoever was refused is named at the read-back.
  return resources.length === 0 ? terms : { ...terms, resources };
}

const wishing = (wanted: Wanted, wish: Wish): Wanted => ({ ...wanted, wish });

const asking = (
  wanted: Wanted,
  ask: MomentAsk,
  ctx: TaskContext,
  lead: readonly Line[] = [],
): MomentStep => ({ type: 'ask', wanted, ask, say: [...lead, ...askLines(ask, ctx)] });

/** Checks what was said about day, time and person, and asks for what is still open. */
export function settle(wanted: Wanted, ctx: TaskContext, options: SettleOptions = {}): MomentStep {
  const { lead = [], offer = false, keyed = false } = options;
  const terms = wantedTerms(wanted, ctx);
  if (terms.resources.length === 0) {
    return settle(withoutStaff(wanted), ctx, { ...options, lead: [...lead, notFor(wanted, ctx)] });
  }
  const { dates } = wanted.wish;
  const possible = dates.filter((date) => dayProblem(date, terms, ctx) === undefined);
  const [first] = dates;
  if (first !== undefined && possible.length === 0) return refuseDay(wanted, first, ctx, lead);
  const beyond = outOfReach(wanted.wish, terms, ctx);
  if (beyond !== undefined) return refuseDay(wanted, beyond, ctx, lead);
  const next = wishing(wanted, { ...wanted.wish, dates: possible });
  const open = openTime(next, terms, ctx);
  if (Array.isArray(open)) return asking(next, { ask: 'which_time', minutes: open }, ctx, lead);
  const { wish } = next;
  if (!offer && !saysDay(wish)) return asking(next, { ask: 'day' }, ctx, [...lead]);
  const [day, ...others] = wish.dates;
  // "Tomorrow or the day after": which of them follows from the time, or is offered with it.
  if (!offer && day !== undefined && others.length < MAX_OFFERS && !saysTime(wish)) {
    const more = others.length === 0 ? {} : { others };
    return asking(next, { ask: 'time', date: day, ...more }, ctx, lead);
  }
  return { type: 'ask', wanted: next, ask: { ask: 'look', lead, keyed }, say: [] };
}

const withoutStaff = (wanted: Wanted): Wanted => wishing(wanted, withoutParts(wanted.wish, 'staff'));

const saysDay = (wish: Wish): boolean =>
  wish.dates.length > 0 ||
  wish.weekdays.length > 0 ||
  wish.stretch !== undefined ||
  wish.order !== undefined ||
  wish.after !== undefined ||
  wish.before !== undefined;

const saysTime = (wish: Wish): boolean =>
  wish.times.length > 0 ||
  wish.window !== undefined ||
  wish.nearMin !== undefined ||
  wish.order !== undefined ||
  wish.after !== undefined ||
  wish.before !== undefined;

/** A stretch that is over, or too far ahead: its first day tells why. */
function outOfReach(wish: Wish, terms: Terms, ctx: TaskContext): LocalDate | undefined {
  const { stretch } = wish;
  if (stretch === undefined) return undefined;
  if (stretch.to < today(ctx)) return stretch.to;
  return stretch.from > lastDay(terms, ctx) ? stretch.from : undefined;
}

/** The readings between which the caller has to choose; `undefined` when there is nothing to choose. */
function openTime(wanted: Wanted, terms: Terms, ctx: TaskContext): readonly number[] | undefined {
  const { times, dates } = wanted.wish;
  const [readings] = times;
  if (readings === undefined || times.length > 1 || dates.length !== 1) return undefined;
  const fitting = fittingMinutes(readings, dates[0], terms, ctx.business);
  return fitting.length > 1 ? fitting.slice(0, 2) : undefined;
}

function notFor(wanted: Wanted, ctx: TaskContext): Line {
  const { business } = ctx;
  const staff = business.staff.find(({ id }) => id === wanted.wish.staff)?.name ?? '';
  const service = business.services.find(({ id }) => id === wanted.serviceId)?.name ?? '';
  return line('appointment.staff.not_for', { staff, service });
}

function refuseDay(wanted: Wanted, date: LocalDate, ctx: TaskContext, lead: readonly Line[]): MomentStep {
  const terms = wantedTerms(wanted, ctx);
  const problem = dayProblem(date, terms, ctx) ?? { reason: 'too_far' };
  const from = problem.reason === 'past' ? today(ctx) : date;
  const [suggested] = problem.reason === 'too_far' ? [] : openDays(from, 1, terms, ctx);
  const ask: MomentAsk = { ask: 'day', ...(suggested === undefined ? {} : { suggested }) };
  const why = dayRefusal(date, problem, wanted, ctx);
  return asking(wishing(wanted, withoutDay(wanted.wish)), ask, ctx, [...lead, why]);
}

function dayRefusal(date: LocalDate, problem: DayProblem, wanted: Wanted, ctx: TaskContext): Line {
  const spoken = speakerOf(ctx.lexicon.locale);
  const when = spoken.on(date, today(ctx));
  switch (problem.reason) {
    case 'past': {
      return line('appointment.date.past', { date: spoken.date(date) });
    }
    case 'too_far': {
      return line('appointment.date.too_far', { last: spoken.date(lastDay(wantedTerms(wanted, ctx), ctx)) });
    }
    case 'too_soon': {
      return line('appointment.date.too_soon', { when });
    }
    case 'holiday': {
      return line('appointment.date.holiday', { date: spoken.date(date), holiday: problem.name });
    }
    case 'blackout': {
      return line('appointment.date.blackout', { date: spoken.date(date), reason: problem.name });
    }
    case 'closed': {
      return line('appointment.date.closed', { weekday: spoken.weekday(date) });
    }
    case 'away': {
      const staff = ctx.business.staff.find(({ id }) => id === wanted.wish.staff);
      return staff === undefined
        ? line('appointment.date.closed', { weekday: spoken.weekday(date) })
        : line('appointment.date.away', { staff: staff.name, when });
    }
    default: {
      return problem;
    }
  }
}

/** Goes on when it is known what is taken. */
export function withBusy(
  wanted: Wanted,
  look: Extract<MomentAsk, { ask: 'look' }>,
  busy: readonly BusySpan[],
  ctx: TaskContext,
): MomentStep {
  const terms = wantedTerms(wanted, ctx);
  const exact = exactMoments(wanted, terms, ctx);
  const free = exact
    .flatMap((moment) => {
      const slot = meets(wanted.wish, moment) ? slotAt(moment, terms, ctx, busy) : undefined;
      return slot ?? [];
    })
    .filter((slot, at, all) => all.findIndex((other) => compare(other, slot) === 0) === at);
  const [only] = free;
  if (only !== undefined && free.length === 1) return fixed(wanted, only, ctx, look.lead);
  // "Ten or eleven": which of them is the caller's choice.
  if (free.length > 1) {
    const ask: MomentAsk = { ask: 'offer', offers: free.slice(0, MAX_OFFERS), keyed: look.keyed };
    return asking({ ...wanted, doubtful: false }, ask, ctx, look.lead);
  }
  const offers = offersFor(wanted.wish, terms, ctx, busy);
  const [first] = exact;
  const why = first === undefined ? whyElsewhere(wanted, offers, ctx) : whyNot(first, wanted, ctx);
  const say = [...look.lead, ...why];
  if (offers.slots.length === 0) {
    return { type: 'nothing', wanted, say: [...say, line('appointment.offer.none_near')] };
  }
  return asking(relax(wanted, offers), { ask: 'offer', offers: offers.slots, keyed: look.keyed }, ctx, say);
}

/** What the caller could not have is forgotten, so that the next answer is not measured by it. */
function relax(wanted: Wanted, offers: Offers): Wanted {
  const { wish } = wanted;
  const timeless = wish.times.length > 0 || wish.order !== undefined ? withoutTime(wish) : wish;
  const next = offers.away === 'day' || offers.away === 'any' ? withoutDay(timeless) : timeless;
  return { ...wishing(wanted, next), doubtful: false };
}

/** The moments that were named to the minute, in the order of preference. */
function exactMoments(wanted: Wanted, terms: Terms, ctx: TaskContext): readonly Moment[] {
  const { wish } = wanted;
  if (wish.dates.length === 0 || wish.times.length === 0) return [];
  return wish.times.flatMap((readings) =>
    wish.dates.flatMap((date) => {
      const [minute] = fittingMinutes(readings, date, terms, ctx.business);
      return minute === undefined ? [] : [{ date, minute }];
    }),
  );
}

function fixed(wanted: Wanted, slot: Slot, ctx: TaskContext, lead: readonly Line[]): MomentStep {
  if (wanted.doubtful) return asking(wanted, { ask: 'check', slot }, ctx, lead);
  return { type: 'fixed', wanted, slot, say: lead };
}

/** Why the wanted moment cannot be had. */
function whyNot(moment: Moment, wanted: Wanted, ctx: TaskContext): readonly Line[] {
  const spoken = speakerOf(ctx.lexicon.locale);
  const time = spoken.time(moment.minute);
  const problem = timeProblem(moment, wantedTerms(wanted, ctx), ctx);
  switch (problem) {
    case undefined: {
      return [line('appointment.offer.taken', { time })];
    }
    case 'closed': {
      const spans = officeSpans(ctx.business, moment.date);
      const isOpen = spans.some(
        ({ openMin, closeMin }) => openMin <= moment.minute && moment.minute < closeMin,
      );
      if (isOpen) return [line('appointment.time.ends_late', { time })];
      const hours = spoken.hours(spans);
      return [line('appointment.time.closed', { weekday: spoken.weekday(moment.date), hours })];
    }
    case 'away': {
      const staff = ctx.business.staff.find(({ id }) => id === wanted.wish.staff);
      return [
        staff === undefined
          ? line('appointment.offer.taken', { time })
          : line('appointment.time.away', { staff: staff.name, time }),
      ];
    }
    case 'too_soon': {
      return [line('appointment.time.too_soon', { time })];
    }
    case 'off_grid': {
      return [line('appointment.time.off_grid', { time })];
    }
    case 'gap': {
      return [line('appointment.time.gap', { time, date: spoken.date(moment.date) })];
    }
    default: {
      return problem;
    }
  }
}

/** That nothing is free where the caller wanted it. */
function whyElsewhere(wanted: Wanted, offers: Offers, ctx: TaskContext): readonly Line[] {
  if (offers.away === 'none' || offers.slots.length === 0) return [];
  const [date] = wanted.wish.dates;
  if (wanted.wish.dates.length !== 1 || date === undefined || offers.away !== 'day') {
    return [line('appointment.offer.none_then')];
  }
  return [line('appointment.offer.none', { when: speakerOf(ctx.lexicon.locale).on(date, today(ctx)) })];
}

/** The two days that "Tuesday the ninth" can mean when the ninth is no Tuesday. */
export function mismatchedDays(
  date: LocalDate,
  saidWeekday: number,
  earliest: LocalDate,
): readonly LocalDate[] {
  const ahead = (saidWeekday - weekdayOf(date) + 7) % 7;
  const after = addDays(date, ahead);
  const before = addDays(date, ahead - 7);
  const isNearer = 7 - ahead < ahead && before >= earliest;
  return [isNearer ? before : after, date].sort();
}
