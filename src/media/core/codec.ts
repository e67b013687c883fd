import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '../../kernel/g711.js';
import { G722Decoder, G722Encoder } from './g722.js';
import type { AudioRate } from './frame.js';

/** Names of the codecs Leibniz can speak. */
export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** What SDP needs to know about a codec. */
export interface CodecSpec {
  readonly name: CodecName;
  /** RTP clock rate of the `a=rtpmap` line; RTP timestamps count in it. */
  readonly clockRateHz: number;
  /** Channels of the `a=rtpmap` line; RFC 7587 wants 2 for Opus whatever is sent. */
  readonly channels: number;
  /** Payload type we offer: static (RFC 3551) or a dynamic preference. */
  readonly payloadType: number;
  /** `a=fmtp` parameters we offer and answer with. */
  readonly fmtp?: string;
}

/**
 * One direction-pair of a codec for one call, with the memory of both directions.
 *
 * No method throws on data that a peer sends: `decode` returns -1 for a payload it cannot read.
 */
export interface Codec {
  readonly spec: CodecSpec;
  /** Rate of the PCM16 on this side. */
  readonly sampleRateHz: AudioRate;
  /** RTP timestamp units per unit of the time line (1/8000 s): 1 for G.711 and G.722, 6 for Opus. */
  readonly ticksPerSample: number;
  /** True when each byte is 1/8000 s, so that payloads can be cut anywhere. */
  readonly byteIsSample: boolean;
  /** Encodes one 20 ms frame into `out` at `offset`; returns the number of bytes. */
  encode(pcm: Int16Array, out: Uint8Array, offset: number): number;
  /** Decodes one payload into `out`; returns the number of samples, or -1 when the payload is unreadable. */
  decode(payload: Uint8Array, out: Int16Array): number;
  /**
   * Whether a payload looks readable, for codecs with {@link conceal}: what is lost before it has to be made up before
   * it is decoded.
   */
  readable?(payload: Uint8Array): boolean;
  /**
   * Makes up one frame for a lost one in the codec's own way. Returns the number of samples, at most 20 ms; 0 when there
   * is nothing to go on from.
   */
  conceal?(out: Int16Array): number;
  /** Takes the `a=fmtp` parameters of the peer: what it wants to be sent. */
  configure?(fmtp: string | undefined): void;
}

/** Makes a fresh codec for one call. */
export interface CodecFactory {
  readonly spec: CodecSpec;
  create(): Codec;
}

/** Longest payload a codec may turn into samples: 120 ms at 16 kHz, the most Opus can carry in a packet (RFC 6716). */
export const MAX_DECODED_SAMPLES = 1920;

const PCMU_SPEC: CodecSpec = { name: 'PCMU', clockRateHz: 8000, channels: 1, payloadType: 0 };
const PCMA_SPEC: CodecSpec = { name: 'PCMA', clockRateHz: 8000, channels: 1, payloadType: 8 };
// RFC 3551 section 4.5.2: the clock is 8000 by an old error that has to stay; the audio has 16 kHz.
const G722_SPEC: CodecSpec = { name: 'G722', clockRateHz: 8000, channels: 1, payloadType: 9 };

const pcmu: Codec = {
  spec: PCMU_SPEC,
  sampleRateHz: 8000,
  ticksPerSample: 1,
  byteIsSample: true,
  encode: encodeUlaw,
  decode: decodeUlaw,
};
const pcma: Codec = {
  spec: PCMA_SPEC,
  sampleRateHz: 8000,
  ticksPerSample: 1,
  byteIsSample: true,
  encode: encodeAlaw,
  decode: decodeAlaw,
};

function g722(): Codec {
  const encoder = new G722Encoder();
  const decoder = new G722Decoder();
  return {
    spec: G722_SPEC,
    sampleRateHz: 16_000,
    ticksPerSample: 1,
    byteIsSample: true,
    encode: (pcm, out, offset) => encoder.encode(pcm, out, offset),
    decode: (payload, out) => decoder.decode(payload, out),
  };
}

/** G.711 mu-law; stateless, so all calls share one instance. */
export const PCMU: CodecFactory = { spec: PCMU_SPEC, create: () => pcmu };
/** G.711 A-law; stateless, so all calls share one instance. */
export const PCMA: CodecFactory = { spec: PCMA_SPEC, create: () => pcma };
/** G.722 at 64 kbit/s: wideband at the bandwidth of G.711. */
export const G722: CodecFactory = { spec: G722_SPEC, create: g722 };

/** The narrowband codecs that every peer speaks. */
export const G711_CODECS: readonly CodecFactory[] = [PCMU, PCMA];
