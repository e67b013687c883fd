import { openModel, type ModelSpec, type OpenModelOptions } from '../../../src/dialog/llm/open-model.js';
import type { ChatMessage, LanguageModel, ToolDef } from '../../../src/dialog/llm/types.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { BedrockStandIn } from '../../support/providers/llm/bedrock.js';
import { GeminiStandIn } from '../../support/providers/llm/gemini.js';
import { OpenAiStandIn } from '../../support/providers/llm/openai.js';
import type { StandIn } from '../../support/providers/llm/stand-in.js';
import { endOf, eventsOf, textOf } from './model-suite.js';

const OPTIONS: Omit<OpenModelOptions, 'specs'> = {
  sampling: { maxTokens: 512, temperature: 0.7, topP: 0.9 },
  limits: { concurrency: 4, perMinute: 0, queued: 8 },
  hedgeMs: 1000,
  cacheTtlMs: 0,
  prices: { m: { input: 1, output: 10, cached: 0.5 } },
  scheduler: realScheduler,
};

const SLOTS: ToolDef = {
  name: 'slots',
  description: 'Free times of a day',
  parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
};

const openai = (profile: Extract<ModelSpec, { kind: 'openai' }>['profile']) => ({
  make: () => new OpenAiStandIn(),
  spec: (url: string): ModelSpec => ({ kind: 'openai', profile, url: `${url}/v1`, model: 'm', apiKey: 'k' }),
});

const PROVIDERS: Readonly<Record<string, { make(): StandIn; spec(url: string): ModelSpec }>> = {
  openai: openai('openai'),
  vllm: openai('vllm'),
  ollama: openai('ollama'),
  'llama.cpp': openai('llama.cpp'),
  mistral: openai('mistral'),
  gemini: {
    make: () => new GeminiStandIn(),
    spec: (url) => ({ kind: 'gemini', url, model: 'm', apiKey: 'k' }),
  },
  bedrock: {
    make: () => new BedrockStandIn(),
    spec: (url) => ({ kind: 'bedrock', url, model: 'm', region: 'us-east-1', token: 'k' }),
  },
};

