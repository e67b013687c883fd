import { wallMs, type WallMs } from '../../../kernel/time.js';
import type { Business } from '../business.js';
import { addDays, toInstant, type LocalDate } from '../language/local-date.js';
import type { Purpose } from '../language/purposes.js';
import type { Line } from '../render.js';
import { clockTime } from '../spoken.js';
import type { AppointmentStateName, BookingDraft, SlotName } from '../types.js';
import type { Slot } from './calendar.js';

/** What the appointment machine has asked for. */
export type AppointmentAsk =
  | 'date'
  | 'time'
  /** Two readings of a time fit the opening hours: which one? */
  | 'which_time'
  /** Free times were offered. */
  | 'offer'
  /** A day or time that was heard badly was read back. */
  | 'check'
  | 'purpose'
  | 'name'
  | 'confirm'
  /** "What should I change?" */
  | 'change';

/** State of an appointment. JSON-serialisable; every change makes a new one. */
export interface AppointmentState {
  readonly state: AppointmentStateName;
  readonly ask: AppointmentAsk;
  readonly date?: LocalDate;
  /** Minutes after local midnight. */
  readonly minute?: number;
  /** A time that was said and can still mean several: "three" before the day is known. */
  readonly readings?: readonly number[];
  /** A stretch of the day that was asked for. */
  readonly window?: { readonly fromMin: number; readonly toMin: number };
  /** A stretch of days that was asked for. */
  readonly within?: { readonly from: LocalDate; readonly to: LocalDate };
  readonly purpose?: Purpose;
  readonly name?: string;
  /** How often the name was corrected and understood as the same again. */
  readonly nameRepeats: number;
  /** Times that were offered, in the order of their keys. */
  readonly offers: readonly Slot[];
  /** Days that were offered by key. */
  readonly days: readonly LocalDate[];
  /** True while the last question named keys, so that "two" is a key and not a time. */
  readonly numbered: boolean;
  /** The caller wants to hear what is free. */
  readonly wantsOffers: boolean;
  /** Slot that the store said is free, as `slotKey` gives it. */
  readonly free?: string;
  /** The last day or time was heard badly and is not confirmed. */
  readonly doubtful: boolean;
  /** The "yes" to the read-back was asked for again. */
  readonly reconfirmed: boolean;
  /** Lines to say before the next question, held back by a look into the calendar. */
  readonly held: readonly Line[];
  /** Bookings tried so far; part of the idempotency key. */
  readonly attempt: number;
}

/** A name that was corrected so often and understood as the same is asked for in another way. */
export const REPEATS_TO_ASK = 2;

/** An appointment about which nothing is known. */
export const EMPTY_APPOINTMENT: AppointmentState = {
  state: 'INITIAL_GREETING',
  ask: 'date',
  nameRepeats: 0,
  offers: [],
  days: [],
  numbered: false,
  wantsOffers: false,
  doubtful: false,
  reconfirmed: false,
  held: [],
  attempt: 0,
};

type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** A copy without the named optional fields. */
export function without<K extends Optional<AppointmentState>>(
  state: AppointmentState,
  ...keys: readonly K[]
): AppointmentState {
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => !(keys as readonly string[]).includes(key)),
  ) as unknown as AppointmentState;
}

/** Length of the appointment in minutes: the service's, or the default. */
export function durationOf(state: AppointmentState, business: Business): number {
  const service = business.services.find((candidate) => candidate.id === state.purpose?.serviceId);
  return service?.durationMin ?? business.defaultDurationMin;
}

/** Names a slot with its length, to remember that it is free. */
export const slotKey = (slot: Slot, durationMin: number): string =>
  `${slot.date} ${slot.minute} ${durationMin}`;

/** The filled slots by their wire names. */
export function filledSlots(state: AppointmentState): Partial<Record<SlotName, string>> {
  return {
    ...(state.date === undefined ? {} : { preferred_date: state.date }),
    ...(state.minute === undefined ? {} : { preferred_time: clockTime(state.minute) }),
    ...(state.purpose === undefined ? {} : { purpose: state.purpose.text }),
    ...(state.name === undefined ? {} : { user_name: state.name }),
  };
}

/** The booking that the slots make, or `undefined` while one is missing. */
export function draftOf(
  state: AppointmentState,
  business: Business,
  callerNumber: string | undefined,
): BookingDraft | undefined {
  const { date, minute, purpose, name } = state;
  if (date === undefined || minute === undefined || purpose === undefined || name === undefined) {
    return undefined;
  }
  const startsAtMs = toInstant(date, minute, business.timezone).wallMs;
  return {
    startsAtMs,
    endsAtMs: wallMs(startsAtMs + durationOf(state, business) * 60_000),
    date,
    time: clockTime(minute),
    timezone: business.timezone,
    purpose: purpose.text,
    ...(purpose.serviceId === undefined ? {} : { serviceId: purpose.serviceId }),
    userName: name,
    ...(callerNumber === undefined ? {} : { callerNumber }),
  };
}

/** The range of the calendar that has to be looked at: from the wanted day to the last one that may be offered. */
export function searchRange(
  from: LocalDate,
  days: number,
  timezone: string,
): { readonly fromMs: WallMs; readonly toMs: WallMs } {
  return {
    fromMs: toInstant(from, 0, timezone).wallMs,
    toMs: toInstant(addDays(from, days), 0, timezone).wallMs,
  };
}
