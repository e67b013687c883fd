import { LeibnizError } from '../../kernel/errors.js';
import { addMs, wallMs, type Scheduler } from '../../kernel/time.js';
import { fullIntervals } from '../aggregates/appointments.js';
import { checkBooking } from '../check-booking.js';
import { encodeLine, storableJson, type JournalEvent, type JsonValue } from '../journal-event.js';
import type {
  Appointment,
  Appointments,
  BookingOutcome,
  BookingRequest,
  CallDetail,
  Calls,
  CallRecord,
  Conversations,
  Journal,
  JobRecord,
  Jobs,
  Page,
  Paging,
  Store,
  StoreHealth,
} from '../types.js';

export interface FakeStoreOptions {
  readonly scheduler: Scheduler;
  /** Advisors who can take an appointment at the same time; 1 unless told. */
  readonly capacity?: number;
}

/** What can go wrong with the next booking. */
export type BookingFault =
  /** Refused at once; nothing is booked. */
  | 'unavailable'
  /** The connection breaks between COMMIT and its reply: booked, but the caller gets STORE_TIMEOUT. */
  | 'reply_lost'
  /** The connection breaks before COMMIT: not booked, and the caller gets STORE_TIMEOUT. */
  | 'commit_lost';

interface Call {
  started?: Extract<JournalEvent, { kind: 'call_started' }>;
  ended?: Extract<JournalEvent, { kind: 'call_ended' }>;
  readonly turns: Map<number, Extract<JournalEvent, { kind: 'turn' }>>;
  readonly events: Map<number, Extract<JournalEvent, { kind: 'event' }>>;
}

/** A store in memory on any clock, with faults on demand. It keeps the contract of {@link Store}. */
export class FakeStore implements Store {
  /** Every answer takes this long. */
  delayMs = 0;
  /** While true every question fails with STORE_UNAVAILABLE; the journal goes on. */
  down = false;
  /** Faults of the coming bookings, in order. */
  readonly bookingFaults: BookingFault[] = [];
  /** Everything appended, in order. */
  readonly appended: JournalEvent[] = [];
  readonly #o: FakeStoreOptions;
  readonly #calls = new Map<string, Call>();
  readonly #appointments = new Map<string, Appointment>();
  readonly #conversations = new Map<string, { readonly json: string; readonly expiresAtMs: number }>();
  readonly #jobs = new Map<string, JobRecord>();
  #dropped = 0;

  constructor(options: FakeStoreOptions) {
    this.#o = options;
  }

  readonly journal: Journal = {
    append: (event) => this.#append(event),
    flush: async () => true,
  };

  readonly appointments: Appointments = {
    book: (request) => this.#book(request),
    findByKey: (key) =>
      this.#answer(() => [...this.#appointments.values()].find((a) => a.idempotencyKey === key)),
    get: (id) => this.#answer(() => this.#appointments.get(id)),
    list: (query = {}) =>
      this.#answer(() => {
        const { fromMs = -Infinity, toMs = Infinity, status, callId } = query;
        const items = [...this.#appointments.values()]
          .filter((a) => a.endsAtMs > fromMs && a.startsAtMs < toMs)
          .filter((a) => (status ?? a.status) === a.status && (callId ?? a.callId) === a.callId)
          .sort((a, b) => a.startsAtMs - b.startsAtMs);
        return pageOf(items, query);
      }),
    busy: (fromMs, toMs) =>
      this.#answer(() =>
        fullIntervals([...this.#appointments.values()], this.#o.capacity ?? 1, fromMs, toMs),
      ),
  };

