import type { WallMs } from '../../../kernel/time.js';
import type { LocalDate } from '../language/local-date.js';
import { line, type Line } from '../render.js';
import { spokenDate, spokenHours, spokenOn, spokenTime, spokenWeekday } from '../spoken.js';
import type { Availability, BookingDraft } from '../types.js';
import {
  dateProblem,
  fittingMinutes,
  isFree,
  lastDay,
  offersFor,
  openDays,
  SEARCH_DAYS,
  spansOn,
  timeProblem,
  today,
  type CalendarContext,
  type DateProblem,
  type Slot,
  type TimeProblem,
} from './calendar.js';
import { question } from './questions.js';
import { durationOf, searchRange, slotKey, without, type AppointmentState } from './state.js';

/** What the appointment needs from outside before it can go on. */
export type Need =
  | {
      readonly kind: 'availability';
      readonly fromMs: WallMs;
      readonly toMs: WallMs;
      readonly durationMin: number;
    }
  | { readonly kind: 'book'; readonly booking: BookingDraft; readonly attempt: number }
  /** The store is down: a call-back or a person. */
  | { readonly kind: 'store_down' };

/** Result of telling the appointment something: what it is now, what to say, what it needs. */
export interface AppointmentOutcome {
  readonly state: AppointmentState;
  readonly lines: readonly Line[];
  readonly need?: Need;
}

/** What the machine judges by. */
export interface AppointmentContext extends CalendarContext {
  /** Number to book under when no name can be had. */
  readonly callerNumber?: string;
}

/** Checks what is known and asks for the next thing that is not. */
export function advance(
  state: AppointmentState,
  ctx: AppointmentContext,
  lead: readonly Line[] = [],
): AppointmentOutcome {
  const duration = durationOf(state, ctx.business);
  const problem = state.date === undefined ? undefined : dateProblem(state.date, duration, ctx);
  if (state.date !== undefined && problem !== undefined) {
    return refuseDate(state, state.date, problem, ctx, lead);
  }
  const timed = resolveReadings(state, ctx);
  const { date, minute } = timed;
  if (date !== undefined && timed.readings !== undefined && timed.readings.length > 1) {
    return asking({ ...timed, state: 'WAITING_FOR_TIME', ask: 'which_time' }, ctx, lead);
  }
  if (date !== undefined && minute !== undefined) {
    const slot = { date, minute };
    const isKnownFree =
      timed.free === slotKey(slot, duration) && timeProblem(slot, duration, ctx) === undefined;
    if (!isKnownFree) return lookUp(timed, date, ctx, lead);
    if (timed.doubtful) return asking({ ...timed, ask: 'check' }, ctx, lead);
  } else if (timed.wantsOffers || (date !== undefined && timed.window !== undefined)) {
    return lookUp(timed, date ?? timed.within?.from ?? today(ctx), ctx, lead);
  }
  return askNext(timed, ctx, lead);
}

/** The question for the first slot that is empty, or the read-back. */
export function askNext(
  state: AppointmentState,
  ctx: AppointmentContext,
  lead: readonly Line[] = [],
): AppointmentOutcome {
  const bare: AppointmentState = { ...state, offers: [], days: [], numbered: false, reconfirmed: false };
  if (state.date === undefined) return asking({ ...bare, state: 'WAITING_FOR_DATE', ask: 'date' }, ctx, lead);
  if (state.minute === undefined) {
    return asking({ ...bare, state: 'WAITING_FOR_TIME', ask: 'time' }, ctx, lead);
  }
  if (state.purpose === undefined) {
    return asking({ ...bare, state: 'WAITING_FOR_PURPOSE', ask: 'purpose' }, ctx, lead);
  }
  if (state.name === undefined) return asking({ ...bare, state: 'WAITING_FOR_NAME', ask: 'name' }, ctx, lead);
  return asking({ ...bare, state: 'CONFIRMATION', ask: 'confirm' }, ctx, lead);
}

function asking(state: AppointmentState, ctx: AppointmentContext, lead: readonly Line[]): AppointmentOutcome {
  return { state: { ...state, held: [] }, lines: [...state.held, ...lead, ...question(state, ctx)] };
}

/** Asks the store what is taken around a day; what was to be said waits for the answer. */
function lookUp(
  state: AppointmentState,
  from: LocalDate,
  ctx: AppointmentContext,
  lead: readonly Line[],
): AppointmentOutcome {
  const range = searchRange(from, SEARCH_DAYS, ctx.business.timezone);
  return {
    state: { ...state, held: [...state.held, ...lead] },
    lines: [],
    need: { kind: 'availability', ...range, durationMin: durationOf(state, ctx.business) },
  };
}

function refuseDate(
  state: AppointmentState,
  date: LocalDate,
  problem: DateProblem,
  ctx: AppointmentContext,
  lead: readonly Line[],
): AppointmentOutcome {
  const duration = durationOf(state, ctx.business);
  const from = problem.reason === 'past' || problem.reason === 'too_far' ? today(ctx) : date;
  const suggested = problem.reason === 'too_far' ? [] : openDays(from, 1, duration, ctx);
  const cleared: AppointmentState = {
    ...without(state, 'date', 'free'),
    state: 'WAITING_FOR_DATE',
    ask: 'date',
    offers: [],
    days: suggested,
    numbered: false,
    doubtful: false,
  };
  return asking(cleared, ctx, [...lead, dateRefusal(date, problem, ctx)]);
}

