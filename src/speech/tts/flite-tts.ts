import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { startWorker } from '../../threads/worker.js';
import { AudioCache } from '../core/audio-cache.js';
import type { Pronunciation } from '../core/pronunciations.js';
import { SENTENCE_GAP_MS, splitSentences, type Sentence } from '../core/sentences.js';
import type { TtsEngine, TtsError, TtsRequest, TtsSpeech, TtsStats, Voice } from '../ports.js';
import { WorkerPool } from '../worker-pool.js';
import type { FliteAudio } from './flite.js';
import type { FliteJob, FliteWorkerData } from './flite-worker.js';

const ENGINE = 'flite-2.3';
const DEFAULT_VOICE = 'rms';
const MAX_TEXT_CHARS = 5000;
const MIN_SPEED = 0.5;
const MAX_SPEED = 2;

/** Voices inside flite.wasm; the word error rates of our own recogniser on them are in docs/speech.md. */
const VOICES: readonly Voice[] = [
  { id: 'rms', language: 'en-US', gender: 'male', description: 'clearest over the telephone' },
  { id: 'awb', language: 'en-GB-scotland', gender: 'male', description: 'Scottish accent' },
  {
    id: 'slt',
    language: 'en-US',
    gender: 'female',
    description: 'the only female voice',
  },
  { id: 'kal16', language: 'en-US', gender: 'male', description: 'diphone synthesis, robotic, cheapest' },
  { id: 'kal', language: 'en-US', gender: 'male', description: 'diphone synthesis at 8 kHz, robotic' },
];

/** Settings of {@link openFliteTts}. */
export interface FliteTtsOptions {
  readonly file: string;
  /** Worker threads, about 45 MB each. Default 1. */
  readonly workers?: number;
  /** Sentences that may wait. Default 64. */
  readonly maxQueued?: number;
  /** Longest time for one sentence, waiting included. Default 10 s. */
  readonly timeoutMs?: number;
  /** Bound of the cache of spoken sentences. Default 32 MB. */
  readonly cacheBytes?: number;
  /** Bound of the cache of spoken sentences. Default 2000. */
  readonly cacheItems?: number;
  /** Words that are said otherwise than they are written. */
  readonly pronunciations?: readonly Pronunciation[];
  readonly scheduler?: Scheduler;
}

/** Loads flite into worker threads. Rejects with MODEL_BROKEN when it cannot be compiled. */
export async function openFliteTts(options: FliteTtsOptions): Promise<FliteTts> {
  const tts = new FliteTts(options);
  await tts.open();
  return tts;
}

interface CachedAudio extends FliteAudio {
  readonly bytes: number;
}

interface SentenceJob {
  readonly id: number;
  readonly job: FliteJob;
  readonly settle: (result: Result<FliteAudio, TtsError>) => void;
}

interface Piece {
  readonly sentence: Sentence;
  readonly audio: FliteAudio;
}

/** Text to speech with flite in worker threads, sentence by sentence, with a cache. */
export class FliteTts implements TtsEngine {
  readonly capabilities = {
    engine: ENGINE,
    languages: ['en'],
    streaming: false,
    marks: 'phoneme',
    defaultVoice: DEFAULT_VOICE,
    maxTextChars: MAX_TEXT_CHARS,
  } as const;
  readonly #pool: WorkerPool<FliteJob, FliteAudio>;
  readonly #cache: AudioCache<CachedAudio>;
  readonly #waiting: SentenceJob[] = [];
  readonly #running = new Map<number, SentenceJob>();
  readonly #scheduler: Scheduler;
  readonly #maxQueued: number;
  readonly #timeoutMs: number;
  readonly #counts = { completed: 0, failed: 0, cacheHits: 0, cacheMisses: 0 };
  #nextId = 1;
  #crashNext = false;
  #closed = false;

