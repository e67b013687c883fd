import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs, rtpTs } from '../../../src/kernel/time.js';
import { DtmfReceiver, type DtmfPress } from '../../../src/media/core/dtmf.js';
import { DtmfSender, MAX_QUEUED_DIGITS } from '../../../src/media/core/dtmf-sender.js';
import { dtmfTones } from '../../../src/media/core/tones.js';

interface Packet {
  readonly at: number;
  readonly ts: number;
  readonly event: number;
  readonly duration: number;
  readonly end?: boolean;
  /** Sequence number; that of its place unless told. */
  readonly seq?: number;
}

function payload({ event, duration, end }: Packet): Uint8Array {
  return Uint8Array.of(event, (end === true ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
}

/** Packets of a press as a phone sends them: one each 20 ms, three end packets. */
function press(event: number, ts: number, at: number, packets = 5): Packet[] {
  const all: Packet[] = [];
  for (let i = 1; i <= packets; i++) all.push({ at: at + i * 20, ts, event, duration: i * 160 });
  const last = all.pop() as Packet;
  return [
    ...all,
    { ...last, end: true },
    { ...last, end: true, at: last.at + 1 },
    { ...last, end: true, at: last.at + 2 },
  ];
}

function run(packets: readonly Packet[], untilMs = 0, o = {}): DtmfPress[] {
  const seen: DtmfPress[] = [];
  const receiver = new DtmfReceiver(o);
  const report = (p: DtmfPress): void => void seen.push(p);
  for (const [place, packet] of packets.entries()) {
    const sequence = (65_530 + (packet.seq ?? place)) & 0xffff;
    receiver.packet(monoMs(packet.at), sequence, rtpTs(packet.ts), payload(packet), 8000, report);
  }
  const lastAt = packets.at(-1)?.at ?? 0;
  for (let now = lastAt; now <= untilMs; now += 20) receiver.tick(monoMs(now), report);
  return seen;
}

describe('receiving', () => {
  test('start, updates, end, end, end: one press', () => {
    expect(run(press(5, 1000, 0))).toEqual([{ digit: '5', durationMs: 100 }]);
  });

  test('all end packets lost, then silence: one press', () => {
    expect(
      run(
        press(11, 1000, 0).filter((p) => p.end !== true),
        400,
      ),
    ).toEqual([{ digit: '#', durationMs: 80 }]);
  });

  test('all end packets lost, next key follows: both presses in order', () => {
    const packets = [...press(1, 1000, 0).filter((p) => p.end !== true), ...press(2, 2600, 200)];
    expect(run(packets).map((p) => p.digit)).toEqual(['1', '2']);
  });

  test('only one end packet arrives: one press with its duration', () => {
    expect(run([press(9, 1000, 0).at(-1) as Packet])).toEqual([{ digit: '9', durationMs: 100 }]);
  });

  test('the same key twice: two presses, told apart by the timestamp alone', () => {
    expect(run([...press(7, 1000, 0), ...press(7, 2600, 200)]).map((p) => p.digit)).toEqual(['7', '7']);
  });

  test('a packet of the first key comes after the second has begun: ignored', () => {
    const [late, ...second] = [press(1, 1000, 0)[2] as Packet, ...press(2, 2600, 200)];
    const packets = [
      ...press(1, 1000, 0),
      second[0] as Packet,
      { ...late, at: 230, seq: 2 },
      ...second.slice(1),
    ];
    expect(run(packets).map((p) => p.digit)).toEqual(['1', '2']);
  });

  test('the timestamp wraps between two keys', () => {
    expect(run([...press(1, 0xffffff00, 0), ...press(2, 0x00000500, 200)]).map((p) => p.digit)).toEqual([
      '1',
      '2',
    ]);
  });

  test('the timestamps of the same sender begin anew: keys are heard again', () => {
    const packets = [...press(1, 900_000, 0), ...press(2, 500, 3000), ...press(3, 2000, 3200)];
    expect(run(packets).map(({ digit }) => digit)).toEqual(['1', '2', '3']);
  });

  test('a key held for a minute: one press at the cap, the rest ignored', () => {
    const held: Packet[] = [];
    for (let i = 1; i <= 3000; i++) {
      held.push({ at: i * 20, ts: 1000, event: 3, duration: Math.min(0xffff, i * 160) });
    }
    expect(run([...held, { at: 60_020, ts: 1000, event: 3, duration: 0xffff, end: true }], 61_000)).toEqual([
      { digit: '3', durationMs: 5000 },
    ]);
  });

  test('a long key in two segments (RFC 4733 section 2.5.1.3): one press', () => {
    const first: Packet[] = [
      { at: 20, ts: 0, event: 4, duration: 160 },
      { at: 2000, ts: 0, event: 4, duration: 16_000 },
    ];
    const second: Packet[] = [
      { at: 2020, ts: 16_000, event: 4, duration: 160 },
      { at: 2040, ts: 16_000, event: 4, duration: 320, end: true },
    ];
    expect(run([...first, ...second], 3000).map((p) => p.digit)).toEqual(['4']);
  });

  test('flash, events beyond the keypad and short payloads are ignored', () => {
    expect(
      run([
        { at: 0, ts: 0, event: 16, duration: 160, end: true },
        { at: 1, ts: 9, event: 255, duration: 0, end: true },
      ]),
    ).toEqual([]);
    const receiver = new DtmfReceiver();
    receiver.packet(monoMs(0), 0, rtpTs(0), Uint8Array.of(1, 0x80, 0), 8000, () => fail('no press'));
    expect(receiver.ignored).toBe(1);
  });

  test('a new sender: the open press is reported and old timestamps mean nothing', () => {
    const seen: DtmfPress[] = [];
    const receiver = new DtmfReceiver();
    const report = (p: DtmfPress): void => void seen.push(p);
    const open = payload({ at: 0, ts: 0, event: 1, duration: 160 });
    receiver.packet(monoMs(0), 40_000, rtpTs(9000), open, 8000, report);
    receiver.reset(report);
    for (const [sequence, packet] of press(2, 100, 100).entries()) {
      receiver.packet(monoMs(packet.at), sequence, rtpTs(packet.ts), payload(packet), 8000, report);
    }
    expect(seen.map((p) => p.digit)).toEqual(['1', '2']);
  });
});

describe('senders that take the timestamp their own way', () => {
  const end = (p: Packet): boolean => p.end === true;
  /** `press` with its end packets moved on by a tick each. */
  const driftingEnd = (event: number, ts: number, at: number): Packet[] => {
    let ends = 0;
    return press(event, ts, at).map((p) => (end(p) ? { ...p, ts: p.ts + 160 * ends++ } : p));
  };
  const growing = (event: number, ts: number, at: number): Packet[] => {
    const all: Packet[] = [];
    for (let i = 0; i < 8; i++) {
      const last = Math.min(i, 5);
      all.push({ at: at + i * 20, ts: ts + last * 160, event, duration: (last + 1) * 160, end: i >= 5 });
    }
    return all;
  };
  const digits = (packets: readonly Packet[], o = {}): string =>
    run(packets, (packets.at(-1)?.at ?? 0) + 500, o)
      .map((p) => p.digit)
      .join('');

  test.each<[string, string, Packet[]]>([
    ['the end packets move on by a packet each', '1', driftingEnd(1, 1000, 0)],
    ['the same, twice', '11', [...driftingEnd(1, 1000, 0), ...driftingEnd(1, 4000, 400)]],
    ['timestamp and duration grow together', '2', growing(2, 1000, 0)],
    ['the same, with half of the packets lost', '2', growing(2, 1000, 0).filter((_, i) => i % 2 === 1)],
    ['the same, twice', '22', [...growing(2, 1000, 0), ...growing(2, 4000, 400)]],
    [
      'the timestamp moves, the duration is always one packet',
      '6',
      growing(6, 0, 0).map((p) => ({ ...p, duration: 160 })),
    ],
    ['two keys on one timestamp', '45', [...press(4, 1000, 0), ...press(5, 1000, 300)]],
    [
      'three keys on one timestamp, ends lost',
      '456',
      [4, 5, 6].flatMap((key, i) => press(key, 1000, i * 300).filter((p) => !end(p))),
    ],
    ['one key twice on one timestamp', '44', [...press(4, 1000, 0), ...press(4, 1000, 500)]],
    [
      'one key twice on one timestamp, of the second only the ends come',
      '44',
      [
        ...press(4, 1000, 0),
        ...press(4, 1000, 900)
          .filter(end)
          .map((p, i) => ({ ...p, seq: 60 + i })),
      ],
    ],
    [
      'the end comes again after a stall of the network',
      '4',
      [
        ...press(4, 1000, 0).slice(0, 5),
        ...press(4, 1000, 0)
          .slice(5)
          .map((p) => ({ ...p, at: p.at + 600 })),
      ],
    ],
    [
      'an outage in the middle of a press',
      '4',
      [
        ...press(4, 1000, 0, 4).filter((p) => !end(p)),
        ...press(4, 1000, 0, 50)
          .slice(45)
          .map((p, i) => ({ ...p, seq: 45 + i })),
      ],
    ],
  ])('%s: %s', (_what, expected, packets) => {
    // The clock runs between the packets, as it does in a call.
    const seen: string[] = [];
    const receiver = new DtmfReceiver();
    const report = (p: DtmfPress): void => void seen.push(p.digit);
    let now = 0;
    for (const [place, packet] of packets.entries()) {
      for (; now < packet.at; now += 20) receiver.tick(monoMs(now), report);
      receiver.packet(
        monoMs(packet.at),
        packet.seq ?? place,
        rtpTs(packet.ts),
        payload(packet),
        8000,
        report,
      );
    }
    receiver.tick(monoMs(now + 500), report);
    expect(seen.join('')).toBe(expected);
    expect(digits(packets)).toBe(expected);
  });

  test('grown together, the duration is that of the last packet', () => {
    expect(run(growing(2, 1000, 0))).toEqual([{ digit: '2', durationMs: 120 }]);
  });
});

describe('sending', () => {
  test('what is sent is what is received, at any loss below all packets of a key', () => {
    const rng = seededRng(3);
    const sender = new DtmfSender();
    const receiver = new DtmfReceiver();
    const seen: string[] = [];
    const digits = '0123456789*#ABCD';
    expect(sender.queue(`${digits} -`)).toBe(16);
    for (let tick = 0; sender.busy || tick % 50 !== 0; tick++) {
      const packet = sender.next(rtpTs(tick * 160), 160);
      const report = (p: DtmfPress): void => void seen.push(p.digit);
      if (packet !== undefined && packet !== 'pause' && rng.float() > 0.2) {
        receiver.packet(monoMs(tick * 20), tick, packet.timestamp, packet.payload.slice(), 8000, report);
      }
      receiver.tick(monoMs(tick * 20), report);
    }
    expect(seen.join('')).toBe(digits);
  });

  test('marker on the first packet only, one timestamp, growing duration, three end packets', () => {
    const sender = new DtmfSender(60);
    sender.queue('1');
    const rows: unknown[] = [];
    for (let tick = 0; tick < 8; tick++) {
      const packet = sender.next(rtpTs(5000 + tick * 160), 160);
      if (packet === undefined || packet === 'pause') rows.push(packet);
      else {
        const [, flags, high, low] = packet.payload;
        rows.push([
          packet.marker,
          packet.timestamp,
          ((high as number) << 8) | (low as number),
          (flags as number) >> 7,
        ]);
      }
    }
    expect(rows).toEqual([
      [true, 5000, 160, 0],
      [false, 5000, 320, 0],
      [false, 5000, 480, 1],
      [false, 5000, 480, 1],
      [false, 5000, 480, 1],
      'pause',
      'pause',
      undefined,
    ]);
  });

  test('the queue is bounded', () => {
    const sender = new DtmfSender();
    expect(sender.queue('1'.repeat(1000))).toBe(MAX_QUEUED_DIGITS);
  });
});

test('in-band keys carry their two frequencies and nothing else is loud', () => {
  const power = (pcm: Int16Array, hz: number): number => {
    let re = 0;
    let im = 0;
    pcm.forEach((sample, i) => {
      re += sample * Math.cos((2 * Math.PI * hz * i) / 8000);
      im += sample * Math.sin((2 * Math.PI * hz * i) / 8000);
    });
    return Math.hypot(re, im) / pcm.length;
  };
  const pcm = dtmfTones('5x');
  expect(pcm.length).toBe(1600);
  const tone = pcm.subarray(0, 800);
  expect(power(tone, 770)).toBeGreaterThan(2000);
  expect(power(tone, 1336)).toBeGreaterThan(2000);
  expect(power(tone, 941)).toBeLessThan(300);
  expect(Math.max(...pcm.subarray(800))).toBe(0);
});
