import { utteranceId } from '../../../src/kernel/ids.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { rtpTs } from '../../../src/kernel/time.js';
import { buildRtcp } from '../../../src/media/core/rtcp.js';
import { writeRtpHeader } from '../../../src/media/core/rtp-packet.js';
import { Pacer } from '../../../src/media/pacer.js';
import type { MediaEvent } from '../../../src/media/ports.js';
import { RtpMediaSession, type RtpMediaSessionOptions } from '../../../src/media/rtp-media-session.js';
import { VirtualNetwork } from '../../support/virtual-rtp.js';
import { VirtualTime } from '../../support/virtual-time.js';

const CALLER = { host: '192.0.2.1', port: 4000 };
const AGENT = { host: '192.0.2.2', port: 20_000 };
const SSRC = 77;

function offer(type = 0): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${CALLER.host}`,
    's=-',
    `c=IN IP4 ${CALLER.host}`,
    't=0 0',
    `m=audio ${CALLER.port} RTP/AVP ${type} 101`,
    'a=rtpmap:101 telephone-event/8000',
    '',
  ].join('\r\n');
}

function rtp(payloadType: number, sequence: number, timestamp: number, bytes = 160): Uint8Array {
  const packet = new Uint8Array(12 + bytes).fill(0xff);
  writeRtpHeader(packet, payloadType, false, sequence & 0xffff, rtpTs(timestamp >>> 0), SSRC);
  return packet;
}

/** A call whose caller is written by hand. */
function call(o: Partial<RtpMediaSessionOptions> = {}) {
  const time = new VirtualTime();
  const net = new VirtualNetwork(time);
  const transport = net.transport(AGENT.host, AGENT.port);
  const caller = net.transport(CALLER.host, CALLER.port);
  let heard = 0;
  caller.onPacket(() => heard++);
  const session = new RtpMediaSession({
    transport,
    pacer: new Pacer(time),
    scheduler: time,
    rng: seededRng(4),
    localHost: AGENT.host,
    ...o,
  });
  const events: MediaEvent['type'][] = [];
  session.subscribe((event) => event.type !== 'audio' && events.push(event.type));
  expect(session.answerOffer(offer()).ok).toBe(true);
  const send = (data: Uint8Array): void => caller.send(data, AGENT.host, AGENT.port);
  const every = (periodMs: number, forMs: number, what: (n: number) => void): void => {
    for (let n = 0; n * periodMs < forMs; n++) {
      what(n);
      time.advanceSync(periodMs);
    }
  };
  const control = (data: Uint8Array): void => caller.sendRtcp(data, AGENT.host, AGENT.port + 1);
  return { time, net, session, events, send, control, every, heard: () => heard };
}

describe('before the ACK', () => {
  test('an INVITE that names somebody: not one packet goes there, RTCP included', () => {
    const c = call({ awaitConfirmation: true });
    let reports = 0;
    c.net.transport(CALLER.host, 4000).onRtcp(() => reports++);
    c.session.enqueue({ utteranceId: utteranceId('u'), pcm: new Int16Array(8000).fill(5000), last: true });
    c.time.advanceSync(32_000);
    expect([c.heard(), reports]).toEqual([0, 0]);
    expect(c.events).not.toContain('playout');
  });

  test('audio that comes is answered packet for packet, and what was said is heard whole after the ACK', () => {
    const c = call({ awaitConfirmation: true });
    c.every(20, 200, (n) => c.send(rtp(0, n, n * 160)));
    expect(c.heard()).toBeLessThanOrEqual(10);
    expect(c.heard()).toBeGreaterThan(7);
    c.time.advanceSync(5000);
    expect(c.heard()).toBeLessThanOrEqual(10);
    c.session.enqueue({ utteranceId: utteranceId('u'), pcm: new Int16Array(800).fill(5000), last: true });
    c.session.confirm();
    c.time.advanceSync(200);
    expect(c.session.playedMs(utteranceId('u'))).toBe(100);
  });

  test('the ACK opens the way to the address of the SDP', () => {
    const c = call({ awaitConfirmation: true });
    c.session.confirm();
    c.time.advanceSync(1000);
    expect(c.heard()).toBeGreaterThan(45);
  });
});

describe('what proves that a peer lives', () => {
  const report = buildRtcp({
    ssrc: SSRC,
    cname: 'x',
    sender: { ntp: { seconds: 1, fraction: 0 }, timestamp: rtpTs(0), packets: 1, octets: 1 },
    reports: [],
  });
  const stun = Uint8Array.of(0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Array<number>(12).fill(1));
  test.each<[string, (c: ReturnType<typeof call>, n: number) => void]>([
    ['comfort noise', (c, n) => c.send(rtp(13, n, n * 32_000, 1))],
    ['RTP without payload', (c, n) => c.send(rtp(0, n, n * 32_000, 0))],
    ['a payload type for keep-alives (RFC 6263 section 4.6)', (c, n) => c.send(rtp(126, n, n * 32_000, 0))],
    ['RTCP', (c) => c.control(report)],
    ['STUN indications (RFC 6263 section 4.4)', (c) => c.send(stun)],
    ['packets of one byte (RFC 6263 section 4.1)', (c) => c.send(Uint8Array.of(0))],
  ])('%s every 4 s: the call stays; without it, it is told after 30 s', (_what, sign) => {
    const c = call();
    c.every(20, 1000, (n) => c.send(rtp(0, n, n * 160)));
    c.every(4000, 40_000, (n) => sign(c, 50 + n));
    expect(c.events).not.toContain('inactive');
    c.time.advanceSync(31_000);
    expect(c.events).toContain('inactive');
  });

  test('a muted phone that sends nothing but comfort noise from the start is greeted', () => {
    const c = call();
    c.every(200, 40_000, (n) => c.send(rtp(13, n, n * 1600, 1)));
    expect(c.events).toContain('first_rtp');
    expect(c.events).not.toContain('inactive');
  });

  test('noise from a stranger proves nothing', () => {
    const c = call();
    c.every(20, 1000, (n) => c.send(rtp(0, n, n * 160)));
    const evil = c.net.transport('203.0.113.66', 9000);
    c.every(1000, 31_000, (n) => {
      evil.send(rtp(13, n, n), AGENT.host, AGENT.port);
      evil.send(Uint8Array.of(0), AGENT.host, AGENT.port);
      evil.sendRtcp(report, AGENT.host, AGENT.port + 1);
    });
    expect(c.events).toContain('inactive');
  });
});

describe('what arrived is not lost', () => {
  test.each([
    ['comfort noise', 13],
    ['keep-alives of a payload type that was not negotiated', 126],
  ])('%s between speech, with numbers of its own', (_what, payloadType) => {
    const c = call();
    c.every(20, 5000, (n) => c.send(rtp(n % 100 < 50 ? 0 : payloadType, n, n * 160, 10)));
    const { lost, late } = c.session.stats().received;
    expect([lost, late]).toEqual([0, 0]);
  });

  test.each([-200, -3000, 5000, 20_000])(
    'the numbers jump by %i: a new count, nothing of it is lost',
    (jump) => {
      const c = call();
      c.every(20, 2000, (n) => c.send(rtp(0, 10_000 + n, n * 160)));
      c.every(20, 500, (n) => c.send(rtp(0, 10_100 + jump + n, (100 + n) * 160)));
      expect(c.session.stats().received.lost).toBe(0);
    },
  );

  test('losses before and after a restart add up', () => {
    const c = call();
    c.every(20, 2000, (n) => n % 10 !== 5 && c.send(rtp(0, 10_000 + n, n * 160)));
    c.every(20, 2000, (n) => n % 10 !== 5 && c.send(rtp(0, 100 + n, (100 + n) * 160)));
    expect(c.session.stats().received.lost).toBe(20);
  });

  test('packets up to 99 places late are late, not a restart', () => {
    const c = call();
    c.every(20, 4000, (n) => n !== 50 && c.send(rtp(0, 10_000 + n, n * 160)));
    c.send(rtp(0, 10_050 + 60, 110 * 160));
    c.time.advanceSync(20);
    expect(c.session.stats().received.lost).toBe(0);
  });
});

test.each(['recvonly', 'inactive'])(
  'a peer that said %s: what comes all the same is not heard, keys included',
  (said) => {
    const c = call();
    expect(c.session.answerOffer(`${offer()}a=${said}\r\n`).ok).toBe(true);
    c.every(20, 1000, (n) => c.send(rtp(0, n, n * 160)));
    c.every(20, 120, (n) => {
      const packet = rtp(101, 50 + n, 8000, 4);
      packet.set([5, n > 2 ? 0x8a : 10, 0, 160 * (n + 1)], 12);
      c.send(packet);
    });
    expect(c.session.stats().received.packets).toBe(0);
    expect(c.events).not.toContain('dtmf');
  },
);
