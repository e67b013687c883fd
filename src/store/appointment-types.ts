import type { WallMs } from '../kernel/time.js';
import type { Page, Paging } from './paging.js';

/** What every request about appointments, call-backs and the waiting list carries. */
export interface Deadline {
  /** Longest wait for the commit, 2000 ms unless told. */
  readonly deadlineMs?: number;
}

/**
 * A time of a resource. Times are absolute; `date`, `time` and `timezone` are the words the caller agreed to.
 *
 * A resource is a member of staff or a room, by id; offices without named staff use `office`. It has `capacity` seats:
 * so many appointments may overlap on it.
 */
export interface Slot {
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  /** End with the buffer behind it: nothing else takes the seat within `[startsAtMs, occupiedUntilMs)`. */
  readonly occupiedUntilMs: WallMs;
  readonly resource: string;
  /** Seats of the resource, 1-1000. */
  readonly capacity: number;
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local time, `HH:MM`. */
  readonly time: string;
  /** IANA zone of `date` and `time`. */
  readonly timezone: string;
}

/** Who an appointment is for. */
export interface AppointmentPii {
  readonly userName: string;
  readonly callerNumber?: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate?: string;
  readonly email?: string;
  /** Answers to the service's form, by the id of the question; 50 at most, 2000 characters each. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** What is booked. */
export interface BookingRequest extends Slot, Deadline {
  /** The same key never books twice; keep it for {@link Appointments.findByKey}. */
  readonly idempotencyKey: string;
  readonly serviceId?: string;
  /** What it is about, as calendars show it. */
  readonly purpose: string;
  readonly callId?: string;
  /** A hold that becomes this booking; one that has run out meanwhile is no obstacle while the time is free. */
  readonly holdId?: string;
  /** When the caller agreed. */
  readonly consentedAtMs?: WallMs;
  readonly pii: AppointmentPii;
}

/** A stored appointment. */
export interface Appointment extends Omit<Slot, 'capacity'> {
  readonly id: string;
  /** Six characters that cannot be confused when spoken, such as `K7M4PX`; no two booked appointments share it. */
  readonly reference: string;
  readonly idempotencyKey: string;
  /** From 1, one more at each change; {@link Appointments.move} and `cancel` are told the one they mean. */
  readonly version: number;
  /** SEQUENCE of the iCalendar file (RFC 5545 section 3.8.7.4), from 0. */
  readonly sequence: number;
  readonly status: 'booked' | 'cancelled';
  readonly serviceId?: string;
  readonly purpose: string;
  readonly createdAtMs: WallMs;
  /** When it was booked or last changed. */
  readonly updatedAtMs: WallMs;
  readonly consentedAtMs?: WallMs;
  readonly cancelledAtMs?: WallMs;
  /** Why it was cancelled, in constant words. */
  readonly cancelReason?: string;
  /** Start before the last move. */
  readonly movedFromMs?: WallMs;
  /** Call that booked it. */
  readonly callId?: string;
  readonly pii: AppointmentPii;
  /** The iCalendar file of the last version that a follow-up job has seen. */
  readonly calendar?: string;
}

/** How a booking came out. A conflict means that no seat of the resource is free for all of the time. */
export type BookingOutcome =
  | { readonly status: 'booked' | 'already_booked'; readonly appointment: Appointment }
  | { readonly status: 'conflict' };

/** A new time, and with it perhaps another resource, service or purpose. */
export interface MoveRequest extends Slot, Deadline {
  /** The same key never moves twice; keep it for {@link Appointments.changeByKey}. */
  readonly idempotencyKey: string;
  readonly id: string;
  /** The `version` that was read to the caller. */
  readonly expectedVersion: number;
  /** As it was unless told. */
  readonly serviceId?: string;
  /** As it was unless told. */
  readonly purpose?: string;
  readonly callId?: string;
  readonly holdId?: string;
}

/** How a move came out. `stale`: somebody has changed it meanwhile; `appointment` is what it is now. */
export type MoveOutcome =
  | {
      readonly status: 'moved' | 'already_moved' | 'stale' | 'cancelled';
      readonly appointment: Appointment;
    }
  | { readonly status: 'conflict' | 'not_found' };

/** Gives the time back. */
export interface CancelRequest extends Deadline {
  readonly idempotencyKey: string;
  readonly id: string;
  readonly expectedVersion: number;
  /** Constant words without personal data, 200 characters at most. */
  readonly reason?: string;
  readonly callId?: string;
}

/** How a cancellation came out. One that is cancelled already is `already_cancelled`, whatever version was expected. */
export type CancelOutcome =
  | {
      readonly status: 'cancelled' | 'already_cancelled' | 'stale';
      readonly appointment: Appointment;
    }
  | { readonly status: 'not_found' };

/** A change that was made, with the appointment as it is now. */
export interface ChangeOutcome {
  readonly status: 'moved' | 'cancelled';
  readonly appointment: Appointment;
}

/** Keeps a time while a caller decides. */
export interface HoldRequest extends Pick<Slot, 'resource' | 'capacity' | 'startsAtMs' | 'occupiedUntilMs'> {
  /** One hold a key: the same key again moves or prolongs its hold. */
  readonly holdKey: string;
  /** It ends by itself then; 120 s ahead is usual, an hour at most. */
  readonly expiresAtMs: WallMs;
  /** The call that decides; its own holds are no obstacle to it. */
  readonly callId?: string;
}

/** How a hold came out. */
export type HoldOutcome =
  { readonly status: 'held'; readonly holdId: string } | { readonly status: 'conflict' };

/** A seat that is taken, by an appointment or by somebody's hold. */
export interface BusySpan {
  readonly resource: string;
  readonly startsAtMs: WallMs;
  /** With the buffer: {@link Slot.occupiedUntilMs}. */
  readonly endsAtMs: WallMs;
}

/** Which booked, coming appointments are meant: by `reference`, by `phone` or by `name`; every given one must match. */
export interface FindQuery {
  /** As spoken or typed: case, spaces and dashes do not matter. */
  readonly reference?: string;
  /** E.164 or national digits; matches a stored number that ends in the same digits, ten at most, seven at least. */
  readonly phone?: string;
  /** Case, accents, punctuation and the order of the words do not matter; every word must be in the stored name. */
  readonly name?: string;
  /** Only appointments that end after this instant. */
  readonly fromMs: WallMs;
  /** 1-20; 20 unless told. */
  readonly limit?: number;
}

/** Filter of {@link Appointments.list}; every given field must match. */
export interface AppointmentQuery extends Paging {
  /** Only appointments that end after this instant. */
  readonly fromMs?: WallMs;
  /** Only appointments that start before this instant. */
  readonly toMs?: WallMs;
  readonly status?: Appointment['status'];
  readonly resource?: string;
  readonly serviceId?: string;
  readonly callId?: string;
}

/**
 * Appointments: the one aggregate that a call waits for. Each change runs in a transaction of its own together with
 * the outbox row of its follow-up job. All of them throw:
 *
 * - LeibnizError STORE_UNAVAILABLE: nothing was changed.
 * - LeibnizError STORE_TIMEOUT: the outcome is unknown; ask {@link findByKey} or {@link changeByKey} before saying
 *   anything.
 * - LeibnizError BAD_REQUEST: the request makes no sense (ends before it starts, unknown zone); `field` names what.
 */
export interface Appointments {
  book(request: BookingRequest): Promise<BookingOutcome>;
  /**
   * The appointment booked under a key, as it is now, or `undefined` when there is none. Waits for a booking under that
   * key that is still being committed, so the answer is final.
   */
  findByKey(idempotencyKey: string): Promise<Appointment | undefined>;
  get(id: string): Promise<Appointment | undefined>;
  /** Booked appointments that are still to come, in order of start; empty when nothing is asked for. */
  find(query: FindQuery): Promise<readonly Appointment[]>;
  /** In order of start. */
  list(query?: AppointmentQuery): Promise<Page<Appointment>>;
  move(request: MoveRequest): Promise<MoveOutcome>;
  cancel(request: CancelRequest): Promise<CancelOutcome>;
  /** The change made under a key, or `undefined` when none was; final, as {@link findByKey}. */
  changeByKey(idempotencyKey: string): Promise<ChangeOutcome | undefined>;
  hold(request: HoldRequest): Promise<HoldOutcome>;
  /** Ends a hold; true when there was one that had not run out. */
  release(holdKey: string): Promise<boolean>;
  /**
   * Every taken seat that touches `[fromMs, toMs)`, in order of start; holds that have run out are none.
   *
   * @param exceptCallId - a call whose own holds are left out
   */
  busy(fromMs: WallMs, toMs: WallMs, exceptCallId?: string): Promise<readonly BusySpan[]>;
}
