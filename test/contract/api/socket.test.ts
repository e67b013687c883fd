import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { startApi, type ApiHostOptions, type ApiServer } from '../../../src/api/host.js';
import { fakeProgram, type FakeConversation, type FakeProgram } from './fake-ports.js';

const TOKEN = 'a-long-random-token-for-tests';
const BASE: ApiHostOptions = {
  host: '127.0.0.1',
  port: 0,
  version: '0.1.0',
  rateLimitPerMinute: 0,
  logLevel: 'silent',
};

let program: FakeProgram;
let api: ApiServer;
const clients: Client[] = [];

beforeAll(async () => {
  program = fakeProgram();
  api = await startApi(BASE, program.ports);
});
afterAll(async () => {
  for (const client of clients) client.socket.terminate();
  await api.close();
});

/** A conversation client that keeps what it hears. */
class Client {
  readonly events: { type: string; [key: string]: unknown }[] = [];
  readonly audio: Int16Array[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(readonly socket: WebSocket) {
    clients.push(this);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        this.audio.push(new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)));
      } else this.events.push(JSON.parse(data.toString()) as { type: string });
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }
}

async function until<T>(read: () => T | undefined | false, what: string): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}

async function connect(
  sessionId: string,
  o: { headers?: Record<string, string>; query?: string; port?: number } = {},
) {
  const url = `ws://127.0.0.1:${o.port ?? api.port}/api/v1/conversation?session_id=${sessionId}${o.query ?? ''}`;
  const client = new Client(new WebSocket(url, { headers: o.headers ?? {} }));
  await until(() => client.socket.readyState !== WebSocket.CONNECTING, 'the socket');
  return client;
}

async function open(sessionId: string): Promise<{ client: Client; conversation: FakeConversation }> {
  const client = await connect(sessionId);
  const conversation = await until(() => program.conversations.get(sessionId)?.at(-1), 'the session');
  await until(() => client.events.find((event) => event.type === 'ready'), 'ready');
  return { client, conversation };
}

describe('over the thread boundary', () => {
  test('requests, lists, errors with field and code', async () => {
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${api.port}${path}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect((await get('/health')).body['status']).toBe('healthy');
    expect((await get('/api/v1/appointments')).body['total']).toBe(1);
    expect(await get('/api/v1/session/unknown/history')).toEqual({
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: 'There is no such session.', field: 'id' } },
    });
  });

  test('metrics of both threads', async () => {
    const text = await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text();
    expect(text).toContain('calls_active 0');
    expect(text).toMatch(/http_requests_total\{method="GET",route="\/health",status="200"\} \d/);
    expect(text).toContain('http_event_loop_lag_ms{quantile="0.99"}');
  });

  test('a request line that is no HTTP is answered in the same form', async () => {
    const { connect: connectTcp } = await import('node:net');
    const socket = connectTcp(api.port, '127.0.0.1');
    socket.write('GARBAGE\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"BAD_REQUEST"/);
    socket.destroy();
  });
});

