import type { Expectation, DtmfDigit, Termination } from '../../kernel/vocab.js';
import type { CallId, RequestId, TurnId, UtteranceId } from '../../kernel/ids.js';
import type { WallMs } from '../../kernel/time.js';
import type { Business } from './business.js';

/** Every intent, as it is named on the wire. */
export const INTENT_NAMES = [
  'GREETING',
  'APPOINTMENT_SCHEDULING',
  'APPOINTMENT_CHANGE',
  'APPOINTMENT_CANCEL',
  'RAG_QUERY',
  'HUMAN_HANDOFF',
  'REPEAT',
  'GOODBYE',
  'OUT_OF_SCOPE',
] as const;

/** One of {@link INTENT_NAMES}. */
export type IntentName = (typeof INTENT_NAMES)[number];

/** How an intent was found. */
export type IntentMethod = 'pattern' | 'embedding' | 'llm';

/** What a sentence is about. */
export interface IntentResult {
  readonly intent: IntentName;
  /** 0..1. */
  readonly confidence: number;
  readonly method: IntentMethod;
  /** Named pieces of the sentence, such as `{ service: "transfer credits" }`. */
  readonly entities: Readonly<Record<string, string>>;
  /** The caller's situation in words, when the sentence gives it. */
  readonly user_context?: string;
  /** The request in a short normalised form, when the classifier gives one. */
  readonly extracted_meaning?: string;
}

/** What the classifier may know beside the sentence. */
export interface IntentContext {
  readonly previous_intent?: IntentName;
  /** Turns of the caller so far, from 0. */
  readonly conversation_turn?: number;
  readonly session_id?: string;
}

/** A passage an answer was taken from. */
export interface KnowledgeSource {
  readonly id: string;
  readonly title: string;
  /** File or address the passage comes from. */
  readonly path?: string;
  /** 0..1, comparable within one answer. */
  readonly score?: number;
  /** The passage itself, where it is kept. */
  readonly text?: string;
}

/** A spoken answer with its sources. */
export interface KnowledgeAnswer {
  /** False when nothing reached the threshold: `answer` is then empty. */
  readonly found: boolean;
  /** At most two sentences, ready to be spoken. */
  readonly answer: string;
  readonly sources: readonly KnowledgeSource[];
  /** 0..1. */
  readonly confidence: number;
}

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

/** What is to be booked; complete and checked against the opening hours. */
export interface BookingDraft {
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local time, `HH:MM`. */
  readonly time: string;
  /** IANA zone of `date` and `time`. */
  readonly timezone: string;
  /** Spoken service name, or the caller's own words. */
  readonly purpose: string;
  /** Service the purpose was matched to. */
  readonly serviceId?: string;
  readonly userName: string;
  readonly callerNumber?: string;
}

/**
 * How a booking went.
 *
 * - `booked`: committed (also when the same idempotency key had been committed before)
 * - `conflict`: somebody else has the time
 * - `unknown`: the store did not answer; resolve by the idempotency key
 * - `not_found`: the answer to `resolve_booking` when nothing was committed
 * - `unavailable`: the store is down, nothing was committed
 */
export type BookingResult = 'booked' | 'conflict' | 'unknown' | 'not_found' | 'unavailable';

/** A time that is taken, in wall-clock milliseconds, the end excluded. */
export interface BusySpan {
  readonly startMs: WallMs;
  readonly endMs: WallMs;
}

/** Which appointments exist in the asked range; `unavailable` when the store is down. */
export type Availability =
  { readonly status: 'ok'; readonly busy: readonly BusySpan[] } | { readonly status: 'unavailable' };

