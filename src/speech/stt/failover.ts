import type { RequestId } from '../../kernel/ids.js';
import { err, type Result } from '../../kernel/result.js';
import { FailoverRunner, type FailoverRunnerOptions, type FailoverTerms } from '../../net/failover-runner.js';
import type { BreakerPhase } from '../../kernel/failover.js';
import type { Scheduler } from '../../kernel/time.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { StreamHistory } from '../core/stream-history.js';
import { sums } from '../core/sums.js';
import type {
  SttEngine,
  SttError,
  SttHint,
  SttRequest,
  SttStats,
  SttStream,
  SttStreamOptions,
  SttStreamRequest,
  SttTranscript,
} from '../ports.js';
import { HISTORY_MS, openSttStream } from './segmented.js';

/**
 * Two stalls are enough to leave a recogniser alone, and while it is tried again the next one is asked at once: callers
 * do not wait for it twice. Whatever happens, a request ends after `totalMs`: then the turn ends without words.
 */
const STT_DEFAULTS = { failures: 2, trialHedgeMs: 0, finishTrials: true, totalMs: 5000 } as const;

const TERMS: FailoverTerms<SttError> = {
  aborted: { code: 'aborted', message: 'the request was given up' },
  overloaded: { code: 'overloaded', message: 'too many requests at once' },
  late: { code: 'timeout', message: 'nobody has answered in time' },
  outcomeOf: ({ ok }) => (ok ? 'ok' : 'failed'),
};

type Engines = readonly [SttEngine, ...SttEngine[]];

/**
 * Several recognisers as one: see `FailoverMachine`. A transcript names the engine that made it. A stream keeps the
 * caller's audio, so that an engine that takes over in the middle of an utterance is given all of it.
 */
export class SttFailover implements SttEngine {
  readonly capabilities: SttEngine['capabilities'];
  readonly #runner: FailoverRunner<SttTranscript, SttError>;
  readonly #counts = { completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };
  readonly #scheduler: Scheduler;

  /**
   * @param list - first choice first, at least one; closed with this one
   * @param options - 2 failures, 5 s in all, and no wait beside a trial unless given
   */
  constructor(
    private readonly list: Engines,
    options: Partial<FailoverRunnerOptions> = {},
  ) {
    const all = list.map((engine) => engine.capabilities);
    this.capabilities = {
      ...list[0].capabilities,
      streaming: true,
      partials: all.some(({ partials }) => partials === true),
      confidence: all.every(({ confidence }) => confidence),
      expectedSpeech: all.some(({ expectedSpeech }) => expectedSpeech),
      maxSegmentMs: Math.min(...all.map(({ maxSegmentMs }) => maxSegmentMs)),
    };
    this.#scheduler = options.scheduler ?? realScheduler;
    this.#runner = new FailoverRunner(list.length, TERMS, {
      ...{ ...STT_DEFAULTS, ...options, scheduler: this.#scheduler },
    });
  }

  transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    return this.#counted(
      this.#runner.run(request.signal, (provider, signal) => {
        const engine = this.#engine(provider);
        return engine.transcribe({ ...forEngine(engine, request), signal });
      }),
    );
  }

  openStream(options: SttStreamOptions): SttStream {
    return new FailoverStream({
      engines: this.list,
      options,
      open: (engine, streamOptions) => openSttStream(engine, streamOptions, this.#scheduler),
      preferred: () =>
        Math.max(
          0,
          this.phases().findIndex((phase) => phase !== 'open'),
        ),
      run: (signal, ask) => this.#counted(this.#runner.run(signal, ask)),
    });
  }

  promote(requestId: RequestId): void {
    for (const engine of this.list) engine.promote(requestId);
  }

  engines(): readonly SttEngine[] {
    return this.list;
  }

  /** State of each engine. */
  phases(): readonly BreakerPhase[] {
    return this.#runner.machine.phases();
  }

  stats(): SttStats {
    const all = this.list.map((engine) => engine.stats());
    const sessions = all.reduce((sum, stats) => sum + (stats.sessions ?? 0), 0);
    return { ...sums(all, ['workers', 'busy', 'queued', 'workerRestarts']), ...this.#counts, sessions };
  }

  async close(): Promise<void> {
    this.#runner.close();
    await Promise.all(this.list.map((engine) => engine.close()));
  }

  async #counted(
    running: Promise<Result<SttTranscript, SttError>>,
  ): Promise<Result<SttTranscript, SttError>> {
    const result = await running;
    if (result.ok) this.#counts.completed++;
    else this.#counts[result.error.code === 'timeout' ? 'timeouts' : result.error.code]++;
    return result;
  }

  #engine(provider: number): SttEngine {
    return this.list[provider] ?? this.list[0];
  }
}

