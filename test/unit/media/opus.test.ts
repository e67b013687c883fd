import { existsSync } from 'node:fs';
import { MAX_DECODED_SAMPLES } from '../../../src/media/core/codec.js';
import { availableCodecs } from '../../../src/media/opus.js';

const names = (inventory: Awaited<ReturnType<typeof availableCodecs>>): string[] =>
  inventory.codecs.map(({ spec }) => spec.name);

test('not wanted: G.711 only, nothing missing, the package is not even looked for', async () => {
  const inventory = await availableCodecs({
    loadModule: () => Promise.reject(new Error('must not be called')),
  });
  expect(names(inventory)).toEqual(['PCMU', 'PCMA']);
  expect(inventory.missing).toEqual([]);
});

test.each([
  ['absent', () => Promise.reject(new Error('Cannot find package\n at x'))],
  ['broken', () => Promise.resolve({ OpusEncoder: class {} })],
  ['something else', () => Promise.resolve({})],
])('wanted but %s: a codec less, with the reason', async (_name, loadModule) => {
  const inventory = await availableCodecs({ opus: true, loadModule });
  expect(names(inventory)).toEqual(['PCMU', 'PCMA']);
  expect(inventory.missing).toEqual([
    { name: 'opus', reason: expect.stringContaining('@discordjs/opus does not load') as string },
  ]);
});

const installed = existsSync('node_modules/@discordjs/opus/prebuild');
(installed ? describe : describe.skip)('with the package', () => {
  test('a tone survives, garbage is refused without a throw', async () => {
    const { codecs } = await availableCodecs({ opus: true });
    expect(codecs[0]?.spec).toMatchObject({ name: 'opus', clockRateHz: 48_000, channels: 2 });
    const [encoder, decoder] = [codecs[0]?.create(), codecs[0]?.create()];
    if (encoder === undefined || decoder === undefined) throw new Error('no opus');
    const out = new Int16Array(MAX_DECODED_SAMPLES);
    const packet = new Uint8Array(512);
    let energy = 0;
    for (let n = 0; n < 50; n++) {
      const pcm = Int16Array.from(
        { length: 160 },
        (_, i) => 8000 * Math.sin((2 * Math.PI * 300 * (n * 160 + i)) / 8000),
      );
      const bytes = encoder.encode(pcm, packet, 4);
      expect(bytes).toBeLessThan(120);
      expect(decoder.decode(packet.subarray(4, 4 + bytes), out)).toBe(160);
      energy += out.subarray(0, 160).reduce((sum, sample) => sum + Math.abs(sample), 0);
    }
    expect(energy / (50 * 160 * 5092)).toBeCloseTo(1, 0);
    expect(decoder.decode(new Uint8Array(0), out)).toBe(-1);
    expect(decoder.decode(new Uint8Array(300).fill(255), out)).toBe(-1);
  });
});
