import { LeibnizError } from '../../../src/kernel/errors.js';
import { FakeAccounts } from '../../../src/store/testing/fake-accounts.js';
import { FakeInsights } from '../../../src/store/testing/fake-insights.js';
import { DEFAULT_RULES } from '../../../src/outbound/core/rules.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { FakeMaterials } from '../../../src/store/testing/fake-materials.js';
import { wallMs } from '../../../src/kernel/time.js';
import { TranscriptionDesk } from '../../../src/session/transcription.js';
import { EnergyVad } from '../../../src/speech/testing/energy-vad.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { codedStt } from '../../support/providers/stt/coded-stt.js';
import type {
  ApiPorts,
  AppointmentSession,
  ConversationChannel,
  ConversationControl,
  ConversationSink,
  SearchedMaterial,
} from '../../../src/api/ports.js';
import type {
  Appointment,
  CallDetail,
  Callback,
  JobRecord,
  Material,
  RecordingRecord,
  WaitingEntry,
} from '../../../src/store/types.js';

/** What one attached socket did, and the way to speak to it. */
export interface FakeConversation {
  readonly sink: ConversationSink;
  readonly samples: number[];
  readonly chunks: number[];
  readonly controls: ConversationControl[];
  detached: boolean;
}

/** Ports of a program that exists only in memory. */
export interface FakeProgram {
  readonly ports: ApiPorts;
  /** Sockets by session, the newest last. */
  readonly conversations: Map<string, FakeConversation[]>;
  readonly asked: { readonly method: string; readonly args: readonly unknown[] }[];
  /** What is learned from calls. */
  readonly insights: FakeInsights;
}

/** What callers said of themselves in free text, one in each place. */
export const PRIVATE = {
  purpose: '555-867-5309',
  message: 'ada@example.org',
  transcript: '4111 1111 1111 1111',
  event: '123-45-6789',
  job: '+49301234567',
} as const;

export const APPOINTMENT: Appointment = {
  id: 'a1',
  reference: 'K7M4PX',
  idempotencyKey: 'k1',
  version: 3,
  sequence: 2,
  startsAtMs: wallMs(Date.UTC(2026, 10, 24, 15, 30)),
  endsAtMs: wallMs(Date.UTC(2026, 10, 24, 16, 0)),
  occupiedUntilMs: wallMs(Date.UTC(2026, 10, 24, 16, 10)),
  date: '2026-11-24',
  time: '10:30',
  timezone: 'America/New_York',
  purpose: `first visit, call ${PRIVATE.purpose}`,
  resource: 'office',
  status: 'booked',
  createdAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0)),
  updatedAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 5)),
  callId: 'c1',
  pii: { userName: 'Ada Lovelace', callerNumber: '+15550100' },
};

export const CALLBACK: Callback = {
  id: 'b1',
  idempotencyKey: 'kb1',
  kind: 'message',
  status: 'open',
  reason: 'no_answer_found',
  createdAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0)),
  pii: { name: 'Ada Lovelace', number: '+15550100', message: `Write to ${PRIVATE.message}.` },
};

export const WAITING: WaitingEntry = {
  id: 'w1',
  idempotencyKey: 'kw1',
  from: '2026-11-24',
  to: '2026-11-30',
  durationMin: 30,
  createdAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0)),
  pii: { name: 'Grace Hopper' },
};

export const CALL: CallDetail = {
  id: 'c1',
  direction: 'inbound',
  startedAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0)),
  endedAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 1)),
  reason: 'caller_hangup',
  stats: { lossPct: 0 },
  turnCount: 1,
  pii: { from: '+15550100', to: '+15550199' },
  turns: [
    {
      index: 0,
      turnId: 't1',
      role: 'user',
      atMs: wallMs(Date.UTC(2026, 10, 23, 9, 0, 5)),
      confidence: 0.9,
      timings: { responseGapMs: 420 },
      sources: [],
      pii: { text: `I would like to book, my card is ${PRIVATE.transcript}` },
    },
  ],
  events: [{ seq: 1, atMs: 0, type: 'start', version: 1, payload: { answer: [`it is ${PRIVATE.event}`] } }],
  eventsTruncated: false,
};