  readonly calls: Calls = {
    list: (query = {}) =>
      this.#answer(() => {
        const { fromMs = -Infinity, toMs = Infinity, reason, open } = query;
        const items = [...this.#calls.values()]
          .flatMap((call) => recordOf(call) ?? [])
          .filter((c) => c.startedAtMs >= fromMs && c.startedAtMs < toMs)
          .filter(
            (c) =>
              (reason ?? c.reason) === c.reason &&
              (open ?? c.reason === undefined) === (c.reason === undefined),
          )
          .sort((a, b) => b.startedAtMs - a.startedAtMs);
        return pageOf(items, query);
      }),
    get: (id) => this.#answer(() => detailOf(this.#calls.get(id))),
    abortOpen: () => this.#answer(() => 0),
  };

  readonly conversations: Conversations = {
    save: (id, state, expiresAtMs) =>
      this.#answer(() => void this.#conversations.set(id, { json: storableJson(state), expiresAtMs })),
    load: (id) =>
      this.#answer(() => {
        const found = this.#conversations.get(id);
        if (found === undefined || found.expiresAtMs <= this.#o.scheduler.wall()) return undefined;
        return JSON.parse(found.json) as JsonValue;
      }),
    delete: (id) => this.#answer(() => this.#conversations.delete(id)),
  };

  readonly jobs: Jobs = {
    list: (query = {}) =>
      this.#answer(() => {
        const items = [...this.#jobs.values()]
          .filter(
            (job) => (query.status ?? job.status) === job.status && (query.type ?? job.type) === job.type,
          )
          .reverse();
        return pageOf(items, query);
      }),
    get: (id) => this.#answer(() => this.#jobs.get(id)),
    retry: (id) => this.#answer(() => this.#retry(id)),
  };

  health(): StoreHealth {
    return {
      mode: 'memory',
      databaseConnected: !this.down,
      queue: { mode: 'memory', connected: !this.down, waiting: 0 },
      spoolBytes: 0,
      pendingEvents: 0,
      droppedEvents: this.#dropped,
      rejectedEvents: 0,
      lagMs: 0,
      ...(this.down
        ? { problem: 'the database cannot be reached; events are spooled and bookings refused' }
        : {}),
    };
  }

  async close(): Promise<void> {
    this.down = true;
  }

  /** Makes a job fail for good, as if every attempt had. */
  failJob(id: string, message: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error('no such job');
    this.#jobs.set(id, { ...job, status: 'failed', retry_count: job.max_retries, error_message: message });
  }

  #append(event: JournalEvent): void {
    if (event.kind === 'event' && event.lane === 'secret') return;
    const line = encodeLine(event, 'fake');
    if (line === undefined) {
      this.#dropped++;
      return;
    }
    const stored = (JSON.parse(line) as { e: JournalEvent }).e;
    this.appended.push(stored);
    const call: Call = this.#calls.get(stored.callId) ?? { turns: new Map(), events: new Map() };
    this.#calls.set(stored.callId, call);
    if (stored.kind === 'call_started') call.started ??= stored;
    else if (stored.kind === 'call_ended') call.ended ??= stored;
    else if (stored.kind === 'turn') setOnce(call.turns, stored.index, stored);
    else setOnce(call.events, stored.seq, stored);
  }

  async #book(request: BookingRequest): Promise<BookingOutcome> {
    checkBooking(request);
    const deadlineMs = request.deadlineMs ?? 2000;
    if (this.down) throw unavailable();
    const fault = this.bookingFaults.shift();
    if (fault === 'unavailable') throw unavailable();
    await this.#sleep(Math.min(this.delayMs, deadlineMs));
    if (this.delayMs >= deadlineMs || fault === 'commit_lost') {
      await this.#sleep(fault === 'commit_lost' ? deadlineMs - this.delayMs : 0);
      throw unknown();
    }
    const outcome = this.#commit(request);
    if (fault === 'reply_lost') {
      await this.#sleep(deadlineMs - this.delayMs);
      throw unknown();
    }
    return outcome;
  }

  #commit(request: BookingRequest): BookingOutcome {
    const all = [...this.#appointments.values()];
    const known = all.find((a) => a.idempotencyKey === request.idempotencyKey);
    if (known !== undefined) return { status: 'already_booked', appointment: known };
    const taken = new Set(
      all
        .filter((a) => a.startsAtMs < request.endsAtMs && a.endsAtMs > request.startsAtMs)
        .map((a) => a.advisor),
    );
    let advisor = 0;
    while (taken.has(advisor)) advisor++;
    if (advisor >= (this.#o.capacity ?? 1)) return { status: 'conflict' };
    const { deadlineMs: _deadlineMs, ...fields } = request;
    const nowMs = this.#o.scheduler.wall();
    const id = `appointment-${all.length + 1}`;
    const appointment: Appointment = { ...fields, id, advisor, status: 'booked', createdAtMs: nowMs };
    this.#appointments.set(id, appointment);
    this.#addJob(id, new Date(nowMs).toISOString());
    return { status: 'booked', appointment };
  }

  #addJob(appointmentId: string, created_at: string): void {
    const id = `job-${this.#jobs.size + 1}`;
    this.#jobs.set(id, {
      id,
      type: 'appointment_confirmation',
      status: 'pending',
      priority: 0,
      retry_count: 0,
      max_retries: 3,
      payload: { appointmentId },
      result: null,
      error_message: null,
      created_at,
      started_at: null,
      completed_at: null,
    });
  }

  #retry(id: string): JobRecord {
    const job = this.#jobs.get(id);
    if (job === undefined) {
      throw new LeibnizError('NOT_FOUND', 'There is no job with this id.', { field: 'id' });
    }
    if (job.status !== 'failed') {
      throw new LeibnizError('BAD_REQUEST', 'Only a failed job can be retried.', { field: 'id' });
    }
    const again: JobRecord = {
      ...job,
      status: 'pending',
      retry_count: 0,
      error_message: null,
      completed_at: null,
    };
    this.#jobs.set(id, again);
    return again;
  }

  async #answer<T>(read: () => T): Promise<T> {
    if (this.down) throw unavailable();
    await this.#sleep(this.delayMs);
    return read();
  }

  #sleep(forMs: number): Promise<void> {
    if (forMs <= 0) return Promise.resolve();
    const { scheduler } = this.#o;
    return new Promise((resolve) => void scheduler.at(addMs(scheduler.now(), forMs), resolve));
  }
}

