import type { Result } from '../kernel/result.js';
import type { UtteranceId } from '../kernel/ids.js';
import type { MonoMs } from '../kernel/time.js';
import type { DtmfDigit } from '../kernel/vocab.js';
import type { CodecName } from './core/codec.js';
import type { AudioRate } from './core/frame.js';
import type { FrameSource } from './core/frame-assembler.js';
import type { MonitorFrame, TrackTaker } from './core/monitor.js';
import type { PlayoutEvent, PlayoutItem } from './core/playout.js';
import type { NegotiatedMedia } from './core/sdp-negotiation.js';
import type { SdpError } from './core/sdp.js';

/** A pair of sockets for one stream. Tests give one that runs on virtual time. */
export interface RtpTransport {
  /** Local RTP port. */
  readonly port: number;
  /** Local RTCP port. */
  readonly rtcpPort?: number;
  /** Sends a datagram from the RTP port. Never throws; the bytes belong to the transport afterwards. */
  send(data: Uint8Array, host: string, port: number): void;
  /** Sends a datagram from the RTCP port. */
  sendRtcp(data: Uint8Array, host: string, port: number): void;
  /** Sets the one listener for datagrams at the RTP port. */
  onPacket(listener: DatagramListener): void;
  /** Sets the one listener for datagrams at the RTCP port. */
  onRtcp(listener: DatagramListener): void;
  /** Closes both sockets; further sends do nothing. */
  close(): Promise<void>;
}

/** Takes a datagram with its source and its time of arrival. */
export type DatagramListener = (data: Uint8Array, host: string, port: number, at: MonoMs) => void;

/** What the media of a call reports. */
export type MediaEvent =
  | {
      readonly type: 'audio';
      /** 20 ms: 160 samples at 8 kHz, or 320 at 16 kHz from a wideband peer; valid during the callback only. */
      readonly pcm: Int16Array;
      /** Place on the time line since the start of the media, 8000 a second at either rate; frames are contiguous. */
      readonly startSample: number;
      readonly source: FrameSource;
      readonly at: MonoMs;
    }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit; readonly durationMs: number; readonly at: MonoMs }
  /** The first packet of the peer. */
  | { readonly type: 'first_rtp'; readonly at: MonoMs }
  /** No packet for the configured time, though the peer should be sending. Again only after packets came back. */
  | { readonly type: 'inactive'; readonly silentMs: number; readonly at: MonoMs }
  /** The peer has put us on hold or taken us back. */
  | { readonly type: 'hold'; readonly held: boolean; readonly at: MonoMs }
  /** The peer's RTCP says that its stream has ended. */
  | { readonly type: 'bye'; readonly at: MonoMs }
  | ({ readonly type: 'playout' } & PlayoutEvent);

/** Media health of one call. All counters since its start. */
export interface MediaStats {
  /** What is sent at the moment; `undefined` where nothing was negotiated. */
  readonly codec: CodecName | undefined;
  readonly received: {
    readonly packets: number;
    /** By sequence numbers, over all sources and restarts of a sender. */
    readonly lost: number;
    readonly late: number;
    readonly duplicates: number;
    readonly malformed: number;
    readonly injected: number;
    readonly unknownPayloadType: number;
    readonly unreadable: number;
    readonly concealedMs: number;
    readonly silenceMs: number;
    /** RFC 3550 interarrival jitter, milliseconds. */
    readonly jitterMs: number;
    /** Adaptive wait at a gap, milliseconds. */
    readonly targetMs: number;
  };
  readonly sent: {
    readonly packets: number;
    readonly octets: number;
    /** What the peer's last report says about our stream. */
    readonly remoteLost: number | undefined;
    readonly remoteFractionLost: number | undefined;
    readonly remoteJitterMs: number | undefined;
    readonly roundTripMs: number | undefined;
  };
  readonly playout: { readonly stale: number; readonly overflowed: number; readonly underruns: number };
}

/** The figures of a call before its first packet. */
export const NO_MEDIA: MediaStats = {
  codec: undefined,
  received: {
    packets: 0,
    lost: 0,
    late: 0,
    duplicates: 0,
    malformed: 0,
    injected: 0,
    unknownPayloadType: 0,
    unreadable: 0,
    concealedMs: 0,
    silenceMs: 0,
    jitterMs: 0,
    targetMs: 0,
  },
  sent: {
    packets: 0,
    octets: 0,
    remoteLost: undefined,
    remoteFractionLost: undefined,
    remoteJitterMs: undefined,
    roundTripMs: undefined,
  },
  playout: { stale: 0, overflowed: 0, underruns: 0 },
};

/** Changes a frame that is about to be sent; it has the rate of the call. */
export type Overlay = (frame: Int16Array, rate: AudioRate) => boolean;

/** Audio of one call, whatever carries it: what a session hears from and speaks to. */
export interface MediaPort {
  /** Rate of the best audio that the peer can hear at present; speech is best made at it. */
  readonly sampleRateHz: AudioRate;
  /** Adds a listener for everything that happens. Returns a function that removes it. */
  subscribe(listener: (event: MediaEvent) => void): () => void;
  /**
   * Adds a listener for both directions as a person hears them, one frame per 20 ms, for recorders and people who
   * listen in. Returns a function that removes it.
   *
   * @param rate - of the frames, whatever the call has and changes to. Default 8000
   */
  monitor(listener: (frame: MonitorFrame) => void, rate?: AudioRate): () => void;
  /**
   * Adds somebody who takes both directions as they come, packets with the sender's own clock. A call that nobody takes from
   * pays nothing. Returns a function that removes it.
   */
  track(taker: TrackTaker, rate: AudioRate): () => void;
  /**
   * Lets somebody change what is sent, one frame of 20 ms at a time, in place; one at a time, `undefined` takes it off.
   *
   * @param mix - returns whether there is something to hear, though the agent says nothing
   */
  overlay(mix: Overlay | undefined): void;
  /** Queues a piece of an utterance. */
  enqueue(item: PlayoutItem): void;
  /** Fades out and holds the current utterance. */
  pause(): void;
  /** Goes on, by default where the fade began, or from an offset into the current utterance. */
  resume(o?: { readonly rewindToMs?: number }): void;
  /** Drops everything queued; each dropped utterance reports `cut`, one that was playing after its fade. */
  cut(): void;
  /** How far the caller has heard an utterance, milliseconds. */
  playedMs(utteranceId: UtteranceId): number;
  /** Milliseconds of audio still to be sent. */
  queuedMs(): number;
  /** Presses keys: 0-9 * # A-D; other characters are skipped. */
  sendDtmf(digits: string): void;
  stats(): MediaStats;
  /** Stops, frees the ports. Safe to call twice. */
  close(): Promise<void>;
}

/** A {@link MediaPort} whose terms are settled by SDP. */
export interface SdpMediaPort extends MediaPort {
  /** Answers an offer, initial or re-INVITE. */
  answerOffer(sdp: string): Result<{ readonly sdp: string; readonly media: NegotiatedMedia }, SdpError>;
  /** Our offer. */
  createOffer(): string;
  /** Takes the answer to our offer. */
  acceptAnswer(sdp: string): Result<NegotiatedMedia, SdpError>;
  /** The description we sent last. */
  currentSdp(): string;
  /** The peer has acknowledged the call: audio may go where its description says. */
  confirm(): void;
}
