import type { Consent } from '../../../consent.js';
import type { KnownAppointment } from '../../../effects.js';

/**
 * State of a reminder. Nothing of the appointment is said before a human being has answered (`human`) and has said to be
 * the one whom it concerns (`who`).
 */
export interface ReminderState {
  readonly ask: 'human' | 'who' | 'remind' | 'which_change' | 'opted_out' | 'over';
  readonly appointment: KnownAppointment;
  /** Answers to the first two questions that were not understood. */
  readonly tries: number;
  /** The wish for no more calls; the call ends with it. */
  readonly consent?: Consent;
}
