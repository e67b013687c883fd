import type { LightMyRequestResponse } from 'fastify';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import { byteRange } from '../../../src/api/core/byte-range.js';
import type { Permission } from '../../../src/api/core/permissions.js';
import type { ApiPorts } from '../../../src/api/ports.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { FakeAccounts } from '../../../src/store/testing/fake-accounts.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { createHash } from 'node:crypto';
import { audioBytes, fakeProgram, RECORDING, type FakeProgram } from './fake-ports.js';

const ADMIN_TOKEN = 'a-long-random-token-for-tests';
const AUDIO = '/api/v1/calls/c1/recording/audio';
let program: FakeProgram;
let accounts: FakeAccounts;
let time: VirtualTime;
let app: App;

async function build(change: Partial<ApiPorts> = {}): Promise<void> {
  time = new VirtualTime();
  accounts = new FakeAccounts(() => time.wall());
  program = fakeProgram();
  app = await buildApi(
    { ...program.ports, accounts, ...change },
    { host: '127.0.0.1', version: '0', rateLimitPerMinute: 0, token: ADMIN_TOKEN },
    { clock: time },
  );
}
beforeEach(() => build());
afterEach(() => app.close());

/** A program's token with some permissions, of a person who sees some lines. */
async function tokenWith(permissions: readonly Permission[], lines: readonly string[] = []): Promise<string> {
  const made = await accounts.create({
    ...{ email: `${permissions.join()}${lines.join()}@example.org`, name: 'Ada', roles: ['admin'], lines },
  });
  if (!made.ok) throw new Error(made.why);
  const secret = `lbz_${permissions.join()}${lines.join()}`;
  const hash = createHash('sha256').update(secret).digest('hex');
  await accounts.addToken({ userId: made.account.id, hash, name: 'test', permissions });
  return secret;
}

