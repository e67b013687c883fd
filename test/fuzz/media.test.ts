import { seededRng } from '../../src/kernel/rng.js';
import { monoMs, rtpTs, wallMs } from '../../src/kernel/time.js';
import { G711_CODECS } from '../../src/media/core/codec.js';
import { DtmfReceiver } from '../../src/media/core/dtmf.js';
import { buildRtcp, parseRtcp, toNtp } from '../../src/media/core/rtcp.js';
import { writeRtpHeader } from '../../src/media/core/rtp-packet.js';
import { SdpNegotiator } from '../../src/media/core/sdp-negotiation.js';
import { parseSdp } from '../../src/media/core/sdp.js';
import { parseWav, formatWav } from '../../src/kernel/wav.js';
import { Pacer } from '../../src/media/pacer.js';
import { RtpMediaSession } from '../../src/media/rtp-media-session.js';
import { heldBytes } from '../support/heap.js';
import { VirtualNetwork } from '../support/virtual-rtp.js';
import { VirtualTime } from '../support/virtual-time.js';
import { mutateBytes, mutateText, pick } from './mutate.js';

const ROUNDS = 2000;
const DESCRIPTIONS = 3000;

/** Bytes that may stay in a session after all of it. */
const HEAP_NOISE = 1_000_000;

function rtpPacket(payloadType: number, n: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(12 + payload.length);
  writeRtpHeader(packet, payloadType, n === 0, n & 0xffff, rtpTs(n * 160), 0x1234);
  packet.set(payload, 12);
  return packet;
}

function session(): {
  time: VirtualTime;
  session: RtpMediaSession;
  feed: (data: Uint8Array, rtcp?: boolean) => void;
} {
  const time = new VirtualTime();
  const wire = new VirtualNetwork(time).transport('192.0.2.2', 20_000);
  const media = new RtpMediaSession({
    transport: wire,
    pacer: new Pacer(time),
    scheduler: time,
    rng: seededRng(1),
    localHost: '192.0.2.2',
  });
  const offer =
    'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n' +
    'm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp-mux\r\n';
  expect(media.answerOffer(offer).ok).toBe(true);
  return {
    time,
    session: media,
    feed: (data, rtcp = false) => wire.deliver(data, '192.0.2.1', rtcp ? 4001 : 4000, rtcp, time.now()),
  };
}

test(`${ROUNDS} mutated RTP packets through a whole session: no throw, contiguous audio, bounded memory`, () => {
  const rng = seededRng(101);
  const { time, session: media, feed } = session();
  let next = 0;
  media.subscribe((event) => {
    if (event.type !== 'audio') return;
    expect(event.startSample).toBe(next);
    next += 160;
  });
  media.monitor(() => undefined);
  let before = 0;
  for (let n = 0; n < ROUNDS; n++) {
    if (n === ROUNDS / 4) before = heldBytes();
    feed(mutateBytes(rng, rtpPacket(0, n, new Uint8Array(160).fill(n & 0xff))));
    if (n % 2 === 0) time.advanceSync(20);
  }
  expect(heldBytes() - before).toBeLessThan(HEAP_NOISE);
  const { received } = media.stats();
  expect(received.packets).toBeGreaterThan(100);
  expect(received.malformed + received.unknownPayloadType).toBeGreaterThan(100);
  // The index may run ahead by what came in too fast, never by what a forged timestamp claims.
  expect(next / 8).toBeLessThan(ROUNDS * 80);
});

test(`${ROUNDS} mutated RTCP compounds: no throw, in the parser and in a session`, () => {
  const rng = seededRng(102);
  const { session: media, feed } = session();
  const report = {
    ssrc: 1,
    fractionLost: 9,
    cumulativeLost: -3,
    highestSequence: 77,
    jitter: 5,
    lastSr: 1,
    delaySinceLastSr: 2,
  };
  const sender = { ntp: toNtp(wallMs(1e12)), timestamp: rtpTs(5), packets: 1, octets: 160 };
  const seeds = [
    buildRtcp({ ssrc: 1, cname: 'abcdef', sender, reports: [report, report], bye: true }),
    buildRtcp({ ssrc: 1, cname: 'a', reports: [report] }),
    buildRtcp({ ssrc: 1, cname: '', reports: [] }),
  ];
  let parsed = 0;
  for (let n = 0; n < ROUNDS; n++) {
    const data = mutateBytes(rng, pick(rng, seeds));
    if (parseRtcp(data) !== undefined) parsed++;
    feed(data, true);
    feed(data, false);
  }
  expect(parsed).toBeGreaterThan(100);
  expect(media.stats().sent.packets).toBe(0);
});

