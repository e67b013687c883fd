import type { DtmfDigit, RecordingConsent, SpeechEvidence, Termination } from '../../kernel/vocab.js';
import type { RequestId, TurnId, UtteranceId } from '../../kernel/ids.js';
import type { WallMs } from '../../kernel/time.js';
import type { GuardAction, GuardReason, GuardVerdict } from '../guard/core/types.js';
import type { Consent } from './consent.js';
import type { TaskId } from './tasks/ids.js';
import type { PersonInput } from './person-input.js';
import type { LocalDate } from './nlu/time/local-date.js';
import type { AskPurpose } from './model/shapes.js';
import type {
  AssistantMessage,
  ChatBudget,
  ChatMessage,
  DoneReason,
  ToolCall,
  ToolDef,
  Usage,
} from '../llm/core/types.js';

// ---- what the dialog asks of the outside ----------------------------------------------------------------------

/** Where and when an appointment takes place. */
export interface SlotRequest {
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  /** The end with the service's buffer: until then nothing else can take place with the same person or seat. */
  readonly occupiedUntilMs: WallMs;
  /** Id of a staff member, or `office`. */
  readonly resource: string;
  /** Appointments of that resource at once. */
  readonly capacity: number;
  /** Local date and `HH:MM`, as the caller agreed to them. */
  readonly date: LocalDate;
  readonly time: string;
  /** IANA zone of `date` and `time`. */
  readonly timezone: string;
}

/** What is to be booked; complete and checked against hours and rules. */
export interface BookingDraft extends SlotRequest {
  readonly serviceId?: string;
  /** Spoken service name, or the caller's own words. */
  readonly purpose: string;
  readonly holdKey?: string;
  /** Personal data: who it is for. */
  readonly pii: {
    readonly userName: string;
    readonly callerNumber?: string;
    /** Answers of the service's form. */
    readonly notes?: Readonly<Record<string, string>>;
  };
}

/** An appointment as the dialog sees it. */
export interface KnownAppointment {
  readonly id: string;
  readonly reference: string;
  readonly version: number;
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  readonly date: LocalDate;
  readonly time: string;
  readonly resource: string;
  readonly serviceId?: string;
  readonly purpose: string;
  readonly pii: {
    readonly userName: string;
    readonly callerNumber?: string;
    readonly birthDate?: string;
  };
}

/** Personal data of a call-back or message. */
export interface CallbackPii {
  readonly name?: string;
  readonly number?: string;
  /** What is to be passed on, in the caller's words. */
  readonly message?: string;
  /** When the caller would like to be called, in their words. */
  readonly when?: string;
}

/** What the classifier may know beside the sentence. */
export interface IntentContext {
  readonly previous_intent?: string;
  /** Turns of the caller so far, from 0. */
  readonly conversation_turn?: number;
  readonly session_id?: string;
  /** The agent's last words, for acts and relevance. */
  readonly question?: string;
}

/** A request whose answer comes back as a {@link DialogResult} under its id. */
export type DialogRequest =
  | { readonly type: 'classify'; readonly text: string; readonly context: IntentContext }
  | {
      readonly type: 'query_knowledge';
      readonly text: string;
      /** What was talked about before, for follow-ups: the last question and answer. */
      readonly before?: string;
    }
  | { readonly type: 'check_availability'; readonly fromMs: WallMs; readonly toMs: WallMs }
  | {
      readonly type: 'book';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly booking: BookingDraft;
    }
  | { readonly type: 'resolve_booking'; readonly idempotencyKey: string }
  | {
      readonly type: 'find_appointments';
      /** At least one is given; a name matches tolerantly, the others exactly. */
      readonly pii: { readonly phone?: string; readonly name?: string; readonly reference?: string };
    }
  | {
      readonly type: 'move';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly appointmentId: string;
      readonly expectedVersion: number;
      readonly slot: SlotRequest;
      readonly holdKey?: string;
      readonly serviceId?: string;
      readonly purpose?: string;
    }
  | {
      readonly type: 'cancel';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly appointmentId: string;
      readonly expectedVersion: number;
    }
  | { readonly type: 'resolve_change'; readonly idempotencyKey: string }
  /** Keeps a slot for the caller while they decide. A failure is no error: the booking decides. */
  | { readonly type: 'hold'; readonly holdKey: string; readonly slot: SlotRequest }
  | {
      readonly type: 'join_waiting_list';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly serviceId?: string;
      readonly resource?: string;
      readonly from: LocalDate;
      readonly to: LocalDate;
      readonly fromMin?: number;
      readonly toMin?: number;
      readonly durationMin: number;
      readonly pii: { readonly name: string; readonly number?: string };
    }
  /** A promise: committed before it is spoken. */
  | {
      readonly type: 'request_callback';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly kind: 'callback' | 'message' | 'escalation' | 'emergency';
      /** A constant sentence without personal data. */
      readonly reason: string;
      readonly pii: CallbackPii;
    }
  /** What the promise under a key is to be from now on. */
  | {
      readonly type: 'change_callback';
      readonly consent: Consent;
      readonly idempotencyKey: string;
      readonly kind: 'callback' | 'message' | 'emergency';
      readonly pii: CallbackPii;
    }
  /** Takes the promise under a key back. */
  | { readonly type: 'withdraw_callback'; readonly consent: Consent; readonly idempotencyKey: string }
  /** This number is not called any more. */
  | { readonly type: 'stop_calls'; readonly consent: Consent; readonly pii: { readonly number: string } }
  | { readonly type: 'transfer'; readonly consent: Consent; readonly target: string }
  /** Asks a language model; its words come as `model_delta`, its end as `model_done` or `model_failed`. */
  | {
      readonly type: 'model_open';
      readonly purpose: 'answer' | 'agent';
      readonly messages: readonly ChatMessage[];
      readonly tools: readonly ToolDef[];
      readonly toolChoice: 'auto' | 'none';
      readonly budget: ChatBudget;
      readonly adapter?: string;
      /** Something in it belongs to this caller alone. */
      readonly personal: boolean;
    }
  /** Asks a language model for JSON; it is checked against the shape of its purpose. */
  | {
      readonly type: 'ask_model';
      readonly purpose: AskPurpose;
      readonly messages: readonly ChatMessage[];
      readonly budget: ChatBudget;
      readonly personal: boolean;
    }
  /** A tool of the pack that only reads public data, or one of another server that does. */
  | {
      readonly type: 'tool_call';
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    }
  /** A tool of the pack that discloses private data, changes something or costs money. */
  | {
      readonly type: 'disclose' | 'change' | 'charge';
      readonly consent: Consent;
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    };

