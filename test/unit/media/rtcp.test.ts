import { CompoundPacket, ReceiverReportPacket, SenderReportPacket } from 'rtp.js/packets';
import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs, rtpTs, wallMs } from '../../../src/kernel/time.js';
import { PCMU } from '../../../src/media/core/codec.js';
import type { ReceptionReport } from '../../../src/media/core/reception.js';
import { Reception } from '../../../src/media/core/reception.js';
import { buildRtcp, ntpMiddle, parseRtcp, toNtp } from '../../../src/media/core/rtcp.js';
import { RtcpSchedule } from '../../../src/media/core/rtcp-schedule.js';
import { RtcpSession } from '../../../src/media/core/rtcp-session.js';
import { RtpSender } from '../../../src/media/core/rtp-sender.js';

const report: ReceptionReport = {
  ssrc: 0xfeedbeef,
  fractionLost: 200,
  cumulativeLost: 70_000,
  highestSequence: 0x80010002,
  jitter: 0xffff0000,
  lastSr: 0x89abcdef,
  delaySinceLastSr: 0x00018000,
};
const sender = {
  ntp: { seconds: 0xe8000000, fraction: 0x80000000 },
  timestamp: rtpTs(0xfffffff0),
  packets: 3,
  octets: 480,
};

describe('building and parsing', () => {
  test('a sender report with SDES and BYE comes back as it went', () => {
    const data = buildRtcp({ ssrc: 5, cname: 'abc', sender, reports: [report], bye: true });
    expect(data.length % 4).toBe(0);
    expect(parseRtcp(data)).toEqual({
      senderReport: { ssrc: 5, ntp: sender.ntp, timestamp: 0xfffffff0 },
      reports: [report],
      bye: [5],
    });
  });

  test('a receiver report without blocks is valid', () => {
    const data = buildRtcp({ ssrc: 5, cname: 'abc', reports: [] });
    expect(parseRtcp(data)).toEqual({ senderReport: undefined, reports: [], bye: [] });
    const [first] = new CompoundPacket(new DataView(data.buffer)).getPackets();
    expect(first).toBeInstanceOf(ReceiverReportPacket);
  });

  test.each([-1, -2, 0, 1, 4095, 4096, 0x7fffff, -0x800000])(
    'cumulative loss of %i is two’s complement in 24 bits',
    (lost) => {
      const data = buildRtcp({ ssrc: 5, cname: 'a', reports: [{ ...report, cumulativeLost: lost }] });
      expect(data.subarray(13, 16)).toEqual(
        Uint8Array.of((lost >> 16) & 0xff, (lost >> 8) & 0xff, lost & 0xff),
      );
      expect(parseRtcp(data)?.reports[0]?.cumulativeLost).toBe(lost);
      expect(parseRtcp(data)?.reports[0]?.fractionLost).toBe(report.fractionLost);
    },
  );

  test('parsing works in the middle of a larger buffer', () => {
    const data = buildRtcp({ ssrc: 5, cname: 'abc', sender, reports: [report] });
    const larger = new Uint8Array(data.length + 16);
    larger.set(data, 8);
    expect(parseRtcp(larger.subarray(8, 8 + data.length))?.reports).toEqual([report]);
  });
});

describe('refused before rtp.js sees it', () => {
  const good = buildRtcp({ ssrc: 5, cname: 'abc', sender, reports: [report] });
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = good.slice();
    change(bytes);
    return bytes;
  };
  test.each([
    ['nothing', new Uint8Array(0)],
    ['four bytes', good.slice(0, 4)],
    ['an odd length', good.slice(0, good.length - 1)],
    ['cut short', good.slice(0, good.length - 4)],
    ['version 1', changed((bytes) => (bytes[0] = 0x41))],
    ['SDES first', changed((bytes) => (bytes[1] = 202))],
    ['a length beyond the end', changed((bytes) => (bytes[3] = 255))],
    [
      'too many packets',
      new Uint8Array(8 * 40).map((_, i) => [0x80, 201, 0, 1, 0, 0, 0, 1][i % 8] as number),
    ],
    ['larger than a datagram should be', new Uint8Array(1504)],
  ])('%s', (_name, data) => {
    expect(parseRtcp(data)).toBeUndefined();
  });

  test('a block count larger than the packet does not throw', () => {
    expect(() => parseRtcp(changed((bytes) => (bytes[0] = 0x80 | 31)))).not.toThrow();
  });
});

