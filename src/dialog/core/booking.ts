import type { RequestId } from '../../kernel/ids.js';
import type { AppointmentOutcome } from './appointment/advance.js';
import { advance, withAvailability } from './appointment/advance.js';
import { begin, bookingDone, cancel } from './appointment/machine.js';
import type { AppointmentState } from './appointment/state.js';
import type { Draft } from './draft.js';
import { offerPerson, offerCallback } from './handoff.js';
import { line } from './render.js';
import { spokenDate, spokenTime } from './spoken.js';
import type { Pending } from './state.js';
import { today } from './appointment/calendar.js';
import { clockMinute } from './spoken.js';
import type { Availability, BookingDraft, BookingResult } from './types.js';

/** Starts a booking with the sentence that asked for it. */
export function startBooking(draft: Draft, text: string, confidence: number): void {
  draft.set({ ask: 'appointment', misses: 0 });
  applyOutcome(draft, begin(text, confidence, draft.appointmentContext));
}

/** Looks for free times to offer by key, in place of a time that could not be understood. */
export function offerTimesByKey(draft: Draft, appointment: AppointmentState): void {
  const wish = { ...appointment, numbered: true, wantsOffers: true };
  applyOutcome(draft, advance(wish, draft.appointmentContext));
}

/** Takes what the appointment machine says: its new state, its lines, and what it needs. */
export function applyOutcome(draft: Draft, outcome: AppointmentOutcome): void {
  draft.set({ appointment: outcome.state, ask: 'appointment' });
  draft.say(...outcome.lines);
  const { need } = outcome;
  if (need === undefined) return;
  switch (need.kind) {
    case 'availability': {
      const id = draft.request((requestId) => ({ kind: 'availability', requestId }));
      const { fromMs, toMs, durationMin } = need;
      draft.emit({ type: 'check_availability', requestId: id, fromMs, toMs, durationMin });
      return;
    }
    case 'book': {
      sendBooking(draft, need.booking, `${draft.state.callId}:${need.attempt}`, false);
      return;
    }
    case 'store_down': {
      draft.say(line('booking.unavailable'));
      giveUp(draft, 'The caller wanted to book while the calendar could not be reached.');
      return;
    }
    default: {
      return need;
    }
  }
}

function sendBooking(draft: Draft, booking: BookingDraft, idempotencyKey: string, retried: boolean): void {
  const id = draft.request((requestId) => ({ kind: 'book', requestId, idempotencyKey, booking, retried }));
  draft.emit({ type: 'book', requestId: id, idempotencyKey, booking });
}

/** The store has said what is taken. */
export function availabilityKnown(draft: Draft, result: Availability): void {
  const { appointment } = draft.state;
  draft.clear('pending');
  if (appointment !== undefined) {
    applyOutcome(draft, withAvailability(appointment, result, draft.appointmentContext));
  }
}

/** The store has answered a booking, or the question whether it was made. */
export function bookingAnswered(
  draft: Draft,
  pending: Extract<Pending, { kind: 'book' | 'resolve' }>,
  result: BookingResult,
): void {
  const { appointment } = draft.state;
  draft.clear('pending');
  if (appointment === undefined) return;
  switch (result) {
    case 'unknown': {
      if (pending.kind === 'resolve') unresolved(draft);
      else resolve(draft, pending);
      return;
    }
    case 'not_found': {
      // Nothing was committed under the key, so sending it once more cannot book twice.
      if (pending.retried) unresolved(draft);
      else sendBooking(draft, pending.booking, pending.idempotencyKey, true);
      return;
    }
    case 'unavailable': {
      // Of a booking sent twice, the first may still have been committed.
      if (pending.kind === 'resolve' || pending.retried) unresolved(draft);
      else applyOutcome(draft, bookingDone(appointment, result, draft.appointmentContext));
      return;
    }
    case 'booked': {
      booked(draft, pending.booking);
      return;
    }
    case 'conflict': {
      applyOutcome(draft, bookingDone(appointment, result, draft.appointmentContext));
      return;
    }
    default: {
      return result;
    }
  }
}

function resolve(draft: Draft, pending: Extract<Pending, { kind: 'book' | 'resolve' }>): void {
  const { idempotencyKey, booking, retried } = pending;
  const id: RequestId = draft.request((requestId) => ({
    kind: 'resolve',
    requestId,
    idempotencyKey,
    booking,
    retried,
  }));
  draft.emit({ type: 'resolve_booking', requestId: id, idempotencyKey });
}

function booked(draft: Draft, booking: BookingDraft): void {
  draft.clear('appointment');
  draft.set({ userName: booking.userName });
  draft.say(
    line('booking.booked', {
      date: spokenDate(booking.date, today(draft.ctx)),
      time: spokenTime(clockMinute(booking.time)),
      name: booking.userName,
    }),
  );
  // A question that came with the "yes" is answered first.
  draft.ask('anything_else', ...(draft.state.heldText === undefined ? [line('anything_else.ask')] : []));
}

function unresolved(draft: Draft): void {
  draft.say(line('booking.unresolved'));
  giveUp(draft, 'It is not known whether the booking of the caller was made.', 'callback');
}

/** The booking cannot be made now: a person, or a call-back. */
function giveUp(draft: Draft, reason: string, prefer: 'person' | 'callback' = 'person'): void {
  const { appointment } = draft.state;
  if (appointment?.name !== undefined) draft.set({ userName: appointment.name });
  draft.clear('appointment');
  if (prefer === 'callback') offerCallback(draft, reason);
  else offerPerson(draft, reason);
}

/** The caller does not want to book any more. */
export function cancelBooking(draft: Draft): void {
  const { appointment } = draft.state;
  if (appointment !== undefined) draft.set({ appointment: cancel(appointment) });
  draft.clear('appointment', 'pending');
  draft.say(line('appointment.cancelled'));
  draft.ask('anything_else', line('anything_else.ask'));
}
