import type { Result } from '../kernel/result.js';
import type { Rng } from '../kernel/rng.js';
import { monoMs, type MonoMs } from '../kernel/time.js';
import { G711_CODECS, type Codec, type CodecFactory, type CodecName } from './core/codec.js';
import { DtmfSender, MAX_QUEUED_DIGITS } from './core/dtmf-sender.js';
import { FRAME_MS, FRAME_SAMPLES, samplesToMs } from './core/frame.js';
import { InactivityWatch } from './core/inactivity.js';
import type { SourceLatchOptions } from './core/latch.js';
import type { ReceiveStreamOptions } from './core/receive-stream.js';
import { RtcpSession } from './core/rtcp-session.js';
import { isRtcpDatagram } from './core/rtp-packet.js';
import { RtpReceiver } from './core/rtp-receiver.js';
import { RtpSender } from './core/rtp-sender.js';
import { SdpNegotiator, type MediaAddress, type NegotiatedMedia } from './core/sdp-negotiation.js';
import type { SdpError } from './core/sdp.js';
import { dtmfTones } from './core/tones.js';
import { MediaSession, type MediaSessionOptions } from './media-session.js';
import type { MediaStats, RtpTransport, SdpMediaPort } from './ports.js';

/** Options of {@link RtpMediaSession}. */
export interface RtpMediaSessionOptions extends MediaSessionOptions {
  /** Socket pair; the session owns it and closes it. */
  readonly transport: RtpTransport;
  /** Source of SSRC, first sequence number and timestamp, session id. */
  readonly rng: Rng;
  /** Address literal that the SDP tells the peer. */
  readonly localHost: string;
  /** Codecs in the order of preference. Default: PCMU, PCMA. */
  readonly codecs?: readonly CodecFactory[];
  /** `inactive` is reported when the peer has sent nothing for that long, milliseconds; 0 switches it off. Default 30,000. */
  readonly inactivityMs?: number;
  readonly receive?: ReceiveStreamOptions;
  readonly latch?: SourceLatchOptions;
}

/**
 * Audio of one phone call over RTP. Nothing is sent or fed before an offer and an answer have met; from then on one
 * packet goes out per packet time, silence between utterances included, so that NAT bindings and latches stay alive.
 */
export class RtpMediaSession extends MediaSession implements SdpMediaPort {
  readonly #o: RtpMediaSessionOptions;
  readonly #negotiator: SdpNegotiator;
  readonly #receiver: RtpReceiver;
  readonly #sender: RtpSender;
  readonly #rtcp: RtcpSession;
  readonly #dtmf = new DtmfSender();
  readonly #codecs = new Map<CodecName, Codec>();
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #inactivity: InactivityWatch;
  readonly #fillEncoded: (out: Uint8Array, offset: number) => boolean;
  #media: NegotiatedMedia | undefined;
  #law: 'PCMU' | 'PCMA' = 'PCMU';
  #leavePacer: (() => void) | undefined;
  #lastDeadline: MonoMs | undefined;
  #expectingSince = 0 as MonoMs;
  #rtcpSource: MediaAddress | undefined;
  #tones: Int16Array | undefined;

