import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../kernel/errors.js';
import { wallMs } from '../kernel/time.js';
import * as appointments from './aggregates/appointments.js';
import * as calls from './aggregates/calls.js';
import * as conversations from './aggregates/conversations.js';
import { eventsOf } from './aggregates/events.js';
import * as jobs from './aggregates/jobs.js';
import { turnsOf } from './aggregates/turns.js';
import { DatabaseError, toDatabaseError, type Database, type Queryable } from './db/database.js';
import { writeLines, type WriteReport } from './journal/journal-writer.js';
import type { JsonValue } from './journal-event.js';
import type {
  Appointment,
  AppointmentQuery,
  BookingOutcome,
  BookingRequest,
  BusyInterval,
  CallDetail,
  CallQuery,
  CallRecord,
  JobQuery,
  JobRecord,
  Page,
} from './types.js';

/** An instance that gave no sign of life for this long has crashed, on a database that several share. */
export const INSTANCE_LEASE_SECONDS = 20;

/** Job type of the confirmation that follows a booking. */
export const CONFIRMATION_JOB = 'appointment_confirmation';

/** What the worker offers to the call thread, on top of {@link StoreServer}. */
export interface StoreApi {
  writeLines(lines: readonly string[]): Promise<WriteReport>;
  book(request: BookingRequest, deadlineAtMs: number): Promise<BookingOutcome>;
  findByKey(idempotencyKey: string): Promise<Appointment | undefined>;
  getAppointment(id: string): Promise<Appointment | undefined>;
  listAppointments(query: AppointmentQuery): Promise<Page<Appointment>>;
  busy(fromMs: number, toMs: number): Promise<BusyInterval[]>;
  listCalls(query: CallQuery): Promise<Page<CallRecord>>;
  getCall(id: string): Promise<CallDetail | undefined>;
  abortOpenCalls(): Promise<number>;
  saveConversation(id: string, stateJson: string, expiresAtMs: number): Promise<void>;
  loadConversation(id: string): Promise<JsonValue | undefined>;
  deleteConversation(id: string): Promise<boolean>;
  listJobs(query: JobQuery): Promise<Page<JobRecord>>;
  getJob(id: string): Promise<JobRecord | undefined>;
  retryJob(id: string): Promise<JobRecord>;
}

export interface StoreServerOptions {
  readonly db: Database;
  /** False until the schema is in place; operations are refused until then. */
  readonly isReady: () => boolean;
  readonly instanceId: string;
  /** Advisors who can take an appointment at the same time. */
  readonly capacity: number;
  readonly wallNow: () => number;
  /** Called after a commit that left something in the outbox. */
  readonly onOutbox: () => void;
}

/**
 * The store's operations beside the database. Every method may be called from another thread; failures arrive as
 * LeibnizError with constant messages.
 */
export class StoreServer implements StoreApi {
  constructor(private readonly o: StoreServerOptions) {}

  /** Writes journal lines; see {@link writeLines}. */
  writeLines(lines: readonly string[]): Promise<WriteReport> {
    return this.#guard(() => writeLines(this.o.db, lines));
  }

  /** @param deadlineAtMs - on the clock that all threads share; the booking never commits after it */
  async book(request: BookingRequest, deadlineAtMs: number): Promise<BookingOutcome> {
    const outcome = await this.#guard(() => this.#bookOnce(request, deadlineAtMs, 3));
    if (outcome.status === 'booked') this.o.onOutbox();
    return outcome;
  }

