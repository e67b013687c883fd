import { WebSocket } from 'ws';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import { livePorts } from '../../../src/app/live.js';
import { FakeAccounts } from '../../../src/store/testing/fake-accounts.js';
import { ReplayCall } from '../../replay/harness.js';
import { fakeProgram } from './fake-ports.js';

const TOKEN = 'a-long-random-token-for-tests';
const ADMIN = { authorization: `Bearer ${TOKEN}` };
const PASSWORD = 'Correct-horse-7';
let call: ReplayCall;
let accounts: FakeAccounts;
let app: App;
let port: number;
const clients: Client[] = [];

beforeEach(async () => {
  call = await ReplayCall.dial({ colleague: 'I can see your file' });
  accounts = new FakeAccounts(() => call.time.wall());
  app = await buildApi(
    { ...fakeProgram().ports, accounts, live: livePorts(call.live) },
    {
      host: '127.0.0.1',
      version: '0.1.0',
      rateLimitPerMinute: 0,
      token: TOKEN,
      auth: { key: new Uint8Array(32) },
    },
    { clock: call.time },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as { port: number }).port;
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await app.close();
});

type Message = { readonly type: string; readonly [key: string]: unknown };

/** A console's socket: keeps what it is told and hears. */
class Client {
  readonly got: Message[] = [];
  readonly audio: Buffer[] = [];
  closed: number | undefined;
  readonly socket: WebSocket;

