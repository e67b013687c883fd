import type { DtmfDigit } from '../../../kernel/vocab.js';
import { CONFIDENCE } from '../thresholds.js';
import { readYesNo } from '../language/yes-no.js';
import { line, type Line } from '../render.js';
import { spokenTime } from '../spoken.js';
import type { BookingResult, SlotName } from '../types.js';
import { advance, askNext, retake, type AppointmentContext, type AppointmentOutcome } from './advance.js';
import { hear, takeOffer, type Heard } from './hear.js';
import { question } from './questions.js';
import { draftOf, EMPTY_APPOINTMENT, without, type AppointmentState } from './state.js';

/** Begins a booking with the sentence that asked for it; whatever slots it holds are taken. */
export function begin(text: string, confidence: number, ctx: AppointmentContext): AppointmentOutcome {
  const heard = hear(EMPTY_APPOINTMENT, text, confidence, ctx, true);
  return advance(heard.state, ctx, heard.changed ? heard.lines : [line('appointment.start')]);
}

/**
 * Takes the caller's answer to the open question, whatever it answers, corrects or adds.
 *
 * @returns `undefined` when the sentence says nothing about the appointment
 */
export function answer(
  state: AppointmentState,
  text: string,
  confidence: number,
  ctx: AppointmentContext,
): AppointmentOutcome | undefined {
  const heard = hear(state, text, confidence, ctx, false);
  if (heard.changed && heard.fields.length === 0) {
    return advance(offersForNewDay(state, heard), ctx, heard.lines);
  }
  if (heard.fields.length > 0) return advance(clearFields(heard.state, heard.fields), ctx, heard.lines);
  if (state.ask === 'change' && NOTHING.test(text)) return askNext(state, ctx);
  const said = readYesNo(text)?.answer;
  return said === undefined ? undefined : answerYesNo(state, said, confidence, ctx);
}

