import type { DialogPort } from '../../session/ports.js';
import type { Knowledge } from '../../dialog/knowledge/types.js';
import type { Scheduler } from '../../kernel/time.js';
import { openTtsStream } from '../../speech/tts/text-stream.js';
import type { Result } from '../../kernel/result.js';
import { openSttStream } from '../../speech/index.js';
import type { SttEngine, SttError, SttRequest, SttTranscript, TtsEngine } from '../../speech/ports.js';
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

/** One of them alone. */
export function measuredStt(stt: SttEngine, metrics: Metrics): SttEngine {
  const counted = <R extends Result<SttTranscript, SttError>>(kind: SttRequest['kind'], result: R): R => {
    const spoken = result.ok && !result.value.noSpeech ? 'text' : 'no_speech';
    metrics.increment('stt_requests_total', { kind, outcome: result.ok ? spoken : result.error.code });
    if (result.ok) metrics.increment('stt_transcripts_total', { engine: result.value.engine });
    return result;
  };
  return {
    capabilities: stt.capabilities,
    transcribe: async (request) => counted(request.kind, await stt.transcribe(request)),
    ...(stt.openStream === undefined
      ? {}
      : {
          openStream: (options) => {
            const stream = openSttStream(stt, options);
            return {
              push: (pcm, startSample) => stream.push(pcm, startSample),
              hint: (hint) => stream.hint?.(hint),
              final: async (request) => counted(request.kind, await stream.final(request)),
              promote: (requestId) => stream.promote(requestId),
              close: () => stream.close(),
            };
          },
        }),
    promote: (requestId) => stt.promote(requestId),
    engines: () => stt.engines?.() ?? [stt],
    stats: () => stt.stats(),
    close: () => stt.close(),
  };
}

/** One of them alone. */
export function measuredTts(tts: TtsEngine, metrics: Metrics, clock: Pick<Scheduler, 'now'>): TtsEngine {
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
    ...(tts.engines === undefined ? {} : { engines: () => tts.engines?.() ?? [] }),
    ...(tts.openStream === undefined ? {} : { openStream: (request) => openTtsStream(tts, request) }),
    stats: () => tts.stats(),
    close: () => tts.close(),
  };
}

/** One of them alone. */
export function measuredKnowledge(
  knowledge: Knowledge,
  metrics: Metrics,
  clock: Pick<Scheduler, 'now'>,
): Knowledge {
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
    retrieve: (text, limit) => knowledge.retrieve(text, limit),
    held: () => knowledge.held(),
    take: (change) => knowledge.take(change),
    stats: () => knowledge.stats(),
    close: () => knowledge.close(),
  };
}

/** One of them alone. */
export function measuredStore(store: Store, metrics: Metrics, clock: Pick<Scheduler, 'now'>): Store {
  return {
    ...store,
    appointments: measuredAppointments(store.appointments, metrics, clock),
    health: () => store.health(),
    close: () => store.close(),
  };
}

function measuredAppointments(
  appointments: Appointments,
  metrics: Metrics,
  clock: Pick<Scheduler, 'now'>,
): Appointments {
  const timed = async <T>(commit: Promise<T>): Promise<T> => {
    const startedAt = clock.now();
    const outcome = await commit;
    metrics.observe('booking_commit_ms', {}, clock.now() - startedAt);
    return outcome;
  };
  return {
    book: (request) => timed(appointments.book(request)),
    move: (request) => timed(appointments.move(request)),
    cancel: (request) => timed(appointments.cancel(request)),
    findByKey: (key) => appointments.findByKey(key),
    changeByKey: (key) => appointments.changeByKey(key),
    find: (query) => appointments.find(query),
    get: (id) => appointments.get(id),
    list: (query) => appointments.list(query),
    hold: (request) => appointments.hold(request),
    release: (holdKey) => appointments.release(holdKey),
    busy: (fromMs, toMs, exceptCallId) => appointments.busy(fromMs, toMs, exceptCallId),
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
