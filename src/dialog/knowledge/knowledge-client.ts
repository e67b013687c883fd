import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { IntentContext, IntentResult } from '../core/types.js';
import { callerSituation, extractEntities, type NamedTopic } from '../intent/core/entities.js';
import { classifyByPattern } from '../intent/core/patterns.js';
import { TtlCache } from './core/ttl-cache.js';
import type { EngineAnswer } from './knowledge-engine.js';
import { MAX_QUESTION_CHARS } from './knowledge-engine.js';
import type {
  CallOptions,
  ClassifyReply,
  EngineStats,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
} from './types.js';

/** The engine as seen from another thread. */
export interface EnginePort {
  /** What patterns leave open; the context does not change it. */
  classify(text: string): Promise<IntentResult>;
  query(text: string, context: KnowledgeContext): Promise<EngineAnswer>;
  rebuild(path?: string): Promise<RebuildReport>;
  stats(): Promise<EngineStats>;
}

/** Settings of {@link KnowledgeClient}. */
export interface KnowledgeClientOptions {
  readonly scheduler: Scheduler;
  /** Default 1000 ms. */
  readonly classifyTimeoutMs?: number;
  /** Default 3000 ms. */
  readonly queryTimeoutMs?: number;
  /** Calls that may wait for the engine at once; one more is refused. Default 64, about 1.3 s of work. */
  readonly maxPending?: number;
  /** Life of a cached intent. Default 1,800,000 ms. */
  readonly intentTtlMs?: number;
  /** Life of a cached answer. Default 3,600,000 ms. */
  readonly answerTtlMs?: number;
  /** Most entries of each cache. Default 2000. */
  readonly cacheEntries?: number;
  readonly services?: readonly NamedTopic[];
}

/** What keeps the engine alive. */
export interface EngineHost {
  /**
   * The live engine.
   *
   * @throws LeibnizError WORKER_CRASHED while there is none
   */
  engine(): EnginePort;
  readonly indexVersion: string;
  readonly restarts: number;
  close(): Promise<void>;
}

/** Caches, bounds and deadlines in front of an engine on another thread. */
export class KnowledgeClient implements Knowledge {
  readonly #intents: TtlCache<IntentResult>;
  readonly #answers: TtlCache<EngineAnswer>;
  readonly #maxPending: number;
  #indexVersion: string;
  #pending = 0;
  #timeouts = 0;

  constructor(
    private readonly host: EngineHost,
    private readonly options: KnowledgeClientOptions,
  ) {
    const entries = options.cacheEntries ?? 2000;
    this.#intents = new TtlCache(entries, options.intentTtlMs ?? 1_800_000);
    this.#answers = new TtlCache(entries, options.answerTtlMs ?? 3_600_000);
    this.#maxPending = options.maxPending ?? 64;
    this.#indexVersion = host.indexVersion;
  }

  async classify(
    text: string,
    context: IntentContext = {},
    options: CallOptions = {},
  ): Promise<ClassifyReply> {
    const { scheduler } = this.options;
    const start = scheduler.now();
    const reply = (result: IntentResult, cacheHit: boolean): ClassifyReply => ({
      ...result,
      response_time_ms: scheduler.now() - start,
      cache_hit: cacheHit,
    });
    const question = bounded(text);
    const pattern = this.#byPattern(question, context);
    if (pattern !== undefined) return reply(pattern, false);
    const key = JSON.stringify([this.#indexVersion, cacheForm(question)]);
    const cached = this.#intents.get(key, start);
    if (cached !== undefined) return reply(cached, true);
    const timeoutMs = options.timeoutMs ?? this.options.classifyTimeoutMs ?? 1000;
    const result = await this.#ask((engine) => engine.classify(question), timeoutMs);
    this.#intents.set(key, result, scheduler.now());
    return reply(result, false);
  }

  async query(
    text: string,
    context: KnowledgeContext = {},
    options: CallOptions = {},
  ): Promise<KnowledgeReply> {
    const { scheduler } = this.options;
    const start = scheduler.now();
    const question = bounded(text);
    const keyOf = (version: string): string =>
      JSON.stringify([version, cacheForm(question), context.user_context ?? '', context.persona ?? '']);
    const cached = this.#answers.get(keyOf(this.#indexVersion), start);
    const checked = scheduler.now();
    const reply = (answer: EngineAnswer, cacheHit: boolean): KnowledgeReply => {
      const { timing, ...rest } = answer;
      const spent = cacheHit ? { embedding_ms: 0, retrieval_ms: 0, generation_ms: 0 } : timing;
      const timing_breakdown = {
        cache_check_ms: checked - start,
        ...spent,
        total_ms: scheduler.now() - start,
      };
      return { ...rest, timing_breakdown, cache_hit: cacheHit };
    };
    if (cached !== undefined) return reply(cached, true);
    const timeoutMs = options.timeoutMs ?? this.options.queryTimeoutMs ?? 3000;
    const answer = await this.#ask((engine) => engine.query(question, context), timeoutMs);
    this.#indexVersion = answer.index_version;
    this.#answers.set(keyOf(answer.index_version), answer, scheduler.now());
    return reply(answer, false);
  }

  async rebuild(path?: string): Promise<RebuildReport> {
    const report = await this.host.engine().rebuild(path);
    if (report.index_version !== this.#indexVersion) {
      // Entries of the old version can no longer be reached; give their memory back.
      this.#intents.clear();
      this.#answers.clear();
    }
    this.#indexVersion = report.index_version;
    return report;
  }

  async stats(): Promise<KnowledgeStats> {
    const engine = await this.#ask((port) => port.stats(), this.options.queryTimeoutMs ?? 3000);
    return {
      ...engine,
      intent_cache: this.#intents.stats(),
      answer_cache: this.#answers.stats(),
      pending: this.#pending,
      timeouts: this.#timeouts,
      restarts: this.host.restarts,
    };
  }

  close(): Promise<void> {
    return this.host.close();
  }

  #byPattern(text: string, context: IntentContext): IntentResult | undefined {
    const result = classifyByPattern(text, context);
    if (result === undefined) return undefined;
    const situation = callerSituation(text);
    const entities = extractEntities(text, this.options.services);
    return { ...result, entities, ...(situation === undefined ? {} : { user_context: situation }) };
  }

  async #ask<T>(call: (engine: EnginePort) => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#pending >= this.#maxPending) {
      throw new LeibnizError(
        'CAPACITY_FULL',
        'too many questions wait for the knowledge base: try again in a second',
      );
    }
    const engine = this.host.engine();
    const { scheduler } = this.options;
    this.#pending++;
    const answer = call(engine).finally(() => this.#pending--);
    let cancel: () => void = () => undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      cancel = scheduler.at(addMs(scheduler.now(), timeoutMs), () => {
        this.#timeouts++;
        reject(
          new LeibnizError('KNOWLEDGE_TIMEOUT', `the knowledge base did not answer within ${timeoutMs} ms`),
        );
      });
    });
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      cancel();
    }
  }
}

function bounded(text: string): string {
  return text.slice(0, MAX_QUESTION_CHARS);
}

/** Case, spacing and final marks do not change an answer. */
function cacheForm(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.!?]+$/, '')
    .trim();
}
