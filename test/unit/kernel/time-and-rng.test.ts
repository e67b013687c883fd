import { addMs, earliest, monoMs, rtpAdd, rtpDiff, rtpTs } from '../../../src/kernel/time.js';
import { randomInt, seededRng } from '../../../src/kernel/rng.js';

describe('RTP timestamps', () => {
  test.each([
    [0, 0, 0],
    [160, 0, 160],
    [0, 160, -160],
    [10, 0xffffffff, 11],
    [0xffffffff, 10, -11],
    [0x7fffffff, 0, 0x7fffffff],
  ])('%d - %d = %d across the wrap', (a, b, expected) => {
    expect(rtpDiff(rtpTs(a), rtpTs(b))).toBe(expected);
  });

  test('addition wraps and accepts negative steps', () => {
    expect(rtpAdd(rtpTs(0xffffff60), 320)).toBe(160);
    expect(rtpAdd(rtpTs(0), -160)).toBe(0xffffff60);
  });
});

test('the earlier deadline wins, an absent one never does', () => {
  const [a, b] = [monoMs(1), addMs(monoMs(1), 1)];
  expect([earliest(a, b), earliest(b, a), earliest(undefined, b), earliest(a, undefined)]).toEqual([
    a,
    a,
    b,
    a,
  ]);
  expect(earliest(undefined, undefined)).toBeUndefined();
});

describe('seeded randomness', () => {
  test('the same seed gives the same sequence, another seed another', () => {
    const take = (seed: number) => {
      const rng = seededRng(seed);
      return Array.from({ length: 20 }, () => rng.uint32());
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  test('is roughly uniform and stays in its range', () => {
    const rng = seededRng(1);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 6000; i++) {
      const roll = randomInt(rng, 1, 6);
      counts[roll - 1] = (counts[roll - 1] ?? 0) + 1;
    }
    expect(counts).toHaveLength(6);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});
