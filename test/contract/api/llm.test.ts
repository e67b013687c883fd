import OpenAI from 'openai';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import type { ApiPorts } from '../../../src/api/ports.js';
import type { ModelEvent } from '../../../src/dialog/llm/types.js';
import { fakeProgram } from './fake-ports.js';

let app: App;
let client: OpenAI;
let events: ModelEvent[] | undefined;

beforeAll(async () => {
  const { ports } = fakeProgram();
  const models: ApiPorts['models'] = {
    ...ports.models,
    open: (request, onEvent, signal) => {
      const scripted = events;
      if (scripted === undefined) ports.models.open(request, onEvent, signal);
      else void Promise.resolve().then(() => scripted.forEach(onEvent));
    },
  };
  app = await buildApi({ ...ports, models }, { host: '127.0.0.1', token: 'secret', version: 'test' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'secret', maxRetries: 0 });
});
afterAll(() => app.close());
beforeEach(() => (events = undefined));

const QUESTION = { model: 'm', messages: [{ role: 'user' as const, content: 'When do you close?' }] };

test("the front answers the protocol's own client, whole and streamed", async () => {
  const whole = await client.chat.completions.create(QUESTION);
  expect(whole.choices[0]?.message).toMatchObject({ role: 'assistant', content: 'We close at noon.' });
  expect(whole.usage).toMatchObject({ prompt_tokens: 41, completion_tokens: 6, total_tokens: 47 });
  const stream = client.chat.completions.stream(QUESTION);
  const pieces: string[] = [];
  for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta.content ?? '');
  expect(pieces.filter((piece) => piece !== '')).toEqual(['We close', ' at noon.']);
  expect((await stream.finalChatCompletion()).choices[0]?.finish_reason).toBe('stop');
});

test('calls of tools are told as the client knows them', async () => {
  const call = { id: 't1', name: 'slots', args: '{"day":"friday"}' };
  const message = { role: 'assistant', text: '', calls: [call] } as const;
  const served = { provider: 'fake', model: 'm', cached: false, costUsd: 0 };
  const usage = { inputTokens: 1, outputTokens: 1, cachedTokens: 0 };
  events = [
    { type: 'tool', call },
    { type: 'done', reason: 'tools', message, served, usage },
  ];
  const stream = client.chat.completions.stream(QUESTION);
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ id: 't1', function: { name: 'slots', arguments: '{"day":"friday"}' } }] },
  });
});

test.each([
  ['rate_limit', 429],
  ['stalled', 504],
  ['refused', 400],
  ['overloaded', 503],
] as const)('%s is the status %d, also for a stream that has not begun', async (kind, status) => {
  events = [{ type: 'failed', failure: { kind, message: 'x' } }];
  await expect(client.chat.completions.create(QUESTION)).rejects.toMatchObject({ status });
  await expect(client.chat.completions.create({ ...QUESTION, stream: true })).rejects.toMatchObject({
    status,
  });
});

test('an error after the first word ends the stream with an error', async () => {
  events = [
    { type: 'text', text: 'We' },
    { type: 'failed', failure: { kind: 'truncated', message: 'x' } },
  ];
  const stream = await client.chat.completions.create({ ...QUESTION, stream: true });
  await expect(
    (async () => {
      for await (const _chunk of stream);
    })(),
  ).rejects.toThrow(/No language model answers/);
});

test('models are listed; strangers are told nothing', async () => {
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['m']);
  const stranger = await app.inject({ method: 'GET', url: '/v1/models' });
  expect(stranger.statusCode).toBe(401);
});

test('one sentence is answered by the agent', async () => {
  const reply = await app.inject({
    method: 'POST',
    url: '/mcp/transcript',
    headers: { authorization: 'Bearer secret' },
    payload: { transcript: "What's the weather?" },
  });
  expect(reply.statusCode).toBe(200);
  expect(reply.json()).toEqual({ response: "You said: What's the weather?", escalate: false });
});
