import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient, StreamBroken, type WholeRequest } from '../../../src/net/http-client.js';
import { sseEvents, SseTooLarge } from '../../../src/net/sse.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handler: Handler = (_request, response) => response.end('ok');
const server = createServer((request, response) => handler(request, response));
let client: HttpClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new HttpClient({ origin: `http://127.0.0.1:${port}`, headers: { authorization: 'Bearer k' } });
});

afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const GET: WholeRequest = { method: 'GET', path: '/', headersMs: 2000, totalMs: 2000 };

async function failureOf(answer: Handler, request: Partial<WholeRequest> = {}): Promise<unknown> {
  handler = answer;
  const result = await client.request({ ...GET, ...request });
  return result.ok ? 'ok' : result.error;
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

test('an answer comes whole, and credentials go with each request', async () => {
  handler = (request, response) => response.end(`for ${request.headers.authorization ?? 'nobody'}`);
  const result = await client.request(GET);
  expect(result.ok && Buffer.from(result.value.body).toString()).toBe('for Bearer k');
});

test.each([
  [
    'too many requests',
    json(429, { error: { code: 'rate_limit_exceeded' } }, { 'retry-after': '7' }),
    { kind: 'rate_limit', code: 'rate_limit_exceeded', retryAfterMs: 7000 },
  ],
  ['no money left', json(429, { error: { code: 'insufficient_quota' } }), { kind: 'quota_or_money' }],
  [
    'a quota that names when it works again',
    json(429, { error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '26s' }] } }),
    { kind: 'rate_limit', retryAfterMs: 26_000 },
  ],
  ['a wrong key', json(401, {}), { kind: 'auth', status: 401 }],
  [
    'a wrong key told as a bad request',
    json(400, { error: { details: [{ reason: 'API_KEY_INVALID' }] } }),
    { kind: 'auth' },
  ],
  ['a bad request', json(422, {}), { kind: 'bad_request' }],
  ['a service that is down', json(503, {}), { kind: 'overloaded' }],
  [
    'a redirect, which is not followed',
    json(302, {}, { location: '/elsewhere' }),
    { kind: 'overloaded', status: 302 },
  ],
  ['a lost connection', (request: IncomingMessage) => request.socket.destroy(), { kind: 'overloaded' }],
])('%s', async (_name, answer: Handler, expected) => {
  expect(await failureOf(answer)).toMatchObject(expected);
});

test('what a service writes in its error does not reach the message', async () => {
  const failure = await failureOf(
    json(400, { error: { message: 'bad prompt: my card is 4111', code: 'nope' } }),
  );
  expect(JSON.stringify(failure)).not.toContain('4111');
});

test('silence before and within an answer is stalled, a cut body truncated, a long one refused', async () => {
  expect(await failureOf(() => undefined, { headersMs: 60 })).toMatchObject({ kind: 'stalled' });
  const half: Handler = (_request, response) => void response.writeHead(200).write('half');
  expect(await failureOf(half, { totalMs: 80 })).toMatchObject({ kind: 'stalled' });
  const cut: Handler = (request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
  };
  expect(await failureOf(cut)).toMatchObject({ kind: 'truncated' });
  expect(
    await failureOf((_request, response) => response.end('x'.repeat(101)), { maxBytes: 100 }),
  ).toMatchObject({
    kind: 'bad_request',
  });
});

test('what the caller gives up ends at once, and the service sees it', async () => {
  const abort = new AbortController();
  const seen = new Promise<void>((resolve) => {
    handler = (request, response) => {
      response.once('close', resolve);
      request.resume();
      abort.abort();
    };
  });
  const result = await client.request({ ...GET, signal: abort.signal });
  expect(result).toMatchObject({ ok: false, error: { kind: 'caller_abort' } });
  await seen;
});

describe('a stream of events', () => {
  async function read(write: (response: ServerResponse) => void): Promise<string[]> {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      write(response);
    };
    const result = await client.stream({ ...GET, idleMs: 100 });
    if (!result.ok) throw new Error(result.error.kind);
    const seen: string[] = [];
    try {
      for await (const { data } of sseEvents(result.value.chunks, 1000)) seen.push(data);
    } catch (error) {
      if (error instanceof StreamBroken) seen.push(`broken: ${error.failure.kind}`);
      else if (error instanceof SseTooLarge) seen.push('too large');
      else throw error;
    }
    return seen;
  }

  test('comments, both line ends, and a character cut between two packets', async () => {
    const euro = Buffer.from('data: 5 €\r\n\r\n');
    const events = await read((response) => {
      response.write(': ping\n\ndata: a\ndata: b\n\n');
      response.write(euro.subarray(0, 9));
      setTimeout(() => response.end(euro.subarray(9)), 20);
    });
    expect(events).toEqual(['a\nb', '5 €']);
  });

  test('a stall, a cut, and an event without end', async () => {
    expect(await read((response) => response.write('data: a\n\n'))).toEqual(['a', 'broken: stalled']);
    expect(await read((response) => response.write('data: a\n\n', () => response.destroy()))).toEqual([
      'a',
      'broken: truncated',
    ]);
    expect(await read((response) => response.end(`data: ${'x'.repeat(2000)}`))).toEqual(['too large']);
  });
});
