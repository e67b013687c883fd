import { err, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { Failure, FailureKind } from '../../net/failure.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type {
  SttEngine,
  SttError,
  SttRequest,
  SttStats,
  SttStream,
  SttStreamOptions,
  SttTranscript,
} from '../ports.js';
import { isLasting } from './core/failures.js';
import { SETUP_MS } from './core/link.js';
import type { SttProtocol } from './core/protocol.js';
import { SocketSttStream } from './socket-stream.js';
import type { Transport } from './transport.js';

/** Settings of a {@link SocketStt}. */
export interface SocketSttOptions {
  readonly protocol: SttProtocol;
  readonly transport: Transport;
  readonly languages: readonly string[];
  /** Whether the provider gives a confidence. */
  readonly confidence: boolean;
  /** Longest time from a request to its transcript. Default 5 s. */
  readonly timeoutMs?: number;
  readonly scheduler?: Scheduler;
}

/** Silence after a whole utterance, so that the last word is not cut off by the last chunk, ms. */
const TRAILING_MS = 400;
/** The longest turn; see docs/turn-taking.md. */
const MAX_SEGMENT_MS = 36_000;

/** A recogniser that is given audio as it comes: one connection a stream, kept open for as long as the stream is. */
export class SocketStt implements SttEngine {
  readonly capabilities: SttEngine['capabilities'];
  readonly #streams = new Set<SocketSttStream>();
  readonly #counts = { completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };
  readonly #scheduler: Scheduler;
  #trouble: FailureKind | undefined;
  #closed = false;

  constructor(private readonly options: SocketSttOptions) {
    const { protocol, languages, confidence, scheduler = realScheduler } = options;
    this.#scheduler = scheduler;
    this.capabilities = {
      engine: protocol.engine,
      languages,
      streaming: true,
      partials: true,
      confidence,
      expectedSpeech: false,
      maxSegmentMs: MAX_SEGMENT_MS,
    };
  }

  openStream(options: SttStreamOptions): SttStream {
    return this.#stream(options);
  }

  /** A whole utterance, by a connection of its own. */
  async transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    const { pcm, sampleRateHz, ...rest } = request;
    if (this.#closed || request.signal?.aborted === true) {
      this.#counts.aborted++;
      return err({ code: 'aborted', message: 'the request was given up' });
    }
    const trailing = (TRAILING_MS * sampleRateHz) / 1000;
    const historyMs = (1000 * (pcm.length + trailing)) / sampleRateHz;
    const stream = this.#stream({ sampleRateHz, historyMs });
    const audio = new Int16Array(pcm.length + trailing);
    audio.set(pcm);
    stream.push(audio, 0);
    const result = await stream.final({ ...rest, fromSample: 0, toSample: pcm.length });
    stream.close();
    return result;
  }

  promote(): void {
    // The provider works on everything at once.
  }

  stats(): SttStats {
    const ready = [...this.#streams].filter((stream) => stream.ready).length;
    const isRefused = this.#trouble !== undefined && isLasting(this.#trouble);
    return {
      // One, as far as is known: a provider that refuses the key has none for us.
      workers: isRefused ? 0 : 1,
      busy: 0,
      queued: 0,
      ...this.#counts,
      workerRestarts: 0,
      sessions: ready,
    };
  }

  /** Connects and waits until audio would be taken. */
  async probe(): Promise<Result<string, Failure>> {
    const { protocol } = this.options;
    const startedAt = this.#scheduler.now();
    return new Promise((resolve) => {
      const settle = (result: Result<string, Failure>): void => {
        cancelTimer();
        stream.close();
        resolve(result);
      };
      const stream = this.#stream({ sampleRateHz: 8000 }, (kind) => {
        const ms = Math.round(this.#scheduler.now() - startedAt);
        if (kind === undefined) settle({ ok: true, value: `${protocol.engine} takes audio after ${ms} ms` });
        else settle(err({ kind, message: `${protocol.engine} cannot be used` }));
      });
      const cancelTimer = this.#scheduler.at(addMs(startedAt, SETUP_MS), () =>
        settle(err({ kind: 'stalled', message: `${protocol.engine} did not answer in time` })),
      );
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stream of [...this.#streams]) stream.close();
  }

  #stream(options: SttStreamOptions, onTrouble?: (kind: FailureKind | undefined) => void): SocketSttStream {
    const { protocol, transport, timeoutMs = 5000 } = this.options;
    const stream = new SocketSttStream({
      protocol,
      transport,
      options,
      timeoutMs,
      scheduler: this.#scheduler,
      onEnd: (result) => {
        if (result.ok) this.#counts.completed++;
        else this.#counts[result.error.code === 'timeout' ? 'timeouts' : result.error.code]++;
      },
      onTrouble: (kind) => {
        this.#trouble = kind;
        onTrouble?.(kind);
      },
      onClosed: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return stream;
  }
}