/** "Nothing, it is fine": takes a "no" to the read-back back. */
const NOTHING =
  /\b(?:nothing|never ?mind|(?:it|that|all|everything)(?:'s| is) (?:fine|good|right|correct|okay|ok))\b/i;

/** "Anything on Thursday?" after an offer asks for Thursday's times, not for a question about the time. */
function offersForNewDay(before: AppointmentState, heard: Heard): AppointmentState {
  const { state } = heard;
  const isNewDay = before.ask === 'offer' && state.date !== before.date;
  const hasTime = state.minute !== undefined || state.readings !== undefined;
  return isNewDay && !hasTime ? { ...state, wantsOffers: true } : state;
}

function answerYesNo(
  state: AppointmentState,
  said: 'yes' | 'no',
  confidence: number,
  ctx: AppointmentContext,
): AppointmentOutcome | undefined {
  switch (state.ask) {
    case 'confirm': {
      return said === 'yes' ? confirmed(state, confidence, ctx) : asking({ ...state, ask: 'change' }, ctx);
    }
    case 'check': {
      const cleared = without(state, 'date', 'minute', 'readings', 'free');
      return said === 'yes'
        ? advance({ ...state, doubtful: false }, ctx)
        : askNext({ ...cleared, doubtful: false }, ctx, [line('appointment.ack')]);
    }
    case 'offer': {
      return answerOffer(state, said, ctx);
    }
    case 'date': {
      const suggested = state.days.length === 1 ? state.days[0] : undefined;
      if (suggested === undefined) return undefined;
      return said === 'yes'
        ? advance({ ...state, date: suggested, days: [] }, ctx)
        : askNext({ ...state, days: [] }, ctx);
    }
    case 'change': {
      return undefined;
    }
    case 'time':
    case 'which_time':
    case 'purpose':
    case 'name': {
      return undefined;
    }
    default: {
      return state.ask;
    }
  }
}

function answerOffer(
  state: AppointmentState,
  said: 'yes' | 'no',
  ctx: AppointmentContext,
): AppointmentOutcome {
  const only = state.offers.length === 1 ? state.offers[0] : undefined;
  if (said === 'yes' && only !== undefined) return advance(takeOffer(state, only, ctx), ctx);
  if (said === 'yes') {
    const times = question(state, ctx);
    return { state, lines: times };
  }
  const cleared: AppointmentState = {
    ...without(state, 'date', 'minute', 'readings', 'free'),
    ask: 'date',
    state: 'WAITING_FOR_DATE',
    offers: [],
    days: [],
    numbered: false,
  };
  return { state: cleared, lines: [line('appointment.offer.other')] };
}

/** A "yes" that books must be a sure one, or be said twice. */
function confirmed(
  state: AppointmentState,
  confidence: number,
  ctx: AppointmentContext,
): AppointmentOutcome | undefined {
  if (confidence < CONFIDENCE.booking && !state.reconfirmed) {
    return { state: { ...state, reconfirmed: true }, lines: [line('appointment.confirm.unsure')] };
  }
  const booking = draftOf(state, ctx.business, ctx.callerNumber);
  if (booking === undefined) return advance(state, ctx);
  return { state, lines: [], need: { kind: 'book', booking, attempt: state.attempt } };
}

const asking = (state: AppointmentState, ctx: AppointmentContext): AppointmentOutcome => ({
  state,
  lines: question(state, ctx),
});

function clearFields(state: AppointmentState, fields: readonly SlotName[]): AppointmentState {
  let next = state;
  for (const field of fields) {
    switch (field) {
      case 'preferred_date': {
        next = without(next, 'date', 'free');
        break;
      }
      case 'preferred_time': {
        next = without(next, 'minute', 'readings', 'free');
        break;
      }
      case 'purpose': {
        next = without(next, 'purpose');
        break;
      }
      case 'user_name': {
        next = without(next, 'name');
        break;
      }
      default: {
        return field;
      }
    }
  }
  return next;
}

const CHANGE_KEYS: Readonly<Record<string, SlotName>> = {
  '1': 'preferred_date',
  '2': 'preferred_time',
  '3': 'purpose',
  '4': 'user_name',
};

/** Takes a key of the telephone. `undefined` when the key means nothing here. */
export function press(
  state: AppointmentState,
  digit: DtmfDigit,
  ctx: AppointmentContext,
): AppointmentOutcome | undefined {
  const index = Number(digit) - 1;
  switch (state.ask) {
    case 'date': {
      const date = state.days[index];
      return date === undefined
        ? undefined
        : advance({ ...state, date, days: [], wantsOffers: state.numbered }, ctx);
    }
    case 'offer': {
      const slot = state.offers[index];
      return slot === undefined ? undefined : advance(takeOffer(state, slot, ctx), ctx);
    }
    case 'which_time': {
      const minute = state.readings?.[index];
      return minute === undefined ? undefined : advance({ ...state, readings: [minute] }, ctx);
    }
    case 'check':
    case 'confirm': {
      if (digit !== '1' && digit !== '2') return undefined;
      return answerYesNo(state, digit === '1' ? 'yes' : 'no', 1, ctx);
    }
    case 'change': {
      const field = CHANGE_KEYS[digit];
      return field === undefined ? undefined : advance(clearFields(state, [field]), ctx);
    }
    case 'purpose': {
      const service = state.numbered ? ctx.business.services[index] : undefined;
      if (service === undefined) return undefined;
      return advance({ ...state, purpose: { text: service.name, serviceId: service.id } }, ctx);
    }
    case 'name': {
      if (digit !== '1' || !state.numbered || ctx.callerNumber === undefined) return undefined;
      return advance({ ...state, name: `Caller ${ctx.callerNumber.slice(-4)}` }, ctx);
    }
    case 'time': {
      return undefined;
    }
    default: {
      return state.ask;
    }
  }
}

/** Takes the store's answer to a booking whose outcome is known. */
export function bookingDone(
  state: AppointmentState,
  result: Exclude<BookingResult, 'unknown' | 'not_found'>,
  ctx: AppointmentContext,
): AppointmentOutcome {
  switch (result) {
    case 'booked': {
      return { state: { ...state, state: 'COMPLETED' }, lines: [] };
    }
    case 'conflict': {
      const held: readonly Line[] = [line('booking.conflict', { time: spokenTime(state.minute ?? 0) })];
      return retake({ ...state, held }, ctx);
    }
    case 'unavailable': {
      return { state, lines: [], need: { kind: 'store_down' } };
    }
    default: {
      return result;
    }
  }
}

/** The caller gives the booking up. */
export const cancel = (state: AppointmentState): AppointmentState => ({ ...state, state: 'CANCELLED' });
