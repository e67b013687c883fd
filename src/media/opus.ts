import type { Codec, CodecFactory, CodecSpec } from './core/codec.js';
import { G711_CODECS } from './core/codec.js';
import { SAMPLE_RATE_HZ } from './core/frame.js';

/** The part of `@discordjs/opus` that is used; declared here because the package may not be installed. */
interface NativeOpus {
  encode(pcm: Buffer): Buffer;
  decode(packet: Buffer): Buffer;
  setBitrate(bitsPerSecond: number): void;
}

interface OpusModule {
  readonly OpusEncoder: new (rateHz: number, channels: number) => NativeOpus;
}

/** Wide enough for telephony speech at 8 kHz. */
const BITRATE = 16_000;
const OPUS_CLOCK_HZ = 48_000;

const OPUS_SPEC: CodecSpec = {
  name: 'opus',
  // RFC 7587 section 7: 48000/2 whatever is sent.
  clockRateHz: OPUS_CLOCK_HZ,
  channels: 2,
  payloadType: 111,
  fmtp: 'maxplaybackrate=8000;sprop-maxcapturerate=8000;useinbandfec=1',
};

/** What this installation can speak. */
export interface CodecInventory {
  /** In the order of preference. */
  readonly codecs: readonly CodecFactory[];
  /** Codecs that were wanted but cannot be had, with the reason in words. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The codecs that can be offered. G.711 is always there; Opus needs the optional package `@discordjs/opus`, which is
 * compiled at install and simply missing where that failed.
 *
 * @param o.opus - whether Opus is wanted at all. Default false.
 * @param o.loadModule - how the package is loaded; tests give a stand-in
 */
export async function availableCodecs(
  o: { readonly opus?: boolean; readonly loadModule?: () => Promise<unknown> } = {},
): Promise<CodecInventory> {
  if (o.opus !== true) return { codecs: G711_CODECS, missing: [] };
  try {
    const module = readModule(await (o.loadModule ?? loadOpusModule)());
    // A native module can load and still not work; one frame tells.
    new module.OpusEncoder(SAMPLE_RATE_HZ, 1).encode(Buffer.alloc(320));
    const opus: CodecFactory = { spec: OPUS_SPEC, create: () => new OpusCodec(module) };
    return { codecs: [opus, ...G711_CODECS], missing: [] };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
    return {
      codecs: G711_CODECS,
      missing: [{ name: 'opus', reason: `@discordjs/opus does not load: ${reason}` }],
    };
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

class OpusCodec implements Codec {
  readonly spec = OPUS_SPEC;
  readonly ticksPerSample = OPUS_CLOCK_HZ / SAMPLE_RATE_HZ;
  readonly byteIsSample = false;
  readonly #native: NativeOpus;

  constructor(module: OpusModule) {
    this.#native = new module.OpusEncoder(SAMPLE_RATE_HZ, 1);
    this.#native.setBitrate(BITRATE);
  }

  encode(pcm: Int16Array, out: Uint8Array, offset: number): number {
    const packet = this.#native.encode(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
    out.set(packet, offset);
    return packet.length;
  }

  decode(payload: Uint8Array, out: Int16Array): number {
    // The library takes an empty payload as 120 ms of nothing and throws at garbage.
    if (payload.length === 0) return -1;
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
