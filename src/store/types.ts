import type { WallMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { JournalEvent, JsonValue } from './journal-event.js';

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Rows that match the filter, on all pages. */
  readonly total: number;
}

/** Which page of a list. */
export interface Paging {
  /** Rows on the page, 1-500; 50 unless told. */
  readonly limit?: number;
  /** Rows to skip; 0 unless told. */
  readonly offset?: number;
}

// ---- appointments ---------------------------------------------------------------------------------------------

/** What is booked. Times are absolute; `date`, `time` and `timezone` are the words the caller agreed to. */
export interface BookingRequest {
  /** The same key never books twice; keep it for {@link Appointments.findByKey}. */
  readonly idempotencyKey: string;
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local time, `HH:MM`. */
  readonly time: string;
  /** IANA zone of `date` and `time`. */
  readonly timezone: string;
  readonly purpose: string;
  readonly callId?: string;
  readonly pii: { readonly userName: string; readonly callerNumber?: string };
  /** Longest wait for the commit, 2000 ms unless told. */
  readonly deadlineMs?: number;
}

/** A stored appointment. */
export interface Appointment {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
  readonly date: string;
  readonly time: string;
  readonly timezone: string;
  readonly purpose: string;
  /** Which of the advisors has it, from 0. */
  readonly advisor: number;
  readonly status: 'booked' | 'cancelled';
  readonly createdAtMs: WallMs;
  readonly callId?: string;
  readonly pii: { readonly userName: string; readonly callerNumber?: string };
  /** The iCalendar file, once the follow-up job has made it. */
  readonly calendar?: string;
}

/** How a booking came out. A conflict means that no advisor is free in the interval. */
export type BookingOutcome =
  | { readonly status: 'booked' | 'already_booked'; readonly appointment: Appointment }
  | { readonly status: 'conflict' };

/** An interval in which every advisor is taken. */
export interface BusyInterval {
  readonly startsAtMs: WallMs;
  readonly endsAtMs: WallMs;
}

/** Filter of {@link Appointments.list}; every given field must match. */
export interface AppointmentQuery extends Paging {
  /** Only appointments that end after this instant. */
  readonly fromMs?: WallMs;
  /** Only appointments that start before this instant. */
  readonly toMs?: WallMs;
  readonly status?: Appointment['status'];
  readonly callId?: string;
}

/** Appointments: the one aggregate that a call waits for. */
export interface Appointments {
  /**
   * Books in a transaction of its own, together with the follow-up job's outbox row.
   *
   * @throws LeibnizError STORE_UNAVAILABLE - nothing was booked
   * @throws LeibnizError STORE_TIMEOUT - the outcome is unknown: ask {@link findByKey} before saying anything
   * @throws LeibnizError BAD_REQUEST - the request makes no sense (ends before it starts, unknown zone)
   */
  book(request: BookingRequest): Promise<BookingOutcome>;
  /**
   * The appointment booked under a key, or `undefined` when there is none. Waits for a booking under that key that
   * is still being committed, so the answer is final.
   */
  findByKey(idempotencyKey: string): Promise<Appointment | undefined>;
  get(id: string): Promise<Appointment | undefined>;
  /** In order of start. */
  list(query?: AppointmentQuery): Promise<Page<Appointment>>;
  /** Intervals within `[fromMs, toMs)` in which no advisor is free, in order, not overlapping. */
  busy(fromMs: WallMs, toMs: WallMs): Promise<readonly BusyInterval[]>;
}

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
  readonly role: 'user' | 'agent';
  readonly atMs: WallMs;
  readonly confidence?: number;
  /** Milliseconds by milestone or segment. */
  readonly timings: Readonly<Record<string, number>>;
  readonly sources: readonly string[];
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
  /** Events that the database refused as malformed, since the start. */
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
  readonly calls: Calls;
  readonly conversations: Conversations;
  readonly jobs: Jobs;
  /** Answers at once from what is known on this thread; never waits for a database. */
  health(): StoreHealth;
  /** Writes out what is pending (5 s at most), ends the worker and frees the data directory. */
  close(): Promise<void>;
}
