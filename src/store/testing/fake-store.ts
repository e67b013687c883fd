import { FakeInsights } from './fake-insights.js';
import { FakeMaterials } from './fake-materials.js';
import { FakeRecordings } from './fake-recordings.js';
import type { RecordingRecord } from '../recording-types.js';
import { FakeOutbound } from './fake-outbound.js';
import { FakeAccounts } from './fake-accounts.js';
import { LeibnizError } from '../../kernel/errors.js';
import { wallMs, type Scheduler } from '../../kernel/time.js';
import { encodeLine, storableJson, type JournalEvent, type JsonValue } from '../journal-event.js';
import type {
  Appointments,
  Callbacks,
  CallDetail,
  Calls,
  CallRecord,
  Conversations,
  Journal,
  JobRecord,
  Jobs,
  Store,
  StoreHealth,
  WaitingList,
} from '../types.js';
import { FakeCalendar } from './fake-calendar.js';
import { FakeLink, type CommitFault } from './fake-link.js';
import { fakeCallbacks, fakeWaitingList, pageOf } from './fake-lists.js';

export interface FakeStoreOptions {
  readonly scheduler: Scheduler;
}

interface Call {
  started?: Extract<JournalEvent, { kind: 'call_started' }>;
  ended?: Extract<JournalEvent, { kind: 'call_ended' }>;
  readonly turns: Map<number, Extract<JournalEvent, { kind: 'turn' }>>;
  readonly events: Map<number, Extract<JournalEvent, { kind: 'event' }>>;
}

/** Whether a call has the text in its numbers, its name or what was said. */
function mentions({ started, turns }: Call, search: string): boolean {
  const { from, to, displayName } = started?.pii ?? {};
  const texts = [from, to, displayName, ...[...turns.values()].map(({ pii }) => pii.text)];
  return texts.some((text) => (text ?? '').toLowerCase().includes(search));
}

/** A store in memory on any clock, with faults on demand. It keeps the contract of {@link Store}. */
export class FakeStore implements Store {
  /** Everything appended, in order. */
  readonly appended: JournalEvent[] = [];
  /** Faults of the coming commits, in order: bookings and their changes, call-backs, the waiting list. */
  readonly bookingFaults: CommitFault[];
  readonly appointments: Appointments;
  readonly callbacks: Callbacks;
  readonly waitingList: WaitingList;
  readonly accounts: FakeAccounts;
  readonly materials: FakeMaterials;
  readonly recordings: FakeRecordings;
  readonly insights: FakeInsights;
  readonly outbound: FakeOutbound;
  readonly #link: FakeLink;
  readonly #calls = new Map<string, Call>();
  readonly #conversations = new Map<string, { readonly json: string; readonly expiresAtMs: number }>();
  #dropped = 0;

