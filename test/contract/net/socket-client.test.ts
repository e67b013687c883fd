import { createServer } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { openSocket, type ClientSocket, type SocketOptions } from '../../../src/net/socket-client.js';

const http = createServer();
const sockets = new WebSocketServer({ noServer: true });
let port = 0;

beforeAll(async () => {
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') {
      socket.end(
        'HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"code":"nope"}',
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (peer) => {
      if (request.url === '/ends') peer.close(1011, 'Deadline expired');
      if (request.url === '/large') peer.send(Buffer.alloc(2000));
      if (request.url === '/greets') peer.send('welcome');
      peer.on('message', (data, binary) => peer.send(data, { binary }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  port = (http.address() as AddressInfo).port;
});

afterAll(async () => {
  sockets.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const nobody = (): void => undefined;
const open = (path: string, more: Partial<SocketOptions> = {}): ReturnType<typeof openSocket> =>
  openSocket({ url: `ws://127.0.0.1:${port}${path}`, openMs: 1000, onMessage: nobody, ...more });

async function opened(path: string, more: Partial<SocketOptions> = {}): Promise<ClientSocket> {
  const result = await open(path, more);
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
}

test('messages go both ways, text as text and bytes as bytes', async () => {
  const got: string[] = [];
  const socket = await opened('/', {
    onMessage: (data, binary) => {
      got.push(`${binary ? 'bytes' : 'text'} ${data.toString()}`);
      if (got.length === 2) socket.close();
    },
  });
  socket.send('a');
  socket.send(Buffer.from('b'));
  expect(await socket.closed).toMatchObject({ code: 1000 });
  expect(got).toEqual(['text a', 'bytes b']);
  expect(socket.send('late')).toBe(false);
});

test('the peer tells why it closes', async () => {
  expect(await (await opened('/ends')).closed).toEqual({ code: 1011, reason: 'Deadline expired' });
});

test('a message beyond the bound ends the socket, not the program', async () => {
  expect(await (await opened('/large', { maxPayloadBytes: 1000 })).closed).toMatchObject({ code: 1006 });
});

test('a refused upgrade, silence, nobody there, and a caller who gives up', async () => {
  expect(await open('/refused')).toMatchObject({
    ok: false,
    error: { kind: 'auth', status: 401, code: 'nope' },
  });
  const silent = createTcp((peer) => peer.resume().on('error', nobody));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const mute = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  expect(await open('/', { url: mute, openMs: 60 })).toMatchObject({ ok: false, error: { kind: 'stalled' } });
  const abort = new AbortController();
  const given = open('/', { url: mute, signal: abort.signal });
  abort.abort();
  expect(await given).toMatchObject({ ok: false, error: { kind: 'caller_abort' } });
  await new Promise((resolve) => silent.close(resolve));
  expect(await open('/', { url: mute })).toMatchObject({ ok: false, error: { kind: 'overloaded' } });
});

test('a peer that greets in the packet of its upgrade is heard once the socket is there', async () => {
  for (let i = 0; i < 20; i++) {
    const order: string[] = [];
    const greeted = new Promise<void>((resolve) => {
      void opened('/greets', {
        onMessage: (data) => {
          order.push(data.toString('utf8'));
          resolve();
        },
      }).then((socket) => {
        order.push('open');
        void greeted.then(() => socket.close());
      });
    });
    await greeted;
    expect(order).toEqual(['open', 'welcome']);
  }
});
