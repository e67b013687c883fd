import type { DialogPort } from '../../session/ports.js';
import type { Knowledge } from '../../dialog/knowledge/types.js';
import type { Scheduler } from '../../kernel/time.js';
import type { SttEngine, TtsEngine } from '../../speech/ports.js';
import type { Appointments, Store } from '../../store/types.js';
import type { Metrics } from '../../telemetry/index.js';
import type { Engines } from '../engines.js';

/** The same engines, with their requests counted and timed. */
export function measuredEngines(engines: Engines, metrics: Metrics, clock: Pick<Scheduler, 'now'>): Engines {
  const { speech, knowledge, store } = engines;
  return {
    ...engines,
    speech: {
      vad: speech.vad,
      stt: measuredStt(speech.stt, metrics),
      tts: measuredTts(speech.tts, metrics, clock),
      close: () => speech.close(),
    },
    knowledge: measuredKnowledge(knowledge, metrics, clock),
    store: measuredStore(store, metrics, clock),
  };
}

function measuredStt(stt: SttEngine, metrics: Metrics): SttEngine {
  return {
    capabilities: stt.capabilities,
    transcribe: async (request) => {
      const result = await stt.transcribe(request);
      const spoken = result.ok && !result.value.noSpeech ? 'text' : 'no_speech';
      const outcome = result.ok ? spoken : result.error.code;
      metrics.increment('stt_requests_total', { kind: request.kind, outcome });
      return result;
    },
    promote: (requestId) => stt.promote(requestId),
    stats: () => stt.stats(),
    close: () => stt.close(),
  };
}

function measuredTts(tts: TtsEngine, metrics: Metrics, clock: Pick<Scheduler, 'now'>): TtsEngine {
  return {
    capabilities: tts.capabilities,
    voices: () => tts.voices(),
    synthesize: async (request) => {
      const startedAt = clock.now();
      const result = await tts.synthesize(request);
      metrics.increment('tts_requests_total', { outcome: result.ok ? 'spoken' : result.error.code });
      if (result.ok && !result.value.cacheHit) {
        metrics.observe('tts_synthesis_ms', {}, clock.now() - startedAt);
        metrics.increment('tts_audio_seconds_total', {}, result.value.durationMs / 1000);
      }
      return result;
    },
    stats: () => tts.stats(),
    close: () => tts.close(),
  };
}

function measuredKnowledge(knowledge: Knowledge, metrics: Metrics, clock: Pick<Scheduler, 'now'>): Knowledge {
  return {
    classify: async (text, context, options) => {
      const startedAt = clock.now();
      let method = 'failed';
      try {
        const reply = await knowledge.classify(text, context, options);
        method = reply.method;
        return reply;
      } finally {
        metrics.increment('intent_requests_total', { method });
        metrics.observe('intent_ms', {}, clock.now() - startedAt);
      }
    },
    query: async (text, context, options) => {
      const startedAt = clock.now();
      let outcome = 'failed';
      try {
        const reply = await knowledge.query(text, context, options);
        outcome = reply.found ? 'found' : 'not_found';
        return reply;
      } finally {
        metrics.increment('knowledge_requests_total', { outcome });
        metrics.observe('knowledge_ms', {}, clock.now() - startedAt);
      }
    },
    rebuild: (path) => knowledge.rebuild(path),
    stats: () => knowledge.stats(),
    close: () => knowledge.close(),
  };
}

function measuredStore(store: Store, metrics: Metrics, clock: Pick<Scheduler, 'now'>): Store {
  const { journal, calls, conversations, jobs } = store;
  return {
    journal,
    appointments: measuredAppointments(store.appointments, metrics, clock),
    calls,
    conversations,
    jobs,
    health: () => store.health(),
    close: () => store.close(),
  };
}

function measuredAppointments(
  appointments: Appointments,
  metrics: Metrics,
  clock: Pick<Scheduler, 'now'>,
): Appointments {
  return {
    book: async (request) => {
      const startedAt = clock.now();
      const outcome = await appointments.book(request);
      metrics.observe('booking_commit_ms', {}, clock.now() - startedAt);
      return outcome;
    },
    findByKey: (key) => appointments.findByKey(key),
    get: (id) => appointments.get(id),
    list: (query) => appointments.list(query),
    busy: (fromMs, toMs) => appointments.busy(fromMs, toMs),
  };
}

/** The same dialog, with the prompts of callers who say nothing counted. */
export function measuredDialog(dialog: DialogPort, metrics: Metrics): DialogPort {
  return {
    ...dialog,
    step: (state, input, context) => {
      const step = dialog.step(state, input, context);
      if (input.type === 'silence' && step.effects.some((effect) => effect.type === 'say')) {
        metrics.increment('silence_prompts_total');
      }
      return step;
    },
  };
}