describe('conversation socket', () => {
  test('audio in chunks of any size, odd bytes carried over', async () => {
    const { client, conversation } = await open('odd');
    const pcm = Int16Array.from({ length: 1000 }, (_, i) => (i - 500) * 60);
    const bytes = Buffer.from(pcm.buffer);
    let at = 0;
    for (const size of [1, 2, 3, 1, 500, 7, 1486]) client.socket.send(bytes.subarray(at, (at += size)));
    await until(() => conversation.samples.length === 1000, 'the samples');
    expect(conversation.samples).toEqual([...pcm]);
  });

  test('control messages are checked and handed on', async () => {
    const { client, conversation } = await open('control');
    const messages = [
      { type: 'start' },
      { type: 'text', text: 'hello' },
      { type: 'dtmf', digits: '12#' },
      { type: 'interrupt' },
      { type: 'end' },
    ];
    for (const message of messages) client.socket.send(JSON.stringify(message));
    await until(() => conversation.controls.length === 5, 'the controls');
    expect(conversation.controls).toEqual(messages);
  });

  test.each([
    ['not json', undefined],
    ['{"type":"dance"}', 'type'],
    ['{"type":"text"}', 'text'],
    ['{"type":"dtmf","digits":"12x"}', 'digits'],
    ['{"type":"start","extra":1}', undefined],
    ['[]', undefined],
  ])('%s is refused and the conversation goes on', async (text, field) => {
    const { client, conversation } = await open('refused');
    client.socket.send(text);
    const event = await until(() => client.events.find((e) => e.type === 'error'), 'the error');
    expect(event['error']).toMatchObject({ code: 'BAD_REQUEST', ...(field === undefined ? {} : { field }) });
    client.socket.send('{"type":"start"}');
    await until(() => conversation.controls.length === 1, 'the start');
  });

  test('twenty bad messages in a row end the socket', async () => {
    const { client } = await open('bad');
    for (let i = 0; i < 25; i++) client.socket.send('x');
    expect(await until(() => client.closed, 'the close')).toEqual({ code: 1008, reason: 'bad_messages' });
  });

  test('audio and events out, in 50 ms chunks', async () => {
    const { client, conversation } = await open('out');
    const chunk = Int16Array.from({ length: 800 }, (_, i) => i);
    conversation.sink.event({ type: 'agent_text', utterance_id: 'u1', text: 'Good morning.' });
    conversation.sink.audio(chunk.slice());
    await until(() => client.audio.length === 1, 'the audio');
    expect([...(client.audio[0] ?? [])]).toEqual([...chunk]);
    expect(client.events).toContainEqual({ type: 'agent_text', utterance_id: 'u1', text: 'Good morning.' });
  });

  test('the end of the conversation is told and closes the socket', async () => {
    const { client, conversation } = await open('end');
    conversation.sink.closed('agent_goodbye');
    expect(await until(() => client.closed, 'the close')).toEqual({ code: 1000, reason: 'ended' });
    expect(client.events.at(-1)).toEqual({ type: 'ended', reason: 'agent_goodbye' });
  });

  test('a socket that goes away detaches; the session resumes on the next', async () => {
    const { client, conversation } = await open('resume');
    client.socket.close();
    await until(() => conversation.detached, 'the detach');
    const second = await open('resume');
    expect(second.client.events[0]).toEqual({ type: 'ready', session_id: 'resume', resumed: true });
  });

  test('a second socket of a session replaces the first', async () => {
    const first = await open('twice');
    await open('twice');
    expect(await until(() => first.client.closed, 'the close')).toEqual({ code: 4409, reason: 'replaced' });
    await until(() => first.conversation.detached, 'the detach');
  });

  test('an unknown session is told and closed', async () => {
    const client = await connect('unknown');
    expect(await until(() => client.closed, 'the close')).toEqual({ code: 4404, reason: 'not_found' });
    expect(client.events).toEqual([
      { type: 'error', error: { code: 'NOT_FOUND', message: 'There is no such session.', field: 'id' } },
    ]);
  });

  test('a message that is too large closes this socket only', async () => {
    const { client } = await open('large');
    client.socket.send(Buffer.alloc(1024 * 1024 + 2));
    expect((await until(() => client.closed, 'the close')).code).toBe(1009);
    await open('after-large');
  });

  test('a flood of audio is dropped with one complaint', async () => {
    const { client, conversation } = await open('flood');
    for (let i = 0; i < 5; i++) client.socket.send(Buffer.alloc(1024 * 1024));
    await until(() => client.events.find((e) => e.type === 'error'), 'the complaint');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(client.events.filter((e) => e.type === 'error')).toHaveLength(1);
    expect(conversation.samples.length).toBeLessThanOrEqual(70 * 16_000);
  });

  test('a reader that stops reading loses the oldest audio, is told how much, and gets the events', async () => {
    const { client, conversation } = await open('slow');
    client.socket.pause();
    for (let i = 0; i < 200; i++) conversation.sink.audio(new Int16Array(800).fill(i));
    await new Promise((resolve) => setTimeout(resolve, 200));
    conversation.sink.event({ type: 'agent_started', utterance_id: 'u9' });
    client.socket.resume();
    await until(() => client.events.find((e) => e.type === 'agent_started'), 'the event');
    await until(() => client.audio.at(-1)?.[0] === 199, 'the newest audio');
    const dropped = client.events.find((e) => e.type === 'audio_dropped')?.['chunks'] as number;
    expect(dropped).toBeGreaterThan(50);
    expect(client.audio.length + dropped).toBe(200);
  });

  test.each([
    ['no session id', '/api/v1/conversation', 400],
    ['a strange session id', '/api/v1/conversation?session_id=a%2Fb', 400],
  ])('%s is refused before the upgrade', async (_name, path, status) => {
    const socket = new WebSocket(`ws://127.0.0.1:${api.port}${path}`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(status);
    socket.on('error', () => undefined);
    socket.terminate();
  });
});

describe('who may open a socket', () => {
  let guarded: ApiServer;
  beforeAll(async () => {
    guarded = await startApi(
      { ...BASE, token: TOKEN, allowedOrigins: ['https://console.example.org'] },
      program.ports,
    );
  });
  afterAll(() => guarded.close());

  const statusOf = async (headers: Record<string, string>, query = ''): Promise<number> => {
    const url = `ws://127.0.0.1:${guarded.port}/api/v1/conversation?session_id=guarded${query}`;
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => undefined);
    const status = await new Promise<number>((resolve) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    });
    socket.terminate();
    return status;
  };

  test('the token in the header or the query', async () => {
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${TOKEN}` })).toBe(101);
    expect(await statusOf({}, `&token=${TOKEN}`)).toBe(101);
    expect(await statusOf({}, '&token=wrong')).toBe(401);
  });

  test('a ticket opens one socket, once, and nothing else', async () => {
    const { ticket } = (await (
      await fetch(`http://127.0.0.1:${guarded.port}/api/v1/auth/ws-ticket`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: '{"purpose":"conversation"}',
      })
    ).json()) as { ticket: string };
    const pieces = await fetch(`http://127.0.0.1:${guarded.port}/api/v1/calls?ticket=${ticket}`);
    expect(pieces.status).toBe(401);
    expect(await statusOf({}, `&ticket=${ticket}`)).toBe(101);
    expect(await statusOf({}, `&ticket=${ticket}`)).toBe(401);
  });

  test('the right token from a foreign page is not enough', async () => {
    const authorization = `Bearer ${TOKEN}`;
    expect(await statusOf({ authorization, origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf({ authorization, origin: 'https://console.example.org' })).toBe(101);
    expect(await statusOf({ authorization, origin: `http://127.0.0.1:${guarded.port}` })).toBe(101);
  });
});

describe('start and end', () => {
  test('a busy port is one sentence that names the setting', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(startApi({ ...BASE, port }, program.ports)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      field: 'HTTP_PORT',
      message: expect.stringContaining(`HTTP_PORT ${port} on 127.0.0.1 is already in use`) as string,
    });
    blocker.close();
  });

  test('an address that is not of this machine names HTTP_HOST', async () => {
    await expect(startApi({ ...BASE, host: '192.0.2.1', token: TOKEN }, program.ports)).rejects.toMatchObject(
      {
        code: 'CONFIG_INVALID',
        field: 'HTTP_HOST',
      },
    );
  });

  test('closing tells open sockets and frees the port', async () => {
    const server = await startApi(BASE, program.ports);
    const client = await connect('closing', { port: server.port });
    await until(() => client.events[0], 'ready');
    await server.close();
    expect(await until(() => client.closed, 'the close')).toEqual({ code: 1001, reason: 'server_shutdown' });
    const again = await startApi({ ...BASE, port: server.port }, program.ports);
    await again.close();
  });
});
