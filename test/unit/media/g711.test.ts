import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '../../../src/kernel/g711.js';

/** The segment search of the standard, written the long way round. */
function naiveUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  let exponent = 7;
  for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent--;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function naiveAlaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = sample < 0 ? -sample - 1 : sample;
  let exponent = 7;
  for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent--;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

const ALL_SAMPLES = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
const ALL_CODES = Uint8Array.from({ length: 256 }, (_, i) => i);

describe.each([
  { law: 'mu-law', encode: encodeUlaw, decode: decodeUlaw, naive: naiveUlaw },
  { law: 'A-law', encode: encodeAlaw, decode: decodeAlaw, naive: naiveAlaw },
])('$law', ({ encode, decode, naive }) => {
  test('every sample encodes as the standard says', () => {
    const out = new Uint8Array(65_536);
    encode(ALL_SAMPLES, out);
    const wrong = [...ALL_SAMPLES].filter((sample, i) => out[i] !== naive(sample));
    expect(wrong).toEqual([]);
  });

  test('every code survives decoding and encoding, but for the second zero', () => {
    const pcm = new Int16Array(256);
    decode(ALL_CODES, pcm);
    const again = new Uint8Array(256);
    encode(pcm, again);
    const changed = [...ALL_CODES].filter((code) => again[code] !== code);
    expect(changed).toEqual(encode === encodeUlaw ? [0x7f] : []);
  });

  test('the decoded value is within half a step of the sample', () => {
    const codes = new Uint8Array(65_536);
    encode(ALL_SAMPLES, codes);
    const pcm = new Int16Array(65_536);
    decode(codes, pcm);
    const wrong = [...ALL_SAMPLES].filter((sample, i) => {
      // A step is a sixteenth of its segment; beyond the last one, samples are clipped.
      const size = Math.abs(sample);
      const allowed = Math.max(8, size / 31 + 5) + (size > 32_124 ? 644 : 0);
      return Math.abs((pcm[i] as number) - sample) > allowed;
    });
    expect(wrong).toEqual([]);
  });
});

// Published values: ITU-T G.711 tables 1a and 2a, scaled to 16 bits.
test.each([
  ['mu-law', decodeUlaw, 0x00, -32_124],
  ['mu-law', decodeUlaw, 0x80, 32_124],
  ['mu-law', decodeUlaw, 0xff, 0],
  ['mu-law', decodeUlaw, 0x7f, 0],
  ['mu-law', decodeUlaw, 0xf0, 120],
  ['A-law', decodeAlaw, 0x2a, -32_256],
  ['A-law', decodeAlaw, 0xaa, 32_256],
  ['A-law', decodeAlaw, 0xd5, 8],
  ['A-law', decodeAlaw, 0x55, -8],
] as const)('%s decodes %#x', (_law, decode, code, value) => {
  const out = new Int16Array(1);
  decode(Uint8Array.of(code), out);
  expect(out[0]).toBe(value);
});

test('encoding starts at the offset and decoding stops at the shorter side', () => {
  const out = new Uint8Array(4);
  expect(encodeUlaw(Int16Array.of(0, 0), out, 2)).toBe(2);
  expect([...out]).toEqual([0, 0, 0xff, 0xff]);
  expect(decodeUlaw(new Uint8Array(10), new Int16Array(3))).toBe(3);
});