/** The recording of {@link CALL}; longer than is read in one go. */
export const RECORDING: RecordingRecord = {
  id: 'r1',
  callId: 'c1',
  state: 'saved',
  channels: 2,
  sampleRateHz: 8000,
  startedAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0, 1)),
  offsetMs: 120,
  durationMs: 10_000.4,
  bytes: 320_512,
  blobKey: 'r1.wav',
  consent: 'given',
  intervals: [{ fromMs: 1000, toMs: 2000.4, why: 'secret' }],
  latePackets: 2,
  deleteAfterMs: wallMs(Date.UTC(2026, 11, 23, 9, 0, 0)),
};

const PEAKS = { bucketMs: 20, base64: Buffer.from(Int8Array.from([-3, 4, -128, 127])).toString('base64') };

/** Bytes of its file: each tells where it stands. */
export const audioBytes = (): Uint8Array =>
  Uint8Array.from({ length: RECORDING.bytes }, (_none, i) => i % 251);

export const JOB: JobRecord = {
  id: 'j1',
  type: 'appointment_confirmation',
  status: 'failed',
  priority: 0,
  retry_count: 3,
  max_retries: 3,
  payload: { appointment: 'a1' },
  result: null,
  error_message: `the receiver of ${PRIVATE.job} answered 500`,
  created_at: '2026-11-23T09:00:00.000Z',
  started_at: null,
  completed_at: null,
};

const SESSION: AppointmentSession = {
  session_id: 's1',
  current_state: 'WAITING_FOR_TIME',
  next_prompt: 'At what time?',
  slots_filled: { preferred_date: '2026-11-24' },
  slots_remaining: ['preferred_time', 'purpose', 'user_name'],
  is_complete: false,
};

const TIMING = { cache_check_ms: 0, embedding_ms: 1, retrieval_ms: 2, generation_ms: 3, total_ms: 6 };

const missing = (what: string): LeibnizError =>
  new LeibnizError('NOT_FOUND', `There is no such ${what}.`, { field: 'id' });

