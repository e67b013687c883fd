import type { PcmAudio } from '../../../src/speech/core/wav.js';

/** Reads bits, most significant first. */
class BitReader {
  #bit = 0;

  constructor(
    private readonly bytes: Uint8Array,
    start: number,
  ) {
    this.#bit = start * 8;
  }

  get atEnd(): boolean {
    return this.#bit >= this.bytes.length * 8;
  }

  get byte(): number {
    return Math.ceil(this.#bit / 8);
  }

  bits(count: number): number {
    let value = 0;
    for (let left = count; left > 0;) {
      const offset = this.#bit & 7;
      const take = Math.min(8 - offset, left);
      const byte = this.bytes[this.#bit >> 3];
      if (byte === undefined) throw new Error('the FLAC stream ends too soon');
      value = value * 2 ** take + ((byte >> (8 - offset - take)) & ((1 << take) - 1));
      this.#bit += take;
      left -= take;
    }
    return value;
  }

  signed(count: number): number {
    const value = this.bits(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  unary(): number {
    let zeros = 0;
    while (this.bits(1) === 0) zeros++;
    return zeros;
  }

  align(): void {
    this.#bit = this.byte * 8;
  }
}

interface StreamInfo {
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
  readonly audioAt: number;
}

const FIXED_COEFFICIENTS: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];
const SAMPLE_SIZES: Readonly<Record<number, number>> = { 1: 8, 2: 12, 4: 16, 5: 20, 6: 24 };

/**
 * Decodes a FLAC file of 16-bit samples (RFC 9639); of several channels the first is kept. Checksums are not
 * verified.
 *
 * @throws Error when the file is not FLAC, is not 16-bit or ends too soon
 */
export function decodeFlac(bytes: Uint8Array): PcmAudio {
  const info = readStreamInfo(bytes);
  if (info.bitsPerSample !== 16) throw new Error(`FLAC with ${info.bitsPerSample} bits is not supported`);
  const blocks: Int16Array[] = [];
  const reader = new BitReader(bytes, info.audioAt);
  while (!reader.atEnd) blocks.push(readFrame(reader, info));
  const pcm = new Int16Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    pcm.set(block, at);
    at += block.length;
  }
  return { pcm, sampleRateHz: info.sampleRateHz };
}

function readStreamInfo(bytes: Uint8Array): StreamInfo {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== 'fLaC') throw new Error('not a FLAC file');
  let info: StreamInfo | undefined;
  let at = 4;
  for (let last = false; !last;) {
    const header = new BitReader(bytes, at);
    last = header.bits(1) === 1;
    const type = header.bits(7);
    const length = header.bits(24);
    if (type === 0) {
      header.bits(80);
      const sampleRateHz = header.bits(20);
      header.bits(3);
      info = { sampleRateHz, bitsPerSample: header.bits(5) + 1, audioAt: 0 };
    }
    at += 4 + length;
  }
  if (info === undefined) throw new Error('the FLAC file has no stream information');
  return { ...info, audioAt: at };
}

/** RFC 9639 section 9: one frame, first channel. */
function readFrame(reader: BitReader, info: StreamInfo): Int16Array {
  if (reader.bits(15) !== 0x7ffc) throw new Error('FLAC synchronisation lost');
  reader.bits(1);
  const blockCode = reader.bits(4);
  const rateCode = reader.bits(4);
  const channelCode = reader.bits(4);
  const sizeCode = reader.bits(3);
  reader.bits(1);
  let first = reader.bits(8);
  for (; (first & 0xc0) === 0xc0; first = (first << 1) & 0xff) reader.bits(8);
  const blockSize = readBlockSize(reader, blockCode);
  if (rateCode === 12) reader.bits(8);
  else if (rateCode === 13 || rateCode === 14) reader.bits(16);
  reader.bits(8);
  const bits = SAMPLE_SIZES[sizeCode] ?? info.bitsPerSample;
  const channels = channelCode < 8 ? channelCode + 1 : 2;
  const decoded: number[][] = [];
  for (let channel = 0; channel < channels; channel++) {
    const isSide =
      (channelCode === 9 && channel === 0) || ((channelCode === 8 || channelCode === 10) && channel === 1);
    decoded.push(readSubframe(reader, blockSize, bits + (isSide ? 1 : 0)));
  }
  reader.align();
  reader.bits(16);
  const [a = [], b = []] = decoded;
  if (channelCode === 9) return Int16Array.from(a, (side, i) => side + (b[i] ?? 0));
  if (channelCode === 10) {
    return Int16Array.from(a, (mid, i) => (mid * 2 + ((b[i] ?? 0) & 1) + (b[i] ?? 0)) >> 1);
  }
  return Int16Array.from(a);
}

function readBlockSize(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 144 << code;
  if (code === 6) return reader.bits(8) + 1;
  if (code === 7) return reader.bits(16) + 1;
  return 1 << code;
}

/** RFC 9639 section 9.2: constant, verbatim, fixed or linear prediction. */
function readSubframe(reader: BitReader, size: number, bitsPerSample: number): number[] {
  reader.bits(1);
  const type = reader.bits(6);
  const wasted = reader.bits(1) === 1 ? reader.unary() + 1 : 0;
  const bits = bitsPerSample - wasted;
  let samples: number[];
  if (type === 0) samples = new Array<number>(size).fill(reader.signed(bits));
  else if (type === 1) samples = Array.from({ length: size }, () => reader.signed(bits));
  else if (type >= 8 && type <= 12) {
    samples = predicted(reader, size, bits, type - 8, () => ({
      coefficients: FIXED_COEFFICIENTS[type - 8] ?? [],
      shift: 0,
    }));
  } else if (type >= 32) {
    const order = type - 31;
    samples = predicted(reader, size, bits, order, () => {
      const precision = reader.bits(4) + 1;
      const shift = reader.signed(5);
      return { coefficients: Array.from({ length: order }, () => reader.signed(precision)), shift };
    });
  } else throw new Error('unknown FLAC subframe');
  return wasted === 0 ? samples : samples.map((sample) => sample * 2 ** wasted);
}

function predicted(
  reader: BitReader,
  size: number,
  bits: number,
  order: number,
  readPredictor: () => { readonly coefficients: readonly number[]; readonly shift: number },
): number[] {
  const samples = Array.from({ length: order }, () => reader.signed(bits));
  const { coefficients, shift } = readPredictor();
  for (const residual of readResiduals(reader, size, order)) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += (coefficients[i] ?? 0) * (samples[samples.length - 1 - i] ?? 0);
    samples.push(residual + Math.floor(sum / 2 ** shift));
  }
  return samples;
}

/** RFC 9639 section 9.2.7: Rice codes in partitions. */
function readResiduals(reader: BitReader, size: number, order: number): number[] {
  const parameterBits = reader.bits(2) === 0 ? 4 : 5;
  const partitions = 1 << reader.bits(4);
  const escape = (1 << parameterBits) - 1;
  const residuals: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const count = size / partitions - (partition === 0 ? order : 0);
    const parameter = reader.bits(parameterBits);
    const rawBits = parameter === escape ? reader.bits(5) : undefined;
    for (let i = 0; i < count; i++) {
      if (rawBits !== undefined) {
        residuals.push(rawBits === 0 ? 0 : reader.signed(rawBits));
        continue;
      }
      const folded = reader.unary() * 2 ** parameter + reader.bits(parameter);
      residuals.push(folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2);
    }
  }
  return residuals;
}
