import type { Pack } from '../../dialog/pack/types.js';
import {
  openStt,
  openTts,
  openVad,
  type Speech,
  type SpeechOptions,
  type SttEngine,
} from '../../speech/index.js';
import type { Metrics } from '../../telemetry/index.js';
import type { Config } from '../config/index.js';
import { reachStt, reachTts, type Breaker, type Reached } from '../services/reach.js';
import { worst, type Role, type RoleStatus } from './role.js';

/** Engines and their health, each by itself. */
export interface SpeechRole extends Role<Speech> {
  stt(): Promise<RoleStatus>;
  tts(): Promise<RoleStatus>;
  breakers(): readonly Breaker[];
}

/** What the engines of this process are opened with. */
export function speechOptions(config: Config, pack: Pack, metrics: Metrics): SpeechOptions {
  const voices = Object.values(pack.personas).flatMap(({ voice }) => voice ?? []);
  return {
    stt: config.speech.stt,
    sttProviders: config.speech.sttProviders,
    sttWorkers: config.speech.sttWorkers,
    tts: config.speech.tts,
    ttsProviders: config.speech.ttsProviders,
    ttsAuto: config.speech.ttsAuto,
    ttsWorkers: config.speech.ttsWorkers,
    onTtsAttempt: ({ engine, outcome, firstAudioMs }) => {
      metrics.increment('tts_attempts_total', { engine, outcome });
      if (firstAudioMs !== undefined) metrics.observe('tts_first_audio_ms', { engine }, firstAudioMs);
    },
    voices: [config.speech.voice, ...voices],
    pronunciations: pack.lexicon.pronunciations,
    onVadRun: metrics.recorder('vad_infer_ms'),
  };
}

/**
 * Ears and voice: voice activity, recognition, synthesis; the last two here or in roles of their own.
 *
 * @throws LeibnizError as `openSpeech`
 */
export async function startSpeechRole(config: Config, pack: Pack, metrics: Metrics): Promise<SpeechRole> {
  const options = speechOptions(config, pack, metrics);
  const [vad, stt, tts] = await allOrNone([
    openVad(options).then((port) => ({ port })),
    reachStt(config, () => openStt(options)),
    reachTts(config, () => openTts(options)),
  ]);
  const speech: Speech = {
    ...{ vad: vad.port, stt: stt.port, tts: tts.port },
    close: async () => {
      await Promise.all([vad.port.close(), stt.port.close(), tts.port.close()]);
    },
  };
  return {
    ports: speech,
    stt: () => stt.health(),
    tts: () => tts.health(),
    breakers: () => [...stt.breakers(), ...tts.breakers()],
    health: async () => ({
      status: worst(await Promise.all([stt.health(), tts.health()])),
      details: { stt: sttDetails(stt), tts: ttsDetails(tts) },
    }),
    stop: () => speech.close(),
  };
}

/** What a recogniser tells of itself. */
export function sttDetails({ port }: Reached<Speech['stt']>): Readonly<Record<string, unknown>> {
  const { queued, workers, workerRestarts } = port.stats();
  const recognisers = port.engines?.() ?? [port];
  return {
    engine: port.capabilities.engine,
    engines: recognisers.map(({ capabilities }) => capabilities.engine),
    queue: queued,
    workers,
    restarts: workerRestarts,
    gemini_session: geminiSession(recognisers),
  };
}

/** Whether a session of Gemini is open; `null` where Gemini is not a recogniser here. */
function geminiSession(recognisers: readonly SttEngine[]): boolean | null {
  const gemini = recognisers.find(({ capabilities }) => capabilities.engine === 'gemini-live');
  return gemini === undefined ? null : (gemini.stats().sessions ?? 0) > 0;
}

/** What a synthesiser tells of itself. */
export function ttsDetails({ port }: Reached<Speech['tts']>): Readonly<Record<string, unknown>> {
  const engines = port.engines?.() ?? [port];
  return {
    engine: port.capabilities.engine,
    engines: engines.map(({ capabilities }) => capabilities.engine),
    queue: port.stats().queued,
  };
}

type Closeable = { readonly port: { close(): Promise<void> } };

/** All of them, or the first error after the others have been closed. */
async function allOrNone<T extends readonly Closeable[]>(opening: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const opened = await Promise.allSettled<Closeable>(opening);
  const failed = opened.find((result) => result.status === 'rejected');
  const values = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failed === undefined) return values as unknown as T;
  await Promise.all(values.map(async ({ port }) => port.close()));
  throw failed.reason;
}
