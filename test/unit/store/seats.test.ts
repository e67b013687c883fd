import { seededRng } from '../../../src/kernel/rng.js';
import { seatAll } from '../../../src/store/seats.js';

const span = (id: string, startsAtMs: number, occupiedUntilMs: number) => ({
  id,
  startsAtMs,
  occupiedUntilMs,
});

describe('seats', () => {
  it('touching is no overlap, and more than the capacity at one instant is none', () => {
    expect(seatAll([span('a', 0, 10), span('b', 10, 20)], 1)).toEqual(
      new Map([
        ['a', 0],
        ['b', 0],
      ]),
    );
    expect(seatAll([span('a', 0, 10), span('b', 9, 20)], 1)).toBeUndefined();
  });

  it('as many as overlap at the busiest instant are enough, one less is not, and nobody shares', () => {
    const rng = seededRng(7);
    for (let round = 0; round < 300; round++) {
      const spans = Array.from({ length: 12 }, (_, n) => {
        const start = Math.floor(rng.float() * 50);
        return span(`s${n}`, start, start + 1 + Math.floor(rng.float() * 20));
      });
      const load = (at: number): number =>
        spans.filter((s) => s.startsAtMs <= at && s.occupiedUntilMs > at).length;
      const busiest = Math.max(...spans.map((s) => load(s.startsAtMs)));
      expect(seatAll(spans, busiest - 1)).toBeUndefined();
      const seats = seatAll(spans, busiest) ?? new Map<string, number>();
      for (const a of spans) {
        for (const b of spans) {
          const overlap = a !== b && a.startsAtMs < b.occupiedUntilMs && b.startsAtMs < a.occupiedUntilMs;
          if (overlap) expect(seats.get(a.id)).not.toBe(seats.get(b.id));
        }
      }
    }
  });
});