  constructor(path: string, headers: Record<string, string> = ADMIN, protocol = 'leibniz.live.v1') {
    clients.push(this);
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live${path}`, [protocol], { headers });
    this.socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.audio.push(data);
      else this.got.push(JSON.parse(data.toString()) as Message);
    });
    this.socket.on('close', (code) => (this.closed = code));
    this.socket.on('error', () => undefined);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  of(type: string): Message[] {
    return this.got.filter((one) => one.type === type);
  }

  /** Waits for a message, letting the call go on meanwhile. */
  async until(type: string, fits: (message: Message) => boolean = () => true): Promise<Message> {
    return until(
      () => this.of(type).find(fits),
      `${type} after ${this.got.map((one) => one.type).join(' ')}`,
    );
  }
}

async function until<T>(read: () => T | undefined | false, what: string): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await call.time.advance(20);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A console that watches all calls. */
async function watching(headers?: Record<string, string>): Promise<Client> {
  const client = new Client('', headers);
  await client.until('hello');
  client.send({ type: 'subscribe', calls: 'all', detail: 'summary' });
  await client.until('snapshot');
  return client;
}

async function signIn(email: string, roles: string[], lines: string[] = []): Promise<Record<string, string>> {
  const { hashPassword } = await import('../../../src/api/auth/secrets.js');
  const passwordHash = await hashPassword(PASSWORD);
  await accounts.create({ email, name: `Name of ${email}`, roles, lines, passwordHash, emailVerified: true });
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { email, password: PASSWORD },
  });
  return { authorization: `Bearer ${response.json<{ access_token: string }>().access_token}` };
}

async function command(
  path: string,
  payload: object = {},
  headers: Record<string, string> = ADMIN,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await app.inject({ method: 'POST', url: `/api/v1/live/calls/${path}`, payload, headers });
  return { status: response.statusCode, body: response.json() };
}

const codeOf = ({ body }: { body: Record<string, unknown> }): unknown =>
  (body['error'] as { code: string }).code;

describe('the event socket', () => {
  test('hello, a snapshot, then what happens, each with a number that rises', async () => {
    const client = await watching();
    expect(client.socket.protocol).toBe('leibniz.live.v1');
    expect(client.of('hello')[0]).toMatchObject({ protocol: 'leibniz.live.v1', heartbeat_ms: 15_000 });
    const [snapshot] = client.of('snapshot');
    expect(snapshot).toMatchObject({
      calls: [{ id: 'call-1', from: '+15550100', controller: 'agent', direction: 'inbound' }],
      counters: { active: 1, human: 0, waiting: 0 },
    });
    await call.ask('What are your opening hours?');
    const line = await client.until('line', ({ role }) => role === 'user');
    expect(line).toMatchObject({ call_id: 'call-1', text: 'What are your opening hours?' });
    await client.until('latency');
    const numbers = client.got.map(({ seq }) => Number(seq));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    call.leg.hangup('caller_hangup');
    const sums = await client.until('counters', ({ active }) => active === 0);
    const before = client.got.slice(0, client.got.indexOf(sums)).map(({ seq }) => Number(seq));
    expect(Number(sums['seq'])).toBeGreaterThan(Math.max(...before));
    client.send({ type: 'ping', id: 7 });
    expect(await client.until('pong')).toMatchObject({ id: 7 });
  });

  test('who comes back is told what was missed, once; of another process a snapshot', async () => {
    const first = await watching();
    const { boot_id } = await first.until('hello');
    await call.speak('What are your opening hours?');
    await call.time.advance(300);
    const last = Number(first.got.at(-1)?.['seq']);
    first.socket.terminate();
    await call.listen();
    const again = new Client('');
    await again.until('hello');
    again.send({ type: 'resume', boot_id, seq: last });
    await again.until('line', ({ role }) => role === 'agent');
    expect(again.of('snapshot')).toEqual([]);
    expect(again.got.slice(1).every(({ seq }) => Number(seq) > last)).toBe(true);
    const other = new Client('');
    await other.until('hello');
    other.send({ type: 'resume', boot_id: 'another', seq: last });
    await other.until('resync_required');
    await other.until('snapshot');
  });

  test('who may not see personal data gets masked numbers, redacted lines, and no words that may change', async () => {
    const viewer = await watching(await signIn('v@example.org', ['viewer']));
    viewer.send({ type: 'subscribe', calls: ['call-1'], detail: 'full' });
    expect(JSON.stringify(viewer.of('snapshot'))).not.toContain('5550100');
    await call.ask('My number is five five five zero one four two.');
    const line = await viewer.until('line', ({ role }) => role === 'user');
    expect(line['text']).toContain('[NUMBER_REDACTED]');
    expect(viewer.of('partial')).toEqual([]);
  });

  test('nobody, and who lacks the permission, is not let in; of other lines nothing is seen', async () => {
    const nobody = new Client('', {});
    await until(() => nobody.closed, 'the refusal');
    const user = new Client('', await signIn('u@example.org', []));
    await until(() => user.closed, 'the refusal');
    const other = await signIn('o@example.org', ['supervisor'], ['799']);
    const client = await watching(other);
    expect(client.of('snapshot')[0]).toMatchObject({ calls: [], counters: { active: 0 } });
    expect(codeOf(await command('call-1/take', {}, other))).toBe('NOT_FOUND');
  });

  test('a ticket opens one socket, once; a newer socket of a tab takes the place of the older', async () => {
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/auth/ws-ticket',
      payload: { purpose: 'live' },
      headers: ADMIN,
    });
    const { ticket } = response.json<{ ticket: string }>();
    const first = new Client(`?ticket=${ticket}&tab=t1`, {});
    await first.until('hello');
    const second = new Client(`?ticket=${ticket}`, {});
    await until(() => second.closed, 'the refusal');
    const third = new Client('?tab=t1');
    await third.until('hello');
    expect(await until(() => first.closed, 'the end of the first')).toBe(4409);
  });

  test('nonsense is refused and at last closed; more than twenty calls in full are refused', async () => {
    const client = await watching();
    const ids = Array.from({ length: 21 }, (_, i) => `c${i}`);
    client.send({ type: 'subscribe', calls: ids, detail: 'full' });
    expect(await client.until('error')).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    for (let i = 0; i < 20; i++) client.socket.send('{"type":"dance"}');
    expect(await until(() => client.closed, 'the end')).toBe(1008);
  });

  test('a reader who stops reading is closed; the others are not disturbed', async () => {
    const [slow, quick] = [await watching(), await watching()];
    slow.socket.pause();
    for (let i = 0; i < 60; i++) {
      for (let k = 0; k < 20; k++) {
        call.store.journal.flush().catch(() => undefined);
        call.live.journal(call.store.journal).append({
          kind: 'turn',
          callId: 'call-1',
          turnId: `x${i}-${k}`,
          index: 1000 + 20 * i + k,
          role: 'user',
          at: call.time.wall(),
          pii: { text: 'x'.repeat(2000) },
        });
      }
      await call.time.advance(60);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (let i = 0; i < 12; i++) {
      await call.time.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    slow.socket.resume();
    expect(await until(() => slow.closed, 'the end of the slow one')).toBe(4008);
    expect(quick.closed).toBeUndefined();
    expect(quick.of('line').length).toBeGreaterThan(500);
  });

  test('who has signed out is asked to sign in again', async () => {
    const headers = await signIn('s@example.org', ['supervisor']);
    const client = await watching(headers);
    await app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers, payload: {} });
    await call.time.advance(15_100);
    expect(await until(() => client.closed, 'the end')).toBe(4401);
  });
});

describe('commands and the audio socket', () => {
  test('take, speak, hand back: over the wire, with everything in the trail', async () => {
    const headers = await signIn('ada@example.org', ['supervisor']);
    const wall = await watching();
    const { body } = await command('call-1/take', { reason: 'The caller is upset.' }, headers);
    expect(body).toMatchObject({ controller: 'human', ticket: expect.any(String) as string });
    const line = new Client(`/calls/call-1/audio?ticket=${body['ticket'] as string}`, {}, 'leibniz.audio.v1');
    await until(() => line.socket.readyState === WebSocket.OPEN, 'the socket');
    line.send({ type: 'start', mode: 'take' });
    expect(await line.until('ready')).toMatchObject({ sample_rate: 16_000, channels: 2, chunk_ms: 50 });
    await line.until('mode', ({ mode }) => mode === 'take');
    line.socket.send(Buffer.alloc(640));
    expect(await line.until('error')).toMatchObject({ error: { code: 'NOT_ALLOWED_NOW' } });
    line.send({ type: 'mic', on: true });
    const tone = Int16Array.from(
      { length: 320 },
      (_, i) => 8000 * Math.sin((2 * Math.PI * 500 * i) / 16_000),
    );
    let loudest = 0;
    call.phone.subscribe((event) => {
      if (event.type === 'audio') for (const s of event.pcm) loudest = Math.max(loudest, Math.abs(s));
    });
    for (let i = 0; i < 120; i++) {
      line.socket.send(i < 60 ? Buffer.from(tone.buffer) : Buffer.alloc(640));
      await new Promise((resolve) => setTimeout(resolve, 2));
      await call.time.advance(20);
    }
    expect(loudest).toBeGreaterThan(3000);
    expect(line.audio.length).toBeGreaterThan(30);
    expect(line.audio.every((chunk) => chunk.length === 3200)).toBe(true);
    await wall.until('line', ({ role, text }) => role === 'human' && text === 'I can see your file');
    expect(codeOf(await command('call-1/take'))).toBe('CONTROL_TAKEN');
    expect(codeOf(await command('call-1/whisper', { kind: 'say', text: 'Hi.' }, headers))).toBe(
      'NOT_ALLOWED_NOW',
    );
    expect((await command('call-1/hand_back', { next: 'resume' }, headers)).body).toEqual({
      controller: 'agent',
    });
    await wall.until('control', ({ reason }) => reason === 'handed_back');
    const user = { name: 'Name of ada@example.org' };
    expect(wall.of('control')[0]).toMatchObject({ controller: 'human', reason: 'taken', user });
    expect(wall.of('supervisor')).toMatchObject([
      { mode: 'listen', on: true },
      { mode: 'take' },
      { mode: 'listen' },
    ]);
    line.socket.close();
    await wall.until('supervisor', ({ on }) => on === false);
    const { items } = await accounts.trail({ callId: 'call-1' });
    const trail = items.map(({ action, outcome }) => `${action} ${outcome}`).reverse();
    expect(trail).toEqual([
      'call.take ok',
      'call.listen ok',
      'call.speak ok',
      'call.take denied',
      'call.whisper denied',
      'call.hand_back ok',
      'call.listen_end ok',
    ]);
    expect(items.at(-1)?.pii).toMatchObject({ reason: 'The caller is upset.' });
  });

  test('whisper is told and used; a fact, a wrong body, an unknown and a dead call', async () => {
    const wall = await watching();
    const told = await command('call-1/whisper', { kind: 'say', text: 'We have a new address.' });
    expect(told.body).toMatchObject({ instruction_id: expect.any(String) as string, reason: null });
    await wall.until('instruction', ({ state }) => state === 'used');
    await wall.until('line', ({ text }) => text === 'We have a new address.');
    expect(await command('call-1/whisper', { kind: 'set_slot', slot: 'purpose' })).toMatchObject({
      status: 400,
      body: { error: { field: 'value' } },
    });
    expect(codeOf(await command('nobody/end'))).toBe('NOT_FOUND');
    expect((await command('call-1/end', { say: 'Goodbye then.' })).body).toEqual({ status: 'accepted' });
    await wall.until('call_ended', ({ reason }) => reason === 'supervisor_hangup');
    expect(await command('call-1/end')).toMatchObject({
      status: 409,
      body: { error: { code: 'CALL_ENDED' } },
    });
  });

  test('force is for admins; a ticket for one call opens no other', async () => {
    const headers = await signIn('sue@example.org', ['supervisor']);
    expect(codeOf(await command('call-1/take', { force: true }, headers))).toBe('FORBIDDEN');
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/auth/ws-ticket',
      payload: { purpose: 'audio', call_id: 'call-2' },
      headers,
    });
    const { ticket } = response.json<{ ticket: string }>();
    const client = new Client(`/calls/call-1/audio?ticket=${ticket}`, {});
    await until(() => client.closed, 'the refusal');
    expect(client.got).toEqual([]);
  });
});
