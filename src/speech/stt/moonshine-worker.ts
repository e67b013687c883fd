import { workerData } from 'node:worker_threads';
import { serveWorker } from '../worker-main.js';
import { MoonshineModel } from './moonshine-model.js';
import {
  MoonshineRecognizer,
  type RecognizeJob,
  type Recognized,
  type RecognizerOptions,
} from './moonshine-recognizer.js';

/** Data that the STT worker is started with. */
export interface MoonshineWorkerData {
  readonly encoderFile: string;
  readonly decoderFile: string;
  readonly options: Partial<RecognizerOptions>;
  readonly cancelFlag: Int32Array<SharedArrayBuffer>;
}

/** A job as it crosses the thread. */
export interface MoonshineJob extends RecognizeJob {
  /** Test hook: ends the thread instead of working, as a crash in native code would. */
  readonly crash?: boolean;
}

/** A finished job; `recognized` is missing when it was cancelled. */
export interface MoonshineResult {
  readonly recognized?: Recognized;
  readonly decodeMs: number;
}

const data = workerData as MoonshineWorkerData;

await serveWorker<MoonshineJob, MoonshineResult>(data.cancelFlag, async () => {
  const model = await MoonshineModel.load(data.encoderFile, data.decoderFile);
  await model.warmUp();
  const recognizer = new MoonshineRecognizer(model, data.options);
  return {
    async run(job, cancelled) {
      if (job.crash === true) process.exit(1);
      const begin = performance.now();
      const recognized = await recognizer.recognize(job, cancelled);
      const decodeMs = performance.now() - begin;
      return recognized === undefined ? { decodeMs } : { recognized, decodeMs };
    },
    close: () => model.release(),
  };
});