function setOnce<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

function pageOf<T>(items: readonly T[], { limit = 50, offset = 0 }: Paging): Page<T> {
  return { items: items.slice(offset, offset + limit), total: items.length };
}

function recordOf({ started, ended, turns }: Call): CallRecord | undefined {
  if (started === undefined) return undefined;
  return {
    id: started.callId,
    direction: started.direction,
    startedAtMs: wallMs(started.startedAt),
    ...(ended === undefined ? {} : { endedAtMs: ended.endedAt, reason: ended.reason }),
    ...(ended?.stats === undefined ? {} : { stats: ended.stats }),
    turnCount: turns.size,
    pii: started.pii,
  };
}

function detailOf(call: Call | undefined): CallDetail | undefined {
  const record = call === undefined ? undefined : recordOf(call);
  if (call === undefined || record === undefined) return undefined;
  const turns = [...call.turns.values()].sort((a, b) => a.index - b.index);
  const events = [...call.events.values()].sort((a, b) => a.seq - b.seq);
  return {
    ...record,
    turns: turns.map(({ index, turnId, role, at, confidence, timings, sources, pii }) => ({
      index,
      turnId,
      role,
      atMs: at,
      ...(confidence === undefined ? {} : { confidence }),
      timings: timings ?? {},
      sources: sources ?? [],
      pii,
    })),
    events: events.map(({ seq, atMs, type, payload }) => ({ seq, atMs, type, version: 1, payload })),
    eventsTruncated: false,
  };
}

function unavailable(): LeibnizError {
  return new LeibnizError('STORE_UNAVAILABLE', 'The database cannot be reached; nothing was changed.');
}

function unknown(): LeibnizError {
  return new LeibnizError('STORE_TIMEOUT', 'The database did not answer in time; the outcome is unknown.');
}
