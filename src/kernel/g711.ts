/**
 * G.711 by table, both laws: one look-up per sample in either direction.
 *
 * Where implementations differ (the decision value of negative samples that lie exactly between two codes), the
 * common telephony choice is taken: mu-law is symmetric about zero, A-law works on the ones' complement of
 * negative samples, since it has no code for zero.
 */

/** Byte that decodes to silence in mu-law. */
export const ULAW_SILENCE = 0xff;
/** Byte that decodes to (nearly) silence in A-law. */
export const ALAW_SILENCE = 0xd5;

const ULAW_BIAS = 132;
const ULAW_CLIP = 32767 - ULAW_BIAS;

function compressUlaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  const code = ~((segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0x7f;
  return sample < 0 ? code : code | 0x80;
}

function expandUlaw(code: number): number {
  const inverted = ~code & 0xff;
  const segment = (inverted >> 4) & 0x07;
  const magnitude = ((((inverted & 0x0f) << 3) + ULAW_BIAS) << segment) - ULAW_BIAS;
  return (code & 0x80) === 0 ? -magnitude : magnitude;
}

function compressAlaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const segment = magnitude > 15 ? 31 - Math.clz32(magnitude) - 3 : 0;
  const step = segment > 1 ? (magnitude >> (segment - 1)) & 0x0f : magnitude & 0x0f;
  const code = (segment << 4) | step;
  return (sample < 0 ? code : code | 0x80) ^ 0x55;
}

function expandAlaw(code: number): number {
  const inverted = code ^ 0x55;
  const segment = (inverted >> 4) & 0x07;
  const step = ((inverted & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (inverted & 0x80) === 0 ? -magnitude : magnitude;
}

const ULAW_DECODE = Int16Array.from({ length: 256 }, (_, code) => expandUlaw(code));
const ALAW_DECODE = Int16Array.from({ length: 256 }, (_, code) => expandAlaw(code));
const ULAW_ENCODE = Uint8Array.from({ length: 65536 }, (_, index) => compressUlaw((index << 16) >> 16));
const ALAW_ENCODE = Uint8Array.from({ length: 65536 }, (_, index) => compressAlaw((index << 16) >> 16));

/** Encodes `pcm` into `out` (one byte a sample), starting at `offset`. Returns the number of bytes. */
export function encodeUlaw(pcm: Int16Array, out: Uint8Array, offset = 0): number {
  return encode(ULAW_ENCODE, pcm, out, offset);
}

/** Decodes mu-law bytes into `out`. Returns the number of samples: the shorter of both lengths. */
export function decodeUlaw(bytes: Uint8Array, out: Int16Array): number {
  return decode(ULAW_DECODE, bytes, out);
}

/** Encodes `pcm` into `out` (one byte a sample), starting at `offset`. Returns the number of bytes. */
export function encodeAlaw(pcm: Int16Array, out: Uint8Array, offset = 0): number {
  return encode(ALAW_ENCODE, pcm, out, offset);
}

/** Decodes A-law bytes into `out`. Returns the number of samples: the shorter of both lengths. */
export function decodeAlaw(bytes: Uint8Array, out: Int16Array): number {
  return decode(ALAW_DECODE, bytes, out);
}

function encode(table: Uint8Array, pcm: Int16Array, out: Uint8Array, offset: number): number {
  const { length } = pcm;
  for (let i = 0; i < length; i++) out[offset + i] = table[(pcm[i] as number) & 0xffff] as number;
  return length;
}

function decode(table: Int16Array, bytes: Uint8Array, out: Int16Array): number {
  const length = Math.min(bytes.length, out.length);
  for (let i = 0; i < length; i++) out[i] = table[bytes[i] as number] as number;
  return length;
}
