import {
  KnowledgeClient,
  type EngineHost,
  type EnginePort,
} from '../../../src/dialog/knowledge/knowledge-client.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { VirtualTime } from '../../support/virtual-time.js';

/** An engine that takes `delayMs` and counts its calls. */
class SlowEngine implements EnginePort {
  calls: string[] = [];
  version = 'v1';
  delayMs = 0;

  constructor(private readonly time: VirtualTime) {}

  classify: EnginePort['classify'] = async (text, { question } = {}) => {
    await this.#work(['classify', text, question].filter((part) => part !== undefined).join(' '));
    return { intent: 'OUT_OF_SCOPE', confidence: 0.7, method: 'embedding', entities: {} };
  };

  query: EnginePort['query'] = async (text) => {
    await this.#work(`query ${text}`);
    const timing = { embedding_ms: 2, retrieval_ms: 1, generation_ms: 1 };
    return { found: true, answer: text, sources: [], confidence: 0.9, index_version: this.version, timing };
  };

  rebuild: EnginePort['rebuild'] = async () => {
    this.version = 'v2';
    return { status: 'success', documents_indexed: 1, passages_indexed: 1, index_version: 'v2', took_ms: 1 };
  };

  retrieve: EnginePort['retrieve'] = async () => ({ passages: [], index_version: this.version });

  held: EnginePort['held'] = async () => ({});

  take: EnginePort['take'] = async () => {
    this.version = 'v2';
  };

  stats: EnginePort['stats'] = async () => ({
    ...{ index_loaded: true, index_size: 1, documents: 1, index_version: this.version, index_kind: 'exact' },
    embedding_model: 'none',
    embeddings: { file: 'loaded', kept: 0, computed: 0 },
  });

  async #work(call: string): Promise<void> {
    this.calls.push(call);
    if (this.delayMs === 0) return;
    await new Promise<void>((resolve) => {
      this.time.at((this.time.now() + this.delayMs) as ReturnType<VirtualTime['now']>, resolve);
    });
  }
}

function setUp(maxPending = 64): {
  time: VirtualTime;
  engine: SlowEngine;
  client: KnowledgeClient;
  host: EngineHost;
} {
  const time = new VirtualTime();
  const engine = new SlowEngine(time);
  const host: EngineHost = {
    engine: () => engine,
    indexVersion: 'v1',
    restarts: 0,
    close: async () => undefined,
  };
  const client = new KnowledgeClient(host, { scheduler: time, maxPending });
  return { time, engine, client, host };
}

describe('query', () => {
  it('again within an hour: from the cache; later: asked anew', async () => {
    const { time, engine, client } = setUp();
    expect((await client.query('When do you open?')).cache_hit).toBe(false);
    const again = await client.query('  when do you OPEN');
    expect(again).toMatchObject({ cache_hit: true, answer: 'When do you open?' });
    expect(again.timing_breakdown).toMatchObject({ embedding_ms: 0, retrieval_ms: 0, generation_ms: 0 });
    await time.advance(3_600_000);
    expect((await client.query('when do you open')).cache_hit).toBe(false);
    expect(engine.calls).toHaveLength(2);
  });

  it.each([
    ['situation', { user_context: 'parent' }],
    ['persona', { persona: 'formal' }],
  ])('another %s: another answer', async (_name, context) => {
    const { engine, client } = setUp();
    await client.query('fees');
    await client.query('fees', context);
    await client.query('fees', { session_id: 's' });
    expect(engine.calls).toHaveLength(2);
  });

  it('rebuild: the old answers are gone', async () => {
    const { engine, client } = setUp();
    await client.query('fees');
    await client.rebuild();
    expect(await client.query('fees')).toMatchObject({ cache_hit: false, index_version: 'v2' });
    expect(engine.calls).toHaveLength(2);
  });

  it('slow worker: rejects at the deadline, and the late answer is dropped', async () => {
    const { time, engine, client } = setUp();
    engine.delayMs = 10_000;
    const failed = expect(client.query('fees')).rejects.toMatchObject({ code: 'KNOWLEDGE_TIMEOUT' });
    await time.advance(3000);
    await failed;
    const hasty = expect(client.query('fees', {}, { timeoutMs: 50 })).rejects.toThrow(/50 ms/);
    await time.advance(50);
    await hasty;
    await time.advance(20_000);
    expect(await client.stats()).toMatchObject({ timeouts: 2, pending: 0 });
  });

  it('counts the time of each part', async () => {
    const { time, engine, client } = setUp();
    engine.delayMs = 40;
    const reply = client.query('fees');
    await time.advance(40);
    expect((await reply).timing_breakdown).toEqual({
      ...{ cache_check_ms: 0, embedding_ms: 2, retrieval_ms: 1, generation_ms: 1, total_ms: 40 },
    });
  });

  it('more than it may hold waiting: refused at once', async () => {
    const { time, engine, client } = setUp(2);
    engine.delayMs = 100;
    const open = [client.query('a'), client.query('b')];
    await expect(client.query('c')).rejects.toMatchObject({ code: 'CAPACITY_FULL' });
    await time.advance(100);
    await Promise.all(open);
    const later = client.query('c');
    await time.advance(100);
    await expect(later).resolves.toMatchObject({ found: true });
  });

  it('a question is cut to 1000 characters', async () => {
    const { engine, client } = setUp();
    await client.query('x'.repeat(5000));
    expect(engine.calls[0]).toHaveLength('query '.length + 1000);
  });
});

describe('classify', () => {
  it('the question that was asked reaches the worker, and is part of the key', async () => {
    const { engine, client } = setUp();
    await client.classify('yes', { question: 'Is that right?' });
    await client.classify('yes', { question: 'Is that right?' });
    await client.classify('yes', { question: 'What is your name?' });
    await client.classify('yes');
    expect(engine.calls).toEqual([
      'classify yes Is that right?',
      'classify yes What is your name?',
      'classify yes',
    ]);
  });

  it('again within half an hour: from the cache', async () => {
    const { time, engine, client } = setUp();
    await client.classify('purple elephants');
    expect((await client.classify('Purple elephants.')).cache_hit).toBe(true);
    await time.advance(1_800_000);
    await client.classify('purple elephants');
    expect(engine.calls).toHaveLength(2);
    expect((await client.stats()).intent_cache).toMatchObject({ hits: 1, misses: 2, size: 1 });
  });

  it('worker down: rejects', async () => {
    const { client, host } = setUp();
    const down = new KnowledgeClient(
      {
        ...host,
        engine: () => {
          throw new LeibnizError('WORKER_CRASHED', 'down');
        },
      },
      { scheduler: new VirtualTime() },
    );
    await expect(down.classify('purple elephants')).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    await client.close();
  });

  it('slow worker: rejects after a second', async () => {
    const { time, engine, client } = setUp();
    engine.delayMs = 5000;
    const failed = expect(client.classify('purple elephants')).rejects.toMatchObject({
      code: 'KNOWLEDGE_TIMEOUT',
    });
    await time.advance(1000);
    await failed;
  });
});
