import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import { fakeProgram, type FakeProgram } from './fake-ports.js';

let app: App;
let program: FakeProgram;

beforeEach(async () => {
  program = fakeProgram();
  app = await buildApi(program.ports, { host: '127.0.0.1', version: '0.1.0', rateLimitPerMinute: 0 });
});
afterEach(() => app.close());

const post = async (url: string, payload: object) => {
  const response = await app.inject({ method: 'POST', url, payload });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
};

test('a text becomes a file', async () => {
  const { status, body } = await post('/api/v1/synthesize', {
    text: 'Hello.',
    emotion: 'happy',
    cache_key: 'me',
    speed: 1.5,
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    audio_url: '/api/v1/blobs/tts/f1.wav?x',
    duration_ms: 1500,
    provider: 'flite',
    cache_hit: false,
  });
  expect(program.asked.at(-1)?.args[0]).toMatchObject({
    text: 'Hello.',
    style: 'happy',
    namespace: 'me',
    speed: 1.5,
  });
});

test('aliases', async () => {
  expect(await post('/synthesize', { text: 'Hello.', voice: 'default' })).toEqual({
    status: 200,
    body: { audio: '/api/v1/blobs/tts/f1.wav?x', engine: 'flite' },
  });
  const { status, body } = await post('/generate', { text: 'Hello.' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: 'f1',
    file_url: '/api/v1/blobs/tts/f1.wav?x',
    duration: 1.5,
    provider: 'flite',
  });
  expect(Date.parse(String(body['created_at']))).not.toBeNaN();
  for (const url of ['/api/v1/voices', '/voices']) {
    expect((await app.inject({ url })).json()).toEqual({ flite: ['rms', 'slt'] });
  }
});

test.each([
  [{ text: '' }, 'text'],
  [{ text: 'a'.repeat(10_000) }, 'text'],
  [{ text: 'a', emotion: 'bored' }, 'emotion'],
  [{ text: 'a', speed: 3 }, 'speed'],
  [{ text: 'a', cache_key: '../x y' }, 'cache_key'],
])('%j is refused', async (body, field) => {
  expect(await post('/api/v1/synthesize', body)).toMatchObject({
    status: 400,
    body: { error: { code: 'BAD_REQUEST', field } },
  });
});

test('a file needs its signature', async () => {
  const get = (signature: string) =>
    app.inject({ url: `/api/v1/blobs/tts/f1.wav?expires=99&signature=${signature}` });
  const good = await get('a'.repeat(64));
  expect([good.statusCode, good.headers['content-type'], good.rawPayload.length]).toEqual([
    200,
    'audio/wav',
    2,
  ]);
  expect((await get('b'.repeat(64))).statusCode).toBe(404);
  expect((await get('short')).statusCode).toBe(400);
  expect((await app.inject({ url: '/api/v1/blobs/tts/f1.wav' })).statusCode).toBe(400);
});
