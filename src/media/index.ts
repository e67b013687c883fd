/** Audio of a call: RTP, codecs, SDP, playout. What other rings use; the rest is internal. */
export { G711_CODECS, PCMA, PCMU, type CodecFactory, type CodecName } from './core/codec.js';
export { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ } from './core/frame.js';
export type { FrameSource } from './core/frame-assembler.js';
export type { MonitorFrame } from './core/monitor.js';
export type { PlayoutEvent, PlayoutItem } from './core/playout.js';
export { EncodedPrompt, PromptCache } from './core/prompt.js';
export { createResampler, type Resampler } from './core/resample.js';
export { parseSdp, type Direction, type Sdp, type SdpError } from './core/sdp.js';
export { SdpNegotiator, type MediaAddress, type NegotiatedMedia } from './core/sdp-negotiation.js';
export { cryptoRng } from './crypto-rng.js';
export { availableCodecs, type CodecInventory } from './opus.js';
export { Pacer } from './pacer.js';
export { PCM_BLOCK_SAMPLES, PcmMediaSession, type PcmMediaSessionOptions } from './pcm-media-session.js';
export type {
  DatagramListener,
  MediaEvent,
  MediaPort,
  MediaStats,
  RtpTransport,
  SdpMediaPort,
} from './ports.js';
export { RtpMediaSession, type RtpMediaSessionOptions } from './rtp-media-session.js';
export { RtpPortPool, type PortPoolError, type RtpPortPoolOptions } from './rtp-port-pool.js';
