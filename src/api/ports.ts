import type { APPOINTMENT_STATES, IntentContext, SlotName } from '../dialog/core/types.js';
import type {
  ClassifyReply,
  KnowledgeContext,
  KnowledgeReply,
  RebuildReport,
} from '../dialog/knowledge/types.js';
import type { Appointments, Calls, Jobs } from '../store/types.js';

/** How one part of the program is doing. */
export type ServiceStatus = 'ok' | 'degraded' | 'down';

/** What `GET /health` tells. */
export interface HealthReport {
  readonly status: ServiceStatus;
  readonly uptime_seconds: number;
  readonly version: string;
  /** By name: stt, tts, intent, rag, appointment, sip, store, jobs, … */
  readonly services: Readonly<Record<string, ServiceStatus>>;
  /** What a part tells beside its status, such as stt `{ engine, queue }`. */
  readonly details?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What `GET /ready` tells. */
export type ReadyReport =
  | { readonly ready: true; readonly models: readonly string[] }
  /** One sentence that names what is missing. */
  | { readonly ready: false; readonly error: string };

/** One exchange of a conversation. */
export interface ConversationTurn {
  /** What the person said; empty for the greeting. */
  readonly user: string;
  /** What the agent answered, as far as it was heard. */
  readonly agent: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Recogniser's confidence, 0..1; 1 for typed text. */
  readonly confidence?: number;
  readonly sources?: readonly string[];
}

/** What a client tells its conversation beside audio. */
export type ConversationControl =
  /** The client is ready to hear the greeting. Nothing is said before. */
  | { readonly type: 'start' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'dtmf'; readonly digits: string }
  /** Silence the agent now. */
  | { readonly type: 'interrupt' }
  /** End the conversation for good. */
  | { readonly type: 'end' };

/** What a conversation tells its client beside audio. */
export type ConversationEvent =
  /** First event on every socket. */
  | { readonly type: 'ready'; readonly session_id: string; readonly resumed: boolean }
  | { readonly type: 'speech_started' }
  | { readonly type: 'speech_ended' }
  | {
      readonly type: 'transcript';
      readonly text: string;
      readonly is_final: boolean;
      readonly confidence: number;
    }
  | {
      readonly type: 'agent_text';
      readonly utterance_id: string;
      readonly text: string;
      readonly sources?: readonly string[];
    }
  | { readonly type: 'agent_started'; readonly utterance_id: string }
  /** `heard` is what had been played; `complete` is false when the agent was interrupted. */
  | {
      readonly type: 'agent_finished';
      readonly utterance_id: string;
      readonly heard: string;
      readonly complete: boolean;
    }
  /** Throw away audio received but not yet played: the agent was interrupted. */
  | { readonly type: 'flush' }
  | { readonly type: 'ended'; readonly reason: string };

/** Where a conversation sends its output. Calls never block and never throw. */
export interface ConversationSink {
  /** 50 ms of PCM16 at 16 kHz (800 samples). The buffer belongs to the receiver. */
  audio(pcm: Int16Array): void;
  event(event: ConversationEvent): void;
  /** The conversation is over; nothing follows. */
  closed(reason: string): void;
}

/** One open socket of a conversation, as the conversation sees it. */
export interface ConversationChannel {
  /** PCM16 at 16 kHz, any length above 0. The buffer belongs to the receiver. */
  audio(pcm: Int16Array): void;
  control(message: ConversationControl): void;
  /** The socket is gone. The conversation stays resumable until its time to live runs out. */
  detach(): void;
}

/** Conversations: the same sessions as telephone calls, over a socket. */
export interface ConversationPorts {
  /** @throws LeibnizError CAPACITY_FULL when no more sessions are kept */
  create(): Promise<{
    readonly session_id: string;
    /** Seconds since the Unix epoch. */ readonly created_at: number;
  }>;
  /** @throws LeibnizError NOT_FOUND */
  history(sessionId: string): Promise<{ readonly turns: readonly ConversationTurn[] }>;
  /** @throws LeibnizError NOT_FOUND */
  end(sessionId: string): Promise<void>;
  /**
   * Attaches a socket, also to a session of an earlier run. A session has one socket: an older one is closed by the
   * API before this is called.
   *
   * @throws LeibnizError NOT_FOUND when the session is unknown or has expired
   */
  open(sessionId: string, sink: ConversationSink): Promise<ConversationChannel>;
}

/** State of an appointment that is being arranged by text. */
export interface AppointmentSession {
  readonly session_id: string;
  readonly current_state: (typeof APPOINTMENT_STATES)[number];
  /** What to say next; empty when there is nothing to say. */
  readonly next_prompt: string;
  readonly slots_filled: Readonly<Partial<Record<SlotName, string>>>;
  readonly slots_remaining: readonly SlotName[];
  readonly is_complete: boolean;
}

/** Appointments by text. Sessions are saved at every turn. */
export interface AppointmentSessionPorts {
  /** Starts a session under the caller's id; an existing one is returned as it stands. */
  create(sessionId: string): Promise<AppointmentSession>;
  /** @throws LeibnizError NOT_FOUND */
  process(sessionId: string, userInput: string): Promise<AppointmentSession>;
  /** @throws LeibnizError NOT_FOUND */
  get(sessionId: string): Promise<AppointmentSession>;
  /** @throws LeibnizError NOT_FOUND */
  delete(sessionId: string): Promise<void>;
}

/**
 * Everything the API asks of the program. The API runs in a thread of its own, so arguments and results are plain
 * data that survive structured cloning, and failures are LeibnizErrors.
 */
export interface ApiPorts {
  readonly system: {
    health(): Promise<HealthReport>;
    ready(): Promise<ReadyReport>;
    /** Metrics of every other thread in Prometheus' text format. */
    metrics(): Promise<string>;
  };
  readonly conversation: ConversationPorts;
  readonly intent: {
    classify(text: string, context: IntentContext): Promise<ClassifyReply>;
  };
  readonly knowledge: {
    query(text: string, context: KnowledgeContext): Promise<KnowledgeReply>;
    rebuild(path?: string): Promise<RebuildReport>;
  };
  readonly appointmentSessions: AppointmentSessionPorts;
  readonly appointments: Pick<Appointments, 'list' | 'get'>;
  readonly calls: Pick<Calls, 'list' | 'get'>;
  readonly jobs: Pick<Jobs, 'list' | 'get' | 'retry'>;
}
