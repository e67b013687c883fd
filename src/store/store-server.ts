import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../kernel/errors.js';
import { peopleOf } from './aggregates/accounts.js';
import * as appointments from './aggregates/appointments.js';
import * as callbacks from './aggregates/callbacks.js';
import * as calls from './aggregates/calls.js';
import * as conversations from './aggregates/conversations.js';
import { trailOf } from './aggregates/audit.js';
import { insightsOf } from './aggregates/feedback.js';
import { materialsOf } from './aggregates/materials.js';
import { recordingsOf } from './aggregates/recordings.js';
import { countAborted } from './aggregates/roll-ups.js';
import { outboundOf } from './aggregates/outbound/index.js';
import { eventsOf } from './aggregates/events.js';
import * as jobs from './aggregates/jobs.js';
import { busySpans } from './aggregates/occupancies.js';
import { signInsOf } from './aggregates/sign-ins.js';
import { turnsOf } from './aggregates/turns.js';
import * as waiting from './aggregates/waiting-list.js';
import { CalendarLedger } from './calendar-ledger.js';
import { DatabaseError, type Database, type Queryable } from './db/database.js';
import { CALLBACK_JOB } from './job-types.js';
import { callNamed, type NamedGroup, type NamedGroups } from './named-groups.js';
import { writeLines, type WriteReport } from './journal/journal-writer.js';
import type { JsonValue } from './journal-event.js';
import type {
  Appointment,
  AppointmentQuery,
  Appointments,
  BookingOutcome,
  BookingRequest,
  BusySpan,
  CallDetail,
  CallQuery,
  CallRecord,
  Callback,
  CallbackChange,
  CallbackQuery,
  CallbackRequest,
  Callbacks,
  CancelOutcome,
  CancelRequest,
  ChangeOutcome,
  FindQuery,
  FreedSlot,
  HoldOutcome,
  HoldRequest,
  JobQuery,
  JobRecord,
  MoveOutcome,
  MoveRequest,
  Page,
  WaitingEntry,
  WaitingList,
  WaitingMatch,
  WaitingQuery,
  WaitingRequest,
} from './types.js';
import { differsFrom } from './callback-types.js';

/** An instance that gave no sign of life for this long has crashed, on a database that several share. */
export const INSTANCE_LEASE_SECONDS = 20;

type Written<T extends (...args: never[]) => unknown> = Awaited<ReturnType<T>>;

/**
 * What the worker offers to the call thread. What changes something takes a deadline on the clock that all threads
 * share; it is never committed after it.
 */
export interface StoreApi {
  writeLines(lines: readonly string[]): Promise<WriteReport>;
  book(request: BookingRequest, deadlineAtMs: number): Promise<BookingOutcome>;
  move(request: MoveRequest, deadlineAtMs: number): Promise<MoveOutcome>;
  cancel(request: CancelRequest, deadlineAtMs: number): Promise<CancelOutcome>;
  hold(request: HoldRequest, deadlineAtMs: number): Promise<HoldOutcome>;
  release(holdKey: string, deadlineAtMs: number): Promise<boolean>;
  findByKey(idempotencyKey: string): Promise<Appointment | undefined>;
  changeByKey(idempotencyKey: string): Promise<ChangeOutcome | undefined>;
  getAppointment(id: string): Promise<Appointment | undefined>;
  findAppointments(query: FindQuery): Promise<readonly Appointment[]>;
  listAppointments(query: AppointmentQuery): Promise<Page<Appointment>>;
  busy(...args: Parameters<Appointments['busy']>): Promise<readonly BusySpan[]>;
  requestCallback(request: CallbackRequest, deadlineAtMs: number): Promise<Written<Callbacks['request']>>;
  changeCallback(change: CallbackChange, deadlineAtMs: number): Promise<Callback | undefined>;
  callbackByKey(idempotencyKey: string): Promise<Callback | undefined>;
  getCallback(id: string): Promise<Callback | undefined>;
  listCallbacks(query: CallbackQuery): Promise<Page<Callback>>;
  completeCallback(...args: Parameters<Callbacks['complete']>): Promise<Callback | undefined>;
  joinWaitingList(request: WaitingRequest, deadlineAtMs: number): Promise<Written<WaitingList['join']>>;
  waitingByKey(idempotencyKey: string): Promise<WaitingEntry | undefined>;
  listWaiting(query: WaitingQuery): Promise<Page<WaitingEntry>>;
  leaveWaitingList(id: string): Promise<boolean>;
  waitingMatches(freed: FreedSlot): Promise<readonly WaitingMatch[]>;
  listCalls(query: CallQuery): Promise<Page<CallRecord>>;
  getCall(id: string): Promise<CallDetail | undefined>;
  abortOpenCalls(): Promise<number>;
  saveConversation(id: string, stateJson: string, expiresAtMs: number): Promise<void>;
  loadConversation(id: string): Promise<JsonValue | undefined>;
  deleteConversation(id: string): Promise<boolean>;
  deleteConversations(prefix: string): Promise<number>;
  listJobs(query: JobQuery): Promise<Page<JobRecord>>;
  getJob(id: string): Promise<JobRecord | undefined>;
  retryJob(id: string): Promise<JobRecord>;
  /** A method of one of {@link NamedGroups} by its name. */
  named(group: NamedGroup, method: string, args: readonly unknown[]): Promise<unknown>;
}

