import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAlaw, encodeUlaw } from '../../../src/kernel/g711.js';
import { formatWav, parseWav, type WavAudio } from '../../../src/kernel/wav.js';
import { mixToMono, readWav, writeWav } from '../../../src/media/wav.js';

const ramp = Int16Array.from({ length: 101 }, (_, i) => i * 300 - 15_000);

function chunk(id: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + body.length + (body.length % 2));
  out.set(Buffer.from(id), 0);
  new DataView(out.buffer).setUint32(4, body.length, true);
  out.set(body, 8);
  return out;
}

function wav(...chunks: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  const head = Buffer.alloc(8);
  head.write('RIFF');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function fmt(tag: number, channels: number, rate: number, bits: number, extra = 0): Uint8Array {
  const body = Buffer.alloc(16 + extra);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt16LE(bits, 14);
  return chunk('fmt ', body);
}

function read(bytes: Uint8Array): WavAudio {
  const result = parseWav(bytes);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

test('mono and stereo come back as they went', () => {
  expect(read(formatWav({ sampleRateHz: 8000, channels: [ramp] }))).toEqual({
    sampleRateHz: 8000,
    channels: [ramp],
  });
  const stereo = { sampleRateHz: 16_000, channels: [ramp, ramp.map((sample) => -sample)] };
  expect(read(formatWav(stereo))).toEqual(stereo);
});

test('a shorter channel is filled up with silence', () => {
  const { channels } = read(formatWav({ sampleRateHz: 8000, channels: [ramp, ramp.subarray(0, 50)] }));
  expect(channels[1]?.length).toBe(101);
  expect(channels[1]?.[100]).toBe(0);
});

test.each([
  ['mu-law', 7, encodeUlaw],
  ['A-law', 6, encodeAlaw],
])('%s is expanded', (_law, tag, encode) => {
  const bytes = new Uint8Array(ramp.length);
  encode(ramp, bytes);
  const { channels } = read(wav(fmt(tag, 1, 8000, 8), chunk('data', bytes)));
  channels[0]?.forEach((sample, i) => expect(Math.abs(sample - (ramp[i] as number))).toBeLessThan(520));
});

test('other chunks, odd lengths and the extensible form are read over', () => {
  const extensible = Buffer.from(fmt(0xfffe, 1, 8000, 16, 24));
  extensible.writeUInt16LE(1, 8 + 24);
  const data = Buffer.alloc(4);
  data.writeInt16LE(-5, 0);
  data.writeInt16LE(7, 2);
  expect(read(wav(chunk('LIST', Buffer.from('abc')), extensible, chunk('data', data))).channels[0]).toEqual(
    Int16Array.of(-5, 7),
  );
});

test('a stream with an unknown length, or one that is cut short, is read as far as it goes', () => {
  const bytes = formatWav({ sampleRateHz: 8000, channels: [ramp] });
  new DataView(bytes.buffer).setUint32(40, 0xffffffff, true);
  expect(read(bytes).channels[0]?.length).toBe(101);
  expect(read(bytes.subarray(0, 60)).channels[0]?.length).toBe(8);
});

test.each([
  ['is not a WAV file', Buffer.from('ID3 not a wav at all')],
  ['is not a WAV file', new Uint8Array(3)],
  ['holds no audio', wav(fmt(1, 1, 8000, 16))],
  ['has its audio before its format', wav(chunk('data', new Uint8Array(4)))],
  ['has a broken format chunk', wav(chunk('fmt ', new Uint8Array(4)), chunk('data', new Uint8Array(4)))],
  ['convert it to 16-bit PCM', wav(fmt(3, 1, 8000, 32), chunk('data', new Uint8Array(4)))],
  ['convert it to 16-bit PCM', wav(fmt(1, 1, 8000, 24), chunk('data', new Uint8Array(4)))],
  ['has 6 channels', wav(fmt(1, 6, 8000, 16), chunk('data', new Uint8Array(4)))],
  ['sample rate of 0', wav(fmt(1, 1, 0, 16), chunk('data', new Uint8Array(4)))],
])('refused: %s', (message, bytes) => {
  expect(parseWav(bytes)).toEqual({ ok: false, error: expect.stringContaining(message) as string });
});

test('writing needs one or two channels', () => {
  expect(() => formatWav({ sampleRateHz: 8000, channels: [] })).toThrow(RangeError);
});

test('a stereo file as a telephone hears it', () => {
  expect(
    mixToMono({ sampleRateHz: 8000, channels: [Int16Array.of(100, 200), Int16Array.of(300, -200)] }),
  ).toEqual(Int16Array.of(200, 0));
  expect(mixToMono({ sampleRateHz: 8000, channels: [ramp] })).toBe(ramp);
  expect(mixToMono({ sampleRateHz: 8000, channels: [] }).length).toBe(0);
});

test('files: written, read, and each fault in one sentence that names the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leibniz-wav-'));
  try {
    const path = join(folder, 'a.wav');
    await writeWav(path, { sampleRateHz: 8000, channels: [ramp] });
    expect((await readWav(path)).channels[0]).toEqual(ramp);
    await writeFile(path, 'nonsense');
    await expect(readWav(path)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      field: path,
      message: `${path} is not a WAV file`,
    });
    await expect(readWav(join(folder, 'absent.wav'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(
      writeWav(join(folder, 'no', 'folder.wav'), { sampleRateHz: 8000, channels: [ramp] }),
    ).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
