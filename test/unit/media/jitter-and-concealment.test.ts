import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs, rtpTs } from '../../../src/kernel/time.js';
import { Concealer } from '../../../src/media/core/concealment.js';
import { DejitterBuffer } from '../../../src/media/core/dejitter-buffer.js';
import { JitterTarget } from '../../../src/media/core/jitter-target.js';

function tone(hz: number, from: number, length: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / 8000));
}

const rms = (pcm: Int16Array): number =>
  Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);

describe('jitter target', () => {
  function targetAfter(delayMs: () => number, packets = 2000, o = {}): JitterTarget {
    const target = new JitterTarget(o);
    for (let n = 0; n < packets; n++) {
      target.arrival(monoMs(n * 20 + delayMs()), rtpTs(0xffff0000 + n * 160), 1);
    }
    return target;
  }

  test('an even stream waits the minimum, across the timestamp wrap', () => {
    expect(targetAfter(() => 0).targetMs).toBe(20);
  });

  test('60 ms of uniform jitter: close to 60 ms', () => {
    const rng = seededRng(1);
    expect(targetAfter(() => rng.float() * 60).targetMs).toBeGreaterThanOrEqual(50);
    expect(targetAfter(() => rng.float() * 60).targetMs).toBeLessThanOrEqual(65);
  });

  test('never beyond its bounds', () => {
    const rng = seededRng(1);
    expect(targetAfter(() => rng.float() * 500).targetMs).toBe(120);
    expect(targetAfter(() => rng.float() * 500, 2000, { maxMs: 80, minMs: 40 }).targetMs).toBe(80);
    expect(targetAfter(() => 0, 100, { maxMs: 80, minMs: 40 }).targetMs).toBe(40);
  });

  test('jitter that ends is forgotten; a route that got slower is not jitter for ever', () => {
    const rng = seededRng(2);
    const target = new JitterTarget();
    for (let n = 0; n < 500; n++) target.arrival(monoMs(n * 20 + rng.float() * 80), rtpTs(n * 160), 1);
    expect(target.targetMs).toBeGreaterThan(60);
    for (let n = 500; n < 8000; n++) target.arrival(monoMs(n * 20 + 60), rtpTs(n * 160), 1);
    expect(target.targetMs).toBe(20);
  });

  test('a clock step of the sender is no jitter', () => {
    const target = new JitterTarget();
    for (let n = 0; n < 300; n++) {
      target.arrival(monoMs(n * 20), rtpTs(n * 160 + (n > 100 ? 1_000_000 : 0)), 1);
    }
    expect(target.targetMs).toBe(20);
  });
});

describe('concealment', () => {
  test('the tone goes on at its pitch and level, then fades to silence within 60 ms', () => {
    const concealer = new Concealer();
    for (let n = 0; n < 5; n++) concealer.good(tone(200, n * 160, 160), 160);
    const made = new Int16Array(160);
    concealer.conceal(made, 160);
    // 200 Hz is a period of 40 samples: the first 10 ms continue the wave.
    const expected = tone(200, 800, 80);
    const error = Math.sqrt(
      expected.reduce((sum, sample, i) => sum + (sample - (made[i] as number)) ** 2, 0) / 80,
    );
    expect(error).toBeLessThan(0.1 * rms(expected));
    const levels = [rms(made)];
    for (let n = 0; n < 3; n++) {
      concealer.conceal(made, 160);
      levels.push(rms(made));
    }
    expect(levels[1]).toBeLessThan(levels[0] as number);
    expect(levels[2]).toBeLessThan(levels[1] as number);
    expect(levels[3]).toBe(0);
  });

  test('the way back into real audio has no step', () => {
    const concealer = new Concealer();
    for (let n = 0; n < 5; n++) concealer.good(tone(230, n * 160, 160), 160);
    const made = new Int16Array(160);
    concealer.conceal(made, 160);
    const real = tone(230, 960 + 13, 160);
    concealer.good(real, 160);
    const step = Math.abs((real[0] as number) - (made[159] as number));
    expect(step).toBeLessThan(2500);
    expect(concealer.active).toBe(false);
  });

  test('after silence, and before any audio, only silence is made up', () => {
    const concealer = new Concealer();
    const made = new Int16Array(160).fill(99);
    concealer.conceal(made, 160);
    expect(rms(made)).toBe(0);
    concealer.good(tone(200, 0, 160), 160);
    concealer.reset();
    concealer.conceal(made, 160);
    expect(rms(made)).toBe(0);
  });
});

describe('de-jittered view', () => {
  /** Plays `packets` ([index, arrival ms]) of a 20 ms stream; each packet is filled with its index times 1000. */
  function play(
    packets: readonly (readonly [number, number])[],
    untilMs: number,
  ): { values: number[]; sources: string; buffer: DejitterBuffer } {
    const buffer = new DejitterBuffer();
    const out = new Int16Array(160);
    const values: number[] = [];
    let sources = '';
    const queue = [...packets].sort((a, b) => a[1] - b[1]);
    for (let now = 0; now < untilMs; now += 20) {
      for (let next = queue[0]; next !== undefined && next[1] <= now; next = queue[0]) {
        queue.shift();
        buffer.put(
          monoMs(next[1]),
          rtpTs(0xfffff000 + next[0] * 160),
          1,
          new Int16Array(160).fill((next[0] + 1) * 1000),
          160,
        );
      }
      sources += buffer.pull(monoMs(now), out)[0];
      values.push((out[80] as number) / 1000);
    }
    return { values, sources, buffer };
  }

  test('reordered packets play in order, after one target of delay', () => {
    const { values } = play(
      [
        [0, 0],
        [2, 30],
        [1, 38],
        [3, 60],
        [4, 80],
      ],
      200,
    );
    expect(values.filter((value) => value !== 0 && Number.isInteger(value)).slice(0, 5)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test('one frame per tick whatever comes: the view is as long as the time', () => {
    const rng = seededRng(9);
    const packets = Array.from({ length: 500 }, (_, n): [number, number] => [
      n,
      n * 20 + rng.float() * 60,
    ]).filter(() => rng.float() > 0.05);
    const { values, sources, buffer } = play(packets, 10_000);
    expect(values.length).toBe(500);
    // 5 % are lost; nearly everything else is played.
    expect(sources.split('r').length - 1).toBeGreaterThan(420);
    expect(buffer.late).toBeLessThan(25);
    expect(buffer.depthMs).toBeLessThan(200);
  });

  test('a hole is concealed for 60 ms and then silent', () => {
    const packets = [...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 20 + i)].map(
      (n): [number, number] => [n, n * 20],
    );
    const { sources } = play(packets, 700);
    expect(sources).toMatch(/r{10}c{3}s{7}r{10}/);
  });

  test('what is too far off starts a new time line; what is too long is refused', () => {
    const buffer = new DejitterBuffer();
    const out = new Int16Array(160);
    buffer.put(monoMs(0), rtpTs(0), 1, tone(100, 0, 160), 160);
    buffer.put(monoMs(20), rtpTs(3_000_000), 1, tone(100, 0, 160), 160);
    buffer.put(monoMs(20), rtpTs(3_000_160), 1, new Int16Array(20_000), 20_000);
    let received = 0;
    for (let now = 20; now < 200; now += 20) if (buffer.pull(monoMs(now), out) === 'received') received++;
    expect(received).toBe(1);
  });
});
