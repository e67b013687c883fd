import { VAD_INPUT_SAMPLES, VadWindower } from '../../../src/speech/core/vad-window.js';

const ramp = (from: number, length: number): Int16Array => Int16Array.from({ length }, (_, i) => from + i);

function takeAll(windower: VadWindower): { end: number; first: number; last: number; context: number }[] {
  const taken = [];
  const target = new Float32Array(VAD_INPUT_SAMPLES + 3);
  for (let end = windower.take(target, 3); end !== undefined; end = windower.take(target, 3)) {
    taken.push({
      end,
      context: Math.round((target[3] ?? 0) * 32768),
      first: Math.round((target[3 + 32] ?? 0) * 32768),
      last: Math.round((target[3 + 287] ?? 0) * 32768),
    });
  }
  return taken;
}

test('each window is preceded by the last 32 samples of the one before', () => {
  const windower = new VadWindower(8);
  windower.push(ramp(1, 512), 0);
  expect(takeAll(windower)).toEqual([
    { end: 256, context: 0, first: 1, last: 256 },
    { end: 512, context: 225, first: 257, last: 512 },
  ]);
});

test('audio in odd pieces gives the same windows', () => {
  const windower = new VadWindower(8);
  for (let at = 0; at < 512; at += 37) windower.push(ramp(at + 1, Math.min(37, 512 - at)), at);
  expect(takeAll(windower).map(({ end, first }) => [end, first])).toEqual([
    [256, 1],
    [512, 257],
  ]);
});

test('a gap is filled with silence, an overlap is skipped', () => {
  const windower = new VadWindower(8);
  windower.push(ramp(1, 100), 1000);
  windower.push(ramp(201, 100), 1200);
  windower.push(ramp(201, 156), 1200);
  const [window] = takeAll(windower);
  expect(window).toMatchObject({ end: 1256, first: 1, last: 256 });
});

test('after a long gap the stream starts afresh, and says so', () => {
  const windower = new VadWindower(8);
  expect(windower.push(ramp(1, 300), 0)).toBe(false);
  expect(windower.push(ramp(1, 256), 100_000)).toBe(true);
  expect(takeAll(windower)).toEqual([{ end: 100_256, context: 0, first: 1, last: 256 }]);
  expect(windower.dropped).toBe(1);
});

test('the backlog is bounded: the oldest window gives way, once told', () => {
  const windower = new VadWindower(2);
  windower.push(ramp(1, 256 * 5), 0);
  expect([windower.pending, windower.dropped, windower.takeSkipped(), windower.takeSkipped()]).toEqual([
    2,
    3,
    true,
    false,
  ]);
  expect(takeAll(windower).map(({ end }) => end)).toEqual([1024, 1280]);
});

test('digital silence is known as such, in either law, once its context is silent too', () => {
  const windower = new VadWindower(8);
  const silent: boolean[] = [];
  const windows = [0, 0, 1000, 8, -8, 9];
  windows.forEach((level, index) => {
    windower.push(new Int16Array(256).fill(level), index * 256);
    silent.push(windower.silent);
    expect(windower.drop()).toBe((index + 1) * 256);
  });
  expect(silent).toEqual([true, true, false, false, true, false]);
  expect(windower.silent).toBe(false);
  expect(windower.drop()).toBeUndefined();
});