  constructor(o: RtpMediaSessionOptions) {
    const factories = o.codecs ?? G711_CODECS;
    super(o, factories);
    this.#o = o;
    this.#inactivity = new InactivityWatch(o.inactivityMs ?? 30_000);
    for (const factory of factories) this.#codecs.set(factory.spec.name, factory.create());
    this.#negotiator = new SdpNegotiator({
      host: o.localHost,
      port: o.transport.port,
      ...(o.transport.rtcpPort === undefined ? {} : { rtcpPort: o.transport.rtcpPort }),
      codecs: factories.map((factory) => factory.spec),
      sessionId: String(o.rng.uint32()),
    });
    this.#receiver = new RtpReceiver(
      {
        frame: (pcm, startSample, source, at) => this.emit({ type: 'audio', pcm, startSample, source, at }),
        dtmf: (press, at) => this.emit({ type: 'dtmf', ...press, at }),
        first: (at) => this.emit({ type: 'first_rtp', at }),
        packet: (at, timestamp, ssrc, codec, payload) =>
          this.monitors.packet(at, timestamp, ssrc, codec, payload),
      },
      { ...(o.receive && { stream: o.receive }), ...(o.latch && { latch: o.latch }) },
    );
    this.#sender = new RtpSender(o.rng, [...this.#codecs.values()][0] as Codec, (packet) =>
      this.#sendRtp(packet),
    );
    this.#rtcp = new RtcpSession(o.rng);
    this.#fillEncoded = (out, offset) => this.playout.pullEncoded(this.#law, out, offset);
    o.transport.onPacket((data, host, port, at) => this.#datagram(data, host, port, at));
    o.transport.onRtcp((data, host, port, at) => this.#control(data, host, port, at));
  }

  /** What was agreed last. */
  get media(): NegotiatedMedia | undefined {
    return this.#media;
  }

  /** Where our audio goes at the moment. */
  get destination(): MediaAddress | undefined {
    return this.#receiver.latch.destination;
  }

  answerOffer(sdp: string): Result<{ readonly sdp: string; readonly media: NegotiatedMedia }, SdpError> {
    const result = this.#negotiator.answerOffer(sdp);
    if (result.ok) this.#apply(result.value.media);
    return result;
  }

  createOffer(): string {
    return this.#negotiator.createOffer();
  }

  acceptAnswer(sdp: string): Result<NegotiatedMedia, SdpError> {
    const result = this.#negotiator.acceptAnswer(sdp);
    if (result.ok) this.#apply(result.value);
    return result;
  }

  currentSdp(): string {
    return this.#negotiator.currentSdp;
  }

  sendDtmf(digits: string): void {
    if (this.#media === undefined || this.#media.dtmf !== undefined) {
      this.#dtmf.queue(digits);
    } else if (this.#tones === undefined) {
      this.#tones = dtmfTones(digits.slice(0, MAX_QUEUED_DIGITS));
    }
  }

  stats(): MediaStats {
    const { stats: datagrams, reception, stream } = this.#receiver;
    const { remote } = this.#rtcp;
    const receiveClock = this.#codec(this.#media?.send.codec)?.spec.clockRateHz ?? 8000;
    return {
      received: {
        packets: datagrams.accepted,
        lost: reception?.lost ?? 0,
        late: stream.stats.late,
        duplicates: stream.stats.duplicates,
        malformed: datagrams.malformed,
        injected: datagrams.injected,
        unknownPayloadType: datagrams.unknownPayloadType,
        unreadable: stream.stats.unreadable,
        concealedMs: samplesToMs(stream.stats.concealedSamples),
        silenceMs: samplesToMs(stream.stats.silenceSamples),
        jitterMs: ((reception?.jitter ?? 0) * 1000) / receiveClock,
        targetMs: stream.jitter.targetMs,
      },
      sent: {
        packets: this.#sender.packets,
        octets: this.#sender.octets,
        remoteLost: remote?.lost,
        remoteFractionLost: remote?.fractionLost,
        remoteJitterMs: remote && (remote.jitter * 1000) / receiveClock,
        roundTripMs: remote?.roundTripMs,
      },
      playout: { ...this.playout.stats },
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#leavePacer?.();
    if (this.#sender.packets > 0) {
      const { scheduler } = this.#o;
      const { reception } = this.#receiver;
      this.#sendRtcp(this.#rtcp.goodbye(scheduler.now(), scheduler.wall(), this.#sender, reception));
    }
    this.listeners.clear();
    await this.#o.transport.close();
  }

  #codec(name: CodecName | undefined): Codec | undefined {
    return name === undefined ? undefined : this.#codecs.get(name);
  }

  /** Puts an agreement into force. */
  #apply(media: NegotiatedMedia): void {
    const now = this.#o.scheduler.now();
    const before = this.#media;
    this.#media = media;
    this.#configure(media, before);
    this.#receiver.latch.signal(media.remote, now);
    const expected = !media.held && media.direction === 'sendrecv';
    if (expected && (before === undefined || before.held || before.direction !== 'sendrecv')) {
      this.#expectingSince = now;
    }
    this.#receiver.setActive(!media.held, now);
    if (media.held) this.monitors.restart();
    if (before === undefined && !this.closed) {
      this.#rtcp.start(now);
      this.#leavePacer = this.#o.pacer.add((at, deadline) => this.#tick(at, deadline));
    }
    if (media.held !== (before?.held ?? false)) this.emit({ type: 'hold', held: media.held, at: now });
  }

  #configure(media: NegotiatedMedia, before: NegotiatedMedia | undefined): void {
    const accepted = new Map<number, Codec>();
    for (const { payloadType, codec } of media.receive) {
      const decoder = this.#codec(codec);
      if (decoder !== undefined) accepted.set(payloadType, decoder);
    }
    const { dtmf } = media;
    this.#receiver.configure(accepted, dtmf && { payloadType: dtmf.receive, clockRateHz: dtmf.clockRateHz });
    if (media.send.codec !== 'opus') this.#law = media.send.codec;
    const same =
      before?.send.codec === media.send.codec &&
      before.send.payloadType === media.send.payloadType &&
      before.packetMs === media.packetMs;
    if (!same) {
      this.#sender.configure(this.#codec(media.send.codec) as Codec, media.send.payloadType, media.packetMs);
    }
  }

  #tick(now: MonoMs, deadline: MonoMs): void {
    const media = this.#media as NegotiatedMedia;
    const frames =
      this.#lastDeadline === undefined ? 1 : Math.round((deadline - this.#lastDeadline) / FRAME_MS);
    this.#lastDeadline = deadline;
    if (frames > 1) this.#sender.skip(frames - 1);
    this.#receiver.tick(now);
    this.#sendFrame(media, now);
    this.#watch(media, now);
    const report = this.#rtcp.poll(now, this.#o.scheduler.wall(), this.#sender, this.#receiver.reception);
    if (report !== undefined) this.#sendRtcp(report);
  }

  #sendFrame(media: NegotiatedMedia, now: MonoMs): void {
    const mute = media.held || media.direction === 'recvonly' || media.direction === 'inactive';
    if (mute || this.#sendKey(media)) {
      if (mute) this.#sender.skip(1);
      // A cut or pause is told now, though nobody hears its fade.
      if (this.playout.settling) this.playout.pull(now, this.#frame);
      if (this.monitors.active) this.monitors.frame(now, this.#frame.fill(0));
      return;
    }
    if (!this.monitors.active && this.#tones === undefined && this.#sender.encodedFrame(this.#fillEncoded)) {
      return;
    }
    const talkSpurt = this.#pullTone() ? false : this.playout.pull(now, this.#frame);
    this.#sender.frame(this.#frame, talkSpurt);
    this.monitors.frame(now, this.#frame);
  }

  /** Sends a key that is being pressed in place of audio. Returns false when there is none. */
  #sendKey(media: NegotiatedMedia): boolean {
    if (!this.#dtmf.busy || media.dtmf === undefined) return false;
    const packet = this.#dtmf.next(this.#sender.timestamp, (media.dtmf.clockRateHz * FRAME_MS) / 1000);
    if (packet === 'pause' || packet === undefined) this.#sender.skip(1);
    else this.#sender.dtmf(packet, media.dtmf.send);
    return true;
  }

  /** Makes the next frame of keys that are sent as tones, for a peer without telephone events. */
  #pullTone(): boolean {
    const tones = this.#tones;
    if (tones === undefined) return false;
    this.#frame.fill(0);
    this.#frame.set(tones.subarray(0, FRAME_SAMPLES));
    this.#tones = tones.length > FRAME_SAMPLES ? tones.subarray(FRAME_SAMPLES) : undefined;
    return true;
  }

  /** Reports a peer that has gone silent on the wire although it should be sending. */
  #watch(media: NegotiatedMedia, now: MonoMs): void {
    if (media.held || media.direction !== 'sendrecv') return;
    const since = monoMs(Math.max(this.#receiver.lastAt ?? 0, this.#expectingSince));
    const silentMs = this.#inactivity.check(now, since);
    if (silentMs !== undefined) this.emit({ type: 'inactive', silentMs, at: now });
  }

  #datagram(data: Uint8Array, host: string, port: number, at: MonoMs): void {
    const media = this.#media;
    if (this.closed || media === undefined) return;
    if (media.rtcpMux && isRtcpDatagram(data)) this.#control(data, host, port, at);
    else this.#receiver.datagram(data, host, port, at);
  }

  #control(data: Uint8Array, host: string, port: number, at: MonoMs): void {
    // Reports are taken from the host that the audio comes from; anyone else could end the stream with a BYE.
    if (this.closed || host !== this.destination?.host) return;
    const { reception } = this.#receiver;
    const summary = this.#rtcp.receive(data, at, this.#o.scheduler.wall(), this.#sender, reception);
    if (summary === undefined) return;
    this.#rtcpSource = { host, port };
    if (reception !== undefined && summary.bye.includes(reception.ssrc)) this.emit({ type: 'bye', at });
  }

  #sendRtp(packet: Uint8Array): void {
    const to = this.#receiver.latch.destination;
    if (to !== undefined) this.#o.transport.send(packet, to.host, to.port);
  }

  #sendRtcp(packet: Uint8Array): void {
    const to = this.#receiver.latch.destination;
    const media = this.#media;
    if (to === undefined || media === undefined) return;
    const { transport } = this.#o;
    if (media.rtcpMux) {
      transport.send(packet, to.host, to.port);
    } else if (this.#rtcpSource?.host === to.host) {
      transport.sendRtcp(packet, to.host, this.#rtcpSource.port);
    } else if (media.remoteRtcp !== undefined && media.remote?.host === to.host) {
      transport.sendRtcp(packet, media.remoteRtcp.host, media.remoteRtcp.port);
    } else if (to.port < 65_535) {
      transport.sendRtcp(packet, to.host, to.port + 1);
    }
  }
}
