import type { UtteranceId } from '../kernel/ids.js';
import type { Scheduler } from '../kernel/time.js';
import type {
  Completeness,
  DtmfDigit,
  ExpectedSet,
  Listening,
  RecordingConsent,
  Termination,
} from '../kernel/vocab.js';
import type { MonoMs } from '../kernel/time.js';
import type { DialogContext, DialogStart } from '../dialog/core/context.js';
import type {
  ChangeStatus,
  DialogNote,
  DialogInput,
  DialogRequest,
  DialogResult,
  IntentContext,
  IntentResult,
  KnowledgeAnswer,
} from '../dialog/core/effects.js';
import type { DialogState, DialogStep } from '../dialog/core/machine/state.js';
import type { GuardPort } from '../dialog/guard/core/types.js';
import type { Denoising } from '../speech/denoise/switched-denoiser.js';
import type { SttEngine, TtsEngine, VadEngine } from '../speech/ports.js';
import type {
  Appointments,
  Callbacks,
  Conversations,
  Journal,
  Outbound,
  WaitingList,
} from '../store/types.js';
import type { TurnLatency } from '../turn/latency.js';
import { defaultTurnOptions, type SilenceOptions } from '../turn/options.js';
import type { ModelPort } from './model-desk.js';

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
  /** Takes a saved state up; one of another version gives a conversation that begins at its open question. */
  revive(saved: unknown, start: DialogStart): DialogState;
  step(state: DialogState, input: DialogInput, context: DialogContext): DialogStep;
  /** The caller's words as a transcript may hold them. */
  heard(state: DialogState, text: string, context: DialogContext): string;
  /** What is listened for in a state. */
  listening(state: DialogState, context: DialogContext): Listening;
  /** Whether a transcript already answers what is open. */
  completeness(state: DialogState, text: string, context: DialogContext): Completeness;
  /** What is likely to be answered, for the recogniser. */
  expected(state: DialogState, context: DialogContext): ExpectedSet | undefined;
}

/** Intent and retrieval; both resolve within their time limit. */
export interface KnowledgePort {
  classify(text: string, context: IntentContext): Promise<IntentResult>;
  query(
    text: string,
    context: { readonly session_id?: string; readonly before?: string },
  ): Promise<KnowledgeAnswer>;
}

/** Tools of the pack; an unknown or unreachable one is a failed result. */
export interface ToolPort {
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<DialogResult>;
}

/** What happens in a session, for metrics, screens and sockets. Personal data sits under `pii`. */
export type SessionEvent =
  | { readonly type: 'speech_started' }
  | { readonly type: 'speech_ended' }
  /** Words of the caller; final once the turn has ended. */
  | {
      readonly type: 'heard_words';
      readonly final: boolean;
      /** 0..1; missing where the recogniser gives none, as for words that may still change. */
      readonly confidence?: number;
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
  /** A change was answered by the store. */
  | { readonly type: 'change'; readonly request: DialogRequest['type']; readonly status: ChangeStatus }
  /** How the caller stands to being recorded. */
  | { readonly type: 'recording_consent'; readonly state: RecordingConsent }
  /** Words of the caller were not written down as they were said: they hold a secret. */
  | { readonly type: 'secret_words'; readonly startedAt: MonoMs; readonly endedAt: MonoMs }
  /** A fact of the call: a rating, the outcome of a reminder. */
  | { readonly type: 'note'; readonly note: DialogNote }
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
  /** Takes noise out of what is heard; without it callers are heard as they sound. */
  readonly denoising?: Denoising | undefined;
  readonly dialog: DialogPort;
  readonly knowledge: KnowledgePort;
  readonly journal: Journal;
  readonly appointments: Pick<
    Appointments,
    'book' | 'findByKey' | 'busy' | 'find' | 'move' | 'cancel' | 'changeByKey' | 'hold' | 'release'
  >;
  readonly callbacks: Pick<Callbacks, 'request' | 'change'>;
  readonly waitingList: Pick<WaitingList, 'join'>;
  /** Numbers that are not called any more; without it such a wish is passed on as a message. */
  readonly doNotCall?: Pick<Outbound, 'stopCalls'>;
  readonly tools: ToolPort;
  readonly conversations: Conversations;
  /** A guard of another process, asked beside the classifier; the one of this process judges before it in any case. */
  readonly guard?: Pick<GuardPort, 'input'>;
  /** The language model beside the dialog; asked only where the context speaks of one. */
  readonly model?: ModelPort;
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
  /** How long a slot is kept for a caller who decides, ms. @defaultValue 120000 */
  readonly holdMs: number;
  /** Answer of a pack's tool, beside the tool's own limit, ms. @defaultValue 10000 */
  readonly toolTimeoutMs: number;
  /** Waits before the agent speaks into a silence. */
  readonly silence: SilenceOptions;
}

/** See {@link SessionOptions}. */
export const defaultSessionOptions: SessionOptions = {
  greetingDelayMs: 500,
  fillerAfterMs: 700,
  maxCallMs: 1_800_000,
  knowledgeTimeoutMs: 3000,
  availabilityTimeoutMs: 2000,
  bookingDeadlineMs: 2000,
  holdMs: 120_000,
  toolTimeoutMs: 10_000,
  silence: defaultTurnOptions.silence,
};