test('NTP time: the epoch, a half second, and the middle bits', () => {
  expect(toNtp(wallMs(0))).toEqual({ seconds: 2_208_988_800, fraction: 0 });
  expect(toNtp(wallMs(1500))).toEqual({ seconds: 2_208_988_801, fraction: 0x80000000 });
  expect(ntpMiddle({ seconds: 0x12345678, fraction: 0x9abcdef0 })).toBe(0x56789abc);
});

test('the first report comes after 1.0 to 3.1 s, later ones every 2.0 to 6.2 s', () => {
  for (let seed = 0; seed < 50; seed++) {
    const schedule = new RtcpSchedule(seededRng(seed));
    schedule.start(monoMs(0));
    const times: number[] = [];
    for (let now = 0; times.length < 5; now += 10) if (schedule.due(monoMs(now))) times.push(now);
    expect(times[0]).toBeGreaterThanOrEqual(1020);
    expect(times[0]).toBeLessThanOrEqual(3090);
    for (let i = 1; i < times.length; i++) {
      const interval = (times[i] as number) - (times[i - 1] as number);
      expect(interval).toBeGreaterThanOrEqual(2030);
      expect(interval).toBeLessThanOrEqual(6180);
    }
  }
});

describe('RtcpSession', () => {
  const make = (): { session: RtcpSession; rtp: RtpSender } => {
    const rng = seededRng(1);
    return { session: new RtcpSession(rng), rtp: new RtpSender(rng, PCMU.create(), () => undefined) };
  };
  const first = (data: Uint8Array): unknown => new CompoundPacket(new DataView(data.buffer)).getPackets()[0];

  test('sent, report, quiet, report, quiet, report: SR, SR, then RR', () => {
    const { session, rtp } = make();
    session.start(monoMs(0));
    rtp.configure(PCMU.create(), 0, 20);
    rtp.frame(new Int16Array(160), true);
    const poll = (at: number): Uint8Array =>
      session.poll(monoMs(at), wallMs(at), rtp, undefined) as Uint8Array;
    expect(first(poll(10_000))).toBeInstanceOf(SenderReportPacket);
    expect(first(poll(20_000))).toBeInstanceOf(SenderReportPacket);
    expect(first(poll(30_000))).toBeInstanceOf(ReceiverReportPacket);
    rtp.frame(new Int16Array(160), true);
    expect(first(poll(40_000))).toBeInstanceOf(SenderReportPacket);
  });

  test('round trip: sent at 0, answered 40 ms after it came, back after 100 ms', () => {
    const { session, rtp } = make();
    const sentMiddle = ntpMiddle(toNtp(wallMs(1_000_000)));
    const answer = buildRtcp({
      ssrc: 9,
      cname: 'p',
      reports: [
        { ...report, ssrc: rtp.ssrc, lastSr: sentMiddle, delaySinceLastSr: Math.round(0.04 * 65_536) },
      ],
    });
    session.receive(answer, monoMs(100), wallMs(1_000_100), rtp, undefined);
    expect(session.remote?.roundTripMs).toBeCloseTo(60, 0);
    expect(session.remote?.fractionLost).toBeCloseTo(200 / 256, 9);
  });

  test('a report about somebody else changes nothing, garbage is counted', () => {
    const { session, rtp } = make();
    session.receive(
      buildRtcp({ ssrc: 9, cname: 'p', reports: [report] }),
      monoMs(0),
      wallMs(0),
      rtp,
      undefined,
    );
    expect(session.remote).toBeUndefined();
    expect(session.receive(new Uint8Array(3), monoMs(0), wallMs(0), rtp, undefined)).toBeUndefined();
    expect(session.malformed).toBe(1);
  });

  test('a sender report of the heard source sets LSR of our next report', () => {
    const { session, rtp } = make();
    const reception = new Reception(77);
    reception.packet(monoMs(0), 1, rtpTs(0), 8000);
    session.receive(
      buildRtcp({ ssrc: 77, cname: 'p', sender, reports: [] }),
      monoMs(500),
      wallMs(500),
      rtp,
      reception,
    );
    const data = session.goodbye(monoMs(1500), wallMs(1500), rtp, reception);
    expect(parseRtcp(data)).toMatchObject({
      reports: [{ ssrc: 77, lastSr: ntpMiddle(sender.ntp), delaySinceLastSr: 65_536 }],
      bye: [rtp.ssrc],
    });
  });
});