/** An effect with an answer. */
export type RequestEffect = DialogRequest & { readonly requestId: RequestId };

/** How something is said. */
export interface SayStyle {
  readonly voice?: string;
  /** 0.5..2, 1 = as recorded. */
  readonly speed?: number;
  readonly emotion?: string;
  /** BCP 47. */
  readonly language?: string;
  /** Gain in dB against the usual level. */
  readonly gainDb?: number;
}

/** Something to say. All `say` effects of one step are spoken in order. */
export interface SayEffect {
  readonly type: 'say';
  /** Names these words in heard inputs, transcripts and latencies. */
  readonly sayId: UtteranceId;
  readonly text: string;
  readonly promptId: string;
  readonly interruptible: boolean;
  /** More text follows under the same id; an empty text without it ends the words. */
  readonly more?: true;
  readonly style?: SayStyle;
  /** Ids of the passages the text was taken from. */
  readonly sources?: readonly string[];
  /** True for "one moment": it answers nothing and is not repeated. */
  readonly filler?: true;
}

/** A fact of the call that is kept with it and needs no answer. */
export type DialogNote =
  /** Whoever is on the line does not want to be called. */
  | { readonly kind: 'opt_out' }
  /** How content the caller was, from 1 to `of`. */
  | { readonly kind: 'rating'; readonly value: number; readonly of: number }
  /** What a call about an appointment came to. A move or cancellation that was asked for is a change of its own. */
  | {
      readonly kind: 'reminder';
      readonly outcome:
        | 'confirmed'
        | 'asked_to_move'
        | 'asked_to_cancel'
        | 'opted_out'
        | 'wrong_person'
        | 'not_now'
        /** No human being said that they are there. */
        | 'nobody';
      readonly appointmentId: string;
    }
  /** A text that did not go on as it was: of the caller, or of a model. */
  | {
      readonly kind: 'guard';
      readonly stage: 'input' | 'output';
      readonly action: GuardAction;
      readonly reasons: readonly GuardReason[];
      readonly scores: Readonly<Partial<Record<'injection' | 'toxic', number>>>;
    };

/** Everything the dialog can ask for. */
export type DialogEffect =
  | SayEffect
  | RequestEffect
  /** The answer of a request is not wanted any more. */
  | { readonly type: 'abandon'; readonly requestId: RequestId }
  | { readonly type: 'note'; readonly note: DialogNote }
  /** A model is to stop at once. */
  | { readonly type: 'model_abort'; readonly requestId: RequestId }
  /** Gives a slot that was held back. */
  | { readonly type: 'release_hold'; readonly holdKey: string }
  /** The caller agrees to be recorded. */
  | { readonly type: 'record'; readonly consent: Consent }
  /** How the caller stands to being recorded, short of agreeing to it. */
  | { readonly type: 'recording'; readonly state: Exclude<RecordingConsent, 'given'> }
  /** Hang up after the last words have been played. */
  | { readonly type: 'hangup'; readonly reason: 'agent_goodbye'; readonly consent: Consent }
  | { readonly type: 'hangup'; readonly reason: Exclude<Termination, 'agent_goodbye'> };

// ---- what the dialog is told ----------------------------------------------------------------------------------

