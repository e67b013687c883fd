import type { RequestId } from '../../kernel/ids.js';
import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type MonoMs, type Scheduler } from '../../kernel/time.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { startWorker } from '../../threads/worker.js';
import { JobQueue, type JobPriority } from '../core/job-queue.js';
import type { SttEngine, SttError, SttRequest, SttStats, SttTranscript } from '../ports.js';
import { WorkerPool } from '../worker-pool.js';
import { RECOGNIZER_DEFAULTS, type RecognizerOptions } from './moonshine-recognizer.js';
import type { MoonshineJob, MoonshineResult, MoonshineWorkerData } from './moonshine-worker.js';

const ENGINE = 'moonshine-tiny-q8';

/** Settings of {@link openMoonshineStt}. */
export interface MoonshineSttOptions {
  readonly encoderFile: string;
  readonly decoderFile: string;
  /** Worker threads, about 190 MB each. Default 1. */
  readonly workers?: number;
  /** Jobs that may wait. Default 32. */
  readonly maxQueued?: number;
  /** Longest time from request to transcript. Default 10 s. */
  readonly timeoutMs?: number;
  /** Longest audio; more is cut off at its beginning. Default 60 s. */
  readonly maxAudioMs?: number;
  readonly recognizer?: Partial<RecognizerOptions>;
  readonly scheduler?: Scheduler;
}

/** Loads Moonshine tiny into worker threads. Rejects with MODEL_BROKEN when the weights cannot be loaded. */
export async function openMoonshineStt(options: MoonshineSttOptions): Promise<MoonshineStt> {
  const stt = new MoonshineStt(options);
  await stt.open();
  return stt;
}

interface Job {
  readonly id: number;
  priority: JobPriority;
  readonly request: SttRequest;
  readonly audioMs: number;
  pcm: Int16Array<ArrayBuffer>;
  /** Whether the worker has asked for the expected sentences themselves. */
  sendExpected: boolean;
  readonly since: MonoMs;
  startedAt: MonoMs | undefined;
  readonly settle: (result: Result<SttTranscript, SttError>) => void;
  cleanUp: () => void;
}

/** Speech to text with Moonshine tiny in worker threads, one utterance per worker at a time. */
export class MoonshineStt implements SttEngine {
  readonly capabilities: SttEngine['capabilities'];
  readonly #pool: WorkerPool<MoonshineJob, MoonshineResult>;
  readonly #queue: JobQueue<Job>;
  readonly #running = new Map<number, Job>();
  readonly #scheduler: Scheduler;
  readonly #timeoutMs: number;
  readonly #maxAudioMs: number;
  readonly #counts = { completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };
  #nextId = 1;
  #crashNext = false;
  #closed = false;

