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
  readonly pcm: Int16Array<ArrayBuffer>;
  /** Test hook: ends the thread instead of working, as a crash in native code would. */
  readonly crash?: boolean;
}

/** A finished job. */
export interface MoonshineResult {
  /** Missing when it was cancelled or could not be begun. */
  readonly recognized?: Recognized;
  /** The audio, when the sentences of this name are not held here: the job must come again with them. */
  readonly unknownExpected?: Int16Array<ArrayBuffer>;
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
      const { expected } = job;
      if (expected !== undefined && expected.sentences === undefined && !recognizer.knows(expected)) {
        return { unknownExpected: job.pcm, decodeMs: 0 };
      }
      const begin = performance.now();
      const recognized = await recognizer.recognize(job, cancelled);
      const decodeMs = performance.now() - begin;
      return recognized === undefined ? { decodeMs } : { recognized, decodeMs };
    },
    transfer: ({ unknownExpected }) => (unknownExpected === undefined ? [] : [unknownExpected.buffer]),
    close: () => model.release(),
  };
});
