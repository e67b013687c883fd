import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import { Netem, type NetemOptions } from '../../support/netem.js';

/** Sends packets 0..count-1 every 20 ms; gives `[packet, delay]` in the order of arrival. */
function run(
  o: NetemOptions,
  count = 5000,
  seed = 1,
): { arrivals: [number, number][]; netem: Netem<number> } {
  const netem = new Netem<number>(o, seededRng(seed));
  const arrivals: [number, number][] = [];
  for (let now = 0; now < count * 20 + 1000; now++) {
    if (now % 20 === 0 && now < count * 20) netem.handle(monoMs(now), now / 20);
    for (let packet = netem.poll(monoMs(now)); packet !== undefined; packet = netem.poll(monoMs(now))) {
      arrivals.push([packet, now - packet * 20]);
    }
  }
  return { arrivals, netem };
}

test('nothing asked, nothing done', () => {
  const { arrivals } = run({}, 100);
  expect(arrivals).toEqual(Array.from({ length: 100 }, (_, n) => [n, 0]));
});

test('latency and jitter stay within their bounds and keep the order', () => {
  const { arrivals } = run({ latencyMs: 50, jitterMs: 60 });
  expect(arrivals.map(([packet]) => packet)).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  expect(Math.min(...arrivals.map(([, delay]) => delay))).toBeGreaterThanOrEqual(50);
  expect(Math.max(...arrivals.map(([, delay]) => delay))).toBeLessThanOrEqual(111);
});

test('loss is near its share; the same seed gives the same fate, another seed another', () => {
  const { netem, arrivals } = run({ loss: 0.1 });
  expect(netem.counts.lost / 5000).toBeCloseTo(0.1, 1);
  expect(run({ loss: 0.1 }).arrivals).toEqual(arrivals);
  expect(run({ loss: 0.1 }, 5000, 2).arrivals).not.toEqual(arrivals);
});

test('burst loss comes in bursts', () => {
  const { arrivals, netem } = run({ burst: { enter: 0.01, leave: 0.2, loss: 0.9 } });
  const seen = new Set(arrivals.map(([packet]) => packet));
  let bursts = 0;
  for (let n = 1; n < 5000; n++) if (!seen.has(n) && seen.has(n - 1)) bursts++;
  expect(netem.counts.lost / bursts).toBeGreaterThan(2);
});

test('reordering overtakes, duplication repeats', () => {
  const { arrivals, netem } = run({ reorder: 0.05, reorderMs: 30, duplicate: 0.05 });
  const inversions = arrivals.filter(
    ([packet], i) => i > 0 && packet < (arrivals[i - 1] as [number, number])[0],
  ).length;
  expect(inversions).toBeGreaterThan(150);
  expect(arrivals.length).toBe(5000 + netem.counts.duplicated);
  expect(netem.nextDeadline()).toBeUndefined();
});
