import type { DialogState } from '../../machine/state.js';
import { clockTime } from '../../schedule/spoken.js';
import type { BookState } from './book/state.js';

/** States of an appointment, as they are named on the wire. */
export const APPOINTMENT_STATES = [
  'INITIAL_GREETING',
  'WAITING_FOR_DATE',
  'WAITING_FOR_TIME',
  'WAITING_FOR_PURPOSE',
  'WAITING_FOR_NAME',
  'CONFIRMATION',
  'COMPLETED',
  'CANCELLED',
] as const;

/** One of {@link APPOINTMENT_STATES}. */
export type AppointmentStateName = (typeof APPOINTMENT_STATES)[number];

/** Slot names of an appointment, as they are named on the wire. */
export const SLOT_NAMES = ['preferred_date', 'preferred_time', 'purpose', 'user_name'] as const;

/** One of {@link SLOT_NAMES}. */
export type SlotName = (typeof SLOT_NAMES)[number];

/** How far a booking is. */
export interface AppointmentProgress {
  readonly current_state: AppointmentStateName;
  readonly slots_filled: Partial<Record<SlotName, string>>;
  readonly slots_remaining: readonly SlotName[];
  readonly is_complete: boolean;
}

const WIRE: Readonly<Record<BookState['open']['ask'], AppointmentStateName>> = {
  day: 'WAITING_FOR_DATE',
  which_day: 'WAITING_FOR_DATE',
  time: 'WAITING_FOR_TIME',
  which_time: 'WAITING_FOR_TIME',
  offer: 'WAITING_FOR_TIME',
  look: 'WAITING_FOR_TIME',
  check: 'WAITING_FOR_TIME',
  service: 'WAITING_FOR_PURPOSE',
  name: 'WAITING_FOR_NAME',
  spell: 'WAITING_FOR_NAME',
  form: 'CONFIRMATION',
  confirm: 'CONFIRMATION',
  change: 'CONFIRMATION',
  drop: 'CONFIRMATION',
  waitlist: 'WAITING_FOR_TIME',
  commit: 'CONFIRMATION',
};

/** The booking of a conversation: the one that is under way, else the one that was made. */
export function appointmentProgress(state: DialogState): AppointmentProgress {
  const frame = state.stack.find(({ task }) => task === 'book');
  if (frame !== undefined) {
    const book = frame.state as BookState;
    return progress(WIRE[book.open.ask], filledSlots(book));
  }
  const { appointment } = state.known;
  if (appointment === undefined) return progress('CANCELLED', {});
  return progress('COMPLETED', {
    preferred_date: appointment.date,
    preferred_time: appointment.time,
    purpose: appointment.purpose,
    user_name: appointment.pii.userName,
  });
}

function progress(
  current_state: AppointmentStateName,
  slots_filled: AppointmentProgress['slots_filled'],
): AppointmentProgress {
  return {
    current_state,
    slots_filled,
    slots_remaining: SLOT_NAMES.filter((slot) => slots_filled[slot] === undefined),
    is_complete: current_state === 'COMPLETED',
  };
}

function filledSlots({ slot, purpose, pii, wanted }: BookState): AppointmentProgress['slots_filled'] {
  const date = slot?.date ?? (wanted.wish.dates.length === 1 ? wanted.wish.dates[0] : undefined);
  return {
    ...(date === undefined ? {} : { preferred_date: date }),
    ...(slot === undefined ? {} : { preferred_time: clockTime(slot.minute) }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(pii.name === undefined ? {} : { user_name: pii.name }),
  };
}