  /** Waits for a transaction under the same key, so that "there is none" is final. */
  findByKey(idempotencyKey: string): Promise<Appointment | undefined> {
    return this.#guard(() =>
      this.o.db.transaction(async (tx) => {
        await appointments.lockKey(tx, idempotencyKey);
        return appointments.findByKey(tx, idempotencyKey);
      }),
    );
  }

  getAppointment(id: string): Promise<Appointment | undefined> {
    return this.#guard(() => appointments.findAppointment(this.o.db, id));
  }

  listAppointments(query: AppointmentQuery): Promise<Page<Appointment>> {
    return this.#guard(() => appointments.listAppointments(this.o.db, query));
  }

  async busy(fromMs: number, toMs: number): Promise<BusyInterval[]> {
    const booked = await this.#guard(() => appointments.bookedIntervals(this.o.db, fromMs, toMs));
    return appointments.fullIntervals(booked, this.o.capacity, wallMs(fromMs), wallMs(toMs));
  }

  listCalls(query: CallQuery): Promise<Page<CallRecord>> {
    return this.#guard(() => calls.listCalls(this.o.db, query));
  }

  getCall(id: string): Promise<CallDetail | undefined> {
    return this.#guard(async () => {
      const call = await calls.findCall(this.o.db, id);
      if (call === undefined) return undefined;
      const turns = await turnsOf(this.o.db, id);
      const { events, truncated } = await eventsOf(this.o.db, id);
      return { ...call, turns, events, eventsTruncated: truncated };
    });
  }

  abortOpenCalls(): Promise<number> {
    // The embedded database has one process; every other instance it knows is dead.
    const leaseSeconds = this.o.db.mode === 'pglite' ? 0 : INSTANCE_LEASE_SECONDS;
    return this.#guard(() => calls.abortOpenCalls(this.o.db, this.o.instanceId, leaseSeconds));
  }

  saveConversation(id: string, stateJson: string, expiresAtMs: number): Promise<void> {
    return this.#guard(() => conversations.saveConversation(this.o.db, id, stateJson, expiresAtMs));
  }

  loadConversation(id: string): Promise<JsonValue | undefined> {
    return this.#guard(() => conversations.loadConversation(this.o.db, id, this.o.wallNow()));
  }

  deleteConversation(id: string): Promise<boolean> {
    return this.#guard(() => conversations.deleteConversation(this.o.db, id));
  }

  listJobs(query: JobQuery): Promise<Page<JobRecord>> {
    return this.#guard(() => jobs.listJobs(this.o.db, query));
  }

  getJob(id: string): Promise<JobRecord | undefined> {
    return this.#guard(() => jobs.findJob(this.o.db, id));
  }

  async retryJob(id: string): Promise<JobRecord> {
    const job = await this.#guard(() =>
      this.o.db.transaction((tx) => jobs.retryJob(tx, id, this.o.wallNow())),
    );
    this.o.onOutbox();
    return job;
  }

  /** Turns a database's failure into one that callers of the store can act on. */
  async #guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      if (!this.o.isReady()) throw new DatabaseError('unavailable', '');
      return await run();
    } catch (error) {
      if (error instanceof DatabaseError) throw toStoreError(error);
      throw error;
    }
  }

  async #bookOnce(request: BookingRequest, deadlineAtMs: number, attempts: number): Promise<BookingOutcome> {
    try {
      return await this.o.db.transaction((tx) => this.#book(tx, request), { deadlineAtMs });
    } catch (error) {
      const { kind, constraint } = toDatabaseError(error);
      const raced = kind === 'serialization' || constraint === 'appointments_no_overlap';
      if (raced && attempts > 1) return this.#bookOnce(request, deadlineAtMs, attempts - 1);
      if (raced) return { status: 'conflict' };
      throw error;
    }
  }

  async #book(tx: Queryable, request: BookingRequest): Promise<BookingOutcome> {
    await appointments.lockKey(tx, request.idempotencyKey);
    const known = await appointments.findByKey(tx, request.idempotencyKey);
    if (known !== undefined) return { status: 'already_booked', appointment: known };
    await appointments.lockCalendar(tx);
    const { startsAtMs, endsAtMs } = request;
    const advisor = await appointments.freeAdvisor(tx, startsAtMs, endsAtMs, this.o.capacity);
    if (advisor === undefined) return { status: 'conflict' };
    const nowMs = this.o.wallNow();
    const appointment = await appointments.insertAppointment(tx, randomUUID(), request, advisor, nowMs);
    const payload = { appointmentId: appointment.id };
    await jobs.addJob(tx, { id: randomUUID(), type: CONFIRMATION_JOB, payload }, nowMs);
    return { status: 'booked', appointment };
  }
}

function toStoreError(error: DatabaseError): LeibnizError {
  switch (error.kind) {
    case 'commit_unknown':
    case 'timeout':
      return new LeibnizError(
        'STORE_TIMEOUT',
        'The database did not answer in time; the outcome is unknown.',
      );
    case 'disk_full':
      return new LeibnizError('STORE_DISK_FULL', 'The database has no disk space left; free some.');
    case 'unavailable':
    case 'serialization':
      return new LeibnizError('STORE_UNAVAILABLE', 'The database cannot be reached; nothing was changed.');
    case 'constraint':
    case 'malformed':
    case 'refused':
      return new LeibnizError('INTERNAL', `The database refused a statement (${error.sqlState}).`);
  }
}
