import type { Codec, CodecFactory, CodecSpec } from './core/codec.js';
import type { AudioRate } from './core/frame.js';
import { opusFrameMs, opusPacketMs } from './core/opus-packet.js';

/** The part of `@discordjs/opus` that is used; declared here because the package may not be installed. */
interface NativeOpus {
  encode(pcm: Buffer): Buffer;
  decode(packet: Buffer): Buffer;
  setBitrate(bitsPerSecond: number): void;
  applyEncoderCTL(request: number, value: number): void;
}

interface OpusModule {
  readonly OpusEncoder: new (rateHz: number, channels: number) => NativeOpus;
}

const RATE: AudioRate = 16_000;
const OPUS_CLOCK_HZ = 48_000;
/** Wideband speech needs 16 to 20 kbit/s (RFC 7587 section 3.1.1); the rest is for what repairs losses. */
const BITRATE = 24_000;
const MIN_BITRATE = 6000;

/** Requests of `opus_encoder_ctl` and their values (opus_defines.h). */
const SET_APPLICATION = 4000;
const SET_MAX_BANDWIDTH = 4004;
const SET_VBR = 4006;
const SET_COMPLEXITY = 4010;
const SET_INBAND_FEC = 4012;
const SET_PACKET_LOSS_PERCENT = 4014;
const SET_DTX = 4016;
const APPLICATION_VOIP = 2048;
const NARROWBAND = 1101;
const MEDIUMBAND = 1102;
const WIDEBAND = 1103;
/** Half the effort of the default takes a third of its time; at speech rates nobody hears the difference. */
const COMPLEXITY = 5;
/** What the encoder prepares for where the peer can use the repair data. */
const EXPECTED_LOSS_PERCENT = 5;

const OPUS_SPEC: CodecSpec = {
  name: 'opus',
  // RFC 7587 section 7: 48000/2 whatever is sent.
  clockRateHz: OPUS_CLOCK_HZ,
  channels: 2,
  payloadType: 111,
  // No useinbandfec: the binding cannot hand the decoder a repair packet, so peers need not send any.
  fmtp: 'maxplaybackrate=16000;sprop-maxcapturerate=16000',
};

/** Result of {@link loadOpus}. */
export type OpusAvailability =
  { readonly ok: true; readonly codec: CodecFactory } | { readonly ok: false; readonly reason: string };

/**
 * Opus, which needs the optional package `@discordjs/opus`: compiled at install and simply missing where that failed.
 *
 * @param loadModule - how the package is loaded; tests give a stand-in
 * @returns the codec, or in words why it cannot be had
 */
export async function loadOpus(
  loadModule: () => Promise<unknown> = loadOpusModule,
): Promise<OpusAvailability> {
  try {
    const module = readModule(await loadModule());
    // A native module can load and still not work; one frame tells.
    new OpusCodec(module).encode(new Int16Array(320), new Uint8Array(1500), 0);
    return { ok: true, codec: { spec: OPUS_SPEC, create: () => new OpusCodec(module) } };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
    return { ok: false, reason: `@discordjs/opus does not load: ${reason}` };
  }
}

function loadOpusModule(): Promise<unknown> {
  // A variable keeps the compiler from asking for types of a package that may be absent.
  const name = '@discordjs/opus';
  return import(name) as Promise<unknown>;
}

function readModule(loaded: unknown): OpusModule {
  const holder = loaded as { OpusEncoder?: unknown; default?: { OpusEncoder?: unknown } };
  const OpusEncoder = holder.OpusEncoder ?? holder.default?.OpusEncoder;
  if (typeof OpusEncoder !== 'function') throw new Error('it has no OpusEncoder');
  return { OpusEncoder: OpusEncoder as OpusModule['OpusEncoder'] };
}

/** Mono at 16 kHz in both directions. */
class OpusCodec implements Codec {
  readonly spec = OPUS_SPEC;
  readonly sampleRateHz = RATE;
  readonly ticksPerSample = OPUS_CLOCK_HZ / 8000;
  readonly byteIsSample = false;
  readonly #native: NativeOpus;
  #lastToc = -1;

  constructor(module: OpusModule) {
    this.#native = new module.OpusEncoder(RATE, 1);
    this.#native.applyEncoderCTL(SET_APPLICATION, APPLICATION_VOIP);
    this.#native.applyEncoderCTL(SET_COMPLEXITY, COMPLEXITY);
    this.configure(undefined);
  }

  /** RFC 7587 section 6.1: bandwidth, bit rate, constant rate, repair data and pauses as the peer wants them. */
  configure(fmtp: string | undefined): void {
    const wanted = parametersOf(fmtp);
    const bandwidth = wanted.get('maxplaybackrate') ?? OPUS_CLOCK_HZ;
    const fec = wanted.get('useinbandfec') === 1;
    const native = this.#native;
    native.setBitrate(Math.max(MIN_BITRATE, Math.min(BITRATE, wanted.get('maxaveragebitrate') ?? BITRATE)));
    native.applyEncoderCTL(
      SET_MAX_BANDWIDTH,
      bandwidth < 12_000 ? NARROWBAND : bandwidth < 16_000 ? MEDIUMBAND : WIDEBAND,
    );
    native.applyEncoderCTL(SET_VBR, wanted.get('cbr') === 1 ? 0 : 1);
    native.applyEncoderCTL(SET_INBAND_FEC, fec ? 1 : 0);
    native.applyEncoderCTL(SET_PACKET_LOSS_PERCENT, fec ? EXPECTED_LOSS_PERCENT : 0);
    native.applyEncoderCTL(SET_DTX, wanted.get('usedtx') === 1 ? 1 : 0);
  }

  encode(pcm: Int16Array, out: Uint8Array, offset: number): number {
    const packet = this.#native.encode(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
    out.set(packet, offset);
    return packet.length;
  }

  readable(payload: Uint8Array): boolean {
    return opusPacketMs(payload) > 0;
  }

  decode(payload: Uint8Array, out: Int16Array): number {
    // The library takes an empty payload as 120 ms of nothing and throws at garbage.
    if (!this.readable(payload)) return -1;
    const samples = this.#decode(payload, out);
    if (samples > 0) this.#lastToc = payload[0] as number;
    return samples;
  }

  /** A packet of nothing but its first byte is a frame that was not sent: the decoder makes it up (RFC 6716 4.4). */
  conceal(out: Int16Array): number {
    if (this.#lastToc < 0) return 0;
    const samples = (opusFrameMs(this.#lastToc) * RATE) / 1000;
    return Math.max(0, this.#decode(Uint8Array.of(this.#lastToc & 0xfc), out.subarray(0, samples)));
  }

  #decode(payload: Uint8Array, out: Int16Array): number {
    try {
      const pcm = this.#native.decode(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
      const samples = Math.min(out.length, pcm.length >> 1);
      for (let i = 0; i < samples; i++) out[i] = pcm.readInt16LE(2 * i);
      return samples;
    } catch {
      return -1;
    }
  }
}

/** Whole numbers of an `a=fmtp` line, by name. */
function parametersOf(fmtp = ''): Map<string, number> {
  const values = new Map<string, number>();
  for (const part of fmtp.split(';').slice(0, 32)) {
    const [name = '', value = ''] = part.split('=');
    if (/^\s*\d{1,9}\s*$/.test(value)) values.set(name.trim().toLowerCase(), Number(value));
  }
  return values;
}
