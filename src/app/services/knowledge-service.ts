import { z } from 'zod';
import type { IntentContext } from '../../dialog/core/effects.js';
import type {
  ClassifyReply,
  DocumentChange,
  Knowledge,
  KnowledgeContext,
  KnowledgeReply,
  KnowledgeStats,
  RebuildReport,
  Retrieval,
} from '../../dialog/knowledge/types.js';
import { isLeibnizError, LeibnizError } from '../../kernel/errors.js';
import type { AttemptOutcome, BreakerPhase } from '../../kernel/failover.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import { FailoverRunner } from '../../net/failover-runner.js';
import { SERVICE_BREAKER } from './breaker.js';
import { errorOfFailure, type ServiceEndpoint, type ServiceRequest } from './endpoint.js';

const CLASSIFY_MS = 1000;
const QUERY_MS = 3000;
const STATS_MS = 1000;
/** Reading and embedding all documents. */
const REBUILD_MS = 300_000;
/** After this the next one is asked as well: the caller still hears an answer within the limit. */
const HEDGE_MS = { classify: 400, query: 1000 } as const;

const classified = z.looseObject({
  intent: z.string(),
  confidence: z.number(),
  method: z.enum(['pattern', 'embedding', 'llm']),
  entities: z.record(z.string(), z.string()),
});

const answered = z.looseObject({
  found: z.boolean(),
  answer: z.string(),
  confidence: z.number(),
  sources: z.array(z.looseObject({ id: z.string(), title: z.string() })),
  timing_breakdown: z.looseObject({ total_ms: z.number() }),
});

const retrieved = z.looseObject({ passages: z.array(z.looseObject({ id: z.string(), text: z.string() })) });

const stats = z.looseObject({ index_loaded: z.boolean(), index_size: z.number(), index_version: z.string() });

/** Classifier or documents of a role `intent` or `rag`, at one address. */
export class KnowledgeService implements Knowledge {
  constructor(private readonly endpoint: ServiceEndpoint) {}

  async classify(text: string, context: IntentContext = {}): Promise<ClassifyReply> {
    const body = { text, context };
    const reply = await this.#ask({ path: '/intent/classify', body, totalMs: CLASSIFY_MS }, classified);
    return reply as unknown as ClassifyReply;
  }

  async query(text: string, context: KnowledgeContext = {}): Promise<KnowledgeReply> {
    const body = { text, context };
    const reply = await this.#ask({ path: '/rag/query', body, totalMs: QUERY_MS }, answered);
    return reply as unknown as KnowledgeReply;
  }

  async rebuild(path?: string): Promise<RebuildReport> {
    const body = path === undefined ? {} : { path };
    const report = await this.#ask({ path: '/rag/rebuild', body, totalMs: REBUILD_MS }, z.looseObject({}));
    return report as unknown as RebuildReport;
  }

  async retrieve(text: string, limit: number): Promise<Retrieval> {
    const body = { text, limit };
    const found = await this.#ask({ path: '/rag/retrieve', body, totalMs: QUERY_MS }, retrieved);
    return found as unknown as Retrieval;
  }

  async held(): Promise<Readonly<Record<string, string>>> {
    return this.#ask({ path: '/rag/documents', totalMs: STATS_MS }, z.record(z.string(), z.string()));
  }

  async take(change: DocumentChange): Promise<void> {
    await this.#ask({ path: '/rag/documents', body: change, totalMs: REBUILD_MS }, z.looseObject({}));
  }

  async stats(): Promise<KnowledgeStats> {
    return (await this.#ask(
      { path: '/knowledge/stats', totalMs: STATS_MS },
      stats,
    )) as unknown as KnowledgeStats;
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  async #ask<T>(request: ServiceRequest, shape: z.ZodType<T>): Promise<T> {
    const reply = await this.endpoint.ask(request);
    if (!reply.ok) throw errorOfFailure(reply.error, 'KNOWLEDGE_TIMEOUT');
    const parsed = shape.safeParse(reply.value);
    if (!parsed.success) throw new LeibnizError('KNOWLEDGE_TIMEOUT', 'the service speaks another language');
    return parsed.data;
  }
}

/** Several of one kind as one, asked in order of the list; the first `alike` of them take turns. */
export class KnowledgeFailover implements Knowledge {
  readonly #classify: FailoverRunner<ClassifyReply, LeibnizError>;
  readonly #query: FailoverRunner<KnowledgeReply, LeibnizError>;

