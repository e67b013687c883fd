import type { RequestId } from '../../kernel/ids.js';
import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { SpeechEvidence } from '../../kernel/vocab.js';
import type { SttEngine, SttError, SttRequest, SttStats, SttTranscript } from '../ports.js';

/** One scripted answer of {@link FakeStt}. */
export interface FakeAnswer {
  readonly text?: string;
  /** Default 0.95; 0 when there is no text. */
  readonly confidence?: number;
  readonly evidence?: SpeechEvidence;
  /** Time to the answer. Default 0. */
  readonly delayMs?: number;
  /** Fail instead. */
  readonly error?: SttError['code'];
}

/**
 * Scripted speech to text for tests. Answers with `script(request)`; without a script with the text `"hello"`, or
 * with `noSpeech` for silent audio.
 */
export class FakeStt implements SttEngine {
  readonly capabilities: SttEngine['capabilities'] = {
    engine: 'fake-stt',
    languages: ['en'],
    streaming: false,
    confidence: true,
    expectedSpeech: false,
    maxSegmentMs: 15_000,
  };
  /** Every request, in order. */
  readonly requests: SttRequest[] = [];
  /** Every id that was promoted, in order. */
  readonly promoted: RequestId[] = [];
  readonly #open = new Set<() => void>();
  readonly #counts = { completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };
  #closed = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly script: (request: SttRequest) => FakeAnswer = (request) =>
      isSilent(request.pcm) ? {} : { text: 'hello' },
  ) {}

  transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    this.requests.push(request);
    if (this.#closed || request.signal?.aborted === true) return Promise.resolve(this.#fail('aborted'));
    const answer = this.script(request);
    const { delayMs = 0 } = answer;
    return new Promise((resolve) => {
      const settle = (result: Result<SttTranscript, SttError>): void => {
        cancelTimer();
        request.signal?.removeEventListener('abort', onAbort);
        this.#open.delete(onAbort);
        resolve(result);
      };
      const onAbort = (): void => settle(this.#fail('aborted'));
      this.#open.add(onAbort);
      request.signal?.addEventListener('abort', onAbort, { once: true });
      const cancelTimer = this.scheduler.at(addMs(this.scheduler.now(), delayMs), () =>
        settle(answer.error === undefined ? this.#answer(request, answer) : this.#fail(answer.error)),
      );
    });
  }

  promote(requestId: RequestId): void {
    this.promoted.push(requestId);
  }

  stats(): SttStats {
    return { workers: 0, busy: this.#open.size, queued: 0, ...this.#counts, workerRestarts: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const abort of [...this.#open]) abort();
  }

  #answer(request: SttRequest, answer: FakeAnswer): Result<SttTranscript, SttError> {
    const text = (answer.text ?? '').trim();
    this.#counts.completed++;
    return ok({
      requestId: request.requestId,
      text,
      confidence: text === '' ? 0 : (answer.confidence ?? 0.95),
      noSpeech: text === '',
      audioMs: (1000 * request.pcm.length) / request.sampleRateHz,
      queueMs: 0,
      decodeMs: answer.delayMs ?? 0,
      engine: this.capabilities.engine,
      ...(answer.evidence === undefined ? {} : { evidence: answer.evidence }),
    });
  }

  #fail(code: SttError['code']): Result<SttTranscript, SttError> {
    this.#counts[code === 'timeout' ? 'timeouts' : code]++;
    return err({ code, message: 'scripted' });
  }
}

function isSilent(pcm: Int16Array): boolean {
  return pcm.every((sample) => Math.abs(sample) < 64);
}