/** Everything the dialog machine can be told. An input with a `requestId` answers the effect of the same id. */
export type DialogInput =
  | { readonly type: 'start' }
  | {
      readonly type: 'turn';
      readonly turnId: TurnId;
      readonly text: string;
      /** Recogniser's confidence, 0..1; 1 for typed text. */
      readonly confidence: number;
    }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit; readonly turnId: TurnId }
  /** The caller has said nothing for the whole wait, for the `count`-th time in a row (from 1). */
  | { readonly type: 'silence'; readonly count: number }
  /** Speech that gave no usable words. */
  | { readonly type: 'not_understood'; readonly turnId: TurnId }
  | { readonly type: 'intent'; readonly requestId: RequestId; readonly result: IntentResult }
  | { readonly type: 'knowledge'; readonly requestId: RequestId; readonly result: KnowledgeAnswer }
  | { readonly type: 'availability'; readonly requestId: RequestId; readonly result: Availability }
  | { readonly type: 'booking'; readonly requestId: RequestId; readonly outcome: BookingResult }
  /** The request is slow; a filler is due. */
  | { readonly type: 'waiting'; readonly requestId: RequestId }
  | {
      readonly type: 'transfer';
      readonly requestId: RequestId;
      readonly outcome: 'accepted' | 'refused' | 'failed';
    }
  /** What the caller has heard of what was said; `complete` is false when they spoke over it. */
  | {
      readonly type: 'heard';
      readonly utteranceId?: UtteranceId;
      /** The whole text of what was being said. */
      readonly said: string;
      /** Its part that was heard. */
      readonly text: string;
      readonly complete: boolean;
    };

/** Something to say. All `say` effects of one step are spoken in order and share the expectation. */
export interface SayEffect {
  readonly type: 'say';
  readonly text: string;
  readonly promptId: string;
  readonly expectation: Expectation;
  readonly interruptible: boolean;
  /** Ids of the passages the text was taken from. */
  readonly sources?: readonly string[];
  /** True for "one moment": it answers nothing and is not repeated. */
  readonly filler?: boolean;
}

/** Everything the dialog machine can ask for. */
export type DialogEffect =
  | SayEffect
  | {
      readonly type: 'classify';
      readonly requestId: RequestId;
      readonly text: string;
      readonly context: IntentContext;
    }
  | { readonly type: 'query_knowledge'; readonly requestId: RequestId; readonly text: string }
  | {
      readonly type: 'check_availability';
      readonly requestId: RequestId;
      readonly fromMs: WallMs;
      readonly toMs: WallMs;
      readonly durationMin: number;
    }
  | {
      readonly type: 'book';
      readonly requestId: RequestId;
      readonly idempotencyKey: string;
      readonly booking: BookingDraft;
    }
  | { readonly type: 'resolve_booking'; readonly requestId: RequestId; readonly idempotencyKey: string }
  | { readonly type: 'transfer'; readonly requestId: RequestId; readonly target: string }
  /** A person of the office is to call back. */
  | {
      readonly type: 'request_callback';
      readonly reason: string;
      readonly userName?: string;
      readonly callerNumber?: string;
    }
  /** Hang up after the last words have been played. */
  | { readonly type: 'hangup'; readonly reason: Termination };

/** Who speaks. */
export interface Persona {
  readonly id: string;
  /** The name the agent gives itself in prompts. */
  readonly name: string;
  readonly voice?: string;
  /** 0.5..2, 1 = as recorded. */
  readonly speed?: number;
}

/** The texts of one prompt. */
export interface Prompt {
  readonly id: string;
  readonly version: number;
  readonly locale: string;
  /** Names that the texts use as `{name}`. */
  readonly vars: readonly string[];
  /** At least one; they take turns. */
  readonly variants: readonly string[];
}

/** Every prompt by its id; plain data, so that it crosses threads. */
export type PromptSet = Readonly<Record<string, Prompt>>;

/** What a step may look at beside state and input. */
export interface DialogContext {
  readonly wallMs: WallMs;
  readonly business: Business;
  readonly prompts: PromptSet;
  readonly persona: Persona;
}

/** What a new conversation knows. */
export interface DialogStart {
  readonly callId: CallId;
  /** E.164 where known. */
  readonly callerNumber?: string;
  /** Chooses the first variant of each prompt; 0 unless told. */
  readonly seed?: number;
}