/** A program in memory; `unknown` is an id that nothing has. */
export function fakeProgram(): FakeProgram {
  const conversations = new Map<string, FakeConversation[]>();
  const asked: { method: string; args: readonly unknown[] }[] = [];
  const note = (method: string, ...args: unknown[]): void => {
    asked.push({ method, args });
  };
  const known = (id: string, what: string): void => {
    if (id === 'unknown') throw missing(what);
  };
  const materials = new FakeMaterials(() => Date.UTC(2026, 10, 23, 9, 0));
  const searched = (material: Material): SearchedMaterial => ({ ...material, searched: true });
  const insights = new FakeInsights(() => Date.UTC(2026, 10, 23, 9, 0));
  const ports: ApiPorts = {
    insights,
    outbound: Object.assign(new FakeStore({ scheduler: new VirtualTime() }).outbound, {
      rules: async () => DEFAULT_RULES,
    }),
    materials: {
      add: async (material) => searched(await materials.add(material)),
      addVersion: async (id, version) => {
        const made = await materials.addVersion(id, version);
        return made === undefined ? undefined : searched(made);
      },
      list: async (query) => {
        const { items, total } = await materials.list(query);
        return { items: items.map(searched), total };
      },
      get: async (id) => {
        const found = await materials.get(id);
        return found === undefined ? undefined : searched(found);
      },
      remove: (id) => materials.remove(id),
      sections: (id, version) => materials.sections(id, version),
      crawl: async (request) => {
        const id = await materials.crawl(request);
        return {
          ...JOB,
          id,
          type: 'crawl',
          status: 'pending',
          payload: { ...request, urls: [...request.urls] },
        };
      },
    },
    accounts: new FakeAccounts(() => wallMs(Date.UTC(2026, 10, 23, 9, 0))),
    system: {
      health: async () => ({
        status: 'healthy',
        uptime_seconds: 12,
        version: '0.1.0',
        services: {
          stt: 'healthy',
          tts: 'healthy',
          intent: 'healthy',
          rag: 'healthy',
          appointment: 'healthy',
        },
      }),
      ready: async () => ({ ready: true, models: ['moonshine-tiny'] }),
      metrics: async () =>
        '# HELP calls_active Calls in progress.\n# TYPE calls_active gauge\ncalls_active 0\n',
    },
    conversation: {
      create: async () => ({ session_id: 's1', created_at: 1_795_424_400 }),
      history: async (id) => {
        known(id, 'session');
        return { turns: [{ user: 'hello', agent: 'Good morning.', timestamp: 1_795_424_401 }] };
      },
      end: async (id) => known(id, 'session'),
      open: async (id, sink) => {
        known(id, 'session');
        const conversation: FakeConversation = {
          sink,
          samples: [],
          chunks: [],
          controls: [],
          detached: false,
        };
        const resumed = conversations.has(id);
        conversations.set(id, [...(conversations.get(id) ?? []), conversation]);
        sink.event({ type: 'ready', session_id: id, resumed });
        const channel: ConversationChannel = {
          audio: (pcm) => {
            conversation.chunks.push(pcm.length);
            for (const sample of pcm) conversation.samples.push(sample);
          },
          control: (message) => {
            conversation.controls.push(message);
          },
          detach: () => {
            conversation.detached = true;
          },
        };
        return channel;
      },
    },
    speech: {
      synthesize: async (request) => {
        asked.push({ method: 'speech.synthesize', args: [request] });
        return {
          id: 'f1',
          url: '/api/v1/blobs/tts/f1.wav?x',
          durationMs: 1500,
          provider: 'flite',
          cacheHit: false,
        };
      },
      voices: async () => ({ flite: ['rms', 'slt'] }),
      file: async (_key, _expires, signature) =>
        signature === 'a'.repeat(64) ? new Uint8Array([82, 73]) : undefined,
    },
    transcription: new TranscriptionDesk({
      vad: new EnergyVad(),
      stt: codedStt(),
      scheduler: realScheduler,
    }),
    intent: {
      classify: async (text, context) => {
        note('classify', text, context);
        return {
          intent: 'APPOINTMENT_SCHEDULING',
          confidence: 0.93,
          method: 'pattern',
          entities: { service: 'advising' },
          response_time_ms: 1.5,
          cache_hit: false,
        };
      },
    },
    knowledge: {
      retrieve: async (text, limit) => {
        note('retrieve', text, limit);
        const passage = {
          id: 'hours#1',
          title: 'Opening hours',
          path: 'opening-hours.md',
          score: 0.8,
          text: 'At nine.',
        };
        return { passages: [passage], index_version: 'v1' };
      },
      query: async (text, context) => {
        note('query', text, context);
        const found = !text.includes('moon');
        return {
          found,
          answer: found ? 'The office opens at nine.' : '',
          sources: found
            ? [{ id: 'hours#1', title: 'Opening hours', path: 'opening-hours.md', score: 0.8 }]
            : [],
          confidence: found ? 0.8 : 0.1,
          timing_breakdown: TIMING,
          cache_hit: false,
          index_version: 'v1',
        };
      },
      rebuild: async (path) => {
        note('rebuild', path);
        return {
          status: 'success',
          documents_indexed: 15,
          passages_indexed: 40,
          index_version: 'v2',
          took_ms: 5,
        };
      },
    },
    appointmentSessions: {
      create: async (id) => ({ ...SESSION, session_id: id }),
      process: async (id, input) => {
        known(id, 'session');
        note('process', id, input);
        return { ...SESSION, session_id: id };
      },
      get: async (id) => {
        known(id, 'session');
        return { ...SESSION, session_id: id };
      },
      delete: async (id) => known(id, 'session'),
    },
    appointments: {
      list: async (query) => {
        note('appointments.list', query);
        const items = [APPOINTMENT].filter(({ resource }) => resource === (query?.resource ?? resource));
        return { items, total: items.length };
      },
      get: async (id) => (id === 'a1' ? APPOINTMENT : undefined),
      book: async (request) => {
        note('appointments.book', request);
        if (request.time === '12:00') return { status: 'conflict' };
        return { status: 'booked', appointment: { ...APPOINTMENT, version: 1 } };
      },
      move: async (request) => {
        note('appointments.move', request);
        if (request.time === '12:00') return { status: 'conflict' };
        if (request.expectedVersion !== 3) return { status: 'stale', appointment: APPOINTMENT };
        return { status: 'moved', appointment: { ...APPOINTMENT, version: 4 } };
      },
      cancel: async (request) => {
        note('appointments.cancel', request);
        if (request.id !== 'a1') return { status: 'not_found' };
        if (request.expectedVersion !== 3) return { status: 'stale', appointment: APPOINTMENT };
        return { status: 'cancelled', appointment: { ...APPOINTMENT, version: 4, status: 'cancelled' } };
      },
    },
    callbacks: {
      list: async (query) => {
        note('callbacks.list', query);
        return { items: [CALLBACK], total: 1 };
      },
      get: async (id) => (id === 'b1' ? CALLBACK : undefined),
      complete: async (id, result) => {
        note('callbacks.complete', id, result);
        return id === 'b1' ? { ...CALLBACK, status: 'completed', outcome: result.outcome } : undefined;
      },
    },
    waitingList: {
      list: async (query) => {
        note('waitingList.list', query);
        return { items: [WAITING], total: 1 };
      },
      leave: async (id) => id === 'w1',
    },
    schedule: {
      office: async () => ({
        name: 'The Office',
        timezone: 'America/New_York',
        location: '1 Main Street',
        services: [{ id: 'check', name: 'check-up' }],
        resources: [],
      }),
      check: async (request) => {
        note('schedule.check', request);
        if (request.time === '03:00') {
          return { ok: false, field: 'time', message: 'The office is open from 9 AM to 5 PM.' };
        }
        const { startsAtMs, endsAtMs, occupiedUntilMs, resource, timezone } = APPOINTMENT;
        const slot = { startsAtMs, endsAtMs, occupiedUntilMs, resource, timezone, capacity: 1 };
        return { ok: true, slot: { ...slot, date: request.date, time: request.time }, purpose: 'check-up' };
      },
    },
    calls: {
      list: async (query) => {
        note('calls.list', query);
        return { items: [CALL], total: 1 };
      },
      get: async (id) => (id === 'c1' ? CALL : undefined),
    },
    settings: {
      list: async () => [
        { key: 'HTTP_PORT', group: 'Web', value: '8080', origin: 'default', description: 'Port of the API.' },
      ],
    },
    caches: {
      report: () => {
        note('caches.report');
        return Promise.resolve({
          caches: [
            {
              ...{ cache: 'intent', entries: 1, bytes: 100, hits: 3, by_layer: { process: 2, redis: 1 } },
              ...{ misses: 1, hit_rate: 0.75 },
            },
          ],
          layers: [{ layer: 'process', connected: true, errors: 0 }],
        });
      },
      clear: (cache) => {
        note('caches.clear', cache);
        return Promise.resolve(7);
      },
    },
    live: {
      subscribe: async (sink) => {
        sink.event({ kind: 'calls', calls: [] });
        return { audio: () => undefined, control: () => undefined, detach: () => undefined };
      },
      listen: async (id) => {
        known(id, 'call');
        return { audio: () => undefined, control: () => undefined, detach: () => undefined };
      },
      command: async (id, command) => {
        known(id, 'call');
        note('live.command', id, command);
        return { type: 'done' };
      },
    },
    recordings: {
      find: async (id) => (id === 'c1' ? { record: RECORDING, peaks: PEAKS } : undefined),
      size: async (id) => (id === RECORDING.id ? RECORDING.bytes : undefined),
      read: async (id, from, length) => {
        note('recordings.read', id, from, length);
        return audioBytes().subarray(from, from + length);
      },
      remove: async (id, by) => {
        note('recordings.remove', id, by);
        return id === 'c1';
      },
      command: async (id, action, by) => {
        known(id, 'call');
        note('recordings.command', id, action, by);
        return { state: action === 'pause' ? 'paused' : 'deleted' };
      },
    },
    guard: {
      input: (text) => Promise.resolve({ action: 'allow', reasons: [], scores: { injection: 0 }, text }),
      output: (text) => Promise.resolve({ action: 'allow', reasons: [], scores: { toxic: 0 }, text }),
      escalate: () => Promise.resolve(),
    },
    models: {
      list: () => Promise.resolve({ models: [{ id: 'm' }], adapters: [] }),
      open: (request, onEvent) => {
        note('models.open', request);
        const message = { role: 'assistant', text: 'We close at noon.' } as const;
        const usage = { inputTokens: 41, outputTokens: 6, cachedTokens: 0 };
        const served = { provider: 'fake', model: 'm', cached: false, costUsd: 0 };
        void Promise.resolve().then(() => {
          onEvent({ type: 'text', text: 'We close' });
          onEvent({ type: 'text', text: ' at noon.' });
          onEvent({ type: 'done', reason: 'stop', usage, message, served });
        });
      },
      loadAdapter: () => Promise.resolve(),
      unloadAdapter: () => Promise.resolve(),
      transcript: (text) => Promise.resolve({ response: `You said: ${text}`, escalate: false }),
    },
    jobs: {
      list: async (query) => {
        note('jobs.list', query);
        return { items: [JOB], total: 1 };
      },
      get: async (id) => (id === 'j1' ? JOB : undefined),
      retry: async (id) => {
        if (id !== 'j1') throw missing('job');
        return { ...JOB, status: 'pending' };
      },
    },
  };
  return { ports, conversations, asked, insights };
}
