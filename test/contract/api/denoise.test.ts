import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startApi, type ApiServer } from '../../../src/api/host.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { formatWav, parseWav } from '../../../src/kernel/wav.js';
import { fakeProgram } from './fake-ports.js';

let api: ApiServer;
let base: string;
beforeAll(async () => {
  api = await startApi(
    { host: '127.0.0.1', port: 0, version: '0', rateLimitPerMinute: 0, logLevel: 'silent' },
    fakeProgram().ports,
  );
  base = `127.0.0.1:${api.port}`;
});
afterAll(() => api.close());

/** White noise: nothing of it is speech. */
function noise(samples: number): Int16Array {
  const rng = seededRng(1);
  return Int16Array.from({ length: samples }, () => (rng.float() - 0.5) * 8000);
}

const rms = (pcm: Int16Array): number => Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);

const post = (body: Uint8Array, path = '/api/v1/denoise'): Promise<Response> =>
  fetch(`http://${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'audio/wav' },
    body: Buffer.from(body),
  });

describe('a file', () => {
  test.each([
    ['/api/v1/denoise', 8000],
    ['/denoise', 16_000],
  ])('%s at %i Hz: as long as before, most of the noise is gone', async (path, sampleRateHz) => {
    const pcm = noise(sampleRateHz * 4 + 7);
    const response = await post(formatWav({ sampleRateHz, channels: [pcm] }), path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const clean = parseWav(new Uint8Array(await response.arrayBuffer()));
    if (!clean.ok) throw new Error(clean.error);
    expect(clean.value.sampleRateHz).toBe(sampleRateHz);
    const [heard = new Int16Array(0)] = clean.value.channels;
    expect(heard).toHaveLength(pcm.length);
    expect(rms(heard.subarray(2 * sampleRateHz))).toBeLessThan(rms(pcm) / 2);
  });

  test.each([
    ['no WAV', new Uint8Array(100), 'The file is not a WAV file.'],
    [
      'another rate',
      formatWav({ sampleRateHz: 44_100, channels: [new Int16Array(10)] }),
      'The file has 44100 Hz; 8000 or 16000 can be read.',
    ],
  ])('%s: 400 in words', async (_name, body, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'BAD_REQUEST', message } });
  });
});

test('a stream: pieces of any length come back as whole blocks, later by the delay and without the noise', async () => {
  const socket = new WebSocket(`ws://${base}/api/v1/denoise/streaming?sample_rate=16000`);
  const ready = once(socket, 'message');
  const [first] = (await ready) as [Buffer];
  expect(JSON.parse(first.toString())).toEqual({ type: 'ready', sample_rate: 16_000, delay_ms: 11.5 });
  const pieces: Buffer[] = [];
  let bytes = 0;
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      pieces.push(data);
      bytes += data.length;
      if (bytes >= 2 * 16_000 * 3 - 320) resolve();
    });
  });
  const pcm = noise(16_000 * 3);
  const raw = Buffer.from(pcm.buffer);
  for (let at = 0; at < raw.length; at += 1601) socket.send(raw.subarray(at, at + 1601));
  socket.send('{"type":"hello"}');
  await all;
  socket.close();
  const joined = Buffer.concat(pieces);
  const heard = new Int16Array(joined.buffer.slice(joined.byteOffset, joined.byteOffset + joined.length));
  expect(heard.length % 160).toBe(0);
  expect(rms(heard.subarray(16_000))).toBeLessThan(rms(pcm) / 4);
});
