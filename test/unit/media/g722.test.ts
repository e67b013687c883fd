import { createHash } from 'node:crypto';
import { G722Decoder, G722Encoder } from '../../../src/media/core/g722.js';
import { seededRng } from '../../../src/kernel/rng.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (pcm: Int16Array): Uint8Array => new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);

/** Four seconds: sweeping saw teeth, noise, both in turns at half of full scale, noise at the edge of hearing. */
function signal(): Int16Array {
  let state = 12_345;
  let phase = 0;
  return Int16Array.from({ length: 64_000 }, (_, n) => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    phase = (phase + 200 + (n >> 2)) & 0xffff;
    const saw = phase - 32_768;
    const noise = (state & 0xffff) - 32_768;
    const turn = Math.floor(n / 80) % 2 === 1 ? saw : noise;
    return [saw >> 2, noise >> 3, turn >> 1, noise >> 11][Math.floor(n / 8000) % 4] as number;
  });
}

describe('ITU-T G.722 at 64 kbit/s', () => {
  // What SpanDSP 0.0.6, an independent implementation, makes of the same signal.
  test('bits and samples are those of another implementation', () => {
    const pcm = signal();
    const bytes = new Uint8Array(32_000);
    expect(new G722Encoder().encode(pcm, bytes)).toBe(32_000);
    expect(sha256(bytes)).toBe('943fc98f529581f8f8116d67ec1e12d0d304938e2ce49203b7b896216a55b442');
    const decoded = new Int16Array(64_000);
    expect(new G722Decoder().decode(bytes, decoded)).toBe(64_000);
    expect(sha256(bytesOf(decoded))).toBe('fe52f5beff26697716c3ecafd4669b5f94751099960c528d01c16e2fb603ffdf');
  });

  test('frames of any even length join without a seam', () => {
    const pcm = signal();
    const whole = new Uint8Array(32_000);
    new G722Encoder().encode(pcm, whole);
    const encoder = new G722Encoder();
    const pieces = new Uint8Array(32_000);
    for (let at = 0; at < pcm.length; at += 320) encoder.encode(pcm.subarray(at, at + 320), pieces, at / 2);
    expect(pieces).toEqual(whole);
  });

  test('arbitrary bytes decode to audio within full scale; no more than fits', () => {
    const rng = seededRng(7);
    const decoder = new G722Decoder();
    const out = new Int16Array(320);
    for (let n = 0; n < 500; n++) {
      const payload = Uint8Array.from({ length: 200 }, () => rng.uint32() & 255);
      expect(decoder.decode(payload, out)).toBe(320);
    }
    expect(decoder.decode(new Uint8Array(0), out)).toBe(0);
  });
});
