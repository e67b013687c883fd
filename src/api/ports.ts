import type { IntentContext } from '../dialog/core/effects.js';
import type { Section } from '../kernel/document.js';
import type { APPOINTMENT_STATES, SlotName } from '../dialog/core/tasks/appointments/progress.js';
import type {
  ClassifyReply,
  KnowledgeContext,
  KnowledgeReply,
  RebuildReport,
  Retrieval,
} from '../dialog/knowledge/types.js';
import type { RecordingState } from '../kernel/vocab.js';
import type { RecordingAction } from '../recording/core/recording.js';
import type { CampaignRules } from '../outbound/core/rules.js';
import type { GuardPort } from '../dialog/guard/core/types.js';
import type { SynthesisDesk } from '../session/synthesis.js';
import type { TranscriptionDesk } from '../session/transcription.js';
import type {
  Accounts,
  Appointments,
  AuditEntry,
  Callbacks,
  Calls,
  CrawlRequest,
  Insights,
  JobRecord,
  Jobs,
  Material,
  MaterialQuery,
  Outbound,
  NewMaterial,
  NewVersion,
  Page,
  RecordingRecord,
  Slot,
  StoredPeaks,
  WaitingList,
} from '../store/types.js';
import type { Channel, ChannelSink } from './channel-bridge.js';
import type { LivePorts } from './live/ports.js';
import type { ChatRequest, ModelEvent, ModelInfo } from '../dialog/llm/types.js';

/** How one part of the program is doing. */
export type ServiceStatus = 'healthy' | 'degraded' | 'unhealthy';

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
      /** 0..1; `null` where the recogniser gives none. */
      readonly confidence: number | null;
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

/** Where a conversation sends its output: 50 ms of PCM16 at 16 kHz (800 samples) at a time. */
export type ConversationSink = ChannelSink<ConversationEvent>;

/** One open socket of a conversation: takes PCM16 at 16 kHz. After it is detached the conversation stays resumable. */
export type ConversationChannel = Channel<ConversationControl>;