describe.each(Object.keys(PROVIDERS))('%s', (name) => {
  const { make, spec } = PROVIDERS[name] as (typeof PROVIDERS)[string];
  let server: StandIn;
  let model: LanguageModel;

  beforeEach(async () => {
    server = await make().listen();
    model = openModel({ ...OPTIONS, specs: [spec(server.url)] });
  });
  afterEach(async () => {
    await model.close();
    await server.close();
  });

  test('words come as they are made, then the end with what it took and cost', async () => {
    let heard = (): void => undefined;
    // The second word is only made when the first has come.
    const gate = new Promise<void>((resolve) => (heard = resolve));
    server.scripts = [{ words: ['We close', ' at noon.'], gate }];
    const events = await eventsOf(model, {}, undefined, () => heard());
    expect(events.slice(0, 2)).toEqual([
      { type: 'text', text: 'We close' },
      { type: 'text', text: ' at noon.' },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      reason: 'stop',
      message: { role: 'assistant', text: 'We close at noon.' },
      served: { model: 'm', cached: false },
    });
    const [stats] = model.stats();
    if (name === 'mistral') return;
    expect(stats?.usage).toEqual({ inputTokens: 41, outputTokens: 6, cachedTokens: 8 });
    expect(stats?.costUsd).toBeCloseTo((33 * 1 + 8 * 0.5 + 6 * 10) / 1e6, 9);
  });

  test('the key goes into a header, and never into an address', async () => {
    await eventsOf(model);
    const { headers = {}, path = '' } = (server.seen[0] ?? {}) as {
      headers?: Record<string, string>;
      path?: string;
    };
    expect(headers['authorization'] ?? headers['x-goog-api-key']).toMatch(/^(Bearer )?k$/);
    expect(path).not.toMatch(/key|token/);
  });

  test('two calls at once come whole, and go back in a form that the server takes', async () => {
    server.scripts = [
      {
        calls: [
          { name: 'slots', args: '{"day":"friday"}' },
          { name: 'slots', args: '{"day":"monday"}' },
        ],
      },
      { words: ['Both are free.'] },
    ];
    const events = await eventsOf(model, { tools: [SLOTS] });
    const calls = events.flatMap((event) => (event.type === 'tool' ? [event.call] : []));
    expect(calls.map(({ name: tool, args }) => [tool, args])).toEqual([
      ['slots', '{"day":"friday"}'],
      ['slots', '{"day":"monday"}'],
    ]);
    const done = events.at(-1);
    if (done?.type !== 'done') throw new Error('no end');
    expect(done.reason).toBe('tools');
    const history: ChatMessage[] = [
      { role: 'user', text: 'When can I come?' },
      done.message,
      ...calls.map((call): ChatMessage => ({
        role: 'tool',
        callId: call.id,
        name: call.name,
        text: '["10:00"]',
      })),
    ];
    expect(textOf(await eventsOf(model, { messages: history, tools: [SLOTS] }))).toBe('Both are free.');
  });

  test.each([
    ['a wrong key', { status: 401 }, 'auth'],
    ['too many requests', { status: 429, headers: { 'retry-after': '26' } }, 'rate_limit'],
    [
      'no money left',
      { status: 429, body: '{"error":{"code":"insufficient_quota","message":"quotaId PerDay"}}' },
      'quota_or_money',
    ],
    ['a busy server', { status: 503 }, 'overloaded'],
    [
      'a request that it cannot take',
      { status: 400, body: '{"error":{"code":400,"message":"bad"}}' },
      'bad_request',
    ],
    ['no answer at all', { headersMs: 1500 }, 'stalled'],
    ['no first word', { firstMs: 1500 }, 'stalled'],
    ['a stall after some words', { words: ['We'], end: 'stall' }, 'stalled'],
    ['a cut', { words: ['We'], end: 'cut' }, 'truncated'],
    ['an end without a reason', { words: ['We'], end: 'unfinished' }, 'truncated'],
    ['success with nothing', { words: [] }, 'empty'],
    ['a policy', { words: ['We'], end: 'refused' }, 'refused'],
  ] as const)('%s', async (_name, script, expected) => {
    server.scripts = [script];
    const events = await eventsOf(model, { budget: { firstMs: 300, idleMs: 300, totalMs: 900 } });
    expect(endOf(events)).toBe(expected);
    expect(events.filter(({ type }) => type === 'done' || type === 'failed')).toHaveLength(1);
  });

  test('an error within the stream, and bytes that are no event, end it with a failure', async () => {
    server.scripts = [
      { words: ['We'], end: 'error' },
      { words: ['We'], end: 'garbage' },
    ];
    for (let k = 0; k < 2; k++) {
      expect(endOf(await eventsOf(model))).toMatch(/overloaded|truncated|rate_limit/);
      await model.close();
      model = openModel({ ...OPTIONS, specs: [spec(server.url)] });
    }
  });

  test('characters and events that are cut between packets are read as they are', async () => {
    server.scripts = [{ words: ['Fünf €', ' und ☕.'], splitAt: 7, crlf: true }];
    expect(textOf(await eventsOf(model))).toBe('Fünf € und ☕.');
  });

  test('giving up ends at once, and the server sees it', async () => {
    server.scripts = [{ words: Array.from({ length: 50 }, () => 'word '), gapMs: 50 }];
    const abort = new AbortController();
    let abortedAt = 0;
    const events = await eventsOf(model, {}, abort.signal, ({ type }) => {
      if (type === 'text' && abortedAt === 0) {
        abortedAt = performance.now();
        abort.abort();
      } else if (type === 'failed') {
        abortedAt = performance.now() - abortedAt;
      }
    });
    expect(endOf(events)).toBe('caller_abort');
    expect(abortedAt).toBeLessThan(50);
    for (let waited = 0; server.givenUp === 0 && waited < 1000; waited += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(server.givenUp).toBe(1);
  });

  test('nothing that is not for the caller is told: thoughts are left out', async () => {
    server.scripts = [{ words: ['<thi', 'nk>They want to know.</th', 'ink>We close', ' at noon.'] }];
    expect(textOf(await eventsOf(model))).toBe('We close at noon.');
  });

  test('it is found to answer, and its model to be there', async () => {
    expect(await model.probe()).toEqual([
      { ok: true, value: expect.objectContaining({ model: 'm', listed: true }) as unknown },
    ]);
  });
});

test.each(['whole', 'no_ids'] as const)('calls of servers that give them %s', async (callStyle) => {
  const server = await new OpenAiStandIn().listen();
  const model = openModel({ ...OPTIONS, specs: [openai('ollama').spec(server.url)] });
  server.scripts = [
    {
      callStyle,
      calls: [
        { id: 'a', name: 'slots', args: '{"day":"friday"}' },
        { id: 'b', name: 'slots', args: '{"day":"monday"}' },
      ],
    },
  ];
  const events = await eventsOf(model, { tools: [SLOTS] });
  const calls = events.flatMap((event) => (event.type === 'tool' ? [event.call] : []));
  expect(calls.map(({ args }) => args)).toEqual(['{"day":"friday"}', '{"day":"monday"}']);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  await model.close();
  await server.close();
});