  constructor(options: MoonshineSttOptions) {
    const { scheduler = realScheduler, workers = 1, recognizer = {} } = options;
    this.#scheduler = scheduler;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#maxAudioMs = options.maxAudioMs ?? 60_000;
    this.#queue = new JobQueue(options.maxQueued ?? 32);
    this.capabilities = {
      engine: ENGINE,
      languages: ['en'],
      streaming: false,
      partials: true,
      confidence: true,
      expectedSpeech: true,
      maxSegmentMs: recognizer.maxSegmentMs ?? RECOGNIZER_DEFAULTS.maxSegmentMs,
    };
    const { encoderFile, decoderFile } = options;
    this.#pool = new WorkerPool(
      {
        size: workers,
        scheduler,
        start: (cancelFlag) =>
          startWorker(import.meta.url, './moonshine-worker.js', {
            name: 'leibniz-stt',
            workerData: {
              encoderFile,
              decoderFile,
              options: recognizer,
              cancelFlag,
            } satisfies MoonshineWorkerData,
          }),
      },
      {
        onIdle: () => this.#dispatch(),
        onResult: (id, result) => this.#onResult(id, result),
        onFailure: (id, message) => this.#onFailure(id, message),
      },
    );
  }

  /** Starts the workers; {@link openMoonshineStt} does it. */
  open(): Promise<void> {
    return this.#pool.open();
  }

  transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    if (this.#closed || request.signal?.aborted === true) {
      this.#counts.aborted++;
      return Promise.resolve(err({ code: 'aborted', message: 'the request was given up' }));
    }
    return new Promise((settle) => {
      const maxSamples = (this.#maxAudioMs * request.sampleRateHz) / 1000;
      const pcm = request.pcm.slice(Math.max(0, request.pcm.length - maxSamples));
      const job: Job = {
        id: this.#nextId,
        priority: request.kind,
        request,
        audioMs: (1000 * pcm.length) / request.sampleRateHz,
        pcm,
        sendExpected: false,
        since: this.#scheduler.now(),
        startedAt: undefined,
        settle,
        cleanUp: () => undefined,
      };
      // Job ids travel in a 32-bit shared cell; 0 means none.
      this.#nextId = this.#nextId >= 0x7fffffff ? 1 : this.#nextId + 1;
      this.#arm(job);
      const evicted = this.#queue.push(job);
      if (evicted !== undefined) this.#finish(evicted, 'overloaded', 'too many utterances are waiting');
      this.#dispatch();
    });
  }

  promote(requestId: RequestId): void {
    this.#queue.promote((job) => job.request.requestId === requestId);
  }

  stats(): SttStats {
    return {
      workers: this.#pool.alive,
      busy: this.#pool.busy,
      queued: this.#queue.size,
      ...this.#counts,
      workerRestarts: this.#pool.restarts,
    };
  }

  /** For tests: the next job takes its worker down, as a crash in native code would. */
  crashNextJob(): void {
    this.#crashNext = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of [...this.#queue.drain(), ...this.#running.values()]) {
      this.#finish(job, 'aborted', 'the engine is closing');
    }
    await this.#pool.close();
  }

  #arm(job: Job): void {
    const { signal } = job.request;
    const giveUp = (code: 'aborted' | 'timeout', message: string): void => {
      if (!this.#queue.remove(job)) this.#pool.cancel(job.id);
      this.#finish(job, code, message);
    };
    const onAbort = (): void => giveUp('aborted', 'the request was given up');
    const cancelTimer = this.#scheduler.at(addMs(job.since, this.#timeoutMs), () =>
      giveUp('timeout', 'no transcript in time'),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    job.cleanUp = () => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  #dispatch(): void {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      const work: MoonshineJob = {
        pcm: job.pcm,
        sampleRateHz: job.request.sampleRateHz,
        ...expectedOf(job),
        ...(this.#crashNext ? { crash: true } : {}),
      };
      job.startedAt = this.#scheduler.now();
      if (!this.#pool.submit(job.id, work, [job.pcm.buffer])) {
        job.startedAt = undefined;
        this.#queue.unshift(job);
        return;
      }
      this.#crashNext = false;
      this.#running.set(job.id, job);
    }
  }

  #onResult(id: number, result: MoonshineResult): void {
    const job = this.#running.get(id);
    const { recognized, unknownExpected } = result;
    if (job === undefined) return;
    if (unknownExpected !== undefined) {
      this.#running.delete(id);
      this.#queue.unshift(Object.assign(job, { pcm: unknownExpected, sendExpected: true }));
      return;
    }
    if (recognized === undefined) return;
    this.#running.delete(id);
    this.#counts.completed++;
    job.cleanUp();
    job.settle(
      ok({
        requestId: job.request.requestId,
        text: recognized.text,
        confidence: recognized.confidence,
        noSpeech: recognized.noSpeech,
        audioMs: job.audioMs,
        queueMs: (job.startedAt ?? job.since) - job.since,
        decodeMs: result.decodeMs,
        engine: ENGINE,
        ...(recognized.evidence === undefined ? {} : { evidence: recognized.evidence }),
      }),
    );
  }

  #onFailure(id: number, message: string): void {
    const job = this.#running.get(id);
    if (job !== undefined) this.#finish(job, 'failed', message);
  }

  #finish(job: Job, code: SttError['code'], message: string): void {
    this.#running.delete(job.id);
    this.#counts[code === 'timeout' ? 'timeouts' : code]++;
    job.cleanUp();
    job.settle(err({ code, message }));
  }
}

/** The name of the sentences, and they themselves where the worker has asked for them. */
function expectedOf({ request: { expected }, sendExpected }: Job): Pick<MoonshineJob, 'expected'> {
  if (expected === undefined) return {};
  return { expected: sendExpected ? expected : { id: expected.id } };
}
