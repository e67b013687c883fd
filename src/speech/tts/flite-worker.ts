import { workerData } from 'node:worker_threads';
import { serveWorker } from '../worker-main.js';
import type { Pronunciation } from '../core/pronunciations.js';
import { Flite, type FliteAudio, type FliteSentence } from './flite.js';

/** Data that the TTS worker is started with. */
export interface FliteWorkerData {
  readonly file: string;
  readonly pronunciations: readonly Pronunciation[];
  readonly cancelFlag: Int32Array<SharedArrayBuffer>;
}

/** A job as it crosses the thread. */
export interface FliteJob extends FliteSentence {
  /** Test hook: ends the thread instead of working. */
  readonly crash?: boolean;
}

const data = workerData as FliteWorkerData;

await serveWorker<FliteJob, FliteAudio>(data.cancelFlag, async () => {
  const flite = Flite.load(data.file, data.pronunciations);
  // The first run compiles the hot paths.
  flite.speak({ text: 'Hello.', voice: 'rms', speed: 1, sampleRateHz: 8000 });
  return {
    run(job) {
      if (job.crash === true) process.exit(1);
      return flite.speak(job);
    },
    transfer: (audio) => [audio.pcm.buffer],
    close: () => undefined,
  };
});
