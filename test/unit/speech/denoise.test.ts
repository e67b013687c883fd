import { seededRng } from '../../../src/kernel/rng.js';
import { SnrMeter } from '../../../src/speech/core/snr-meter.js';
import { openRnnoise } from '../../../src/speech/denoise/rnnoise-denoiser.js';
import { SwitchedDenoiser } from '../../../src/speech/denoise/switched-denoiser.js';
import type { Denoiser } from '../../../src/speech/ports.js';

const rng = seededRng(4);
const noise = (samples: number, amplitude: number): Int16Array =>
  Int16Array.from({ length: samples }, () => (rng.float() - 0.5) * 2 * amplitude);

/** A denoiser that halves what it gets and takes 5 ms. */
const halving: Denoiser & { processed: number } = {
  capabilities: { engine: 'halving' },
  processed: 0,
  open: (rate) => {
    const delaySamples = rate / 200;
    let past = new Int16Array(delaySamples);
    return {
      delaySamples,
      process: (pcm) => {
        halving.processed++;
        const all = Int16Array.from([...past, ...pcm]);
        past = all.slice(pcm.length);
        return all.slice(0, pcm.length).map((x) => x / 2);
      },
      close: () => undefined,
    };
  },
};

describe('distance of speech from noise', () => {
  test('unknown at first; a quiet line is clean before anybody speaks, a loud one is not', () => {
    const quiet = new SnrMeter();
    quiet.push(noise(160, 10));
    expect(quiet.snrDb).toBeUndefined();
    for (let n = 0; n < 50; n++) quiet.push(noise(160, 10));
    expect(quiet.snrDb).toBeGreaterThan(35);
    const loud = new SnrMeter();
    for (let n = 0; n < 50; n++) loud.push(noise(160, 2000));
    expect(loud.snrDb).toBeLessThan(5);
  });

  test.each([5, 10, 20, 30])('speech of half the time, %i dB above steady noise', (snrDb) => {
    const meter = new SnrMeter();
    const amplitude = 8000 / 10 ** (snrDb / 20);
    for (let n = 0; n < 300; n++) {
      const frame = noise(160, amplitude);
      if (n % 50 < 25) for (const [i, x] of noise(160, 8000).entries()) frame[i] = (frame[i] as number) + x;
      meter.push(frame);
    }
    expect(Math.abs((meter.snrDb as number) - snrDb)).toBeLessThan(2.5);
  });

  test('digital silence is no noise', () => {
    const meter = new SnrMeter();
    for (let n = 0; n < 50; n++) meter.push(new Int16Array(320));
    expect(meter.snrDb).toBeGreaterThan(60);
  });
});

describe.each([8000, 16_000] as const)('the switch at %i Hz', (rate) => {
  const frame = rate / 50;

  function run(frames: readonly Int16Array[]) {
    halving.processed = 0;
    const heard: number[] = [];
    let next = 0;
    const clean = new SwitchedDenoiser({ denoiser: halving, belowDb: 15 }, rate, (pcm, startSample) => {
      expect(startSample).toBe(next);
      next += (pcm.length * 8000) / rate;
      heard.push(...pcm);
    });
    for (const [n, pcm] of frames.entries()) clean.push(pcm, n * 160);
    return { clean, heard };
  }

  test('a clean line passes untouched, each sample at its own place, and costs no denoising', () => {
    const frames = Array.from({ length: 100 }, (_, n) => noise(frame, n % 2 === 0 ? 5 : 9000));
    const { clean, heard } = run(frames);
    const sent = frames.flatMap((pcm) => [...pcm]);
    expect(heard).toEqual(sent.slice(0, heard.length));
    expect(sent.length - heard.length).toBe(rate / 200);
    expect([clean.on, halving.processed]).toEqual([false, 0]);
  });

  test('a noisy line is denoised once it was measured, without a seam in time', () => {
    const frames = Array.from({ length: 100 }, () => noise(frame, 3000));
    const { clean, heard } = run(frames);
    const sent = frames.flatMap((pcm) => [...pcm]);
    expect(clean.on).toBe(true);
    const halved = heard.map((x, i) => x === Math.trunc((sent[i] as number) / 2));
    const from = halved.indexOf(true, frame * 23);
    expect(from).toBeLessThan(frame * 26);
    expect(halved.slice(frame * 26).every(Boolean)).toBe(true);
    expect(heard.slice(0, frame * 23)).toEqual(sent.slice(0, frame * 23));
  });
});

test('RNNoise: noise goes, the delay is the one it says, blocks of other lengths are refused', async () => {
  const stream = (await openRnnoise()).open(16_000);
  const pcm = noise(48_000, 4000);
  const out = stream.process(pcm);
  const energy = (part: Int16Array): number => part.reduce((sum, x) => sum + x * x, 0);
  expect(energy(out.subarray(32_000))).toBeLessThan(energy(pcm.subarray(32_000)) / 16);
  expect(stream.delaySamples).toBe(184);
  expect(() => stream.process(new Int16Array(159))).toThrow(RangeError);
  stream.close();
  expect(stream.process(new Int16Array(160))).toEqual(new Int16Array(160));
});