/** Acts, intents and relevance of a sentence with calibrated probabilities. */
export interface IntentResult {
  /** Id of an intent of the pack (`intents.yaml`), `OUT_OF_SCOPE` when none fits. */
  readonly intent: string;
  /** 0..1. */
  readonly confidence: number;
  readonly method: 'pattern' | 'embedding' | 'llm';
  /** Named pieces of the sentence, such as `{ service: "..." }`. */
  readonly entities: Readonly<Record<string, string>>;
  /** Probability of each dialogue act, where the classifier gives it. */
  readonly acts?: Readonly<Record<string, number>>;
  /** Probability that the words answer {@link IntentContext.question}. */
  readonly relevance?: number;
  /** Probability that the words are an attack on the agent, where the classifier gives it. */
  readonly injection?: number;
  /** The runner-up, where there is one. */
  readonly second?: { readonly intent: string; readonly confidence: number };
  readonly user_context?: string;
  readonly extracted_meaning?: string;
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

/** A time that is taken, in wall-clock milliseconds, the end excluded. */
export interface BusySpan {
  readonly resource: string;
  readonly startMs: WallMs;
  readonly endMs: WallMs;
}

/**
 * How a change went.
 *
 * - `done`: committed (also when the same idempotency key had been committed before)
 * - `conflict`: somebody else has the time
 * - `stale`: the appointment was changed meanwhile; `gone`: there is none (any more)
 * - `unknown`: the store did not answer; resolve by the idempotency key
 * - `not_found`: the answer to a resolution when nothing was committed
 * - `unavailable`: the store is down, nothing was committed
 */
export type ChangeStatus = 'done' | 'conflict' | 'stale' | 'gone' | 'unknown' | 'not_found' | 'unavailable';

/** The answer to a request. */
export type DialogResult =
  | {
      readonly type: 'intent';
      readonly intent: IntentResult;
      /** What a guard elsewhere holds against the words. */
      readonly guard?: Pick<GuardVerdict, 'action' | 'reasons' | 'scores'>;
    }
  | { readonly type: 'knowledge'; readonly answer: KnowledgeAnswer }
  | { readonly type: 'availability'; readonly busy: readonly BusySpan[] }
  | { readonly type: 'found'; readonly appointments: readonly KnownAppointment[] }
  /** Of book, move, cancel, their resolutions, waiting list and call-back. */
  | {
      readonly type: 'change';
      readonly status: ChangeStatus;
      readonly appointment?: KnownAppointment;
    }
  | { readonly type: 'held'; readonly held: boolean }
  | { readonly type: 'transfer'; readonly outcome: 'accepted' | 'refused' | 'failed' }
  | { readonly type: 'tool'; readonly value: unknown }
  /** JSON of a model, of the shape that was asked for. */
  | { readonly type: 'model_json'; readonly value: unknown }
  /** The request failed or came too late; nothing was changed by it. */
  | { readonly type: 'failed'; readonly why: 'unavailable' | 'timeout' | 'refused' };

/** Everything the dialog can be told. */
export type DialogInput =
  /** Begins with the greeting, or with a task in its place. */
  | {
      readonly type: 'start';
      readonly task?: TaskId;
      /** The record that `reminder` is about. */
      readonly appointment?: KnownAppointment;
      /** The other end was called by us. */
      readonly outbound?: true;
      /** What a call of ours is about, as it is said at its beginning. */
      readonly topic?: string;
    }
  | {
      readonly type: 'turn';
      readonly turnId: TurnId;
      readonly text: string;
      /** Calibrated confidence, 0..1; 1 for typed text. */
      readonly confidence: number;
      readonly evidence?: SpeechEvidence;
      /** Typed: what the agent wrote was there to be read to its end. */
      readonly typed?: true;
      /** A guard does not let the words be dealt with: what is said instead. */
      readonly refused?: { readonly id: string; readonly say?: readonly string[] };
      /** No model is to see the words. */
      readonly untrusted?: true;
    }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit; readonly turnId: TurnId }
  /** The caller has said nothing for the whole wait, for the `count`-th time in a row (from 1). */
  | { readonly type: 'silence'; readonly count: number }
  /** Speech that gave no usable words. */
  | { readonly type: 'not_understood'; readonly turnId: TurnId }
  | { readonly type: 'result'; readonly requestId: RequestId; readonly result: DialogResult }
  /** The next words of a model; `seq` counts from 0. */
  | {
      readonly type: 'model_delta';
      readonly requestId: RequestId;
      readonly seq: number;
      readonly text: string;
    }
  | { readonly type: 'model_tool'; readonly requestId: RequestId; readonly call: ToolCall }
  | {
      readonly type: 'model_done';
      readonly requestId: RequestId;
      readonly reason: DoneReason;
      readonly usage: Usage;
      /** The whole turn of the model, for its history. */
      readonly message: AssistantMessage;
    }
  /** No answer, or none any more; `kind` as in `FailureKind`. */
  | { readonly type: 'model_failed'; readonly requestId: RequestId; readonly kind: string }
  /** The request is slow; a filler is due. */
  | { readonly type: 'waiting'; readonly requestId: RequestId }
  /** What the caller has heard of what was said; `complete` is false when they spoke over it. */
  | {
      readonly type: 'heard';
      readonly sayId: UtteranceId;
      readonly text: string;
      readonly complete: boolean;
    }
  /** A supervisor or another system has the conversation taken up again: the open question is put once more. */
  | { readonly type: 'resumed' }
  /** The longest call is over: a goodbye, and the end. */
  | { readonly type: 'time_up' }
  | PersonInput;