/** Conversations: the same sessions as telephone calls, over a socket. */
export interface ConversationPorts {
  /**
   * @param client - who asks, bounded by itself; empty for somebody trusted
   * @throws LeibnizError CAPACITY_FULL when no more sessions are kept, in all or for this client
   */
  create(client: string): Promise<{
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

/** The office as calendars and filters need it. */
export interface OfficeFacts {
  /** Name of the organiser in calendar files. */
  readonly name: string;
  /** IANA zone of dates without a time. */
  readonly timezone: string;
  readonly email?: string;
  /** Where appointments take place. */
  readonly location?: string;
  readonly services: readonly { readonly id: string; readonly name: string }[];
  /** Whoever appointments are made with; empty where that is the office as a whole. */
  readonly resources: readonly { readonly id: string; readonly name: string }[];
}

/** A setting as it may be shown. */
export interface ShownSetting {
  readonly key: string;
  readonly group: string;
  /** Text in force, secrets hidden; null when unset. */
  readonly value: string | null;
  readonly origin: 'default' | 'environment';
  readonly description: string;
}

/** The settings in force, for operators. */
export interface SettingPorts {
  list(): Promise<readonly ShownSetting[]>;
}

/** A time that an operator wants for somebody. */
export interface ScheduleRequest {
  /** Local date of the office, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local time of the office, `HH:MM`. */
  readonly time: string;
  /** Absent: an appointment without a service, of the usual length. */
  readonly serviceId?: string;
  /** Absent: whoever offers the service and is free. */
  readonly resource?: string;
  /** An appointment that moves: its own seat counts as free. */
  readonly appointmentId?: string;
}

/** What the rules of the office make of a time. */
export type ScheduleVerdict =
  /** The office can do it; whether the seat is free is settled by the store. `purpose` is the name of the service. */
  | { readonly ok: true; readonly slot: Slot; readonly purpose: string }
  /** It cannot: closed, a holiday, past, too soon, too far, off the grid, no such service or resource. One sentence. */
  | {
      readonly ok: false;
      readonly field: 'date' | 'time' | 'service_id' | 'resource';
      readonly message: string;
    };

/** The language models behind the front of the program; none is no error until one is asked. */
export interface ModelPorts {
  list(): Promise<{ readonly models: readonly ModelInfo[]; readonly adapters: readonly string[] }>;
  /** As `LanguageModel.open`. */
  open(request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal): void;
  /** @throws LeibnizError NOT_FOUND, BAD_REQUEST or MODEL_UNAVAILABLE */
  loadAdapter(name: string, path: string): Promise<void>;
  /** @throws LeibnizError as {@link loadAdapter} */
  unloadAdapter(name: string): Promise<void>;
  /** What the agent answers to a sentence; `escalate` when a person is to take over. */
  transcript(text: string): Promise<{ readonly response: string; readonly escalate: boolean }>;
}

/** The rules that calls obey, for operators. */
export interface SchedulePorts {
  office(): Promise<OfficeFacts>;
  check(request: ScheduleRequest): Promise<ScheduleVerdict>;
}

/** A material, and whether it can be asked. */
export interface SearchedMaterial extends Material {
  /** True when every version of it that may answer is in the index. */
  readonly searched: boolean;
}

/** Documents that were uploaded or read from a site. Adding and removing waits some seconds until the index follows. */
export interface MaterialPorts {
  add(material: NewMaterial): Promise<SearchedMaterial>;
  addVersion(id: string, version: NewVersion): Promise<SearchedMaterial | undefined>;
  list(query: MaterialQuery): Promise<Page<SearchedMaterial>>;
  get(id: string): Promise<SearchedMaterial | undefined>;
  remove(id: string): Promise<boolean>;
  sections(id: string, version: number): Promise<readonly Section[] | undefined>;
  /** @throws LeibnizError BAD_REQUEST (field `urls`) for a site that may not be read */
  crawl(request: CrawlRequest): Promise<JobRecord>;
}

/** Calls that the agent makes. */
export interface OutboundPorts extends Pick<
  Outbound,
  'create' | 'get' | 'list' | 'change' | 'contacts' | 'contact' | 'stopCalls' | 'doNotCall' | 'allowCalls'
> {
  /** What holds where a campaign says nothing. */
  rules(): Promise<CampaignRules>;
}

/** What the caches of this process hold and how often they answer. */
export interface CacheReport {
  readonly caches: readonly {
    readonly cache: string;
    /** Entries in this process. */
    readonly entries: number;
    readonly bytes: number;
    readonly hits: number;
    readonly by_layer: Readonly<Record<string, number>>;
    readonly misses: number;
    readonly hit_rate: number;
  }[];
  readonly layers: readonly {
    readonly layer: string;
    readonly connected: boolean;
    readonly errors: number;
  }[];
}

/** Caches, for operators. */
export interface CachePorts {
  report(): Promise<CacheReport>;
  /** Forgets one cache or all, in every layer; how many entries went. */
  clear(cache?: string): Promise<number>;
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
  readonly speech: Pick<SynthesisDesk, 'synthesize' | 'voices'> & {
    /** A kept file; undefined unless the signature holds and the file is there. */
    file(key: string, expiresS: number, signature: string): Promise<Uint8Array | undefined>;
  };
  readonly transcription: Pick<TranscriptionDesk, 'piece' | 'open' | 'push' | 'end' | 'next' | 'close'>;
  readonly intent: {
    classify(text: string, context: IntentContext): Promise<ClassifyReply>;
  };
  readonly knowledge: {
    query(text: string, context: KnowledgeContext): Promise<KnowledgeReply>;
    retrieve(text: string, limit: number): Promise<Retrieval>;
    rebuild(path?: string): Promise<RebuildReport>;
  };
  readonly appointmentSessions: AppointmentSessionPorts;
  readonly appointments: Pick<Appointments, 'list' | 'get' | 'book' | 'move' | 'cancel'>;
  readonly callbacks: Pick<Callbacks, 'list' | 'get' | 'complete'>;
  readonly waitingList: Pick<WaitingList, 'list' | 'leave'>;
  readonly schedule: SchedulePorts;
  readonly calls: Pick<Calls, 'list' | 'get'>;
  readonly jobs: Pick<Jobs, 'list' | 'get' | 'retry'>;
  readonly accounts: Accounts;
  readonly materials: MaterialPorts;
  readonly insights: Insights;
  readonly outbound: OutboundPorts;
  readonly caches: CachePorts;
  readonly settings: SettingPorts;
  readonly models: ModelPorts;
  readonly live: LivePorts;
  readonly recordings: RecordingPorts;
  readonly guard: GuardPort & {
    /**
     * Passes something on to a person.
     *
     * @throws LeibnizError STORE_UNAVAILABLE or STORE_TIMEOUT
     */
    escalate(context: string): Promise<void>;
  };
}

/** Recordings of calls. */
export interface RecordingPorts {
  /** The last one of a call, with its shape. */
  find(
    callId: string,
  ): Promise<{ readonly record: RecordingRecord; readonly peaks?: StoredPeaks } | undefined>;
  /** Length of the file of a recording that is over; undefined when it is not here. */
  size(id: string): Promise<number | undefined>;
  /** A piece of that file, 512 KiB at most; fewer bytes at its end. */
  read(id: string, from: number, length: number): Promise<Uint8Array | undefined>;
  /**
   * Deletes the recording of a call, also one in progress.
   *
   * @param by - the receipt for the trail
   * @returns false when there is none
   */
  remove(callId: string, by: AuditEntry): Promise<boolean>;
  /** @throws LeibnizError NOT_ALLOWED_NOW */
  command(
    callId: string,
    action: RecordingAction,
    by: AuditEntry,
  ): Promise<{ readonly state: RecordingState }>;
}

/** The ports of a role: those that its routes ask. */
export type RolePorts = Pick<ApiPorts, 'system'> & Partial<ApiPorts>;
