import { monoMs, type MonoMs } from '../../../src/kernel/time.js';
import { LatenessHistogram } from '../../../src/media/core/lateness.js';
import { PacerWheel } from '../../../src/media/core/pacer-wheel.js';
import { Pacer } from '../../../src/media/pacer.js';
import { VirtualTime } from '../../support/virtual-time.js';

describe('Pacer', () => {
  test('ticks every 20 ms on absolute deadlines, stops when removed, sleeps without members', () => {
    const time = new VirtualTime();
    const pacer = new Pacer(time);
    const seen: number[] = [];
    time.advanceSync(7);
    const remove = pacer.add((now, deadline) => {
      seen.push(now);
      expect(now).toBe(deadline);
    });
    time.advanceSync(100);
    expect(seen).toEqual([27, 47, 67, 87, 107]);
    remove();
    time.advanceSync(1000);
    expect(seen.length).toBe(5);
    expect(pacer.stats()).toMatchObject({ members: 0, count: 5, skipped: 0, maxMs: 0 });
  });

  test('a member that leaves and joins again keeps to the same grid', () => {
    const time = new VirtualTime();
    const pacer = new Pacer(time);
    const seen: number[] = [];
    pacer.add((now) => void seen.push(now))();
    time.advanceSync(1003);
    pacer.add((now) => void seen.push(now));
    time.advanceSync(40);
    expect(seen).toEqual([1020, 1040]);
  });

  test('many calls are spread over four phases of 5 ms', () => {
    const time = new VirtualTime();
    const pacer = new Pacer(time);
    const phases = new Map<number, number>();
    for (let i = 0; i < 100; i++) {
      pacer.add((now) => void phases.set(now % 20, (phases.get(now % 20) ?? 0) + 1));
    }
    time.advanceSync(20);
    expect([...phases.keys()].sort((a, b) => a - b)).toEqual([0, 5, 10, 15]);
    expect([...phases.values()].reduce((sum, n) => sum + n, 0)).toBe(100);
    expect(Math.max(...phases.values())).toBeLessThanOrEqual(52);
    pacer.close();
    time.advanceSync(100);
    expect(pacer.stats().members).toBe(0);
  });

  test('members may leave and join from inside a tick', () => {
    const time = new VirtualTime();
    const pacer = new Pacer(time);
    const seen: string[] = [];
    const leave = pacer.add(() => {
      seen.push('a');
      leave();
      pacer.add(() => void seen.push('b'));
    });
    time.advanceSync(80);
    expect(seen.slice(0, 3)).toEqual(['a', 'b', 'b']);
  });
});

test('a member that throws is removed and reported; the others go on', () => {
  const time = new VirtualTime();
  const errors: unknown[] = [];
  const pacer = new Pacer(time, (error) => errors.push(error));
  let good = 0;
  pacer.add(() => {
    throw new Error('bug');
  });
  pacer.add(() => good++);
  time.advanceSync(100);
  expect(good).toBe(5);
  expect(errors).toEqual([new Error('bug')]);
  expect(pacer.stats()).toMatchObject({ members: 1, failed: 1 });
});

describe('a late loop', () => {
  function wheelAt(times: readonly number[]): { deadlines: [MonoMs, MonoMs][]; wheel: PacerWheel } {
    const wheel = new PacerWheel();
    const deadlines: [MonoMs, MonoMs][] = [];
    wheel.add((now, deadline) => void deadlines.push([now, deadline]), monoMs(0));
    for (const at of times) wheel.handle(monoMs(at));
    return { deadlines, wheel };
  }

  test('7 ms late: one tick, the next deadline is where it was', () => {
    const { deadlines, wheel } = wheelAt([27]);
    expect(deadlines).toEqual([[27, 20]]);
    expect(wheel.nextDeadline()).toBe(40);
  });

  test('three ticks missed: made up for at once, nothing skipped', () => {
    const { deadlines, wheel } = wheelAt([85]);
    expect(deadlines).toEqual([
      [85, 20],
      [85, 40],
      [85, 60],
      [85, 80],
    ]);
    expect(wheel.stats().skipped).toBe(0);
  });

  test('a second missed: the last four run, the others are skipped and counted', () => {
    const { deadlines, wheel } = wheelAt([1020]);
    expect(deadlines.map(([, deadline]) => deadline)).toEqual([960, 980, 1000, 1020]);
    expect(wheel.stats()).toMatchObject({ skipped: 47, count: 4, maxMs: 60 });
    expect(wheel.nextDeadline()).toBe(1040);
  });

  test('early: nothing runs', () => {
    expect(wheelAt([19]).deadlines).toEqual([]);
  });
});

test('lateness quantiles', () => {
  const histogram = new LatenessHistogram();
  expect(histogram.summary()).toEqual({ count: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 });
  for (let i = 0; i < 999; i++) histogram.record(0.05);
  histogram.record(250);
  histogram.record(-1);
  expect(histogram.summary()).toEqual({ count: 1001, p50Ms: 0.1, p99Ms: 0.1, p999Ms: 0.1, maxMs: 250 });
  expect(histogram.quantile(1)).toBeGreaterThanOrEqual(99);
  histogram.reset();
  expect(histogram.summary().count).toBe(0);
});
