import type { Consent } from '../../../consent.js';
import type { DialogRequest, DialogResult, KnownAppointment } from '../../../effects.js';
import { line } from '../../../render.js';
import { today } from '../../../schedule/calendar.js';
import { slotRequest } from '../../../schedule/slots.js';
import { speakerOf } from '../../../schedule/spoken.js';
import { refuseMoments } from '../../../schedule/wish.js';
import type { Known, TaskContext } from '../../task.js';
import { commit, commitAnswered, type CommitStep } from '../commit.js';
import { wantedTerms, withBusy } from '../moment/index.js';
import { advance, holdKeyOf, searching, type BookStep } from './advance.js';
import { detailsOf, withoutSlot, type BookState } from './state.js';

/** Why a person or a call-back is offered; constant words. */
export const REASONS = {
  unavailable: 'The caller wanted an appointment while the calendar could not be reached.',
  unknown: 'It is not known whether the appointment of the caller was booked.',
} as const;

/** Books what was agreed to. */
export function sendBooking(state: BookState, consent: Consent, ctx: TaskContext): BookStep {
  const { slot, pii, purpose = '', wanted } = state;
  if (slot === undefined || pii.name === undefined) return advance(detailsOf(state), ctx);
  const attempt = state.attempt + 1;
  const number = ctx.callerNumber ?? ctx.known.number;
  const sent = commit({
    type: 'book',
    consent,
    idempotencyKey: `${ctx.callId}:${ctx.frame}:${attempt}`,
    booking: {
      ...slotRequest(slot, wantedTerms(wanted, ctx), ctx),
      ...(wanted.serviceId === undefined ? {} : { serviceId: wanted.serviceId }),
      purpose,
      ...(state.holding ? { holdKey: holdKeyOf(ctx) } : {}),
      pii: {
        userName: pii.name,
        ...(number === undefined ? {} : { callerNumber: number }),
        ...(pii.notes === undefined ? {} : { notes: pii.notes }),
      },
    },
  });
  const open = { ask: 'commit', commit: sent.commit } as const;
  return { state: { ...detailsOf(state), attempt, open }, say: [], requests: [sent.request] };
}

/** Takes the answer to a request of the booking. */
export function bookAnswered(
  state: BookState,
  request: DialogRequest,
  result: DialogResult,
  ctx: TaskContext,
): BookStep {
  const unchanged: BookStep = { state, say: [] };
  const { open } = state;
  switch (request.type) {
    case 'check_availability': {
      if (open.ask !== 'look') return unchanged;
      if (result.type !== 'availability') return unavailable(state, ctx);
      const details = detailsOf(state);
      return searching(details, withBusy(details.wanted, open, result.busy, ctx), ctx);
    }
    case 'book':
    case 'resolve_booking': {
      if (open.ask !== 'commit') return unchanged;
      const next = commitAnswered(open.commit, result);
      return next === undefined ? unchanged : committed(state, next, ctx);
    }
    // Whether the slot is kept or not: the booking decides.
    default: {
      return unchanged;
    }
  }
}

function committed(state: BookState, next: CommitStep, ctx: TaskContext): BookStep {
  switch (next.type) {
    case 'request': {
      const open = { ask: 'commit', commit: next.commit } as const;
      return { state: { ...state, open }, say: [], requests: [next.request] };
    }
    case 'done': {
      return booked(state, next.appointment, ctx);
    }
    case 'not_done': {
      return next.why === 'unavailable' ? unavailable(state, ctx) : conflict(state, ctx);
    }
    case 'unknown': {
      return {
        state,
        say: [line('booking.unresolved')],
        next: {
          type: 'replace',
          task: 'callback',
          start: { args: { reason: REASONS.unknown } },
          known: knownOf(state),
        },
      };
    }
    default: {
      return next;
    }
  }
}

const knownOf = (state: BookState): Known => (state.pii.name === undefined ? {} : { name: state.pii.name });

function booked(state: BookState, appointment: KnownAppointment | undefined, ctx: TaskContext): BookStep {
  const { slot } = state;
  const when = slot === undefined ? '' : speakerOf(ctx.lexicon.locale).moment(slot, today(ctx));
  const known = { ...knownOf(state), ...(appointment === undefined ? {} : { appointment }) };
  return {
    state: { ...state, holding: false },
    say: [line('booking.booked', { when })],
    next: { type: 'done', known, ...(appointment === undefined ? {} : { result: appointment }) },
  };
}

/** Somebody else was faster: the nearest free times are offered. */
function conflict(state: BookState, ctx: TaskContext): BookStep {
  const details = detailsOf(state);
  const { slot, wanted } = details;
  if (slot === undefined) return advance(details, ctx);
  const gone = { ...wanted, wish: refuseMoments(wanted.wish, [{ date: slot.date, minute: slot.minute }]) };
  const time = speakerOf(ctx.lexicon.locale).time(slot.minute);
  const next = withoutSlot({ ...details, wanted: gone, holding: false });
  return advance(next, ctx, { lead: [line('booking.conflict', { time })], offer: true });
}

/** The calendar cannot be reached: nothing is booked, a person or a call-back is offered. */
function unavailable(state: BookState, ctx: TaskContext): BookStep {
  return {
    state: { ...state, holding: false },
    say: [line('booking.unavailable')],
    next: {
      type: 'replace',
      task: 'handoff',
      start: { args: { reason: REASONS.unavailable } },
      known: knownOf(state),
    },
    ...(state.holding ? { release: [holdKeyOf(ctx)] } : {}),
  };
}
