import { monoMs, rtpTs } from '../../../src/kernel/time.js';
import { Reception } from '../../../src/media/core/reception.js';
import { SequenceUnwrapper, seqDiff } from '../../../src/media/core/seq.js';

describe('sequence numbers', () => {
  test.each([
    [0, 65_535, 1],
    [65_535, 0, -1],
    [10, 10, 0],
    [32_767, 0, 32_767],
    [0, 32_767, -32_767],
  ])('seqDiff(%i, %i) is %i', (a, b, distance) => {
    expect(seqDiff(a, b)).toBe(distance);
  });

  test('65534, 65535, 0, 1 count on, and a late 65535 goes back', () => {
    const unwrapper = new SequenceUnwrapper();
    const seen = [65_534, 65_535, 0, 1, 65_535, 2].map((seq) => unwrapper.unwrap(seq) - 0x10000);
    expect(seen).toEqual([65_534, 65_535, 65_536, 65_537, 65_535, 65_538]);
  });

  test('a packet from before the first does not become negative', () => {
    const unwrapper = new SequenceUnwrapper();
    unwrapper.unwrap(0);
    expect(unwrapper.unwrap(65_535)).toBe(65_535);
    expect(unwrapper.highest).toBe(65_536);
  });

  test('ten cycles add up', () => {
    const unwrapper = new SequenceUnwrapper();
    const first = unwrapper.unwrap(0);
    for (let i = 1; i <= 655_360; i++) unwrapper.unwrap(i & 0xffff);
    expect(unwrapper.highest - first).toBe(655_360);
  });
});

describe('reception statistics', () => {
  /** Feeds `[sequence, arrival ms]` with timestamps that follow the sequence. */
  function feed(
    reception: Reception,
    packets: readonly (readonly [number, number])[],
    firstTimestamp = 0,
  ): void {
    const base = packets[0]?.[0] ?? 0;
    for (const [sequence, at] of packets) {
      reception.packet(monoMs(at), sequence & 0xffff, rtpTs(firstTimestamp + (sequence - base) * 160), 8000);
    }
  }

  test('in order, nothing lost', () => {
    const reception = new Reception(7);
    feed(reception, [
      [1, 0],
      [2, 20],
      [3, 40],
      [4, 60],
    ]);
    expect(reception.report(monoMs(60))).toEqual({
      ssrc: 7,
      fractionLost: 0,
      cumulativeLost: 0,
      highestSequence: 4,
      jitter: 0,
      lastSr: 0,
      delaySinceLastSr: 0,
    });
  });

  test('half lost in the first interval, none in the second', () => {
    const reception = new Reception(7);
    feed(reception, [
      [1, 0],
      [3, 40],
      [5, 80],
      [8, 140],
    ]);
    expect(reception.report(monoMs(140))).toMatchObject({
      fractionLost: 128,
      cumulativeLost: 4,
      highestSequence: 8,
    });
    feed(
      reception,
      [
        [9, 160],
        [10, 180],
      ],
      8 * 160,
    );
    expect(reception.report(monoMs(180))).toMatchObject({
      fractionLost: 0,
      cumulativeLost: 4,
      highestSequence: 10,
    });
  });

  test('duplicates make the loss negative and the fraction zero', () => {
    const reception = new Reception(7);
    feed(reception, [
      [1, 0],
      [1, 1],
      [2, 20],
      [2, 21],
    ]);
    expect(reception.report(monoMs(21))).toMatchObject({ fractionLost: 0, cumulativeLost: -2 });
  });

  test('an interval without packets reports no loss', () => {
    const reception = new Reception(7);
    feed(reception, [[1, 0]]);
    reception.report(monoMs(10));
    expect(reception.report(monoMs(20))).toMatchObject({ fractionLost: 0, cumulativeLost: 0 });
  });

  test('the cycle count is in the high half of the highest sequence', () => {
    const reception = new Reception(7);
    feed(reception, [
      [65_534, 0],
      [65_535, 20],
      [65_536, 40],
      [65_537, 60],
    ]);
    expect(reception.report(monoMs(60)).highestSequence).toBe(0x10001);
    expect(reception.lost).toBe(0);
  });

  test('jitter follows appendix A.8 and does not notice the wrap of the timestamp', () => {
    const plain = new Reception(1);
    const wrapping = new Reception(2);
    const arrivals: (readonly [number, number])[] = [
      [1, 0],
      [2, 25],
      [3, 38],
      [4, 71],
      [5, 80],
    ];
    feed(plain, arrivals, 1000);
    feed(wrapping, arrivals, 0xffffffff - 200);
    // Transit differences of 5, 7, 13 and 11 ms, each smoothed by a sixteenth.
    let expected = 0;
    for (const ms of [5, 7, 13, 11]) expected += (ms * 8 - expected) / 16;
    expect(plain.jitter).toBeCloseTo(expected, 9);
    expect(wrapping.jitter).toBeCloseTo(expected, 9);
  });

  test('a step of the sender clock does not count as jitter', () => {
    const reception = new Reception(1);
    reception.packet(monoMs(0), 1, rtpTs(0), 8000);
    reception.packet(monoMs(20), 2, rtpTs(800_000), 8000);
    expect(reception.jitter).toBe(0);
  });

  test('LSR and DLSR come from the last sender report', () => {
    const reception = new Reception(1);
    feed(reception, [[1, 0]]);
    reception.senderReport(monoMs(1000), 0xabcd1234);
    expect(reception.report(monoMs(3500))).toMatchObject({
      lastSr: 0xabcd1234,
      delaySinceLastSr: 2.5 * 65_536,
    });
  });

  test('a jump of one packet is ignored, a restarted sender begins anew', () => {
    const reception = new Reception(1);
    feed(reception, [
      [1, 0],
      [2, 20],
    ]);
    reception.packet(monoMs(40), 40_000, rtpTs(0), 8000);
    reception.packet(monoMs(60), 3, rtpTs(480), 8000);
    expect(reception.expected).toBe(3);
    reception.packet(monoMs(80), 40_000, rtpTs(0), 8000);
    reception.packet(monoMs(100), 40_001, rtpTs(160), 8000);
    reception.packet(monoMs(120), 40_002, rtpTs(320), 8000);
    expect(reception.expected).toBe(2);
    expect(reception.lost).toBe(0);
  });
});