function dateRefusal(date: LocalDate, problem: DateProblem, ctx: AppointmentContext): Line {
  switch (problem.reason) {
    case 'past': {
      return line('appointment.date.past', { date: spokenDate(date) });
    }
    case 'too_far': {
      return line('appointment.date.too_far', { last: spokenDate(lastDay(ctx)) });
    }
    case 'too_soon': {
      return line('appointment.date.too_soon', { when: spokenOn(date, today(ctx)) });
    }
    case 'holiday': {
      return line('appointment.date.holiday', { date: spokenDate(date), holiday: problem.holiday });
    }
    case 'closed': {
      return line('appointment.date.closed', { weekday: spokenWeekday(date) });
    }
    default: {
      return problem;
    }
  }
}

/** Turns "three" into one time where the opening hours of the day decide. */
function resolveReadings(state: AppointmentState, ctx: AppointmentContext): AppointmentState {
  const { readings, date } = state;
  if (readings === undefined) return state;
  const { window } = state;
  const inWindow =
    window === undefined
      ? []
      : readings.filter((minute) => minute >= window.fromMin && minute < window.toMin);
  const candidates = inWindow.length > 0 ? inWindow : readings;
  if (date === undefined) return { ...state, readings: candidates };
  const fitting = fittingMinutes(candidates, date, durationOf(state, ctx.business), ctx.business);
  const only = fitting[0];
  if (fitting.length !== 1 || only === undefined) return { ...state, readings: fitting };
  return { ...without(state, 'readings', 'window'), minute: only };
}

/** Goes on with the store's answer to what is taken. */
export function withAvailability(
  state: AppointmentState,
  availability: Availability,
  ctx: AppointmentContext,
): AppointmentOutcome {
  if (availability.status === 'unavailable') return { state, lines: [], need: { kind: 'store_down' } };
  const { date, minute } = state;
  const duration = durationOf(state, ctx.business);
  const { busy } = availability;
  if (date === undefined || minute === undefined) {
    const from = date ?? state.within?.from ?? today(ctx);
    const until = date ?? state.within?.to;
    const wish = {
      date: from,
      ...(until === undefined ? {} : { until }),
      ...(state.window === undefined ? {} : { window: state.window }),
    };
    return offer(state, offersFor(wish, duration, ctx, busy), from, ctx, []);
  }
  const slot = { date, minute };
  const problem = timeProblem(slot, duration, ctx);
  if (problem === undefined && isFree(slot, duration, ctx, busy)) {
    const free: AppointmentState = { ...state, free: slotKey(slot, duration) };
    // The read-back names the time anyhow.
    const isNews = state.purpose === undefined && !state.doubtful;
    return advance(free, ctx, isNews ? [line('appointment.offer.free', { time: spokenTime(minute) })] : []);
  }
  const because =
    problem === undefined
      ? line('appointment.offer.taken', { time: spokenTime(minute) })
      : timeRefusal(slot, problem, ctx);
  const cleared = without(state, 'minute', 'free');
  return offer(cleared, offersFor({ date, near: minute }, duration, ctx, busy), date, ctx, [because]);
}

function timeRefusal(slot: Slot, problem: TimeProblem, ctx: AppointmentContext): Line {
  const time = spokenTime(slot.minute);
  switch (problem) {
    case 'closed': {
      const hours = spokenHours(spansOn(ctx.business, slot.date));
      return line('appointment.time.closed', { weekday: spokenWeekday(slot.date), hours });
    }
    case 'too_soon': {
      return line('appointment.time.too_soon', { time });
    }
    case 'off_grid': {
      return line('appointment.time.off_grid', { time });
    }
    case 'gap': {
      return line('appointment.time.gap', { time, date: spokenDate(slot.date) });
    }
    default: {
      return problem;
    }
  }
}

function offer(
  state: AppointmentState,
  offers: readonly Slot[],
  wanted: LocalDate,
  ctx: AppointmentContext,
  lead: readonly Line[],
): AppointmentOutcome {
  const next: AppointmentState = { ...without(state, 'window'), wantsOffers: false, doubtful: false };
  const first = offers[0];
  if (first === undefined) {
    const none = line('appointment.offer.none', { when: spokenOn(wanted, today(ctx)) });
    return askNext(without(next, 'date', 'within'), ctx, [...lead, none]);
  }
  const isOtherDay = state.date !== undefined && first.date !== state.date;
  const why = isOtherDay
    ? [...lead, line('appointment.offer.none', { when: spokenOn(wanted, today(ctx)) })]
    : lead;
  const dated: AppointmentState = {
    ...next,
    offers,
    ask: 'offer',
    state: 'WAITING_FOR_TIME',
  };
  return asking({ ...dated, date: first.date }, ctx, why);
}

/** After a conflict: the time is gone, other free ones are offered. */
export function retake(state: AppointmentState, ctx: AppointmentContext): AppointmentOutcome {
  const { date, minute } = state;
  if (date === undefined || minute === undefined) return advance(state, ctx);
  const range = searchRange(date, SEARCH_DAYS, ctx.business.timezone);
  const bumped: AppointmentState = {
    ...without(state, 'free'),
    attempt: state.attempt + 1,
    state: 'WAITING_FOR_TIME',
  };
  return {
    state: bumped,
    lines: [],
    need: { kind: 'availability', ...range, durationMin: durationOf(state, ctx.business) },
  };
}
