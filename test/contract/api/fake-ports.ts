import { LeibnizError } from '../../../src/kernel/errors.js';
import { wallMs } from '../../../src/kernel/time.js';
import type {
  ApiPorts,
  AppointmentSession,
  ConversationChannel,
  ConversationControl,
  ConversationSink,
} from '../../../src/api/ports.js';
import type { Appointment, CallDetail, JobRecord } from '../../../src/store/types.js';

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
}

export const APPOINTMENT: Appointment = {
  id: 'a1',
  idempotencyKey: 'k1',
  startsAtMs: wallMs(Date.UTC(2026, 10, 24, 15, 30)),
  endsAtMs: wallMs(Date.UTC(2026, 10, 24, 16, 0)),
  date: '2026-11-24',
  time: '10:30',
  timezone: 'America/New_York',
  purpose: 'course registration',
  advisor: 0,
  status: 'booked',
  createdAtMs: wallMs(Date.UTC(2026, 10, 23, 9, 0)),
  callId: 'c1',
  pii: { userName: 'Ada Lovelace', callerNumber: '+15550100' },
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
      pii: { text: 'I would like to book' },
    },
  ],
  events: [{ seq: 1, atMs: 0, type: 'start', version: 1, payload: {} }],
  eventsTruncated: false,
};

export const JOB: JobRecord = {
  id: 'j1',
  type: 'appointment_confirmation',
  status: 'failed',
  priority: 0,
  retry_count: 3,
  max_retries: 3,
  payload: { appointment: 'a1' },
  result: null,
  error_message: 'the receiver answered 500',
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
  const ports: ApiPorts = {
    system: {
      health: async () => ({
        status: 'ok',
        uptime_seconds: 12,
        version: '0.1.0',
        services: { stt: 'ok', tts: 'ok', intent: 'ok', rag: 'ok', appointment: 'ok' },
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
        return { items: [APPOINTMENT], total: 1 };
      },
      get: async (id) => (id === 'a1' ? APPOINTMENT : undefined),
    },
    calls: {
      list: async (query) => {
        note('calls.list', query);
        return { items: [CALL], total: 1 };
      },
      get: async (id) => (id === 'c1' ? CALL : undefined),
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
  return { ports, conversations, asked };
}
