import { seededRng } from '../../../src/kernel/rng.js';
import { createResampler } from '../../../src/media/core/resample.js';

function tone(hz: number, rateHz: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hz * i) / rateHz));
}

/** Level of one frequency in dB over a tone of amplitude 10,000. */
function levelDb(pcm: Int16Array, hz: number, rateHz: number): number {
  const from = 200;
  let re = 0;
  let im = 0;
  for (let i = from; i < pcm.length; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i - from)) / (pcm.length - from));
    re += window * (pcm[i] as number) * Math.cos((2 * Math.PI * hz * i) / rateHz);
    im += window * (pcm[i] as number) * Math.sin((2 * Math.PI * hz * i) / rateHz);
  }
  return 20 * Math.log10((4 * Math.hypot(re, im)) / (pcm.length - from) / 10_000 + 1e-9);
}

test.each([100, 300, 1000, 2000, 3000])('%i Hz keeps its level in both directions', (hz) => {
  expect(levelDb(createResampler(8000, 16_000).process(tone(hz, 8000, 8000)), hz, 16_000)).toBeCloseTo(0, 0);
  expect(levelDb(createResampler(16_000, 8000).process(tone(hz, 16_000, 16_000)), hz, 8000)).toBeCloseTo(
    0,
    0,
  );
});

test.each([300, 1000, 2000, 3000])('the image of %i Hz is at least 60 dB down', (hz) => {
  const out = createResampler(8000, 16_000).process(tone(hz, 8000, 8000));
  expect(levelDb(out, 8000 - hz, 16_000)).toBeLessThan(-60);
});

test.each([5000, 6000, 7000])('%i Hz does not fold back', (hz) => {
  const out = createResampler(16_000, 8000).process(tone(hz, 16_000, 16_000));
  expect(levelDb(out, 8000 - hz, 8000)).toBeLessThan(-60);
});

test.each([
  [8000, 16_000, 160, 320],
  [8000, 16_000, 1, 2],
  [16_000, 8000, 320, 160],
  [16_000, 8000, 800, 400],
])('%i to %i Hz: %i samples give exactly %i', (from, to, input, output) => {
  expect(createResampler(from, to).process(new Int16Array(input)).length).toBe(output);
});

test.each([
  [8000, 16_000],
  [16_000, 8000],
])('%i to %i Hz: any cut into blocks gives the same samples', (from, to) => {
  const rng = seededRng(4);
  const input = tone(440, from, 3000);
  const whole = createResampler(from, to).process(input);
  const resampler = createResampler(from, to);
  const parts: number[] = [];
  for (let at = 0; at < input.length;) {
    const size = 2 * (1 + (rng.uint32() % 250));
    parts.push(...resampler.process(input.subarray(at, at + size)));
    at += size;
  }
  expect(parts).toEqual([...whole]);
});

test('full-scale input is clipped, not wrapped', () => {
  const square = Int16Array.from({ length: 1600 }, (_, i) => (i % 40 < 20 ? 32_767 : -32_768));
  const out = createResampler(8000, 16_000).process(square);
  for (let i = 100; i < out.length; i++) {
    const expected = Math.floor((i - 24) / 40) % 2 === 0;
    if (i % 40 > 10 && i % 40 < 20) expect((out[i] as number) > 0).toBe(expected);
  }
  expect(Math.max(...out)).toBe(32_767);
});

test('reset forgets the past', () => {
  const resampler = createResampler(8000, 16_000);
  resampler.process(new Int16Array(100).fill(10_000));
  resampler.reset();
  expect(Math.max(...resampler.process(new Int16Array(100)))).toBe(0);
});

test.each([
  [8000, 8000],
  [8000, 48_000],
  [44_100, 16_000],
  [0, 0],
])('%i to %i Hz is refused', (from, to) => {
  expect(() => createResampler(from, to)).toThrow(RangeError);
});

test('an odd block downwards and a wrong result length are refused', () => {
  expect(() => createResampler(16_000, 8000).process(new Int16Array(3))).toThrow('even');
  expect(() => createResampler(8000, 16_000).process(new Int16Array(3), new Int16Array(5))).toThrow(
    RangeError,
  );
});
