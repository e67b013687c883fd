import { createHash } from 'node:crypto';
import type { Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import type { Failure } from '../../net/failure.js';
import { TtlCache } from '../knowledge/core/ttl-cache.js';
import type { ChatRequest } from './core/types.js';
import { NO_USAGE } from './core/types.js';
import type {
  AdapterControl,
  LanguageModel,
  ModelCapabilities,
  ModelEvent,
  ModelInfo,
  ModelStats,
  ProbeReport,
} from './types.js';

/** Bounds of {@link CachedModel}. */
export interface CacheBounds {
  /** Life of an answer, ms. */
  readonly ttlMs: number;
  readonly entries: number;
  /** Longest answer that is kept, characters. */
  readonly answerChars: number;
}

/** See {@link CacheBounds}. */
export const CACHE_BOUNDS: CacheBounds = { ttlMs: 3_600_000, entries: 1000, answerChars: 4000 };

type Done = Extract<ModelEvent, { type: 'done' }>;

/**
 * Keeps answers by the exact prompt: model, adapter, sampling and messages make the key. Nothing is kept of a request that
 * holds personal data or may call tools, nor of an answer that was cut. Near questions are not the same question.
 */
export class CachedModel implements LanguageModel {
  readonly capabilities: ModelCapabilities;
  readonly adapters?: AdapterControl;
  readonly #cache: TtlCache<Done>;

  constructor(
    private readonly model: LanguageModel,
    private readonly scheduler: Scheduler,
    private readonly bounds: CacheBounds = CACHE_BOUNDS,
  ) {
    this.capabilities = model.capabilities;
    if (model.adapters !== undefined) this.adapters = model.adapters;
    this.#cache = new TtlCache(bounds.entries, bounds.ttlMs);
  }

  open(request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal): void {
    if (request.personal || (request.tools?.length ?? 0) > 0) {
      this.model.open(request, onEvent, signal);
      return;
    }
    const key = keyOf(this.capabilities, request);
    const known = this.#cache.get(key, this.scheduler.now());
    if (known === undefined) {
      this.model.open(request, (event) => onEvent(this.#keep(key, event)), signal);
      return;
    }
    void Promise.resolve().then(() => {
      if (signal?.aborted === true) {
        onEvent({ type: 'failed', failure: { kind: 'caller_abort', message: 'the request was given up' } });
        return;
      }
      onEvent({ type: 'text', text: known.message.text });
      onEvent({ ...known, usage: NO_USAGE, served: { ...known.served, cached: true, costUsd: 0 } });
    });
  }

  models(): Promise<Result<readonly ModelInfo[], Failure>> {
    return this.model.models();
  }

  stats(): readonly ModelStats[] {
    const { hits } = this.#cache.stats();
    return this.model.stats().map((one, place) => (place === 0 ? { ...one, cacheHits: hits } : one));
  }

  probe(): Promise<readonly Result<ProbeReport, Failure>[]> {
    return this.model.probe();
  }

  close(): Promise<void> {
    this.#cache.clear();
    return this.model.close();
  }

  #keep(key: string, event: ModelEvent): ModelEvent {
    const isWhole = event.type === 'done' && event.reason === 'stop';
    if (isWhole && event.message.text.length <= this.bounds.answerChars) {
      this.#cache.set(key, event, this.scheduler.now());
    }
    return event;
  }
}

/** Name of a prompt: `llm:prompt:` and the SHA-256 of all that the answer depends on. */
export function keyOf({ provider, model }: ModelCapabilities, request: ChatRequest): string {
  const { messages, sampling, stop, format, adapter } = request;
  const parts = [provider, model, adapter ?? null, sampling ?? null, stop ?? null, format ?? null, messages];
  return `llm:prompt:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}