  constructor(options: FliteTtsOptions) {
    const { scheduler = realScheduler, file, pronunciations = [] } = options;
    this.#scheduler = scheduler;
    this.#maxQueued = options.maxQueued ?? 64;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#cache = new AudioCache(options.cacheBytes ?? 32 << 20, options.cacheItems ?? 2000);
    this.#pool = new WorkerPool(
      {
        size: options.workers ?? 1,
        scheduler,
        start: (cancelFlag) =>
          startWorker(import.meta.url, './flite-worker.js', {
            name: 'leibniz-tts',
            workerData: { file, pronunciations, cancelFlag } satisfies FliteWorkerData,
          }),
      },
      {
        onIdle: () => this.#dispatch(),
        onResult: (id, audio) => this.#settle(id, ok(audio)),
        onFailure: (id, message) => this.#settle(id, err({ code: 'failed', message })),
      },
    );
  }

  /** Starts the workers; {@link openFliteTts} does it. */
  open(): Promise<void> {
    return this.#pool.open();
  }

  voices(): readonly Voice[] {
    return VOICES;
  }

  async synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return err(refusal);
    const sentences = splitSentences(request.text);
    const pieces: Piece[] = [];
    let cacheHit = true;
    let startMs = 0;
    for (const [index, sentence] of sentences.entries()) {
      const spoken = await this.#sentence(sentence, request);
      if (!spoken.ok) {
        if (spoken.error.code === 'failed') this.#counts.failed++;
        return spoken;
      }
      cacheHit &&= spoken.value.hit;
      const last = index === sentences.length - 1;
      const piece = placed(spoken.value.audio, sentence, startMs, request.sampleRateHz, last);
      pieces.push({ sentence, audio: piece });
      request.onChunk?.({ pcm: piece.pcm, startMs, marks: piece.marks, last });
      startMs += (1000 * piece.pcm.length) / request.sampleRateHz;
    }
    this.#counts.completed++;
    return ok(joined(request, pieces, cacheHit));
  }

  stats(): TtsStats {
    return {
      workers: this.#pool.alive,
      busy: this.#pool.busy,
      queued: this.#waiting.length,
      ...this.#counts,
      workerRestarts: this.#pool.restarts,
      cacheBytes: this.#cache.bytes,
    };
  }

  /** For tests: the next sentence takes its worker down. */
  crashNextJob(): void {
    this.#crashNext = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const aborted = err({ code: 'aborted', message: 'the engine is closing' } as const);
    for (const job of [...this.#waiting.splice(0), ...this.#running.values()]) job.settle(aborted);
    await this.#pool.close();
  }

  #refusal(request: TtsRequest): TtsError | undefined {
    const { text, voice, speed = 1 } = request;
    if (this.#closed || request.signal?.aborted === true) {
      return { code: 'aborted', message: 'the request was given up' };
    }
    if (text.length > MAX_TEXT_CHARS) {
      return { code: 'invalid', message: `a text has at most ${MAX_TEXT_CHARS} characters` };
    }
    if (voice !== undefined && !VOICES.some(({ id }) => id === voice)) {
      return {
        code: 'invalid',
        message: `no voice of that name; there are ${VOICES.map(({ id }) => id).join(', ')}`,
      };
    }
    if (!(speed >= MIN_SPEED && speed <= MAX_SPEED)) {
      return { code: 'invalid', message: `speed is ${MIN_SPEED} to ${MAX_SPEED}` };
    }
    return undefined;
  }

  async #sentence(
    sentence: Sentence,
    request: TtsRequest,
  ): Promise<Result<{ readonly audio: FliteAudio; readonly hit: boolean }, TtsError>> {
    const { voice = DEFAULT_VOICE, speed = 1, sampleRateHz } = request;
    const key = [ENGINE, voice, speed, sampleRateHz, sentence.text].join('|');
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#counts.cacheHits++;
      return ok({ audio: cached, hit: true });
    }
    this.#counts.cacheMisses++;
    const result = await this.#work({ text: sentence.text, voice, speed, sampleRateHz }, request.signal);
    if (!result.ok) return result;
    const { pcm, marks } = result.value;
    this.#cache.set(key, { pcm, marks, bytes: pcm.byteLength + 64 * marks.length + 2 * key.length });
    return ok({ audio: result.value, hit: false });
  }

  #work(job: FliteJob, signal: AbortSignal | undefined): Promise<Result<FliteAudio, TtsError>> {
    if (this.#closed || signal?.aborted === true) {
      return Promise.resolve(err({ code: 'aborted', message: 'the request was given up' }));
    }
    if (this.#waiting.length >= this.#maxQueued) {
      return Promise.resolve(err({ code: 'overloaded', message: 'too many sentences are waiting' }));
    }
    return new Promise((resolve) => {
      const id = this.#nextId;
      this.#nextId = this.#nextId >= 0x7fffffff ? 1 : this.#nextId + 1;
      const giveUp = (code: 'aborted' | 'timeout', message: string): void => {
        const at = this.#waiting.findIndex((waiting) => waiting.id === id);
        if (at >= 0) this.#waiting.splice(at, 1);
        else if (code === 'timeout') this.#pool.cancel(id);
        entry.settle(err({ code, message }));
      };
      const onAbort = (): void => giveUp('aborted', 'the request was given up');
      const cancelTimer = this.#scheduler.at(addMs(this.#scheduler.now(), this.#timeoutMs), () =>
        giveUp('timeout', 'no audio in time'),
      );
      const entry: SentenceJob = {
        id,
        job: this.#crashNext ? { ...job, crash: true } : job,
        settle: (result) => {
          this.#running.delete(id);
          cancelTimer();
          signal?.removeEventListener('abort', onAbort);
          resolve(result);
        },
      };
      this.#crashNext = false;
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let entry = this.#waiting[0]; entry !== undefined; entry = this.#waiting[0]) {
      if (!this.#pool.submit(entry.id, entry.job, [])) return;
      this.#running.set(entry.id, entry);
      this.#waiting.shift();
    }
  }

  #settle(id: number, result: Result<FliteAudio, TtsError>): void {
    this.#running.get(id)?.settle(result);
  }
}

