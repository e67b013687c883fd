import { engineServices } from './services/health.js';
import { cachePorts } from './caches.js';
import type { ConversationHub } from '../session/conversation-hub.js';
import type { ApiPorts, ConversationEvent, HealthReport, ServiceStatus } from '../api/ports.js';
import { AppointmentDesk } from '../session/appointment-desk.js';
import type { SessionEvent } from '../session/ports.js';
import { TranscriptionDesk } from '../session/transcription.js';
import { listModels } from '../speech/index.js';
import type { DtmfDigit } from '../kernel/vocab.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Metrics } from '../telemetry/index.js';
import type { Agent } from './agent.js';
import { readEnvironment, showConfig, type Config } from './config/index.js';
import { FollowUps } from './follow-ups.js';
import { guardApi } from './guard-api.js';
import { livePorts } from './live.js';
import { modelApi } from './model-api.js';
import { recordingHealth, recordingPorts } from './recordings.js';
import type { AppLog } from './log.js';
import { speechPorts, type KeptFiles } from './spoken-files.js';
import { schedulePort } from './schedule-port.js';

/** Everything the web side may ask of the agent. */
export function apiPorts(
  agent: Agent,
  files: KeptFiles,
  config: Config,
  metrics: Metrics,
  version: string,
  log: AppLog,
): ApiPorts {
  const { store, knowledge, office } = agent.engines;
  const startedAt = realScheduler.now();
  const followUps = new FollowUps(knowledge, office.lexicon.locale);
  const desk = new AppointmentDesk(agent.sessionPorts, store.conversations, config.sessions.ttlMs);
  return {
    system: {
      health: async () => health(agent, config, desk, version, (realScheduler.now() - startedAt) / 1000),
      ready: async () => {
        const error = await whyNotReady(agent);
        if (error !== undefined) return { ready: false, error };
        return { ready: true, models: listModels().map((model) => model.name) };
      },
      metrics: () => metrics.text(),
    },
    conversation: conversationPorts(agent.calls.ports.conversations, metrics),
    transcription: new TranscriptionDesk(agent.sessionPorts),
    speech: speechPorts(agent.engines.speech.tts, files),
    intent: { classify: (text, context) => knowledge.classify(text, context) },
    knowledge: {
      query: (text, context) => followUps.query(text, context),
      retrieve: (text, limit) => knowledge.retrieve(text, limit),
      rebuild: (path) => knowledge.rebuild(path),
    },
    appointmentSessions: {
      create: (id) => desk.create(id),
      process: (id, text) => desk.process(id, text),
      get: (id) => desk.get(id),
      delete: (id) => desk.delete(id),
    },
    appointments: store.appointments,
    callbacks: store.callbacks,
    waitingList: store.waitingList,
    schedule: schedulePort(office.business, store.appointments, () => realScheduler.wall()),
    calls: store.calls,
    jobs: store.jobs,
    accounts: store.accounts,
    materials: agent.engines.materials,
    insights: store.insights,
    outbound: agent.outbound.ports,
    caches: cachePorts(agent.engines.cache),
    live: livePorts(agent.live),
    recordings: recordingPorts(agent.recordings, agent.live),
    guard: guardApi(agent.engines.roles.guard.ports, store.callbacks, log),
    settings: {
      list: async () =>
        showConfig(readEnvironment()).map(({ source, ...setting }) => ({ ...setting, origin: source })),
    },
    models: modelApi(agent.engines.roles.llm.ports.model, agent.sessionPorts),
  };
}

/** What keeps the next call from being taken; `undefined` when nothing does. */
async function whyNotReady(agent: Agent): Promise<string | undefined> {
  const { connected, accepting } = agent.calls.ports.edge.stats();
  if (!connected) return 'the SIP server does not answer';
  if (!accepting) return 'no call can be taken: all lines or the machine are busy';
  if (agent.sip.embedded?.stats().takesCalls === false) {
    return 'no call can be taken: the table of SIP transactions is full';
  }
  if (agent.engines.roles.worker.disk() === 'unhealthy') {
    return 'the disk of DATA_DIR is full or takes no writes: nothing could be written down';
  }
  return brokenServices(await engineServices(agent.engines));
}

/** A sentence about the engines without which no call can be held, or `undefined` when all of them work. */
export function brokenServices(services: Readonly<Record<string, ServiceStatus>>): string | undefined {
  const broken = ['stt', 'tts', 'intent', 'rag'].filter((name) => services[name] === 'unhealthy');
  return broken.length === 0 ? undefined : `does not work: ${broken.join(', ')}`;
}

/** Conversations as the web side asks for them. */
export function conversationPorts(
  conversations: ConversationHub,
  metrics: Metrics,
): ApiPorts['conversation'] {
  return {
    create: async (client) => {
      const { id, createdAt } = conversations.create(client);
      return { session_id: id, created_at: createdAt / 1000 };
    },
    history: async (id) => ({ turns: await conversations.history(id) }),
    end: (id) => conversations.end(id),
    open: async (id, sink) => {
      const client = await conversations.open(id, {
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
  };
}

/** Every role is asked; nothing is taken for granted. */
async function health(
  agent: Agent,
  config: Config,
  desk: AppointmentDesk,
  version: string,
  uptimeSeconds: number,
): Promise<HealthReport & Readonly<Record<string, unknown>>> {
  const { roles } = agent.engines;
  const [calls, engines, stored, spoken, known, modelled] = await Promise.all([
    ...([agent.calls.health(), engineServices(agent.engines)] as const),
    ...([roles.worker.health(), roles.speech.health(), roles.knowledge.health()] as const),
    roles.llm.health(),
  ]);
  // A part that is not configured has no health.
  const llm = roles.llm.ports.model === undefined ? undefined : modelled;
  const recording = recordingHealth(config, agent.recordings);
  const services: Record<string, ServiceStatus> = {
    sip: calls.status,
    ...engines,
    ...(llm === undefined ? {} : { llm: llm.status }),
    ...(recording === undefined ? {} : { recording: recording.status }),
  };
  const states = Object.values(services);
  const isWell = states.every((state) => state === 'healthy');
  return {
    status: isWell ? 'healthy' : services['sip'] === 'unhealthy' ? 'unhealthy' : 'degraded',
    uptime_seconds: Math.round(uptimeSeconds),
    version,
    services,
    details: {
      ...spoken.details,
      rag: known.details,
      ...(llm === undefined ? {} : { llm: llm.details }),
      ...(recording === undefined ? {} : { recording: recording.details }),
      appointment: { active_sessions: desk.active, database_connected: engines['store'] === 'healthy' },
      store: stored.details,
      calls: calls.details,
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
        confidence: event.confidence ?? null,
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
    // `closed` tells it, once and last.
    case 'ended':
    case 'latency':
    case 'barge_in':
    case 'stt':
    case 'step':
    case 'change':
    case 'note':
    case 'counted':
    case 'recording_consent':
    case 'secret_words':
      return undefined;
  }
}