  constructor(
    private readonly intents: readonly Knowledge[],
    private readonly documents: readonly Knowledge[],
    options: {
      readonly scheduler: Scheduler;
      readonly alikeIntents: number;
      readonly alikeDocuments: number;
    },
  ) {
    const { scheduler, alikeIntents, alikeDocuments } = options;
    this.#classify = new FailoverRunner(intents.length, TERMS, {
      ...{ ...SERVICE_BREAKER, scheduler, alike: alikeIntents, hedgeMs: HEDGE_MS.classify },
    });
    this.#query = new FailoverRunner(documents.length, TERMS, {
      ...{ ...SERVICE_BREAKER, scheduler, alike: alikeDocuments, hedgeMs: HEDGE_MS.query },
    });
  }

  async classify(...args: Parameters<Knowledge['classify']>): Promise<ClassifyReply> {
    return valueOf(
      await this.#classify.run(undefined, (place) => settled(at(this.intents, place).classify(...args))),
    );
  }

  async query(...args: Parameters<Knowledge['query']>): Promise<KnowledgeReply> {
    return valueOf(
      await this.#query.run(undefined, (place) => settled(at(this.documents, place).query(...args))),
    );
  }

  /** Every one reads its documents again; the report is the first one's. */
  async rebuild(path?: string): Promise<RebuildReport> {
    const [first] = await Promise.all(this.documents.map((each) => each.rebuild(path)));
    if (first === undefined) throw new LeibnizError('INTERNAL', 'there are no documents');
    return first;
  }

  /** Of the first one that answers. */
  retrieve(text: string, limit: number): Promise<Retrieval> {
    return firstOf(this.documents.map((each) => () => each.retrieve(text, limit)));
  }

  /** What all of those that answer hold alike. */
  async held(): Promise<Readonly<Record<string, string>>> {
    const [first = {}, ...others] = await answering(this.documents.map((each) => each.held()));
    return Object.fromEntries(
      Object.entries(first).filter(([id, stamp]) => others.every((held) => held[id] === stamp)),
    );
  }

  async take(change: DocumentChange): Promise<void> {
    await answering(this.documents.map((each) => each.take(change)));
  }

  /** Of the first one that answers. */
  stats(): Promise<KnowledgeStats> {
    return Promise.any(this.documents.map((each) => each.stats())).catch(() => {
      throw new LeibnizError('KNOWLEDGE_TIMEOUT', 'no knowledge base answers');
    });
  }

  /** State of each, first choice first. */
  phases(): { readonly intent: readonly BreakerPhase[]; readonly rag: readonly BreakerPhase[] } {
    return { intent: this.#classify.machine.phases(), rag: this.#query.machine.phases() };
  }

  async close(): Promise<void> {
    this.#classify.close();
    this.#query.close();
    await Promise.all([...new Set([...this.intents, ...this.documents])].map((each) => each.close()));
  }
}

/** What those give that answer. @throws the first one's error when none does */
async function answering<T>(asked: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(asked);
  const given = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [first] = results;
  if (given.length === 0 && first?.status === 'rejected') throw first.reason;
  return given;
}

/** Asks one after the other. @throws the last one's error when none answers */
async function firstOf<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  let failure: unknown = new LeibnizError('KNOWLEDGE_TIMEOUT', 'no knowledge base answers');
  for (const ask of ways) {
    try {
      return await ask();
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

const TERMS = {
  aborted: new LeibnizError('KNOWLEDGE_TIMEOUT', 'the knowledge base is closing'),
  overloaded: new LeibnizError('CAPACITY_FULL', 'too many questions at once: try again in a second'),
  outcomeOf: (result: Result<unknown, LeibnizError>): AttemptOutcome => {
    if (result.ok) return 'ok';
    return result.error.category === 'invalid_request' ? 'void' : 'failed';
  },
};

async function settled<T>(asked: Promise<T>): Promise<Result<T, LeibnizError>> {
  try {
    return ok(await asked);
  } catch (error) {
    return err(
      isLeibnizError(error)
        ? error
        : new LeibnizError('INTERNAL', 'the knowledge base failed', { cause: error }),
    );
  }
}

function valueOf<T>(result: Result<T, LeibnizError>): T {
  if (result.ok) return result.value;
  throw result.error;
}

function at(list: readonly Knowledge[], place: number): Knowledge {
  const found = list[place] ?? list[0];
  if (found === undefined) throw new LeibnizError('INTERNAL', 'there is no knowledge base');
  return found;
}
