import { z } from 'zod';
import { ask, askJson } from '../../../src/dialog/llm/ask.js';
import { openModel, type OpenModelOptions } from '../../../src/dialog/llm/open-model.js';
import type { LanguageModel } from '../../../src/dialog/llm/types.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { OpenAiStandIn } from '../../support/providers/llm/openai.js';
import { endOf, eventsOf, QUESTION, textOf } from './model-suite.js';

let first: OpenAiStandIn;
let second: OpenAiStandIn;
let model: LanguageModel;

const open = (more: Partial<OpenModelOptions> = {}): LanguageModel =>
  openModel({
    specs: [first, second].map(({ url }) => ({ kind: 'openai', profile: 'vllm', url, model: 'm' })),
    sampling: { maxTokens: 512, temperature: 0.7, topP: 0.9 },
    limits: { concurrency: 2, perMinute: 0, queued: 1 },
    hedgeMs: 200,
    cacheTtlMs: 0,
    prices: {},
    scheduler: realScheduler,
    ...more,
  });

beforeEach(async () => {
  first = await new OpenAiStandIn().listen();
  second = await new OpenAiStandIn().listen();
  second.scripts = [{ words: ['From the second.'] }];
  model = open();
});
afterEach(async () => {
  await model.close();
  await first.close();
  await second.close();
});

test.each([
  ['is down', { status: 503 }],
  ['refuses the key', { status: 401 }],
  ['is limited', { status: 429 }],
  ['answers with nothing', { words: [] }],
  ['is silent', { firstMs: 3000 }],
] as const)('the second model answers when the first one %s', async (_name, script) => {
  first.scripts = [script];
  expect(textOf(await eventsOf(model))).toBe('From the second.');
});

test('after the first word there is no second try: it may have been spoken', async () => {
  first.scripts = [{ words: ['We close'], end: 'cut' }];
  const events = await eventsOf(model);
  expect(textOf(events)).toBe('We close');
  expect(endOf(events)).toBe('truncated');
  expect(second.seen).toHaveLength(0);
});

test('a policy is not asked around', async () => {
  first.scripts = [{ words: [], end: 'refused' }];
  expect(endOf(await eventsOf(model))).toBe('refused');
  expect(second.seen).toHaveLength(0);
});

test('a model that refuses the key is left alone', async () => {
  first.scripts = [{ status: 401 }];
  for (let k = 0; k < 3; k++) await eventsOf(model);
  expect(first.seen).toHaveLength(1);
  expect(model.stats()[0]?.state).toBe('open');
});

test('a rate limit is kept: nothing is sent until it has passed', async () => {
  first.scripts = [{ status: 429, headers: { 'retry-after': '30' } }];
  for (let k = 0; k < 3; k++) await eventsOf(model);
  expect(first.seen).toHaveLength(1);
  expect(model.stats()[0]?.state).toBe('paused');
});

test('no more requests at once than allowed; what waits for long fails fast', async () => {
  await model.close();
  model = open({ specs: [{ kind: 'openai', profile: 'vllm', url: first.url, model: 'm' }] });
  first.scripts = [{ words: ['We close.'], firstMs: 150 }];
  const ends = await Promise.all(Array.from({ length: 5 }, () => eventsOf(model).then(endOf)));
  expect(ends.sort()).toEqual(['done', 'done', 'done', 'overloaded', 'overloaded']);
});

test('the configured rate is kept', async () => {
  await model.close();
  model = open({
    specs: [{ kind: 'openai', profile: 'vllm', url: first.url, model: 'm' }],
    limits: { concurrency: 4, perMinute: 2, queued: 4 },
  });
  const ends = [];
  for (let k = 0; k < 3; k++) ends.push(endOf(await eventsOf(model)));
  expect(ends).toEqual(['done', 'done', 'rate_limit']);
});

test('an answer is kept by its exact prompt, and none that holds personal data', async () => {
  await model.close();
  model = open({ cacheTtlMs: 60_000 });
  for (const personal of [false, false, true, true]) {
    expect(textOf(await eventsOf(model, { personal }))).toBe('We close at noon.');
  }
  expect(first.seen).toHaveLength(3);
  const other = [{ role: 'user' as const, text: 'When do you close' }];
  await eventsOf(model, { personal: false, messages: other });
  expect(first.seen).toHaveLength(4);
  expect(model.stats()[0]?.cacheHits).toBe(1);
});

describe('JSON of a shape', () => {
  const SHAPE = z.object({ value: z.string(), sure: z.boolean() });
  const askFor = () => askJson(model, QUESTION, 'answer', SHAPE);

  test.each([
    ['as it is', '{"value":"x","sure":true}'],
    ['in a fence, with words around it', 'Here:\n```json\n{"value":"x","sure":true}\n```\nDone.'],
    ['with faults that can be mended', "{value: 'x', sure: true,}"],
  ])('%s', async (_name, words) => {
    first.scripts = [{ words: [words] }];
    expect(await askFor()).toEqual({ ok: true, value: { value: 'x', sure: true } });
  });

  test('what does not fit is asked for once more, and not a third time', async () => {
    first.scripts = [{ words: ['{"value":1}'] }, { words: ['{"value":"x","sure":false}'] }];
    expect(await askFor()).toEqual({ ok: true, value: { value: 'x', sure: false } });
    first.scripts = [{ words: ['no idea'] }];
    first.seen.length = 0;
    expect(await askFor()).toMatchObject({ ok: false, error: { kind: 'bad_request', code: 'schema' } });
    expect(first.seen).toHaveLength(2);
  });
});

test('adapters are listed, loaded, chosen and unloaded', async () => {
  const { adapters } = model;
  if (adapters === undefined) throw new Error('vLLM has adapters');
  expect(await adapters.load('persona-a', '/adapters/a')).toEqual({ ok: true, value: undefined });
  expect(await adapters.load('persona-a', '/adapters/a')).toMatchObject({
    ok: false,
    error: { kind: 'bad_request' },
  });
  expect(await adapters.list()).toMatchObject({ ok: true, value: [{ id: 'persona-a', parent: 'm' }] });
  expect((await ask(model, { ...QUESTION, adapter: 'persona-a' })).ok).toBe(true);
  expect(first.seen.at(-1)?.body['model']).toBe('persona-a');
  expect(await adapters.unload('persona-a')).toEqual({ ok: true, value: undefined });
  expect(await adapters.unload('persona-a')).toMatchObject({ ok: false, error: { status: 404 } });
});
