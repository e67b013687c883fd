import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { localAddresses } from '../../../src/sipserver/local-address.js';
import { startSipServer, type SipServer } from '../../../src/sipserver/index.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { openApp, sdp, until } from './srf-app.js';

function options(port: number, transport: string, callId: string): string {
  return [
    `OPTIONS sip:x@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/${transport} 127.0.0.1:9;rport;branch=z9hG4bK${callId}`,
    'From: <sip:p@127.0.0.1>;tag=1',
    'To: <sip:x@127.0.0.1>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** Connects and collects what comes back. */
async function dial(port: number): Promise<{ socket: Socket; text: () => string; closed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('close', () => (closed = true));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, text: () => text, closed: () => closed };
}

describe('starting', () => {
  test('a busy port is one sentence that names the setting', async () => {
    const first = await startSipServer({ host: '127.0.0.1', port: 0 });
    await expect(startSipServer({ host: '127.0.0.1', port: first.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      field: 'SIP_PORT',
      message: expect.stringContaining(`Port ${first.port} on 127.0.0.1 is in use`) as string,
    });
    await first.close();
  });

  test('a port that only UDP has taken is busy too, and nothing stays open', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    await expect(startSipServer({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    const free = createServer().listen(port, '127.0.0.1');
    await new Promise<void>((resolve) => free.once('listening', () => resolve()));
    free.close();
    socket.close();
  });

  test('an address of another machine names SIP_HOST', async () => {
    await expect(startSipServer({ host: '203.0.113.7', port: 0 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'SIP_HOST',
    });
  });

  test('every server has a secret of its own; closing twice is fine', async () => {
    const servers = await Promise.all([0, 1].map(() => startSipServer({ host: '127.0.0.1', port: 0 })));
    expect(servers[0]!.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(servers[0]!.secret).not.toBe(servers[1]!.secret);
    await Promise.all(servers.flatMap((server) => [server.close(), server.close()]));
  });
});

test('a server bound to every address says the one that faces the peer', async () => {
  const addresses = await localAddresses('0.0.0.0');
  expect(addresses.towards('127.0.0.9')).toBe('127.0.0.1');
  const [own] = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === 'IPv4' && !entry.internal);
  if (own !== undefined) expect(addresses.towards(own.address)).toBe(own.address);
  expect(addresses.towards('198.51.100.1')).not.toBe('0.0.0.0');
  expect((await localAddresses('192.0.2.1')).towards('127.0.0.9')).toBe('192.0.2.1');
});

describe('sockets', () => {
  let server: SipServer;
  beforeEach(async () => {
    server = await startSipServer({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close());

  test('SIP over TCP: a message in pieces, two in one, a keep-alive, an answer to each', async () => {
    const peer = await dial(server.port);
    const first = options(server.port, 'TCP', 'a');
    peer.socket.write(first.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 20));
    peer.socket.write(`${first.slice(40)}${options(server.port, 'TCP', 'b')}\r\n\r\n`);
    await until(() => peer.text().endsWith('\r\n\r\n\r\n'), 'pong');
    expect(peer.text().match(/^SIP\/2\.0 503/gm)).toHaveLength(2);
    peer.socket.destroy();
    await until(() => server.stats().active.connections === 0, 'connection gone');
  });

  test.each([
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    `OPTIONS sip:x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n`,
  ])('a stream that is not SIP is closed: %j', async (text) => {
    const peer = await dial(server.port);
    peer.socket.write(text);
    await until(peer.closed, 'close');
  });

  test('control port: rubbish and wrong secrets are closed, SIP goes on', async () => {
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '20#id|authenticate|bad|', '8#id|route']) {
      const peer = await dial(server.controlPort);
      peer.socket.write(text);
      await until(peer.closed, 'close');
    }
    expect(server.stats().active.controlClients).toBe(0);
  });

  test('five thousand packets of rubbish over UDP: still answering, nothing kept', async () => {
    const rng = seededRng(11);
    const socket = createSocket('udp4');
    const answers: string[] = [];
    socket.on('message', (bytes) => answers.push(bytes.toString()));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const valid = Buffer.from(options(server.port, 'UDP', 'good'));
    for (let count = 0; count < 5000; count++) {
      const bytes = count % 2 === 0 ? Buffer.from(valid) : Buffer.alloc(Math.floor(rng.float() * 1500));
      for (let hit = 0; hit < 20; hit++) bytes[Math.floor(rng.float() * bytes.length)] = rng.uint32() & 255;
      socket.send(bytes, server.port, '127.0.0.1');
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const before = answers.length;
    await until(() => {
      socket.send(valid, server.port, '127.0.0.1');
      return answers.slice(before).some((text) => text.includes('Call-ID: good\r\n'));
    }, 'answer');
    socket.close();
    expect(server.stats().parseErrors).toBeGreaterThan(500);
  });

  test('a response to a port nobody has does not hurt', async () => {
    const socket = createSocket('udp4');
    const text = options(server.port, 'UDP', 'gone')
      .replace(';rport', '')
      .replace('127.0.0.1:9', '127.0.0.1:0');
    await new Promise<void>((resolve) => socket.send(text, server.port, '127.0.0.1', () => resolve()));
    await until(() => (server.stats().requestsIn['OPTIONS'] ?? 0) === 1, 'request');
    socket.close();
  });
});

test('three hundred calls at 500 a second: all complete, nothing is left', async () => {
  const app = await openApp();
  app.srf.invite((request, response) => {
    void app.srf.createUAS(request, response, { localSdp: sdp() });
  });
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  let byes = 0;
  const message = (method: string, call: number, cseq: number, to: string): string =>
    [
      `${method} sip:x@127.0.0.1:${app.server.port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${call}-${cseq}-${method === 'ACK' ? 'a' : 'r'}`,
      'From: <sip:p@127.0.0.1>;tag=1',
      `To: ${to}`,
      `Call-ID: cost-${call}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:p@127.0.0.1:${port}>`,
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  socket.on('message', (bytes) => {
    const text = bytes.toString();
    if (!text.startsWith('SIP/2.0 200')) return;
    const call = Number(/Call-ID: cost-(\d+)/.exec(text)?.[1]);
    const to = /To: (.*)/.exec(text)?.[1] ?? '';
    if (text.includes('INVITE')) {
      socket.send(message('ACK', call, 1, to), app.server.port, '127.0.0.1');
      socket.send(message('BYE', call, 2, to), app.server.port, '127.0.0.1');
    } else byes++;
  });
  const calls = 300;
  for (let call = 0; call < calls; call++) {
    socket.send(message('INVITE', call, 1, '<sip:x@127.0.0.1>'), app.server.port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await until(() => byes === calls, 'all calls', 10_000);
  expect(app.server.stats()).toMatchObject({ ackTimeouts: 0, active: { dialogs: 0 } });
  socket.close();
  await app.close();
}, 30_000);

test('connections that asked once and stay: an honest peer gets in, and the one with a call keeps its own', async () => {
  const app = await openApp();
  const idle: Socket[] = [];
  try {
    app.srf.invite((request, response) => void app.srf.createUAS(request, response, { localSdp: sdp() }));
    const caller = await dial(app.server.port);
    caller.socket.write(
      options(app.server.port, 'TCP', 'call')
        .replaceAll('OPTIONS', 'INVITE')
        .replace('Content-Length', 'Contact: <sip:p@127.0.0.1:9;transport=tcp>\r\nContent-Length'),
    );
    await until(() => caller.text().includes('200 OK'), '200');
    for (let n = 0; n < 127; n++) {
      const { socket } = await dial(app.server.port);
      socket.write(options(app.server.port, 'TCP', `idle${n}`));
      idle.push(socket);
      if (n % 60 === 59) await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await new Promise((resolve) => setTimeout(resolve, 1200));
    for (let n = 0; n < 3; n++) {
      const honest = await dial(app.server.port);
      idle.push(honest.socket);
      honest.socket.write(options(app.server.port, 'TCP', `honest${n}`));
      await until(() => honest.text().includes('200 OK'), 'answer to the honest peer');
    }
    expect(caller.closed()).toBe(false);
    caller.socket.destroy();
  } finally {
    for (const socket of idle) socket.destroy();
    await app.close();
  }
});
