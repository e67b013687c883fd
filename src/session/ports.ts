import type { UtteranceId } from '../kernel/ids.js';
import type { Scheduler } from '../kernel/time.js';
import type { Completeness, DtmfDigit, Expectation, ExpectedSpeech, Termination } from '../kernel/vocab.js';
import type { MonoMs } from '../kernel/time.js';
import type {
  BookingResult,
  DialogContext,
  DialogInput,
  DialogStart,
  IntentContext,
  IntentResult,
  KnowledgeAnswer,
} from '../dialog/core/types.js';
import type { DialogState, DialogStep } from '../dialog/core/state.js';
import type { SttEngine, TtsEngine, VadEngine } from '../speech/ports.js';
import type { Appointments, Conversations, Journal } from '../store/types.js';
import type { TurnLatency } from '../turn/latency.js';

/** What a call leg tells its session. */
export type SessionLegEvent =
  | { readonly type: 'confirmed'; readonly at: MonoMs }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit; readonly at: MonoMs }
  | {
      readonly type: 'transfer';
      readonly state: 'trying' | 'accepted' | 'refused' | 'failed';
      readonly at: MonoMs;
    }
  | { readonly type: 'ended'; readonly reason: Termination; readonly at: MonoMs };

/** The part of a call leg that a session drives; phones and conversation sockets give it alike. */
export interface SessionLeg {
  subscribe(listener: (event: SessionLegEvent) => void): () => void;
  hangup(reason: Termination): void;
  transfer(target: string): void;
}

/** Who is on the other end. */
export interface SessionInfo {
  readonly direction: 'inbound' | 'outbound' | 'conversation';
  /** Personal data: numbers and names of the parties. */
  readonly pii: { readonly from?: string; readonly to?: string; readonly displayName?: string };
}

/** The dialog ring as pure functions. */
export interface DialogPort {
  initial(start: DialogStart): DialogState;
  step(state: DialogState, input: DialogInput, context: DialogContext): DialogStep;
  completeness(text: string, expectation: Expectation, context: DialogContext): Completeness;
  /** What is likely to be answered, for the recogniser. */
  expectedSpeech(expectation: Expectation, context: DialogContext): ExpectedSpeech;
}

/** Intent and retrieval; both resolve within their time limit. */
export interface KnowledgePort {
  classify(text: string, context: IntentContext): Promise<IntentResult>;
  query(text: string, context: { readonly session_id?: string }): Promise<KnowledgeAnswer>;
}

/** What happens in a session, for metrics, screens and sockets. Personal data sits under `pii`. */
export type SessionEvent =
  | { readonly type: 'speech_started' }
  | { readonly type: 'speech_ended' }
  /** Words of the caller; final once the turn has ended. */
  | {
      readonly type: 'heard_words';
      readonly final: boolean;
      readonly confidence: number;
      readonly pii: { readonly text: string };
    }
  | {
      readonly type: 'agent_text';
      readonly utteranceId: UtteranceId;
      readonly sources: readonly string[];
      readonly pii: { readonly text: string };
    }
  | { readonly type: 'agent_started'; readonly utteranceId: UtteranceId }
  | {
      readonly type: 'agent_finished';
      readonly utteranceId: UtteranceId;
      readonly complete: boolean;
      readonly pii: { readonly heard: string };
    }
  /** Audio that was handed over and not yet played is void. */
  | { readonly type: 'flush' }
  | { readonly type: 'latency'; readonly latency: TurnLatency }
  | {
      readonly type: 'barge_in';
      readonly outcome: 'cut' | 'resumed';
      readonly reason: string;
      readonly detectMs: number;
    }
  | { readonly type: 'stt'; readonly decodeMs: number; readonly queueMs: number; readonly audioMs: number }
  /** The dialog has taken a step: what would be resumed has changed. */
  | { readonly type: 'step' }
  | { readonly type: 'booking'; readonly outcome: BookingResult }
  | {
      readonly type: 'counted';
      readonly what:
        | 'stale_result'
        | 'stt_failed'
        | 'tts_failed'
        | 'livelock'
        | 'dialog_error'
        | 'not_understood'
        | 'turn_dropped';
      /** What was thrown or reported, for the log. */
      readonly cause?: unknown;
    }
  | { readonly type: 'ended'; readonly reason: Termination; readonly durationMs: number };

/** Follows a session. It must not throw; one that does is ignored. */
export type SessionObserver = (event: SessionEvent) => void;

/** Everything a session needs from the outside. */
export interface SessionPorts {
  readonly scheduler: Scheduler;
  readonly vad: VadEngine;
  readonly stt: SttEngine;
  readonly tts: TtsEngine;
  readonly dialog: DialogPort;
  readonly knowledge: KnowledgePort;
  readonly journal: Journal;
  readonly appointments: Pick<Appointments, 'book' | 'findByKey' | 'busy'>;
  readonly conversations: Conversations;
  /** Business facts, prompts and persona; the clock is added at each step. */
  readonly context: Omit<DialogContext, 'wallMs'>;
}

/** Times of a session. */
export interface SessionOptions {
  /** Start of the greeting when no RTP has come, after the ACK, ms. @defaultValue 500 */
  readonly greetingDelayMs: number;
  /** A request slower than this gets a filler, ms. @defaultValue 700 */
  readonly fillerAfterMs: number;
  /** Longest call, ms. @defaultValue 1800000 */
  readonly maxCallMs: number;
  /** Answer of intent or retrieval after which the dialog goes on without, ms. @defaultValue 3000 */
  readonly knowledgeTimeoutMs: number;
  /** Answer of the store on free times after which it counts as down, ms. @defaultValue 2000 */
  readonly availabilityTimeoutMs: number;
  /** Wait for a booking's commit, ms. @defaultValue 2000 */
  readonly bookingDeadlineMs: number;
}

/** See {@link SessionOptions}. */
export const defaultSessionOptions: SessionOptions = {
  greetingDelayMs: 500,
  fillerAfterMs: 700,
  maxCallMs: 1_800_000,
  knowledgeTimeoutMs: 3000,
  availabilityTimeoutMs: 2000,
  bookingDeadlineMs: 2000,
};
