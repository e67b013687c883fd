import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import type { TtsEngine, TtsError, TtsRequest, TtsSpeech, TtsStats, Voice } from '../ports.js';

/** Settings of {@link FakeTts}. */
export interface FakeTtsOptions {
  /** Length of a word at speed 1. Default 300 ms, a tone for four fifths of it. */
  readonly wordMs?: number;
  /** Time to the answer. Default 0. */
  readonly delayMs?: number;
  /** Fail texts for which this gives a code. */
  readonly failWith?: (text: string) => TtsError['code'] | undefined;
}

/** Text to speech for tests: each word is a tone of the same length, so times can be told beforehand. */
export class FakeTts implements TtsEngine {
  readonly capabilities: TtsEngine['capabilities'] = {
    engine: 'fake-tts',
    languages: ['en'],
    streaming: false,
    marks: 'phoneme',
    defaultVoice: 'tone',
    maxTextChars: 2000,
  };
  /** Every request, in order. */
  readonly requests: TtsRequest[] = [];
  readonly #open = new Set<() => void>();
  #completed = 0;
  #failed = 0;
  #closed = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly options: FakeTtsOptions = {},
  ) {}

  voices(): readonly Voice[] {
    return [
      { id: 'tone', language: 'en', gender: 'male', description: 'a tone of 440 Hz' },
      { id: 'high', language: 'en', gender: 'female', description: 'a tone of 880 Hz' },
    ];
  }

  synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    this.requests.push(request);
    const code = this.#refusal(request);
    if (code !== undefined) return Promise.resolve(this.#fail(code));
    return new Promise((resolve) => {
      const settle = (result: Result<TtsSpeech, TtsError>): void => {
        cancelTimer();
        request.signal?.removeEventListener('abort', onAbort);
        this.#open.delete(onAbort);
        resolve(result);
      };
      const onAbort = (): void => settle(this.#fail('aborted'));
      this.#open.add(onAbort);
      request.signal?.addEventListener('abort', onAbort, { once: true });
      const cancelTimer = this.scheduler.at(addMs(this.scheduler.now(), this.options.delayMs ?? 0), () =>
        settle(ok(this.#speak(request))),
      );
    });
  }

  stats(): TtsStats {
    return {
      workers: 0,
      busy: this.#open.size,
      queued: 0,
      completed: this.#completed,
      failed: this.#failed,
      workerRestarts: 0,
      cacheHits: 0,
      cacheMisses: this.#completed,
      cacheBytes: 0,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const abort of [...this.#open]) abort();
  }

  #refusal(request: TtsRequest): TtsError['code'] | undefined {
    if (this.#closed || request.signal?.aborted === true) return 'aborted';
    if (request.text.length > this.capabilities.maxTextChars) return 'invalid';
    if (request.voice !== undefined && !this.voices().some((voice) => voice.id === request.voice)) {
      return 'invalid';
    }
    return this.options.failWith?.(request.text);
  }

  #speak(request: TtsRequest): TtsSpeech {
    const { sampleRateHz } = request;
    const wordMs = (this.options.wordMs ?? 300) / (request.speed ?? 1);
    const marks: SpeechMark[] = [...request.text.matchAll(/\S*[\p{L}\p{N}]\S*/gu)].map((match, index) => ({
      text: match[0],
      charStart: match.index,
      charEnd: match.index + match[0].length,
      startMs: index * wordMs,
      endMs: (index + 0.8) * wordMs,
    }));
    const pcm = new Int16Array(Math.round((marks.length * wordMs * sampleRateHz) / 1000));
    const hz = request.voice === 'high' ? 880 : 440;
    for (const mark of marks) {
      const end = Math.round((mark.endMs * sampleRateHz) / 1000);
      for (let i = Math.round((mark.startMs * sampleRateHz) / 1000); i < end; i++) {
        pcm[i] = Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz));
      }
    }
    const speech: TtsSpeech = {
      requestId: request.requestId,
      pcm,
      sampleRateHz,
      durationMs: (1000 * pcm.length) / sampleRateHz,
      marks,
      cacheHit: false,
      engine: this.capabilities.engine,
    };
    this.#completed++;
    if (pcm.length > 0) request.onChunk?.({ pcm, startMs: 0, marks, last: true });
    return speech;
  }

  #fail(code: TtsError['code']): Result<TtsSpeech, TtsError> {
    if (code === 'failed') this.#failed++;
    return err({ code, message: 'scripted' });
  }
}
