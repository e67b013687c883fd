import PQueue from 'p-queue';
import type { Result } from '../../kernel/result.js';
import { addMs, type MonoMs, type Scheduler } from '../../kernel/time.js';
import type { Failure, FailureKind } from '../../net/failure.js';
import { costOf, NO_USAGE, type ChatRequest, type Price, type Usage } from './core/types.js';
import type {
  AdapterControl,
  LanguageModel,
  ModelCapabilities,
  ModelEvent,
  ModelInfo,
  ModelStats,
  ProbeReport,
  Provider,
  ProviderAnswer,
} from './types.js';
import { err, ok } from '../../kernel/result.js';

/** Bounds of one provider. */
export interface ModelLimits {
  /** Requests at once. */
  readonly concurrency: number;
  /** Requests in any minute; 0 = no limit. */
  readonly perMinute: number;
  /** Requests that may wait for a place. */
  readonly queued: number;
}

/** What happens with requests, for metrics. */
export type ModelObserver = (event: {
  readonly provider: string;
  /** `done` or the kind of the failure. */
  readonly outcome: 'done' | FailureKind;
  /** To the first word or piece of a call; absent where none came. */
  readonly firstMs?: number;
  readonly totalMs: number;
  readonly usage: Usage;
  readonly costUsd: number;
}) => void;

/** What {@link LimitedModel} needs beside the provider. */
export interface LimitedModelOptions {
  readonly scheduler: Scheduler;
  readonly limits: ModelLimits;
  /** USD for a million tokens. */
  readonly price?: Price | undefined;
  readonly observe?: ModelObserver;
}

/** Longest time that a provider's own word on a rate limit is believed. */
const MAX_PAUSE_MS = 300_000;
const DEFAULT_PAUSE_MS = 1000;
const MINUTE_MS = 60_000;

/** One provider with deadlines, queue, limits and accounts. */
export class LimitedModel implements LanguageModel {
  readonly capabilities: ModelCapabilities;
  readonly adapters?: AdapterControl;
  readonly #queue: PQueue;
  readonly #failed: Record<string, number> = {};
  #requests = 0;
  #usage: Usage = NO_USAGE;
  #costUsd = 0;
  #pausedUntil: MonoMs | undefined;
  /** When the requests of the last minute were sent, oldest first; kept only where there is a limit. */
  #sentAt: MonoMs[] = [];

  constructor(
    private readonly provider: Provider,
    private readonly options: LimitedModelOptions,
  ) {
    this.capabilities = provider.capabilities;
    if (provider.adapters !== undefined) this.adapters = provider.adapters;
    this.#queue = new PQueue({ concurrency: options.limits.concurrency });
  }

  open(request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal): void {
    this.#requests++;
    const attempt = new Attempt(request, onEvent, this.options.scheduler, signal, (end) => this.#ended(end));
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      void Promise.resolve().then(() => attempt.fail(refusal));
      return;
    }
    void this.#queue
      .add(() => this.#run(request, attempt), { signal: attempt.signal })
      .catch(() => attempt.fail({ kind: 'caller_abort', message: 'the request was given up' }));
  }

  models(): Promise<Result<readonly ModelInfo[], Failure>> {
    return this.provider.models();
  }

  stats(): readonly ModelStats[] {
    const { provider, model } = this.capabilities;
    return [
      {
        provider,
        model,
        requests: this.#requests,
        failed: { ...this.#failed },
        active: this.#queue.pending,
        queued: this.#queue.size,
        usage: this.#usage,
        costUsd: this.#costUsd,
        cacheHits: 0,
        state: this.#isPaused() ? 'paused' : 'ok',
      },
    ];
  }

  async probe(): Promise<readonly Result<ProbeReport, Failure>[]> {
    const { provider, model } = this.capabilities;
    const known = await this.models();
    if (!known.ok) return [err(known.error)];
    const found = known.value.find(({ id }) => id === model || id === `${model}:latest`);
    const { shutdownDate } = found ?? {};
    return [
      ok({
        provider,
        model,
        listed: found !== undefined,
        ...(shutdownDate === undefined ? {} : { shutdownDate }),
      }),
    ];
  }

  async close(): Promise<void> {
    this.#queue.clear();
    await this.provider.close();
  }

  async #run(request: ChatRequest, attempt: Attempt): Promise<void> {
    if (attempt.isOver) return;
    const sink = { text: (text: string) => attempt.text(text), began: () => attempt.began() };
    const result = await this.provider.run(request, sink, attempt.signal);
    if (!result.ok) attempt.fail(result.error);
    else attempt.done(result.value, this.#served(result.value));
  }

  #served({ usage }: ProviderAnswer): Extract<ModelEvent, { type: 'done' }>['served'] {
    const { provider, model } = this.capabilities;
    return { provider, model, cached: false, costUsd: costOf(usage, this.options.price) };
  }

  #ended({ outcome, failure, ...rest }: AttemptEnd): void {
    const { provider } = this.capabilities;
    if (failure !== undefined) {
      this.#failed[failure.kind] = (this.#failed[failure.kind] ?? 0) + 1;
      if (failure.kind === 'rate_limit') this.#pause(failure.retryAfterMs ?? DEFAULT_PAUSE_MS);
    }
    this.#usage = added(this.#usage, rest.usage);
    this.#costUsd += rest.costUsd;
    this.options.observe?.({ provider, outcome, ...rest });
  }

