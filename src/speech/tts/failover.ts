import {
  FAILOVER_DEFAULTS,
  FailoverMachine,
  type BreakerPhase,
  type FailoverAction,
  type FailoverOptions,
} from '../../kernel/failover.js';
import { earliest, type Scheduler } from '../../kernel/time.js';
import type { Result } from '../../kernel/result.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { splitSentences } from '../core/sentences.js';
import { sums } from '../core/sums.js';
import { voiceOrder } from '../core/voice-order.js';
import type {
  TtsEngine,
  TtsError,
  TtsRequest,
  TtsSpeech,
  TtsStats,
  TtsStream,
  TtsStreamRequest,
  Voice,
} from '../ports.js';
import { hasVoice, SplicedSpeech, type AttemptReport } from './spliced-speech.js';
import { sentenceStream } from './text-stream.js';

/** Settings of {@link TtsFailover}. */
export interface TtsFailoverOptions extends Partial<FailoverOptions> {
  readonly scheduler?: Scheduler;
  /** Leaves out engines that would miss the budget with a text. Default false. */
  readonly auto?: boolean;
  /** Longest wait of a caller for the first audio, for `auto`. Default 2 s. */
  readonly budgetMs?: number;
  /** Told of each engine's part in a request. */
  readonly onAttempt?: (report: AttemptReport) => void;
}

/** An engine is joined by the next one when it takes this much longer than usual. */
const PATIENCE = 2;
const BUDGET_MS = 2000;

/**
 * Several synthesisers as one: see {@link FailoverMachine}. The first whose audio begins is kept to. One that breaks off
 * or stalls in the middle is followed by the next from the first word that was not yet spoken whole: no word is said
 * twice, none is lost. An engine that lacks the voice speaks with its own.
 */
export class TtsFailover implements TtsEngine {
  readonly capabilities: TtsEngine['capabilities'];
  readonly #machine: FailoverMachine;
  readonly #scheduler: Scheduler;
  readonly #requests = new Map<number, SplicedSpeech>();
  readonly #open = new Set<SplicedSpeech>();
  readonly #counts = { completed: 0, failed: 0 };
  #nextRequest = 1;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  /** @param all - first choice first, at least one; the last one is asked when nobody else may be. Closed with this one */
  constructor(
    private readonly all: readonly [TtsEngine, ...TtsEngine[]],
    private readonly options: TtsFailoverOptions = {},
  ) {
    const { scheduler = realScheduler, auto: _, budgetMs: __, onAttempt: ___, ...machine } = options;
    const hedgeMsOf = all.map(({ capabilities: { firstAudioMs = 0 } }) =>
      firstAudioMs === 0 ? undefined : Math.min(FAILOVER_DEFAULTS.hedgeMs, PATIENCE * firstAudioMs),
    );
    this.#scheduler = scheduler;
    this.#machine = new FailoverMachine(all.length, { hedgeMsOf, ...machine });
    const ranges = all.map(({ capabilities: { speedRange = [0.5, 2] as const } }) => speedRange);
    const inCalls =
      all.find(({ capabilities: { latency } }) => latency !== 'slow' && latency !== 'batch') ?? all[0];
    const { latency = 'instant', firstAudioMs = 0 } = inCalls.capabilities;
    this.capabilities = {
      ...{ ...all[0].capabilities, latency, firstAudioMs },
      streaming: true,
      marks: all.every(({ capabilities }) => capabilities.marks !== 'estimated')
        ? all[0].capabilities.marks
        : 'estimated',
      maxTextChars: Math.min(...all.map(({ capabilities }) => capabilities.maxTextChars)),
      speedRange: [Math.min(...ranges.map(([slow]) => slow)), Math.max(...ranges.map(([, fast]) => fast))],
    };
  }

  engines(): readonly TtsEngine[] {
    return this.all;
  }

  /** Voices of all engines, those of the first one first. */
  voices(): readonly Voice[] {
    const byId = new Map<string, Voice>();
    for (const voice of this.all.flatMap((engine) => engine.voices())) {
      if (!byId.has(voice.id)) byId.set(voice.id, voice);
    }
    return [...byId.values()];
  }

  async synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return { ok: false, error: refusal };
    const { auto = false, budgetMs = BUDGET_MS, onAttempt } = this.options;
    const order = voiceOrder(
      this.all.map(({ capabilities: { latency = 'instant', firstAudioMs = 0 } }) => ({
        latency,
        firstAudioMs,
      })),
      {
        chars: splitSentences(request.text)[0]?.text.length ?? 0,
        budgetMs,
        rendering: request.rendering ?? false,
      },
      auto,
    );
    const speech = new SplicedSpeech(request, this.all, order, {
      now: () => this.#scheduler.now(),
      begin: (one, rest) => {
        const id = this.#nextRequest++;
        this.#requests.set(id, one);
        this.#do(this.#machine.begin(this.#scheduler.now(), id, rest));
        return id;
      },
      began: (id, provider) => this.#do(this.#machine.began(id, provider)),
      ended: (id, provider, outcome) =>
        this.#do(this.#machine.ended(this.#scheduler.now(), id, provider, outcome)),
      cancel: (id) => {
        this.#requests.delete(id);
        this.#do(this.#machine.cancel(id));
      },
      arm: () => this.#arm(),
      ...(onAttempt === undefined ? {} : { report: onAttempt }),
    });
    this.#open.add(speech);
    const result = await speech.run();
    this.#open.delete(speech);
    this.#arm();
    if (result.ok) this.#counts.completed++;
    else if (result.error.code !== 'aborted' && result.error.code !== 'invalid') this.#counts.failed++;
    return result;
  }

  openStream(request: TtsStreamRequest): TtsStream {
    return sentenceStream(this, request);
  }

  /** State of each engine, in their order. */
  phases(): readonly BreakerPhase[] {
    return this.#machine.phases();
  }

  stats(): TtsStats {
    const all = this.all.map((engine) => engine.stats());
    return {
      ...sums(all, ['workers', 'busy', 'queued', 'workerRestarts', 'cacheHits', 'cacheMisses', 'cacheBytes']),
      ...this.#counts,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const speech of [...this.#open]) speech.giveUp('the engine is closing');
    await Promise.all(this.all.map((engine) => engine.close()));
  }

  #refusal({ text, voice, signal }: TtsRequest): TtsError | undefined {
    if (this.#closed || signal?.aborted === true) {
      return { code: 'aborted', message: 'the request was given up' };
    }
    const { maxTextChars } = this.capabilities;
    if (text.length > maxTextChars) {
      return { code: 'invalid', message: `a text has at most ${maxTextChars} characters` };
    }
    // What voices a distant engine has may not be known yet.
    const mayHave = (engine: TtsEngine): boolean => hasVoice(engine, voice ?? '');
    if (voice === undefined || this.all.some(mayHave)) return undefined;
    return { code: 'invalid', message: 'no engine has a voice of that name' };
  }

  #do(actions: readonly FailoverAction[]): void {
    for (const action of actions) {
      const speech = this.#requests.get(action.request);
      if (action.type === 'settle' || action.type === 'refuse') this.#requests.delete(action.request);
      speech?.act(action);
    }
    this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    let deadline = this.#closed ? undefined : this.#machine.nextDeadline();
    if (!this.#closed) for (const speech of this.#open) deadline = earliest(deadline, speech.stallsAt());
    this.#cancelTimer = deadline === undefined ? undefined : this.#scheduler.at(deadline, () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer = undefined;
    const now = this.#scheduler.now();
    for (const speech of [...this.#open]) speech.wake(now);
    this.#do(this.#machine.wake(now));
  }
}
