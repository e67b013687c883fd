import type { CallId, RequestId } from '../../kernel/ids.js';
import type { AppointmentState } from './appointment/state.js';
import type { BookingDraft, DialogStart, IntentName, DialogEffect } from './types.js';

/** What the dialog has asked for. `appointment` leaves the question to the appointment's own state. */
export type DialogAsk =
  | 'open'
  | 'anything_else'
  | 'appointment'
  /** "Shall I connect you to a person?" */
  | 'person'
  /** "Shall we call you back?" */
  | 'callback'
  | 'callback_number';

/** The one request whose answer the dialog waits for. Answers to earlier requests are dropped by their id. */
export type Pending =
  | {
      readonly kind: 'classify' | 'knowledge';
      readonly requestId: RequestId;
      readonly text: string;
      readonly confidence: number;
    }
  | { readonly kind: 'availability'; readonly requestId: RequestId }
  | {
      readonly kind: 'book' | 'resolve';
      readonly requestId: RequestId;
      readonly idempotencyKey: string;
      readonly booking: BookingDraft;
      /** True once the booking was sent again after nothing was found under its key. */
      readonly retried: boolean;
    }
  | { readonly kind: 'transfer'; readonly requestId: RequestId };

/** What was said last, to say it again. */
export interface Said {
  readonly text: string;
  readonly promptId: string;
}

/** State of a conversation. JSON-serialisable: a conversation can be saved and resumed. */
export interface DialogState {
  readonly version: 1;
  readonly callId: CallId;
  readonly callerNumber?: string;
  readonly seed: number;
  /** Requests made so far; numbers the next one. */
  readonly requests: number;
  /** Turns of the caller so far. */
  readonly turns: number;
  readonly ask: DialogAsk;
  readonly pending?: Pending;
  /** Lasts from the request to book until it is booked or given up. */
  readonly appointment?: AppointmentState;
  /** The name of a finished booking, for a call-back. */
  readonly userName?: string;
  readonly previousIntent?: IntentName;
  /** Answers in a row that were not understood. */
  readonly misses: number;
  readonly fillers: number;
  readonly lastSaid: readonly Said[];
  /** True when the caller spoke over the last question before its end. */
  readonly cutOff: boolean;
  /** Keys pressed for a telephone number. */
  readonly digits: string;
  /** Why a person is wanted, for the call-back. */
  readonly reason: string;
  /** A question that came with the "yes" of a booking; answered after it. */
  readonly heldText?: string;
  /** How often each prompt was said; its variants take turns. */
  readonly said: Readonly<Record<string, number>>;
  readonly ended: boolean;
}

/** A conversation that has not begun. */
export function initialDialog(start: DialogStart): DialogState {
  return {
    version: 1,
    callId: start.callId,
    ...(start.callerNumber === undefined ? {} : { callerNumber: start.callerNumber }),
    seed: start.seed ?? 0,
    requests: 0,
    turns: 0,
    ask: 'open',
    misses: 0,
    fillers: 0,
    lastSaid: [],
    cutOff: false,
    digits: '',
    reason: '',
    said: {},
    ended: false,
  };
}

/** Result of a step: the next state and what to do, in order. */
export interface DialogStep {
  readonly state: DialogState;
  readonly effects: readonly DialogEffect[];
}
