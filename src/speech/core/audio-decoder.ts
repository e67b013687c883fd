import { decodeAlaw, decodeUlaw } from '../../kernel/g711.js';
import { StreamResampler } from './stream-resample.js';

/** Codings that are understood. */
export type AudioCoding = 'pcm_s16le' | 'ulaw' | 'alaw';

/** What a provider was asked to send. */
export interface AudioFormat {
  readonly coding: AudioCoding;
  readonly sampleRateHz: number;
}

/** Containers and codings that cannot be decoded here. */
export type ForeignAudio = 'mp3' | 'ogg' | 'flac' | 'mp4' | 'json' | 'wav of another coding';

/** A WAV header ends within this many bytes; a longer one is not waited for. */
const LONGEST_HEADER = 4096;
/** Enough to tell every container from raw samples. */
const SNIFFED_BYTES = 12;
const RIFF_CODINGS: Readonly<Record<number, AudioCoding>> = { 6: 'alaw', 7: 'ulaw' };

/**
 * What a stream begins with, whatever its label says.
 *
 * @param bytes - the first 12 bytes or more
 * @returns `riff`, something that cannot be decoded, or undefined for raw samples
 */
export function sniffAudio(bytes: Uint8Array): 'riff' | ForeignAudio | undefined {
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (tag(0) === 'RIFF' && tag(8) === 'WAVE') return 'riff';
  if (tag(0) === 'OggS') return 'ogg';
  if (tag(0) === 'fLaC') return 'flac';
  if (tag(4) === 'ftyp') return 'mp4';
  if (tag(0).startsWith('ID3') || isMp3Frame(bytes)) return 'mp3';
  if (/^\s*\{"/.test(tag(0))) return 'json';
  return undefined;
}

/** A frame header of MPEG audio layer III (ISO 11172-3, 2.4.1.3) with no reserved value in it. */
function isMp3Frame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2;
  const bitrate = third >> 4;
  return isLayer3 && (second & 0x18) !== 0x08 && bitrate > 0 && bitrate < 15 && (third & 0x0c) !== 0x0c;
}

/**
 * Samples of a provider's audio as it comes: raw PCM16 or G.711, with a WAV header or without, cut anywhere, at any rate.
 * Of several channels the first is kept.
 */
export class AudioDecoder {
  #coding: AudioCoding;
  #channels = 1;
  #resampler: StreamResampler;
  /** Bytes that wait: the header, or half a sample. */
  #waiting = new Uint8Array(0);
  #begun = false;
  #foreign: ForeignAudio | undefined;

  /**
   * @param format - taken for granted where the stream has no header of its own
   * @param toHz - rate of the samples that come out
   */
  constructor(
    format: AudioFormat,
    private readonly toHz: 8000 | 16000,
  ) {
    this.#coding = format.coding;
    this.#resampler = new StreamResampler(format.sampleRateHz, toHz);
  }

  /** Set once the stream turned out to be something else; no samples come then. */
  get foreign(): ForeignAudio | undefined {
    return this.#foreign;
  }

  /** Samples of a piece. */
  push(bytes: Uint8Array): Int16Array {
    if (this.#foreign !== undefined) return new Int16Array(0);
    const all = joined(this.#waiting, bytes);
    const body = this.#begun ? all : this.#begin(all);
    if (body === undefined) {
      this.#waiting = all;
      return new Int16Array(0);
    }
    return this.#resampler.push(this.#samples(body));
  }

  /** The last samples. */
  end(): Int16Array {
    const short = !this.#begun && this.#foreign === undefined && this.#waiting.length > 0;
    if (!short) return this.#resampler.end();
    this.#begun = true;
    const first = this.#resampler.push(this.#samples(this.#waiting));
    const rest = this.#resampler.end();
    const pcm = new Int16Array(first.length + rest.length);
    pcm.set(first);
    pcm.set(rest, first.length);
    return pcm;
  }

  /** What follows the header; undefined while it is not whole. */
  #begin(all: Uint8Array): Uint8Array | undefined {
    if (all.length < SNIFFED_BYTES) return undefined;
    const kind = sniffAudio(all);
    if (kind !== undefined && kind !== 'riff') {
      this.#foreign = kind;
      return new Uint8Array(0);
    }
    if (kind === undefined) {
      this.#begun = true;
      return all;
    }
    const header = riffHeader(all);
    if (header === undefined && all.length < LONGEST_HEADER) return undefined;
    if (header?.coding === undefined) {
      this.#foreign = 'wav of another coding';
      return new Uint8Array(0);
    }
    this.#begun = true;
    this.#coding = header.coding;
    this.#channels = header.channels;
    this.#resampler = new StreamResampler(header.sampleRateHz, this.toHz);
    return all.subarray(header.dataAt);
  }

  #samples(bytes: Uint8Array): Int16Array {
    const frame = (this.#coding === 'pcm_s16le' ? 2 : 1) * this.#channels;
    const whole = bytes.length - (bytes.length % frame);
    this.#waiting = bytes.slice(whole);
    const body = bytes.subarray(0, whole);
    const pcm = this.#coding === 'pcm_s16le' ? littleEndian(body) : expanded(body, this.#coding);
    const { length } = pcm;
    return this.#channels === 1
      ? pcm
      : Int16Array.from({ length: length / this.#channels }, (_, i) => pcm[i * this.#channels] ?? 0);
  }
}

interface RiffHeader {
  readonly coding: AudioCoding | undefined;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly dataAt: number;
}

function riffHeader(bytes: Uint8Array): RiffHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<RiffHeader, 'dataAt'> | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const kind = String.fromCharCode(...bytes.subarray(at, at + 4));
    const body = at + 8;
    if (kind === 'data') return format === undefined ? undefined : { ...format, dataAt: body };
    const size = view.getUint32(at + 4, true);
    if (kind === 'fmt ' && body + 16 <= bytes.length) {
      const code = view.getUint16(body, true);
      const isPcm = (code === 1 || code === 0xfffe) && view.getUint16(body + 14, true) === 16;
      const channels = view.getUint16(body + 2, true);
      const sampleRateHz = view.getUint32(body + 4, true);
      const fits = channels >= 1 && channels <= 8 && sampleRateHz >= 4000 && sampleRateHz <= 192_000;
      format = {
        coding: fits ? (isPcm ? 'pcm_s16le' : RIFF_CODINGS[code]) : undefined,
        channels,
        sampleRateHz,
      };
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

function littleEndian(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true));
}

function expanded(bytes: Uint8Array, law: 'ulaw' | 'alaw'): Int16Array {
  const pcm = new Int16Array(bytes.length);
  (law === 'ulaw' ? decodeUlaw : decodeAlaw)(bytes, pcm);
  return pcm;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/**
 * The rate of an RFC 2586 media type such as `audio/L16;codec=pcm;rate=24000`.
 *
 * @returns undefined when it names none, or one that cannot be
 */
export function rateOfMime(mime: string): number | undefined {
  const rate = Number(/[;\s]rate=(\d{4,6})\b/i.exec(mime)?.[1]);
  return rate >= 4000 && rate <= 192_000 ? rate : undefined;
}