const get = (
  url: string,
  token = ADMIN_TOKEN,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> =>
  app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}`, ...headers } });

const plays = async (): Promise<number> => (await accounts.trail({ action: 'recording.play' })).total;

describe('what is known of a recording', () => {
  test('consent, length, what is blanked, its shape', async () => {
    const reply = await get('/api/v1/calls/c1/recording');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toMatchObject({
      ...{ id: 'r1', call_id: 'c1', state: 'saved', consent: 'given', duration_ms: 10_000, offset_ms: 120 },
      ...{ late_packets: 2, intervals: [{ from_ms: 1000, to_ms: 2000, why: 'secret' }] },
      delete_after: '2026-12-23T09:00:00.000Z',
      peaks: {
        bucket_ms: 20,
        channels: [
          { min: [-3], max: [4] },
          { min: [-128], max: [127] },
        ],
      },
    });
  });

  test('who may not hear it sees no shape either', async () => {
    const reply = await get('/api/v1/calls/c1/recording', await tokenWith(['calls.read']));
    expect(reply.json()).toMatchObject({ state: 'saved', peaks: null });
  });

  test('a call without one, and one of another line, is 404', async () => {
    expect((await get('/api/v1/calls/c2/recording')).statusCode).toBe(404);
    const other = await tokenWith(['calls.read', 'calls.audio', 'calls.pii'], ['+15550111']);
    expect((await get('/api/v1/calls/c1/recording', other)).statusCode).toBe(404);
    expect((await get(AUDIO, other)).statusCode).toBe(404);
    const own = await tokenWith(['calls.read', 'calls.audio', 'calls.pii'], ['+15550199']);
    expect((await get(AUDIO, own)).statusCode).toBe(200);
  });
});

describe('the audio', () => {
  test('whole, piece by piece', async () => {
    const reply = await get(AUDIO);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers).toMatchObject({
      ...{ 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'cache-control': 'no-store' },
      'content-length': String(RECORDING.bytes),
    });
    expect(Buffer.compare(reply.rawPayload, Buffer.from(audioBytes()))).toBe(0);
    const reads = program.asked.filter(({ method }) => method === 'recordings.read');
    expect(reads.map(({ args }) => args[1])).toEqual([0, 262_144]);
  });

  test.each([
    ['bytes=0-', 0, RECORDING.bytes - 1],
    ['bytes=100-299', 100, 299],
    ['bytes=320000-999999', 320_000, RECORDING.bytes - 1],
    ['bytes=-10', RECORDING.bytes - 10, RECORDING.bytes - 1],
  ])('%s', async (range, from, to) => {
    const reply = await get(AUDIO, ADMIN_TOKEN, { range });
    expect(reply.statusCode).toBe(206);
    expect(reply.headers['content-range']).toBe(`bytes ${from}-${to}/${RECORDING.bytes}`);
    expect(Buffer.compare(reply.rawPayload, Buffer.from(audioBytes().subarray(from, to + 1)))).toBe(0);
  });

  test('beyond its end is 416', async () => {
    const reply = await get(AUDIO, ADMIN_TOKEN, { range: `bytes=${RECORDING.bytes}-` });
    expect(reply.statusCode).toBe(416);
    expect(reply.headers['content-range']).toBe(`bytes */${RECORDING.bytes}`);
  });

  test('one play is one entry of the trail, however often its player asks', async () => {
    await get(AUDIO, ADMIN_TOKEN, { range: 'bytes=0-99' });
    await get(AUDIO, ADMIN_TOKEN, { range: 'bytes=5000-' });
    expect(await plays()).toBe(1);
    await time.advance(700_000);
    await get(AUDIO, ADMIN_TOKEN, { range: 'bytes=5000-' });
    expect(await plays()).toBe(2);
  });

  test('a play that cannot be written down does not begin', async () => {
    accounts.audit = () => Promise.reject(new LeibnizError('STORE_UNAVAILABLE', 'away'));
    expect((await get(AUDIO)).statusCode).toBe(503);
  });

  test.each<[readonly Permission[], string]>([
    [['calls.read'], 'calls.audio'],
    [['calls.read', 'calls.audio'], 'calls.pii'],
  ])('with %j it is refused for want of %s', async (permissions, missing) => {
    const reply = await get(AUDIO, await tokenWith(permissions));
    expect(reply.statusCode).toBe(403);
    expect(reply.json()).toMatchObject({ error: { field: missing } });
    expect(program.asked.filter(({ method }) => method === 'recordings.read')).toEqual([]);
  });
});

describe('its end', () => {
  test('is the admin’s, with a receipt that names them', async () => {
    const remove = (id: string): Promise<LightMyRequestResponse> =>
      app.inject({
        method: 'DELETE',
        url: `/api/v1/calls/${id}/recording`,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
    expect((await remove('c1')).statusCode).toBe(204);
    expect(program.asked.at(-1)).toMatchObject({
      method: 'recordings.remove',
      args: ['c1', { actorKind: 'admin_token', action: 'recording.delete', callId: 'c1' }],
    });
    expect((await remove('c2')).statusCode).toBe(404);
  });

  test('a command to a call in progress is carried out and written down, refused ones too', async () => {
    const post = (id: string, action: string): Promise<LightMyRequestResponse> =>
      app.inject({
        method: 'POST',
        url: `/api/v1/live/calls/${id}/recording`,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        payload: { action },
      });
    expect((await post('c1', 'pause')).json()).toEqual({ state: 'paused' });
    expect((await post('unknown', 'delete')).statusCode).toBe(404);
    expect((await post('c1', 'begin')).statusCode).toBe(400);
    const { items } = await accounts.trail({ action: 'call.recording' });
    expect(items.map(({ outcome, detail }) => [outcome, detail?.['action']])).toEqual([
      ['denied', 'delete'],
      ['ok', 'pause'],
    ]);
  });
});

test.each([
  [undefined, 'whole'],
  ['items=0-1', 'whole'],
  ['bytes=0-1,5-6', 'whole'],
  ['bytes=5-2', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=0-0', { from: 0, to: 0 }],
  ['bytes=-200', { from: 0, to: 99 }],
  ['bytes=-0', 'outside'],
  ['bytes=100-', 'outside'],
])('of a hundred bytes %j is %j', (header, range) => {
  expect(byteRange(header, 100)).toEqual(range);
});