test(`${ROUNDS} mutated telephone events: no throw, no more presses than events`, () => {
  const rng = seededRng(103);
  const receiver = new DtmfReceiver();
  const { time, feed, session: media } = session();
  let presses = 0;
  let digits = 0;
  media.subscribe((event) => (digits += event.type === 'dtmf' ? 1 : 0));
  for (let n = 0; n < ROUNDS; n++) {
    const event = Math.floor(n / 8);
    const payload = mutateBytes(rng, Uint8Array.of(event % 16, n % 8 > 4 ? 0x8a : 0x0a, 0, (n % 8) * 20));
    const timestamp = rtpTs(rng.uint32() % 20 === 0 ? rng.uint32() : event * 1600);
    receiver.packet(monoMs(n * 20), n & 0xffff, timestamp, payload, 8000, (press) => {
      presses++;
      expect(press.durationMs).toBeLessThanOrEqual(5000);
    });
    receiver.tick(monoMs(n * 20), () => presses++);
    feed(rtpPacket(101, n, payload));
    time.advanceSync(20);
  }
  expect(presses).toBeLessThanOrEqual(ROUNDS);
  expect(digits).toBeGreaterThan(50);
});

const SDP_WORDS = [
  'a=sendonly\r\n',
  'a=inactive\r\n',
  'a=rtpmap:0 opus/48000/2\r\n',
  'a=ptime:0\r\n',
  'c=IN IP4 0.0.0.0\r\n',
  'c=IN IP6 ::\r\n',
  'm=audio 65535 RTP/AVP 127\r\n',
  'telephone-event/8000',
  '192.0.2.300',
];

test(`${DESCRIPTIONS} mutated descriptions: no throw, and what is agreed is sane`, () => {
  const rng = seededRng(104);
  const seeds = [
    'v=0\r\no=- 20518 0 IN IP4 203.0.113.1\r\ns=-\r\nt=0 0\r\nc=IN IP4 203.0.113.1\r\nm=audio 54400 RTP/AVP 0 8 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=maxptime:60\r\na=sendrecv\r\na=rtcp:54401 IN IP4 203.0.113.1\r\n',
    'v=0\no=x 1 1 IN IP6 ::1\ns=-\nc=IN IP6 2001:db8::1\nb=AS:80\nt=0 0\na=inactive\nm=video 0 RTP/AVP 96\nm=audio 4000/2 RTP/AVP 8\na=rtcp-mux\nm=image 1 udptl t38\n',
    'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n',
  ];
  const decoder = new TextDecoder('latin1');
  const local = {
    host: '192.0.2.2',
    port: 20_000,
    codecs: G711_CODECS.map(({ spec }) => spec),
    sessionId: '1',
  };
  let accepted = 0;
  for (let n = 0; n < DESCRIPTIONS; n++) {
    const text = decoder.decode(mutateText(rng, pick(rng, seeds), SDP_WORDS));
    const negotiator = new SdpNegotiator(local);
    const result = negotiator.answerOffer(text);
    negotiator.createOffer();
    negotiator.acceptAnswer(text);
    if (!result.ok) {
      expect([400, 488]).toContain(result.error.status);
      continue;
    }
    accepted++;
    const { media, sdp } = result.value;
    expect(parseSdp(sdp).ok).toBe(true);
    expect([10, 20, 30, 40, 60]).toContain(media.packetMs);
    if (media.remote !== undefined) expect(media.remote.port).toBeLessThan(65_536);
  }
  expect(accepted).toBeGreaterThan(200);
});

test(`${ROUNDS / 2} mutated WAV files: no throw`, () => {
  const rng = seededRng(105);
  const seed = formatWav({ sampleRateHz: 8000, channels: [new Int16Array(50), new Int16Array(50)] });
  for (let n = 0; n < ROUNDS / 2; n++) expect(() => parseWav(mutateBytes(rng, seed))).not.toThrow();
});
