import type { Accounts } from './account-types.js';
import type { WallMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { Appointments } from './appointment-types.js';
import type { Insights } from './insight-types.js';
import type { Materials } from './material-types.js';
import type { Outbound } from './outbound-types.js';
import type { Callbacks, WaitingList } from './callback-types.js';
import type { RecordingRecord, Recordings } from './recording-types.js';
import type { JournalEvent, JsonValue } from './journal-event.js';
import type { Page, Paging } from './paging.js';

export * from './appointment-types.js';
export * from './callback-types.js';
export * from './account-types.js';
export * from './insight-types.js';
export * from './material-types.js';
export * from './recording-types.js';
export * from './outbound-types.js';
export * from './paging.js';

// ---- calls ----------------------------------------------------------------------------------------------------

/** A call as lists show it. */
export interface CallRecord {
  readonly id: string;
  readonly direction: string;
  readonly startedAtMs: WallMs;
  readonly endedAtMs?: WallMs;
  /** Why it ended; absent while it goes on. */
  readonly reason?: Termination;
  readonly stats?: JsonValue;
  readonly turnCount: number;
  readonly pii: { readonly from?: string; readonly to?: string; readonly displayName?: string };
}

/** One line of a transcript. */
export interface TurnRecord {
  readonly index: number;
  readonly turnId: string;
  readonly role: 'user' | 'agent' | 'human';
  readonly atMs: WallMs;
  readonly confidence?: number;
  /** Milliseconds by milestone or segment. */
  readonly timings: Readonly<Record<string, number>>;
  readonly sources: readonly string[];
  /** First and last sound on the clock of the call, ms; absent for what was typed. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** `heard` is what of an agent's text reached the caller; absent means all of it. */
  readonly pii: { readonly text: string; readonly heard?: string };
}

/** One entry of a call's event log. */
export interface EventRecord {
  readonly seq: number;
  /** Milliseconds since the call's media or signalling start, on the monotonic clock. */
  readonly atMs: number;
  readonly type: string;
  /** Version of the event format the entry was written in. */
  readonly version: number;
  readonly payload: JsonValue;
}

/** A call with its transcript and event log. */
export interface CallDetail extends CallRecord {
  readonly turns: readonly TurnRecord[];
  /** At most 20,000 entries from the start of the call. */
  readonly events: readonly EventRecord[];
  /** The last recording of the call. */
  readonly recording?: RecordingRecord;
  /** True when the call has more events than are listed. */
  readonly eventsTruncated: boolean;
}

/** Filter of {@link Calls.list}. */
export interface CallQuery extends Paging {
  readonly fromMs?: WallMs;
  readonly toMs?: WallMs;
  readonly reason?: Termination;
  /** Only calls that are going on (true) or have ended (false). */
  readonly open?: boolean;
  /** Part of a number, of a name, or of what was said. */
  readonly search?: string;
}

/** Calls and their transcripts, written by the journal alone. */
export interface Calls {
  /** Newest first. */
  list(query?: CallQuery): Promise<Page<CallRecord>>;
  get(id: string): Promise<CallDetail | undefined>;
  /**
   * Closes calls that a crashed process left open with the reason `aborted`, at the time of their last record.
   * Calls of a living process on a shared database are left alone. Returns how many were closed.
   */
  abortOpen(): Promise<number>;
}

// ---- conversations --------------------------------------------------------------------------------------------

/** Session state that survives a restart until it expires. At most 1 MiB of JSON each. */
export interface Conversations {
  save(id: string, state: JsonValue, expiresAtMs: WallMs): Promise<void>;
  /** `undefined` when unknown or expired. */
  load(id: string): Promise<JsonValue | undefined>;
  /** True when there was one. */
  delete(id: string): Promise<boolean>;
  /** Removes every one whose id begins with this; how many there were. */
  deleteAll(prefix: string): Promise<number>;
}

// ---- jobs -----------------------------------------------------------------------------------------------------

export const JOB_STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A follow-up job, in the shape of the HTTP API. `failed` jobs are the dead letters. */
export interface JobRecord {
  readonly id: string;
  readonly type: string;
  readonly status: JobStatus;
  /** Lower runs first; 0 unless told. */
  readonly priority: number;
  readonly retry_count: number;
  readonly max_retries: number;
  readonly payload: JsonValue;
  readonly result: JsonValue | null;
  readonly error_message: string | null;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** Filter of {@link Jobs.list}. */
export interface JobQuery extends Paging {
  readonly status?: JobStatus;
  readonly type?: string;
}

/** Follow-up jobs. */
export interface Jobs {
  /** Newest first. */
  list(query?: JobQuery): Promise<Page<JobRecord>>;
  get(id: string): Promise<JobRecord | undefined>;
  /**
   * Puts a dead letter back to work with all its retries.
   *
   * @throws LeibnizError NOT_FOUND - no such job
   * @throws LeibnizError BAD_REQUEST - the job has not failed
   */
  retry(id: string): Promise<JobRecord>;
}

// ---- the store ------------------------------------------------------------------------------------------------

/** Where calls are written down. */
export interface Journal {
  /**
   * Records an event. Returns at once and never throws; the event is on its way to the database, or to the spool
   * when the database does not answer. Events of the lane `secret` are forgotten here.
   */
  append(event: JournalEvent): void;
  /** Resolves when everything appended so far is in the database or on disk; false when neither took it in time. */
  flush(timeoutMs?: number): Promise<boolean>;
}

/** How the store is doing. */
export interface StoreHealth {
  readonly mode: 'pglite' | 'postgres' | 'memory';
  readonly databaseConnected: boolean;
  /** False while the database does not take a write, or its thread gives no sign of life; found out within 5 s. */
  readonly databaseWritable: boolean;
  readonly queue: {
    readonly mode: 'pglite' | 'postgres' | 'redis' | 'memory';
    readonly connected: boolean;
    readonly waiting: number;
  };
  /** Bytes of events waiting on disk for the database. */
  readonly spoolBytes: number;
  /** Events in memory that are neither in the database nor on disk. */
  readonly pendingEvents: number;
  /** Events lost because memory, disk and database were all full or gone, since the start. */
  readonly droppedEvents: number;
  /** Events of another version or refused by the database as malformed, kept aside on disk, since the start. */
  readonly rejectedEvents: number;
  /** Age of the oldest event that has not reached the database, 0 when there is none. */
  readonly lagMs: number;
  /** One constant sentence about the last failure; absent when all is well. */
  readonly problem?: string;
}

/** Everything Leibniz remembers. */
export interface Store {
  readonly journal: Journal;
  readonly appointments: Appointments;
  readonly callbacks: Callbacks;
  readonly waitingList: WaitingList;
  readonly calls: Calls;
  readonly conversations: Conversations;
  readonly jobs: Jobs;
  readonly accounts: Accounts;
  readonly materials: Materials;
  readonly recordings: Recordings;
  readonly insights: Insights;
  readonly outbound: Outbound;
  /** Answers at once from what is known on this thread; never waits for a database. */
  health(): StoreHealth;
  /** Writes out what is pending (5 s at most), ends the worker and frees the data directory. */
  close(): Promise<void>;
}