/** A sentence's audio and marks at its place in the whole; all but the last are followed by a pause. */
function placed(
  audio: FliteAudio,
  sentence: Sentence,
  startMs: number,
  sampleRateHz: number,
  last: boolean,
): FliteAudio {
  const marks: SpeechMark[] = audio.marks.map((mark) => ({
    text: mark.text,
    charStart: mark.charStart + sentence.charStart,
    charEnd: mark.charEnd + sentence.charStart,
    startMs: mark.startMs + startMs,
    endMs: mark.endMs + startMs,
  }));
  if (last || audio.pcm.length === 0) return { pcm: audio.pcm, marks };
  const pcm = new Int16Array(audio.pcm.length + Math.round((SENTENCE_GAP_MS * sampleRateHz) / 1000));
  pcm.set(audio.pcm);
  return { pcm, marks };
}

function joined(request: TtsRequest, pieces: readonly Piece[], cacheHit: boolean): TtsSpeech {
  const { requestId, sampleRateHz } = request;
  const [only] = pieces;
  let pcm: Int16Array = only === undefined ? new Int16Array(0) : only.audio.pcm;
  if (pieces.length > 1) {
    pcm = new Int16Array(pieces.reduce((sum, piece) => sum + piece.audio.pcm.length, 0));
    let at = 0;
    for (const piece of pieces) {
      pcm.set(piece.audio.pcm, at);
      at += piece.audio.pcm.length;
    }
  }
  return {
    requestId,
    pcm,
    sampleRateHz,
    durationMs: (1000 * pcm.length) / sampleRateHz,
    marks: pieces.flatMap((piece) => piece.audio.marks),
    cacheHit: cacheHit && pieces.length > 0,
    engine: ENGINE,
  };
}