/** Names of the methods of {@link StoreApi}; the compiler misses one that is forgotten. */
export const STORE_METHODS = Object.keys({
  writeLines: 0,
  book: 0,
  move: 0,
  cancel: 0,
  hold: 0,
  release: 0,
  findByKey: 0,
  changeByKey: 0,
  getAppointment: 0,
  findAppointments: 0,
  listAppointments: 0,
  busy: 0,
  requestCallback: 0,
  changeCallback: 0,
  callbackByKey: 0,
  getCallback: 0,
  listCallbacks: 0,
  completeCallback: 0,
  joinWaitingList: 0,
  waitingByKey: 0,
  listWaiting: 0,
  leaveWaitingList: 0,
  waitingMatches: 0,
  listCalls: 0,
  getCall: 0,
  abortOpenCalls: 0,
  saveConversation: 0,
  loadConversation: 0,
  deleteConversation: 0,
  deleteConversations: 0,
  listJobs: 0,
  getJob: 0,
  retryJob: 0,
  named: 0,
} satisfies Record<keyof StoreApi, 0>) as readonly (keyof StoreApi)[];

export interface StoreServerOptions {
  readonly db: Database;
  /** False until the schema is in place; operations are refused until then. */
  readonly isReady: () => boolean;
  readonly instanceId: string;
  readonly wallNow: () => number;
  /** Called after a commit that left something in the outbox. */
  readonly onOutbox: () => void;
}

/**
 * The store's operations beside the database. Every method may be called from another thread; failures arrive as
 * LeibnizError with constant messages.
 */
export class StoreServer implements StoreApi {
  readonly #calendar: CalendarLedger;
  readonly #named: NamedGroups;

