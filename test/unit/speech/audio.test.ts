import { AudioCache } from '../../../src/speech/core/audio-cache.js';
import { downsample, toFloat, upsample, upsampleToFloat } from '../../../src/speech/core/resample.js';
import { padded, splitSegments } from '../../../src/speech/core/segments.js';
import { speechRange } from '../../../src/speech/core/trim.js';
import { parseWav } from '../../../src/speech/core/wav.js';

const sine = (hz: number, rateHz: number, samples: number, peak = 10_000): Int16Array =>
  Int16Array.from({ length: samples }, (_, i) =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  );

/** Level of one frequency in dB, against a sine of `peak`, away from the edges. */
function levelDb(pcm: Int16Array, hz: number, rateHz: number, peak = 10_000): number {
  let re = 0;
  let im = 0;
  const body = pcm.subarray(400, pcm.length - 400);
  body.forEach((sample, i) => {
    const hann = 1 - Math.cos((2 * Math.PI * i) / body.length);
    re += sample * hann * Math.cos((2 * Math.PI * hz * i) / rateHz);
    im += sample * hann * Math.sin((2 * Math.PI * hz * i) / rateHz);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / body.length / peak);
}

describe('resampling by two', () => {
  test.each([100, 1000, 2000, 3000, 3400])('%d Hz passes both ways within 0.3 dB', (hz) => {
    expect(Math.abs(levelDb(upsample(sine(hz, 8000, 8000)), hz, 16_000))).toBeLessThan(0.3);
    expect(Math.abs(levelDb(downsample(sine(hz, 16_000, 16_000)), hz, 8000))).toBeLessThan(0.3);
  });

  test.each([300, 1000, 3000, 3400])('the image of %d Hz is 55 dB down', (hz) => {
    expect(levelDb(upsample(sine(hz, 8000, 8000)), 8000 - hz, 16_000)).toBeLessThan(-55);
  });

  test.each([4600, 5000, 6000, 7500])('%d Hz does not fold back: 55 dB down', (hz) => {
    expect(levelDb(downsample(sine(hz, 16_000, 16_000)), 8000 - hz, 8000)).toBeLessThan(-55);
  });

  test('no delay, no gain, no overflow', () => {
    const loud = new Int16Array(1000).fill(32_767);
    expect(
      [...downsample(upsample(loud)).subarray(50, 950)].every((sample) => Math.abs(sample - 32_767) < 40),
    ).toBe(true);
    expect(upsampleToFloat(Int16Array.of(0, 0, 16_384, 0, 0))[4]).toBeCloseTo(0.5, 5);
    expect(upsample(new Int16Array(0)).length).toBe(0);
    expect(toFloat(Int16Array.of(-32_768))[0]).toBe(-1);
  });
});

describe('segments', () => {
  test('short audio is one piece, none is none', () => {
    expect(splitSegments(new Float32Array(16_000), 16_000, 15_000)).toEqual([{ start: 0, end: 16_000 }]);
    expect(splitSegments(new Float32Array(0), 16_000, 15_000)).toEqual([]);
  });

  test('long audio is cut in its pause, pieces adjoin and none is too long', () => {
    const audio = new Float32Array(40 * 1000).fill(0.5);
    audio.fill(0, 12_000, 12_400);
    const pieces = splitSegments(audio, 1000, 15_000);
    expect(pieces[0]?.end).toBeGreaterThanOrEqual(12_000);
    expect(pieces[0]?.end).toBeLessThanOrEqual(12_400);
    pieces.forEach((piece, i) => {
      expect(piece.end - piece.start).toBeLessThanOrEqual(15_000);
      expect(piece.start).toBe(i === 0 ? 0 : pieces[i - 1]?.end);
    });
    expect(pieces.at(-1)?.end).toBe(40_000);
  });

  test('padding', () => {
    expect([...padded(Float32Array.of(1), 1000, 2, 1)]).toEqual([0, 0, 1, 0]);
  });
});

describe('trimming', () => {
  test('keeps what was asked before and after the sound', () => {
    const pcm = new Int16Array(8000);
    pcm.set(sine(400, 8000, 4000), 2000);
    const { start, end } = speechRange(pcm, 8000, 20, 40);
    expect(start).toBe(2000 - 160);
    expect(end).toBe(6000 + 320);
  });

  test('faint noise is silence, silence is empty', () => {
    const pcm = sine(400, 8000, 8000, 50);
    pcm.set(sine(400, 8000, 800), 4000);
    expect(speechRange(pcm, 8000, 0, 0)).toEqual({ start: 4000, end: 4800 });
    expect(speechRange(new Int16Array(800), 8000, 20, 20)).toEqual({ start: 0, end: 0 });
    expect(speechRange(new Int16Array(0), 8000, 20, 20)).toEqual({ start: 0, end: 0 });
  });
});

describe('WAV', () => {
  const wav = (more: { channels?: number; encoding?: number; dataSize?: number } = {}): Uint8Array => {
    const { channels = 1, encoding = 1, dataSize = 8 } = more;
    const file = Buffer.alloc(52);
    file.write('RIFF', 0);
    file.writeUInt32LE(44, 4);
    file.write('WAVEfmt ', 8);
    file.writeUInt32LE(16, 16);
    file.writeUInt16LE(encoding, 20);
    file.writeUInt16LE(channels, 22);
    file.writeUInt32LE(8000, 24);
    file.writeUInt16LE(16, 34);
    file.write('data', 36);
    file.writeUInt32LE(dataSize, 40);
    [1, 2, 3, 4].forEach((sample, i) => file.writeInt16LE(sample, 44 + 2 * i));
    return file;
  };

  test('mono, the first of two channels, a size that was never filled in', () => {
    expect(parseWav(wav())).toEqual({ pcm: Int16Array.of(1, 2, 3, 4), sampleRateHz: 8000 });
    expect(parseWav(wav({ channels: 2 }))?.pcm).toEqual(Int16Array.of(1, 3));
    expect(parseWav(wav({ dataSize: 0xffffffff }))?.pcm.length).toBe(4);
  });

  test('what is no such file is undefined at every length', () => {
    expect(parseWav(wav({ encoding: 7 }))).toBeUndefined();
    expect(parseWav(wav({ channels: 0 }))).toBeUndefined();
    expect(parseWav(new Uint8Array(0))).toBeUndefined();
    const file = wav();
    for (let length = 0; length < 44; length++) expect(parseWav(file.subarray(0, length))).toBeUndefined();
  });
});

describe('AudioCache', () => {
  test('bounded in bytes and items; the least recently used gives way', () => {
    const cache = new AudioCache<{ bytes: number }>(100, 3);
    for (const key of ['a', 'b', 'c']) cache.set(key, { bytes: 30 });
    cache.get('a');
    cache.set('d', { bytes: 30 });
    expect([cache.get('a'), cache.get('b'), cache.size, cache.bytes]).toEqual([
      { bytes: 30 },
      undefined,
      3,
      90,
    ]);
    cache.set('e', { bytes: 90 });
    expect([cache.size, cache.bytes]).toEqual([1, 90]);
    cache.set('huge', { bytes: 101 });
    expect([cache.size, cache.get('huge')]).toEqual([1, undefined]);
  });

  test('the same key twice counts once', () => {
    const cache = new AudioCache<{ bytes: number }>(100, 3);
    cache.set('a', { bytes: 30 });
    cache.set('a', { bytes: 40 });
    expect([cache.size, cache.bytes]).toEqual([1, 40]);
  });
});