  constructor({ scheduler }: FakeStoreOptions) {
    this.#link = new FakeLink(scheduler);
    this.bookingFaults = this.#link.faults;
    const waitingList = fakeWaitingList(this.#link);
    const calendar = new FakeCalendar(this.#link, waitingList);
    this.appointments = calendar;
    this.callbacks = fakeCallbacks(this.#link);
    this.waitingList = waitingList;
    this.accounts = new FakeAccounts(() => scheduler.wall());
    this.materials = new FakeMaterials(() => scheduler.wall());
    this.recordings = new FakeRecordings(
      () => scheduler.wall(),
      (entry) => this.accounts.audit(entry),
    );
    this.insights = new FakeInsights(() => scheduler.wall());
    this.outbound = new FakeOutbound(this.#link, calendar);
  }

  /** Every answer takes this long. */
  get delayMs(): number {
    return this.#link.delayMs;
  }

  set delayMs(value: number) {
    this.#link.delayMs = value;
  }

  /** While true every question fails with STORE_UNAVAILABLE; the journal goes on. */
  get down(): boolean {
    return this.#link.down;
  }

  set down(value: boolean) {
    this.#link.down = value;
  }

  readonly journal: Journal = {
    append: (event) => this.#append(event),
    flush: async () => true,
  };

  readonly calls: Calls = {
    list: (query = {}) =>
      this.#link.answer(() => {
        const { fromMs = -Infinity, toMs = Infinity, reason, open, search = '' } = query;
        const items = [...this.#calls.values()]
          .filter((call) => mentions(call, search.toLowerCase()))
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
    get: (id) => this.#link.answer(() => detailOf(this.#calls.get(id), this.recordings.lastOf(id))),
    abortOpen: () => this.#link.answer(() => 0),
  };

  readonly conversations: Conversations = {
    save: (id, state, expiresAtMs) =>
      this.#link.answer(() => void this.#conversations.set(id, { json: storableJson(state), expiresAtMs })),
    load: (id) =>
      this.#link.answer(() => {
        const found = this.#conversations.get(id);
        if (found === undefined || found.expiresAtMs <= this.#link.scheduler.wall()) return undefined;
        return JSON.parse(found.json) as JsonValue;
      }),
    delete: (id) => this.#link.answer(() => this.#conversations.delete(id)),
    deleteAll: (prefix) =>
      this.#link.answer(
        () =>
          [...this.#conversations.keys()].filter(
            (id) => id.startsWith(prefix) && this.#conversations.delete(id),
          ).length,
      ),
  };

  readonly jobs: Jobs = {
    list: (query = {}) =>
      this.#link.answer(() => {
        const items = [...this.#link.jobs.values()]
          .filter(
            (job) => (query.status ?? job.status) === job.status && (query.type ?? job.type) === job.type,
          )
          .reverse();
        return pageOf(items, query);
      }),
    get: (id) => this.#link.answer(() => this.#link.jobs.get(id)),
    retry: (id) => this.#link.answer(() => this.#retry(id)),
  };

  health(): StoreHealth {
    return {
      mode: 'memory',
      databaseConnected: !this.down,
      databaseWritable: !this.down,
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
    const job = this.#link.jobs.get(id);
    if (job === undefined) throw new Error('no such job');
    this.#link.jobs.set(id, {
      ...job,
      status: 'failed',
      retry_count: job.max_retries,
      error_message: message,
    });
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
    if (isNew(call, stored)) this.insights.take(stored);
    if (stored.kind === 'call_started') call.started ??= stored;
    else if (stored.kind === 'call_ended') call.ended ??= stored;
    else if (stored.kind === 'turn') setOnce(call.turns, stored.index, stored);
    else setOnce(call.events, stored.seq, stored);
  }

  #retry(id: string): JobRecord {
    const job = this.#link.jobs.get(id);
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
    this.#link.jobs.set(id, again);
    return again;
  }
}

function isNew({ started, ended, turns, events }: Call, event: JournalEvent): boolean {
  switch (event.kind) {
    case 'call_started':
      return started === undefined;
    case 'call_ended':
      return ended === undefined;
    case 'turn':
      return !turns.has(event.index);
    case 'event':
      return !events.has(event.seq);
  }
}

function setOnce<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value);
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

function detailOf(call: Call | undefined, recording: RecordingRecord | undefined): CallDetail | undefined {
  const record = call === undefined ? undefined : recordOf(call);
  if (call === undefined || record === undefined) return undefined;
  const turns = [...call.turns.values()].sort((a, b) => a.index - b.index);
  const events = [...call.events.values()].sort((a, b) => a.seq - b.seq);
  return {
    ...record,
    turns: turns.map(({ index, turnId, role, at, confidence, timings, sources, startMs, endMs, pii }) => ({
      index,
      turnId,
      role,
      atMs: at,
      ...(confidence === undefined ? {} : { confidence }),
      timings: timings ?? {},
      sources: sources ?? [],
      ...(startMs === undefined ? {} : { startMs }),
      ...(endMs === undefined ? {} : { endMs }),
      pii,
    })),
    events: events.map(({ seq, atMs, type, payload }) => ({ seq, atMs, type, version: 1, payload })),
    ...(recording === undefined ? {} : { recording }),
    eventsTruncated: false,
  };
}
