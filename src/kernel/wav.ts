import { err, ok, type Result } from './result.js';
import { decodeAlaw, decodeUlaw } from './g711.js';

/** Audio of a WAV file. */
export interface WavAudio {
  readonly sampleRateHz: number;
  /** PCM16, one array per channel, all of the same length. */
  readonly channels: readonly Int16Array[];
}

/** Sample formats of the `fmt ` chunk. */
const PCM = 1;
const ALAW = 6;
const ULAW = 7;
const EXTENSIBLE = 0xfffe;

const HEADER_BYTES = 44;
const MAX_CHANNELS = 2;

interface Format {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: number;
}

/**
 * Reads a WAV file: PCM16, A-law or mu-law, mono or stereo, any rate. A data chunk that is cut short, or whose length
 * was never filled in (streams), is read as far as it goes.
 *
 * @returns an error in words that completes "<file> ..."
 */
export function parseWav(bytes: Uint8Array): Result<WavAudio, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || fourcc(view, 0) !== 'RIFF' || fourcc(view, 8) !== 'WAVE') {
    return err('is not a WAV file');
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = fourcc(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const end = Math.min(bytes.length, start + size);
    if (id === 'fmt ') {
      const read = readFormat(view, start, end);
      if (!read.ok) return read;
      format = read.value;
    } else if (id === 'data') {
      if (format === undefined) return err('has its audio before its format');
      return ok({
        sampleRateHz: format.sampleRateHz,
        channels: readSamples(bytes.subarray(start, end), format),
      });
    }
    // Chunks are padded to an even length.
    at = start + size + (size % 2);
  }
  return err('holds no audio');
}

/** Writes PCM16 as a WAV file with one or two channels; a shorter channel is filled up with silence. */
export function formatWav(audio: WavAudio): Uint8Array {
  const count = audio.channels.length;
  if (count < 1 || count > MAX_CHANNELS) throw new RangeError(`needs 1 or 2 channels, got ${count}`);
  const frames = Math.max(...audio.channels.map((channel) => channel.length));
  const dataBytes = frames * count * 2;
  const bytes = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(wavHeader({ sampleRateHz: audio.sampleRateHz, channels: count, dataBytes }));
  for (let i = 0; i < frames; i++) {
    for (let c = 0; c < count; c++) {
      view.setInt16(HEADER_BYTES + (i * count + c) * 2, audio.channels[c]?.[i] ?? 0, true);
    }
  }
  return bytes;
}

/** What stands before the samples of a WAV file of PCM16. */
export interface WavHeader {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Length of the samples that follow. */
  readonly dataBytes: number;
  /** A chunk of its own before the samples, which players pass over: four letters, and an even number of bytes. */
  readonly extra?: { readonly id: string; readonly bytes: Uint8Array };
}

/** The bytes of a {@link WavHeader}: 44 without a further chunk. */
export function wavHeader({ sampleRateHz, channels, dataBytes, extra }: WavHeader): Uint8Array {
  const extraBytes = extra === undefined ? 0 : 8 + extra.bytes.length;
  const length = HEADER_BYTES + extraBytes;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  writeFourcc(bytes, 0, 'RIFF');
  view.setUint32(4, length - 8 + dataBytes, true);
  writeFourcc(bytes, 8, 'WAVE');
  writeFourcc(bytes, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  if (extra !== undefined) {
    writeFourcc(bytes, 36, extra.id);
    view.setUint32(40, extra.bytes.length, true);
    bytes.set(extra.bytes, 44);
  }
  writeFourcc(bytes, length - 8, 'data');
  view.setUint32(length - 4, dataBytes, true);
  return bytes;
}

function readFormat(view: DataView, start: number, end: number): Result<Format, string> {
  if (end - start < 16) return err('has a broken format chunk');
  const extensible = view.getUint16(start, true) === EXTENSIBLE && end - start >= 26;
  // The sub-format of the extensible form begins with the tag.
  const tag = view.getUint16(extensible ? start + 24 : start, true);
  const channels = view.getUint16(start + 2, true);
  const sampleRateHz = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  if (channels < 1 || channels > MAX_CHANNELS) return err(`has ${channels} channels; 1 or 2 can be read`);
  if (sampleRateHz < 1000 || sampleRateHz > 384_000) return err(`claims a sample rate of ${sampleRateHz} Hz`);
  const readable = (tag === PCM && bits === 16) || ((tag === ALAW || tag === ULAW) && bits === 8);
  if (!readable) return err(`has format ${tag} with ${bits} bits; convert it to 16-bit PCM or G.711`);
  return ok({ tag, channels, sampleRateHz, bits });
}

function readSamples(data: Uint8Array, format: Format): Int16Array[] {
  const { channels, tag } = format;
  const interleaved = tag === PCM ? readPcm16(data) : expand(data, tag);
  const frames = Math.floor(interleaved.length / channels);
  return Array.from({ length: channels }, (_, c) =>
    channels === 1
      ? interleaved
      : Int16Array.from({ length: frames }, (_x, i) => interleaved[i * channels + c] as number),
  );
}

function readPcm16(data: Uint8Array): Int16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int16Array.from({ length: data.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
}

function expand(data: Uint8Array, tag: number): Int16Array {
  const out = new Int16Array(data.length);
  if (tag === ALAW) decodeAlaw(data, out);
  else decodeUlaw(data, out);
  return out;
}

function fourcc(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function writeFourcc(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = text.charCodeAt(i);
}
