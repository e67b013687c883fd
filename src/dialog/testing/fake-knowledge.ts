import { LeibnizError } from '../../kernel/errors.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { IntentContext, IntentResult } from '../core/effects.js';
import type {
  CallOptions,
  ClassifyReply,
  DocumentChange,
  KeptDocument,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
  Retrieval,
} from '../knowledge/types.js';

/** What {@link FakeKnowledge} answers. */
export interface FakeKnowledgeOptions {
  readonly scheduler: Scheduler;
  /** Answers by a part of the question, lower case; the first that fits wins. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Intents by a part of the sentence, lower case; the first that fits wins; else OUT_OF_SCOPE. */
  readonly intents?: Readonly<Record<string, IntentResult['intent']>>;
  /** Time that every answer and every intent takes. Default 0. */
  readonly delayMs?: number;
}

/** A knowledge base without model, files and thread; keeps the deadlines of the real one. */
export class FakeKnowledge implements Knowledge {
  /** Questions asked, in order. */
  readonly questions: string[] = [];
  /** Documents that were given from outside, by id. */
  readonly kept = new Map<string, KeptDocument>();
  /** When set, every call fails with it. */
  failure: LeibnizError | undefined;
  #closed = false;
  #version = 1;
  #timeouts = 0;

  constructor(private readonly options: FakeKnowledgeOptions) {}

  async classify(
    text: string,
    _context: IntentContext = {},
    options: CallOptions = {},
  ): Promise<ClassifyReply> {
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

  async retrieve(text: string, limit: number): Promise<Retrieval> {
    const { sources, index_version } = await this.query(text);
    const passages = sources.map((source) => ({ ...source, text: source.text ?? '' }));
    return { passages: passages.slice(0, limit), index_version };
  }

  async held(): Promise<Readonly<Record<string, string>>> {
    this.#check();
    return Object.fromEntries([...this.kept].map(([id, { stamp }]) => [id, stamp]));
  }

  async take({ put = [], remove = [] }: DocumentChange): Promise<void> {
    this.#check();
    for (const id of remove) this.kept.delete(id);
    for (const document of put) this.kept.set(document.id, document);
    this.#version++;
  }

  async stats(): Promise<KnowledgeStats> {
    this.#check();
    const cache = { size: 0, bytes: 0, hits: 0, by_layer: {}, misses: 0, hit_rate: 0 };
    return {
      index_loaded: true,
      index_size: 1,
      documents: 1,
      index_version: String(this.#version),
      index_kind: 'exact',
      embedding_model: 'fake',
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
