import { createSocket } from 'node:dgram';
import type { RtpTransport } from '../../../src/media/ports.js';
import { RtpPortPool } from '../../../src/media/rtp-port-pool.js';
import { VirtualTime } from '../../support/virtual-time.js';

const HOST = '127.0.0.1';

async function take(pool: RtpPortPool): Promise<RtpTransport> {
  const result = await pool.allocate();
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Resolves with the next datagram at the RTP port of `transport`, or `undefined` after a while. */
function next(transport: RtpTransport, rtcp = false): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 500);
    const listener = (data: Uint8Array): void => {
      clearTimeout(timer);
      resolve(Buffer.from(data).toString());
    };
    if (rtcp) transport.onRtcp(listener);
    else transport.onPacket(listener);
  });
}

describe('RTP ports', () => {
  test('pairs are even and odd, in turn, and used up with an error that says what to widen', async () => {
    const pool = new RtpPortPool({ host: HOST, min: 22_101, max: 22_107, restMs: 0 });
    const first = await take(pool);
    const second = await take(pool);
    expect([first.port, first.rtcpPort, second.port, second.rtcpPort]).toEqual([
      22_102, 22_103, 22_104, 22_105,
    ]);
    const third = await take(pool);
    expect(await pool.allocate()).toMatchObject({
      ok: false,
      error: { code: 'exhausted', message: expect.stringContaining('RTP_PORT_MIN') as string },
    });
    await third.close();
    expect(pool.free).toBe(1);
    await pool.close();
    expect(await pool.allocate()).toMatchObject({ ok: false, error: { code: 'closed' } });
  });

  test('a freed pair rests before the same peer gets it again; another peer gets it at once', async () => {
    const time = new VirtualTime();
    const pool = new RtpPortPool({ host: HOST, min: 22_120, max: 22_121, restMs: 5000, scheduler: time });
    const takeFor = async (peer: string | undefined): Promise<boolean> => {
      const result = await pool.allocate(peer);
      if (result.ok) await result.value.close();
      return result.ok;
    };
    expect(await takeFor('192.0.2.1')).toBe(true);
    expect(pool.free).toBe(1);
    expect([await takeFor('192.0.2.1'), await takeFor(undefined), await takeFor('192.0.2.2')]).toEqual([
      false,
      false,
      true,
    ]);
    time.advanceSync(5000);
    expect(await takeFor('192.0.2.2')).toBe(true);
    await pool.close();
  });

  test('two calls a second on three pairs, each of another peer, for half a minute: none is refused', async () => {
    const time = new VirtualTime();
    const pool = new RtpPortPool({ host: HOST, min: 22_160, max: 22_165, scheduler: time });
    for (let n = 0; n < 60; n++) {
      const result = await pool.allocate(`192.0.2.${n}`);
      expect(result.ok).toBe(true);
      if (result.ok) await result.value.close();
      time.advanceSync(500);
    }
    await pool.close();
  });

  test('a pair that another program holds is passed over', async () => {
    const other = createSocket('udp4');
    await new Promise<void>((resolve) => other.bind(22_131, HOST, resolve));
    const pool = new RtpPortPool({ host: HOST, min: 22_130, max: 22_133 });
    const transport = await take(pool);
    expect(transport.port).toBe(22_132);
    await pool.close();
    await new Promise<void>((resolve) => other.close(() => resolve()));
  });

  test('a bad address is no throw either', async () => {
    const pool = new RtpPortPool({ host: '192.0.2.254', min: 22_140, max: 22_143 });
    expect(await pool.allocate()).toMatchObject({ ok: false, error: { code: 'exhausted' } });
  });
});

test('what comes from a pair of the pool itself is not heard, what comes from another program is', async () => {
  const own = { has: (address: string) => address === HOST };
  const pool = new RtpPortPool({ host: HOST, min: 22_180, max: 22_189, restMs: 0, own });
  const [a, b] = [await take(pool), await take(pool)];
  const other = createSocket('udp4');
  try {
    const heard: string[] = [];
    for (const end of [a, b]) end.onPacket((data) => heard.push(Buffer.from(data).toString()));
    a.send(Buffer.from('itself'), HOST, a.port);
    b.send(Buffer.from('its neighbour'), HOST, a.port);
    const called = next(b);
    other.send('a caller', b.port, HOST);
    expect(await called).toBe('a caller');
    expect(heard.filter((text) => text !== 'a caller')).toEqual([]);
  } finally {
    other.close();
    await pool.close();
  }
});

describe('RTP sockets', () => {
  test('RTP to RTP, RTCP to RTCP; bad destinations and sends after closing are harmless', async () => {
    const pool = new RtpPortPool({ host: HOST, min: 22_150, max: 22_159, restMs: 0 });
    const [a, b] = [await take(pool), await take(pool)];
    const rtp = next(b);
    const rtcp = next(b, true);
    a.send(Buffer.from('rtp'), HOST, b.port);
    a.sendRtcp(Buffer.from('rtcp'), HOST, b.rtcpPort as number);
    expect([await rtp, await rtcp]).toEqual(['rtp', 'rtcp']);
    a.send(Buffer.from('x'), HOST, 0);
    a.send(Buffer.from('x'), HOST, 70_000);
    a.send(Buffer.from('x'), 'no.such.host.invalid', 4000);
    a.send(Buffer.from('x'), '2001:db8::1', 4000);
    await a.close();
    await a.close();
    a.send(Buffer.from('x'), HOST, b.port);
    const again = next(b);
    b.send(Buffer.from('self'), HOST, b.port);
    expect(await again).toBe('self');
    await pool.close();
  });
});
