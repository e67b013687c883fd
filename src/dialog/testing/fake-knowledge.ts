import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { IntentContext, IntentResult } from '../core/types.js';
import { classifyByPattern } from '../intent/core/patterns.js';
import type {
  CallOptions,
  ClassifyReply,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
} from '../knowledge/types.js';

/** What {@link FakeKnowledge} answers. */
export interface FakeKnowledgeOptions {
  readonly scheduler: Scheduler;
  /** Answers by a part of the question, lower case; the first that fits wins. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Intents by a part of the sentence, for what patterns leave open; else OUT_OF_SCOPE. */
  readonly intents?: Readonly<Record<string, IntentResult['intent']>>;
  /** Time that every answer and every intent without a pattern takes. Default 0. */
  readonly delayMs?: number;
}

/** A knowledge base without model, files and thread; keeps the deadlines of the real one. */
export class FakeKnowledge implements Knowledge {
  /** Questions asked, in order. */
  readonly questions: string[] = [];
  /** When set, every call but the pattern ones fails with it. */
  failure: LeibnizError | undefined;
  #closed = false;
  #version = 1;
  #timeouts = 0;

  constructor(private readonly options: FakeKnowledgeOptions) {}

  async classify(
    text: string,
    context: IntentContext = {},
    options: CallOptions = {},
  ): Promise<ClassifyReply> {
    const pattern = classifyByPattern(text, context);
    if (pattern !== undefined) return { ...pattern, response_time_ms: 0, cache_hit: false };
    await this.#wait(options.timeoutMs ?? 1000);
    const intent = find(this.options.intents, text) ?? 'OUT_OF_SCOPE';
    const response_time_ms = this.options.delayMs ?? 0;
    return { intent, confidence: 0.8, method: 'embedding', entities: {}, response_time_ms, cache_hit: false };
  }

  async query(
    text: string,
    _context: KnowledgeContext = {},
    options: CallOptions = {},
  ): Promise<KnowledgeReply> {
    this.questions.push(text);
    await this.#wait(options.timeoutMs ?? 3000);
    const answer = find(this.options.answers, text);
    const total_ms = this.options.delayMs ?? 0;
    return {
      found: answer !== undefined,
      answer: answer ?? '',
      sources:
        answer === undefined
          ? []
          : [{ id: 'fake#1', title: 'Fake', path: 'fake.md', score: 1, text: answer }],
      confidence: answer === undefined ? 0.1 : 0.9,
      timing_breakdown: { cache_check_ms: 0, embedding_ms: 0, retrieval_ms: 0, generation_ms: 0, total_ms },
      cache_hit: false,
      index_version: String(this.#version),
    };
  }

  async rebuild(_path?: string): Promise<RebuildReport> {
    this.#check();
    this.#version++;
    const index_version = String(this.#version);
    return { status: 'success', documents_indexed: 1, passages_indexed: 1, index_version, took_ms: 0 };
  }

  async stats(): Promise<KnowledgeStats> {
    this.#check();
    const cache = { size: 0, hits: 0, misses: 0, hit_rate: 0 };
    return {
      index_loaded: true,
      index_size: 1,
      documents: 1,
      index_version: String(this.#version),
      index_kind: 'exact',
      embeddings: { file: 'missing', kept: 0, computed: 0 },
      intent_cache: cache,
      answer_cache: cache,
      pending: 0,
      timeouts: this.#timeouts,
      restarts: 0,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #wait(timeoutMs: number): Promise<void> {
    this.#check();
    const { scheduler, delayMs = 0 } = this.options;
    if (delayMs === 0) return;
    await new Promise<void>((resolve) => {
      scheduler.at(addMs(scheduler.now(), Math.min(delayMs, timeoutMs)), resolve);
    });
    if (delayMs < timeoutMs) return;
    this.#timeouts++;
    throw new LeibnizError('KNOWLEDGE_TIMEOUT', `the knowledge base did not answer within ${timeoutMs} ms`);
  }

  #check(): void {
    if (this.#closed) {
      throw new LeibnizError('WORKER_CRASHED', 'the knowledge worker does not answer: it was closed');
    }
    if (this.failure !== undefined) throw this.failure;
  }
}

function find<T>(table: Readonly<Record<string, T>> | undefined, text: string): T | undefined {
  const lower = text.toLowerCase();
  return Object.entries(table ?? {}).find(([part]) => lower.includes(part))?.[1];
}