  constructor(private readonly o: StoreServerOptions) {
    this.#calendar = new CalendarLedger(o);
    const { db, wallNow } = o;
    this.#named = {
      accounts: { ...peopleOf(db, wallNow), ...signInsOf(db, wallNow), ...trailOf(db, wallNow) },
      materials: materialsOf(db, wallNow, o.onOutbox),
      recordings: recordingsOf(db, wallNow),
      insights: insightsOf(db, wallNow),
      outbound: outboundOf(db, wallNow, Math.random),
    };
  }

  /** Writes journal lines; see {@link writeLines}. */
  writeLines(lines: readonly string[]): Promise<WriteReport> {
    return this.#guard(() => writeLines(this.o.db, lines, this.o.wallNow()));
  }

  book(request: BookingRequest, deadlineAtMs: number): Promise<BookingOutcome> {
    return this.#commit(() => this.#calendar.book(request, deadlineAtMs));
  }

  move(request: MoveRequest, deadlineAtMs: number): Promise<MoveOutcome> {
    return this.#commit(() => this.#calendar.move(request, deadlineAtMs));
  }

  cancel(request: CancelRequest, deadlineAtMs: number): Promise<CancelOutcome> {
    return this.#commit(() => this.#calendar.cancel(request, deadlineAtMs));
  }

  hold(request: HoldRequest, deadlineAtMs: number): Promise<HoldOutcome> {
    return this.#guard(() => this.#calendar.hold(request, deadlineAtMs));
  }

  release(holdKey: string, deadlineAtMs: number): Promise<boolean> {
    return this.#guard(() => this.#calendar.release(holdKey, deadlineAtMs));
  }

  /** Waits for a transaction under the same key, so that "there is none" is final; so do the others by key. */
  findByKey(idempotencyKey: string): Promise<Appointment | undefined> {
    return this.#byKey(idempotencyKey, (tx) => appointments.findByKey(tx, idempotencyKey));
  }

  changeByKey(idempotencyKey: string): Promise<ChangeOutcome | undefined> {
    return this.#byKey(idempotencyKey, (tx) => appointments.findChange(tx, idempotencyKey));
  }

  getAppointment(id: string): Promise<Appointment | undefined> {
    return this.#guard(() => appointments.findAppointment(this.o.db, id));
  }

  findAppointments(query: FindQuery): Promise<readonly Appointment[]> {
    return this.#guard(() => appointments.findAppointments(this.o.db, query));
  }

  listAppointments(query: AppointmentQuery): Promise<Page<Appointment>> {
    return this.#guard(() => appointments.listAppointments(this.o.db, query));
  }

  busy(...[fromMs, toMs, exceptCallId]: Parameters<Appointments['busy']>): Promise<readonly BusySpan[]> {
    return this.#guard(() => busySpans(this.o.db, fromMs, toMs, this.o.wallNow(), exceptCallId));
  }

  requestCallback(request: CallbackRequest, deadlineAtMs: number): Promise<Written<Callbacks['request']>> {
    return this.#commit(() =>
      this.o.db.transaction(
        async (tx) => {
          await appointments.lockKey(tx, request.idempotencyKey);
          const known = await callbacks.callbackByKey(tx, request.idempotencyKey);
          if (known !== undefined) return { status: 'already_committed', callback: known };
          const nowMs = this.o.wallNow();
          const callback = await callbacks.insertCallback(tx, randomUUID(), request, nowMs);
          const payload = { callbackId: callback.id };
          await jobs.addJob(tx, { id: randomUUID(), type: CALLBACK_JOB, payload }, nowMs);
          return { status: 'committed', callback };
        },
        { deadlineAtMs },
      ),
    );
  }

  changeCallback(
    { idempotencyKey, to }: CallbackChange,
    deadlineAtMs: number,
  ): Promise<Callback | undefined> {
    return this.#guard(() =>
      this.o.db.transaction(
        async (tx) => {
          await appointments.lockKey(tx, idempotencyKey);
          const known = await callbacks.callbackByKey(tx, idempotencyKey);
          if (known === undefined || !differsFrom(known, to)) return known;
          const nowMs = this.o.wallNow();
          const changed =
            to === undefined
              ? await callbacks.completeCallback(tx, known.id, { outcome: 'withdrawn' }, nowMs)
              : await callbacks.changeCallback(tx, known.id, to);
          const payload = { callbackId: known.id, event: to === undefined ? 'withdrawn' : 'changed' };
          await jobs.addJob(tx, { id: randomUUID(), type: CALLBACK_JOB, payload }, nowMs);
          return changed;
        },
        { deadlineAtMs },
      ),
    );
  }

  callbackByKey(idempotencyKey: string): Promise<Callback | undefined> {
    return this.#byKey(idempotencyKey, (tx) => callbacks.callbackByKey(tx, idempotencyKey));
  }

  getCallback(id: string): Promise<Callback | undefined> {
    return this.#guard(() => callbacks.findCallback(this.o.db, id));
  }

  listCallbacks(query: CallbackQuery): Promise<Page<Callback>> {
    return this.#guard(() => callbacks.listCallbacks(this.o.db, query));
  }

  completeCallback(...[id, result]: Parameters<Callbacks['complete']>): Promise<Callback | undefined> {
    return this.#guard(() => callbacks.completeCallback(this.o.db, id, result, this.o.wallNow()));
  }

  joinWaitingList(request: WaitingRequest, deadlineAtMs: number): Promise<Written<WaitingList['join']>> {
    return this.#guard(() =>
      this.o.db.transaction(
        async (tx) => {
          await appointments.lockKey(tx, request.idempotencyKey);
          const known = await waiting.entryByKey(tx, request.idempotencyKey);
          if (known !== undefined) return { status: 'already_committed', entry: known };
          const entry = await waiting.insertEntry(tx, randomUUID(), request, this.o.wallNow());
          return { status: 'committed', entry };
        },
        { deadlineAtMs },
      ),
    );
  }

  waitingByKey(idempotencyKey: string): Promise<WaitingEntry | undefined> {
    return this.#byKey(idempotencyKey, (tx) => waiting.entryByKey(tx, idempotencyKey));
  }

  listWaiting(query: WaitingQuery): Promise<Page<WaitingEntry>> {
    return this.#guard(() => waiting.listEntries(this.o.db, query));
  }

  leaveWaitingList(id: string): Promise<boolean> {
    return this.#guard(() => waiting.deleteEntry(this.o.db, id));
  }

  waitingMatches(freed: FreedSlot): Promise<readonly WaitingMatch[]> {
    return this.#guard(() => waiting.matchingEntries(this.o.db, freed, this.o.wallNow()));
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
      const recording = await this.#named.recordings.ofCall(id);
      const recorded = recording === undefined ? {} : { recording };
      return { ...call, turns, events, ...recorded, eventsTruncated: truncated };
    });
  }

  abortOpenCalls(): Promise<number> {
    // The embedded database has one process; every other instance it knows is dead.
    const leaseSeconds = this.o.db.mode === 'pglite' ? 0 : INSTANCE_LEASE_SECONDS;
    return this.#guard(() =>
      this.o.db.transaction(async (tx) => {
        const ids = await calls.abortOpenCalls(tx, this.o.instanceId, leaseSeconds);
        await countAborted(tx, ids, this.o.wallNow());
        return ids.length;
      }),
    );
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

  deleteConversations(prefix: string): Promise<number> {
    return this.#guard(() => conversations.deleteConversations(this.o.db, prefix));
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

  named(group: NamedGroup, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#guard(() => {
      const answer = callNamed(this.#named, group, method, args);
      if (answer === undefined) throw new LeibnizError('BAD_REQUEST', 'There is no such method.');
      return answer;
    });
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

  /** A change that may have left something in the outbox. */
  async #commit<T>(run: () => Promise<T>): Promise<T> {
    const outcome = await this.#guard(run);
    this.o.onOutbox();
    return outcome;
  }

  #byKey<T>(idempotencyKey: string, find: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#guard(() =>
      this.o.db.transaction(async (tx) => {
        await appointments.lockKey(tx, idempotencyKey);
        return find(tx);
      }),
    );
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