/** Expected sentences are of no use to engines that do not know what to do with them. */
function forEngine<R extends Pick<SttRequest, 'expected'>>(engine: SttEngine, request: R): R {
  return engine.capabilities.expectedSpeech ? request : { ...request, expected: undefined };
}

interface FailoverStreamInit {
  readonly engines: Engines;
  readonly options: SttStreamOptions;
  readonly open: (engine: SttEngine, options: SttStreamOptions) => SttStream;
  /** The engine that would be asked first now. */
  readonly preferred: () => number;
  readonly run: (
    signal: AbortSignal | undefined,
    ask: (provider: number, signal: AbortSignal) => Promise<Result<SttTranscript, SttError>>,
  ) => Promise<Result<SttTranscript, SttError>>;
}

/** A stream of one engine with the sample from which it has had the audio. */
interface Fed {
  readonly stream: SttStream;
  readonly fromSample: number;
}

/**
 * One caller's audio at the engine that is preferred now. One that is asked in its place is given the whole utterance
 * from the history; once it is the preferred one it has a stream of its own.
 */
class FailoverStream implements SttStream {
  readonly #history: StreamHistory;
  readonly #streams = new Map<number, Fed>();
  readonly #closing = new AbortController();
  #isEmpty = true;
  #current = 0;
  #speech: Extract<SttHint, { type: 'speech_start' }> | undefined;

  constructor(private readonly init: FailoverStreamInit) {
    const { sampleRateHz, historyMs = HISTORY_MS } = init.options;
    this.#history = new StreamHistory(Math.ceil((historyMs * sampleRateHz) / 1000));
    this.#follow(0);
  }

  push(pcm: Int16Array, startSample: number): void {
    if (this.#closing.signal.aborted) return;
    if (this.#isEmpty) {
      // What was opened before the first sample has all of the audio.
      this.#isEmpty = false;
      for (const [provider, { stream }] of this.#streams) {
        this.#streams.set(provider, { stream, fromSample: startSample });
      }
    }
    this.#history.push(pcm, startSample);
    for (const { stream } of this.#streams.values()) stream.push(pcm, startSample);
  }

  hint(hint: SttHint): void {
    this.#speech = hint.type === 'speech_start' ? hint : undefined;
    for (const { stream } of this.#streams.values()) stream.hint?.(hint);
  }

  async final(request: SttStreamRequest): Promise<Result<SttTranscript, SttError>> {
    if (this.#closing.signal.aborted) return err({ code: 'aborted', message: 'the stream is closed' });
    const signal = AbortSignal.any([
      this.#closing.signal,
      ...(request.signal === undefined ? [] : [request.signal]),
    ]);
    const result = await this.init.run(signal, (provider, given) =>
      this.#ask(provider, { ...request, signal: given }),
    );
    if (!this.#closing.signal.aborted) this.#follow(this.init.preferred());
    return result;
  }

  promote(requestId: RequestId): void {
    for (const engine of this.init.engines) engine.promote(requestId);
  }

  close(): void {
    this.#closing.abort();
    for (const { stream } of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  #ask(provider: number, request: SttStreamRequest): Promise<Result<SttTranscript, SttError>> {
    const engine = this.init.engines[provider] ?? this.init.engines[0];
    const own = forEngine(engine, request);
    const fed = this.#streams.get(provider);
    const heardFrom = Math.max(request.fromSample, this.#history.start);
    if (fed !== undefined && fed.fromSample <= heardFrom) return fed.stream.final(own);
    const { fromSample, toSample, ...rest } = own;
    return engine.transcribe({
      ...rest,
      pcm: this.#history.slice(fromSample, toSample),
      sampleRateHz: this.init.options.sampleRateHz,
    });
  }

  /**
   * Gives the audio to one engine from now on. The first choice keeps its stream meanwhile: it mends its connection by
   * itself, and the request that tries whether it works again needs one.
   */
  #follow(provider: number): void {
    const { engines, options, open } = this.init;
    this.#current = provider;
    for (const [other, { stream }] of this.#streams) {
      if (other === provider || other === 0) continue;
      stream.close();
      this.#streams.delete(other);
    }
    const engine = engines[provider];
    if (engine === undefined || this.#streams.has(provider)) return;
    const { onPartial } = options;
    const stream = open(engine, {
      ...options,
      ...(onPartial === undefined
        ? {}
        : {
            onPartial: (partial) => {
              if (this.#current === provider) onPartial(partial);
            },
          }),
    });
    const fromSample = this.#isEmpty ? Infinity : this.#history.end;
    this.#streams.set(provider, { stream, fromSample });
    if (this.#speech !== undefined) stream.hint?.(this.#speech);
  }
}
