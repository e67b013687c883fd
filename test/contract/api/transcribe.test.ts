import { WebSocket } from 'ws';
import { startApi, type ApiServer } from '../../../src/api/host.js';
import { formatWav } from '../../../src/kernel/wav.js';
import { spoken } from '../../support/providers/stt/spoken-code.js';
import { fakeProgram } from './fake-ports.js';

const TOKEN = 'a-long-random-token-for-tests';
let api: ApiServer;

beforeAll(async () => {
  const options = { host: '127.0.0.1', port: 0, version: '0.1.0', token: TOKEN, logLevel: 'silent' } as const;
  api = await startApi(options, fakeProgram().ports);
});
afterAll(() => api.close());

const path = '/api/v1/transcribe/stream';
const bytes = (pcm: Int16Array): Uint8Array => new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
const post = (body: Uint8Array, type: string, token = TOKEN): Promise<Response> =>
  fetch(`http://127.0.0.1:${api.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${token}` },
    body: body.slice(),
  });

interface Event {
  readonly transcript: string;
  readonly is_final: boolean;
  readonly [key: string]: unknown;
}

/** Sends audio in chunks of 50 ms and gives all that was written down. */
async function stream(chunks: readonly Uint8Array[]): Promise<{ events: Event[]; code: number }> {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}?session_id=s1&token=${TOKEN}`);
  const events: Event[] = [];
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as Event));
  socket.on('open', () => {
    for (const chunk of chunks) socket.send(chunk);
    socket.send('{"type":"end"}');
  });
  const code = await new Promise<number>((resolve) => socket.on('close', resolve));
  return { events, code };
}

const chunked = (pcm: Int16Array, size = 1600): Uint8Array[] => {
  const all = bytes(pcm);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
};

test('a stream: each utterance is written down with language, length and place; then the socket ends', async () => {
  const quiet = new Int16Array(16_000);
  const audio = [spoken(['hello', 'tomorrow'], 16_000), quiet, spoken(['yes', 'please'], 16_000)];
  const pcm = Int16Array.from(audio.flatMap((part) => [...part]));
  const { events, code } = await stream(chunked(pcm));
  const finals = events.filter(({ is_final: final }) => final);
  expect(finals.map(({ transcript }) => transcript)).toEqual(['hello tomorrow', 'yes please']);
  expect(finals[0]).toMatchObject({ is_final: true, confidence: 0.95, language: 'en-US' });
  expect(finals[0]?.['duration_ms']).toBeGreaterThan(500);
  expect(finals[1]?.['timestamp_ms']).toBeGreaterThan(2000);
  expect(code).toBe(1000);
});

test('chunks of any size, cut within a sample', async () => {
  const { events } = await stream(chunked(spoken(['ten', 'seven'], 16_000), 333));
  expect(events.filter((event) => event.is_final).map((event) => event.transcript)).toEqual(['ten seven']);
});

test('one piece over POST, raw and as WAV: the final object', async () => {
  const pcm = spoken(['friday'], 16_000);
  for (const [body, type] of [
    [bytes(pcm), 'application/octet-stream'],
    [formatWav({ sampleRateHz: 16_000, channels: [pcm] }), 'audio/wav'],
  ] as const) {
    const reply = await post(body, type);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      transcript: 'friday',
      is_final: true,
      confidence: 0.95,
      language: 'en-US',
    });
  }
});

test.each([
  ['nothing', new Uint8Array(0), 'application/octet-stream', 400],
  ['no WAV', new Uint8Array(100), 'audio/wav', 400],
  ['another type', new Uint8Array(100), 'audio/mpeg', 415],
  ['too much', new Uint8Array(3_000_000), 'audio/pcm', 413],
])('POST of %s', async (_name, body, type, status) => {
  const reply = await post(body, type);
  expect(reply.status).toBe(status);
  expect(await reply.json()).toHaveProperty('error.code');
});

test('one stream too many is told to come back later', async () => {
  const open = Array.from({ length: 65 }, (_, n) => {
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}?session_id=s${n}&token=${TOKEN}`);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    return { socket, closed };
  });
  expect(await Promise.race(open.map(({ closed }) => closed))).toBe(1013);
  for (const { socket } of open) socket.close();
  await Promise.all(open.map(({ closed }) => closed));
});

test('transcripts need the token', async () => {
  expect((await post(bytes(spoken(['yes'], 16_000)), 'audio/pcm', 'wrong')).status).toBe(401);
});
