import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type MonoMs, type Scheduler } from '../../kernel/time.js';
import { LayeredCache } from '../../net/cache/layered-cache.js';
import type { IntentContext, IntentResult } from '../core/effects.js';
import type { EngineAnswer } from './knowledge-engine.js';
import { MAX_QUESTION_CHARS } from './knowledge-engine.js';
import type {
  CallOptions,
  ClassifyReply,
  DocumentChange,
  EngineStats,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
  Retrieval,
} from './types.js';

/** The engine as seen from another thread. */
export interface EnginePort {
  /** Of the context only the question changes what comes back: its relevance. */
  classify(text: string, context?: Pick<IntentContext, 'question'>): Promise<IntentResult>;
  query(text: string, context: KnowledgeContext): Promise<EngineAnswer>;
  retrieve(text: string, limit: number): Promise<Retrieval>;
  held(): Promise<Readonly<Record<string, string>>>;
  take(change: DocumentChange): Promise<void>;
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
  /** Where answers are kept, `intent` and `rag`; one of this process unless given. */
  readonly cache?: LayeredCache;
  /** What all intents depend on beside the documents: examples, words and models. Default none. */
  readonly scope?: string;
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
  readonly #cache: LayeredCache;
  readonly #maxPending: number;
  #indexVersion: string;
  #pending = 0;
  #timeouts = 0;

  constructor(
    private readonly host: EngineHost,
    private readonly options: KnowledgeClientOptions,
  ) {
    this.#cache = options.cache ?? new LayeredCache({ scheduler: options.scheduler });
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
    const asked = context.question === undefined ? undefined : bounded(context.question);
    const timeoutMs = options.timeoutMs ?? this.options.classifyTimeoutMs ?? 1000;
    const { value, layer } = await this.#cache.through<IntentResult>({
      cache: 'intent',
      on: [this.options.scope ?? '', this.#indexVersion, cacheForm(question), asked ?? ''],
      ttlMs: this.options.intentTtlMs ?? 1_800_000,
      make: () =>
        this.#ask(
          (engine) => engine.classify(question, asked === undefined ? {} : { question: asked }),
          timeoutMs,
        ),
    });
    return reply(value, layer !== undefined);
  }

  async query(
    text: string,
    context: KnowledgeContext = {},
    options: CallOptions = {},
  ): Promise<KnowledgeReply> {
    const { scheduler } = this.options;
    const start = scheduler.now();
    const question = bounded(text);
    const before = context.before === undefined ? '' : cacheForm(bounded(context.before));
    const { user_context = '', persona = '' } = context;
    const on = (version: string): readonly unknown[] => [
      ...[this.options.scope ?? '', version, cacheForm(question), before, user_context, persona],
    ];
    const timeoutMs = options.timeoutMs ?? this.options.queryTimeoutMs ?? 3000;
    let asked: MonoMs | undefined;
    const { value, layer } = await this.#cache.through<EngineAnswer>({
      cache: 'rag',
      on: on(this.#indexVersion),
      ttlMs: this.options.answerTtlMs ?? 3_600_000,
      make: () => {
        asked = scheduler.now();
        return this.#ask((engine) => engine.query(question, context), timeoutMs);
      },
      madeOn: (answer) => on(answer.index_version),
      holdsUntil: (answer) => answer.holds_until_ms,
    });
    this.#indexVersion = value.index_version;
    const { timing, holds_until_ms: _until, ...rest } = value;
    const isHit = layer !== undefined;
    const spent = isHit ? { embedding_ms: 0, retrieval_ms: 0, generation_ms: 0 } : timing;
    const cache_check_ms = (isHit ? scheduler.now() : (asked ?? start)) - start;
    const timing_breakdown = { cache_check_ms, ...spent, total_ms: scheduler.now() - start };
    return { ...rest, timing_breakdown, cache_hit: isHit };
  }

  async rebuild(path?: string): Promise<RebuildReport> {
    const report = await this.host.engine().rebuild(path);
    this.#takeVersion(report.index_version);
    return report;
  }

  retrieve(text: string, limit: number): Promise<Retrieval> {
    return this.#ask((engine) => engine.retrieve(bounded(text), limit), this.options.queryTimeoutMs ?? 3000);
  }

  async held(): Promise<Readonly<Record<string, string>>> {
    return this.host.engine().held();
  }

  async take(change: DocumentChange): Promise<void> {
    const engine = this.host.engine();
    await engine.take(change);
    if (change.more !== true) this.#takeVersion((await engine.stats()).index_version);
  }

  #takeVersion(version: string): void {
    if (version !== this.#indexVersion) {
      // Entries of the old version can no longer be reached; give their memory back.
      this.#cache.forget('intent');
      this.#cache.forget('rag');
    }
    this.#indexVersion = version;
  }

  async stats(): Promise<KnowledgeStats> {
    const engine = await this.#ask((port) => port.stats(), this.options.queryTimeoutMs ?? 3000);
    return {
      ...engine,
      intent_cache: this.#cache.stats('intent'),
      answer_cache: this.#cache.stats('rag'),
      pending: this.#pending,
      timeouts: this.#timeouts,
      restarts: this.host.restarts,
    };
  }

  close(): Promise<void> {
    return this.host.close();
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