  #pause(ms: number): void {
    if (this.#isPaused()) return;
    this.#pausedUntil = addMs(this.options.scheduler.now(), Math.min(ms, MAX_PAUSE_MS));
  }

  #isPaused(): boolean {
    return this.#pausedUntil !== undefined && this.options.scheduler.now() < this.#pausedUntil;
  }

  /** Waiting for a place in the next minute helps nobody: such a request fails at once. */
  #isAtRate(now: MonoMs): boolean {
    const { perMinute } = this.options.limits;
    if (perMinute === 0) return false;
    this.#sentAt = this.#sentAt.filter((at) => now - at < MINUTE_MS);
    if (this.#sentAt.length >= perMinute) return true;
    this.#sentAt.push(now);
    return false;
  }

  /** Why a request is not even sent. */
  #refusal(): Failure | undefined {
    const now = this.options.scheduler.now();
    if (this.#pausedUntil !== undefined && now < this.#pausedUntil) {
      const retryAfterMs = this.#pausedUntil - now;
      return { kind: 'rate_limit', message: 'the service has asked for a pause', retryAfterMs };
    }
    if (this.#isAtRate(now)) return { kind: 'rate_limit', message: 'the configured rate is reached' };
    if (this.#queue.size >= this.options.limits.queued) {
      return { kind: 'overloaded', message: 'too many requests wait already' };
    }
    return undefined;
  }
}

function added(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
  };
}

interface AttemptEnd {
  readonly outcome: 'done' | FailureKind;
  readonly failure?: Failure;
  readonly firstMs?: number;
  readonly totalMs: number;
  readonly usage: Usage;
  readonly costUsd: number;
}

/** One request on its way: deadlines, and exactly one end. */
class Attempt {
  isOver = false;
  readonly #abort = new AbortController();
  readonly #startedAt: MonoMs;
  #firstMs: number | undefined;
  #cancelPause: (() => void) | undefined;
  readonly #cancelTotal: () => void;

  constructor(
    private readonly request: ChatRequest,
    private readonly onEvent: (event: ModelEvent) => void,
    private readonly scheduler: Scheduler,
    private readonly given: AbortSignal | undefined,
    private readonly ended: (end: AttemptEnd) => void,
  ) {
    const { firstMs, totalMs } = request.budget;
    this.#startedAt = scheduler.now();
    this.#cancelTotal = scheduler.at(addMs(this.#startedAt, totalMs), () => this.#stall());
    this.#await(firstMs);
    given?.addEventListener('abort', this.#onAbort, { once: true });
    if (given?.aborted === true) void Promise.resolve().then(this.#onAbort);
  }

  /** Ends what works for this request. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  text(text: string): void {
    if (this.isOver) return;
    // White space alone is nothing that could be said.
    if (text.trim() === '' && this.#firstMs === undefined) return;
    this.began();
    this.onEvent({ type: 'text', text });
  }

  began(): void {
    if (this.isOver) return;
    this.#firstMs ??= this.scheduler.now() - this.#startedAt;
    this.#await(this.request.budget.idleMs);
  }

  done(
    { reason, usage, message }: ProviderAnswer,
    served: Extract<ModelEvent, { type: 'done' }>['served'],
  ): void {
    if (this.isOver) return;
    for (const call of message.calls ?? []) this.onEvent({ type: 'tool', call });
    this.#end({ outcome: 'done', usage, costUsd: served.costUsd });
    this.onEvent({ type: 'done', reason, usage, message, served });
  }

  fail(failure: Failure): void {
    if (this.isOver) return;
    this.#end({ outcome: failure.kind, failure, usage: NO_USAGE, costUsd: 0 });
    this.#abort.abort();
    this.onEvent({ type: 'failed', failure });
  }

  readonly #onAbort = (): void => this.fail({ kind: 'caller_abort', message: 'the request was given up' });

  #stall(): void {
    this.fail({ kind: 'stalled', message: 'the model did not answer in time' });
  }

  #await(ms: number): void {
    this.#cancelPause?.();
    this.#cancelPause = this.scheduler.at(addMs(this.scheduler.now(), ms), () => this.#stall());
  }

  #end(end: Omit<AttemptEnd, 'totalMs' | 'firstMs'>): void {
    this.isOver = true;
    this.#cancelTotal();
    this.#cancelPause?.();
    this.given?.removeEventListener('abort', this.#onAbort);
    const firstMs = this.#firstMs;
    const totalMs = this.scheduler.now() - this.#startedAt;
    this.ended({ ...end, ...(firstMs === undefined ? {} : { firstMs }), totalMs });
  }
}
