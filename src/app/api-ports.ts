import type { ApiPorts, ConversationEvent, HealthReport, ServiceStatus } from '../api/ports.js';
import { AppointmentDesk } from '../session/appointment-desk.js';
import { BookingDesk } from '../session/booking-desk.js';
import { defaultSessionOptions, type SessionEvent } from '../session/ports.js';
import { listModels } from '../speech/index.js';
import type { DtmfDigit } from '../kernel/vocab.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Metrics } from '../telemetry/index.js';
import type { Agent } from './agent.js';
import type { Config } from './config/index.js';

/** Everything the web side may ask of the agent. */
export function apiPorts(agent: Agent, config: Config, metrics: Metrics, version: string): ApiPorts {
  const { store, knowledge, business, prompts } = agent.engines;
  const startedAt = realScheduler.now();
  const booking = new BookingDesk(store.appointments, realScheduler, defaultSessionOptions);
  const desk = new AppointmentDesk(
    {
      business,
      prompts,
      wall: () => realScheduler.wall(),
      availability: (from, to) => booking.availability(from, to),
      book: (key, draft) => booking.book(key, draft),
      resolve: (key) => booking.resolve(key),
    },
    store.conversations,
    config.sessions.ttlMs,
  );
  return {
    system: {
      health: async () => health(agent, desk, version, (realScheduler.now() - startedAt) / 1000),
      ready: async () =>
        agent.edge.stats().connected
          ? { ready: true, models: listModels().map((model) => model.name) }
          : { ready: false, error: 'the SIP server does not answer' },
      metrics: () => metrics.text(),
    },
    conversation: {
      create: async () => {
        const { id, createdAt } = agent.conversations.create();
        return { session_id: id, created_at: createdAt / 1000 };
      },
      history: async (id) => ({ turns: await agent.conversations.history(id) }),
      end: (id) => agent.conversations.end(id),
      open: async (id, sink) => {
        const client = await agent.conversations.open(id, {
          audio: (pcm) => sink.audio(pcm),
          event: (event) => {
            const told = conversationEvent(event);
            if (told !== undefined) sink.event(told);
          },
          closed: (reason) => sink.closed(reason),
        });
        sink.event({ type: 'ready', session_id: id, resumed: client.resumed });
        return {
          audio: (pcm) => client.audio(pcm),
          control: (message) => {
            switch (message.type) {
              case 'start':
                return client.start();
              case 'text':
                return client.text(message.text);
              case 'dtmf': {
                metrics.increment('dtmf_digits_total', { source: 'socket' }, message.digits.length);
                return client.dtmf([...message.digits] as DtmfDigit[]);
              }
              case 'interrupt':
                return client.interrupt();
              case 'end':
                return client.end();
            }
          },
          detach: () => client.detach(),
        };
      },
    },
    intent: { classify: (text, context) => knowledge.classify(text, context) },
    knowledge: {
      query: (text, context) => knowledge.query(text, context),
      rebuild: (path) => knowledge.rebuild(path),
    },
    appointmentSessions: {
      create: (id) => desk.create(id),
      process: (id, text) => desk.process(id, text),
      get: (id) => desk.get(id),
      delete: (id) => desk.delete(id),
    },
    appointments: store.appointments,
    calls: store.calls,
    jobs: store.jobs,
  };
}

async function health(
  agent: Agent,
  desk: AppointmentDesk,
  version: string,
  uptimeSeconds: number,
): Promise<HealthReport & Readonly<Record<string, unknown>>> {
  const { stt, tts } = agent.engines.speech;
  const stored = agent.engines.store.health();
  const rag = await agent.engines.knowledge.stats().catch(() => undefined);
  const services: Record<string, ServiceStatus> = {
    sip: agent.edge.stats().connected ? 'ok' : 'down',
    stt: 'ok',
    tts: 'ok',
    intent: rag === undefined ? 'degraded' : 'ok',
    rag: rag?.index_loaded === true ? 'ok' : 'down',
    appointment: stored.databaseConnected ? 'ok' : 'down',
    store: stored.databaseConnected ? 'ok' : 'down',
    jobs: stored.queue.connected ? 'ok' : 'degraded',
  };
  const states = Object.values(services);
  return {
    status: states.every((state) => state === 'ok') ? 'ok' : services['sip'] === 'down' ? 'down' : 'degraded',
    uptime_seconds: Math.round(uptimeSeconds),
    version,
    services,
    details: {
      stt: { engine: stt.capabilities.engine, queue: stt.stats().queued },
      tts: { engine: tts.capabilities.engine, queue: tts.stats().queued },
      rag: { index_loaded: rag?.index_loaded ?? false, index_size: rag?.index_size ?? 0 },
      appointment: { active_sessions: desk.active, database_connected: stored.databaseConnected },
      calls: { active: agent.edge.stats().active, conversations: agent.conversations.attached },
    },
  };
}

/** What a socket is told of a session's event; `undefined` for what is only counted. */
function conversationEvent(event: SessionEvent): ConversationEvent | undefined {
  switch (event.type) {
    case 'speech_started':
    case 'speech_ended':
    case 'flush':
      return { type: event.type };
    case 'heard_words':
      return {
        type: 'transcript',
        text: event.pii.text,
        is_final: event.final,
        confidence: event.confidence,
      };
    case 'agent_text':
      return {
        type: 'agent_text',
        utterance_id: event.utteranceId,
        text: event.pii.text,
        sources: event.sources,
      };
    case 'agent_started':
      return { type: 'agent_started', utterance_id: event.utteranceId };
    case 'agent_finished':
      return {
        type: 'agent_finished',
        utterance_id: event.utteranceId,
        heard: event.pii.heard,
        complete: event.complete,
      };
    case 'ended':
      return { type: 'ended', reason: event.reason };
    case 'latency':
    case 'barge_in':
    case 'stt':
    case 'step':
    case 'booking':
    case 'counted':
      return undefined;
  }
}
