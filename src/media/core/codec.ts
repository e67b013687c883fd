import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.js';

/** Names of the codecs Leibniz can speak. */
export type CodecName = 'PCMU' | 'PCMA' | 'opus';

/** What SDP needs to know about a codec. */
export interface CodecSpec {
  readonly name: CodecName;
  /** RTP clock rate of the `a=rtpmap` line; RTP timestamps count in it. */
  readonly clockRateHz: number;
  /** Channels of the `a=rtpmap` line; RFC 7587 wants 2 for Opus whatever is sent. */
  readonly channels: number;
  /** Payload type we offer: static (RFC 3551) or a dynamic preference. */
  readonly payloadType: number;
  /** `a=fmtp` parameters we offer. */
  readonly fmtp?: string;
}

/**
 * One direction-pair of a codec for one call. PCM is always PCM16 at 8 kHz.
 *
 * Neither method throws on data that a peer sends: `decode` returns -1 for a payload it cannot read.
 */
export interface Codec {
  readonly spec: CodecSpec;
  /** RTP timestamp units per 8 kHz sample: 1 for G.711, 6 for Opus. */
  readonly ticksPerSample: number;
  /** True when one byte is one sample, so that payloads can be cut anywhere. */
  readonly byteIsSample: boolean;
  /** Encodes one 20 ms frame into `out` at `offset`; returns the number of bytes. */
  encode(pcm: Int16Array, out: Uint8Array, offset: number): number;
  /** Decodes one payload into `out`; returns the number of samples, or -1 when the payload is unreadable. */
  decode(payload: Uint8Array, out: Int16Array): number;
}

/** Makes a fresh codec for one call. */
export interface CodecFactory {
  readonly spec: CodecSpec;
  create(): Codec;
}

/** Longest payload a codec may turn into samples: 120 ms, the most Opus can carry in a packet (RFC 6716). */
export const MAX_DECODED_SAMPLES = 960;

const PCMU_SPEC: CodecSpec = { name: 'PCMU', clockRateHz: 8000, channels: 1, payloadType: 0 };
const PCMA_SPEC: CodecSpec = { name: 'PCMA', clockRateHz: 8000, channels: 1, payloadType: 8 };

const pcmu: Codec = {
  spec: PCMU_SPEC,
  ticksPerSample: 1,
  byteIsSample: true,
  encode: encodeUlaw,
  decode: decodeUlaw,
};
const pcma: Codec = {
  spec: PCMA_SPEC,
  ticksPerSample: 1,
  byteIsSample: true,
  encode: encodeAlaw,
  decode: decodeAlaw,
};

/** G.711 mu-law; stateless, so all calls share one instance. */
export const PCMU: CodecFactory = { spec: PCMU_SPEC, create: () => pcmu };
/** G.711 A-law; stateless, so all calls share one instance. */
export const PCMA: CodecFactory = { spec: PCMA_SPEC, create: () => pcma };

/** The codecs that every installation has, in the order of preference. */
export const G711_CODECS: readonly CodecFactory[] = [PCMU, PCMA];
