import { wallMs } from '../../../src/kernel/time.js';
import { fullIntervals } from '../../../src/store/aggregates/appointments.js';

type Pairs = readonly (readonly [number, number])[];

describe('intervals in which every advisor is taken', () => {
  it.each<[string, number, Pairs, Pairs]>([
    [
      'one advisor: touching appointments merge',
      1,
      [
        [0, 10],
        [10, 20],
        [30, 40],
      ],
      [
        [0, 20],
        [30, 40],
      ],
    ],
    [
      'two advisors: only where both are taken',
      2,
      [
        [0, 10],
        [5, 15],
        [12, 20],
      ],
      [
        [5, 10],
        [12, 15],
      ],
    ],
    [
      'two advisors: a hand-over is no overlap',
      2,
      [
        [0, 10],
        [10, 20],
      ],
      [],
    ],
    [
      'two advisors: full across a hand-over',
      2,
      [
        [0, 10],
        [0, 15],
        [10, 20],
      ],
      [[0, 15]],
    ],
    [
      'cut to the interval asked for',
      1,
      [
        [-50, 5],
        [95, 500],
      ],
      [
        [0, 5],
        [95, 100],
      ],
    ],
    ['nothing booked', 1, [], []],
  ])('%s', (_name, capacity, booked, full) => {
    const intervals = booked.map(([start, end]) => ({ startsAtMs: wallMs(start), endsAtMs: wallMs(end) }));
    const found = fullIntervals(intervals, capacity, wallMs(0), wallMs(100));
    expect(found.map((i) => [i.startsAtMs, i.endsAtMs])).toEqual(full);
  });
});
