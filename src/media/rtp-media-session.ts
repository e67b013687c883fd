import type { Result } from '../kernel/result.js';
import type { Rng } from '../kernel/rng.js';
import { monoMs, type MonoMs } from '../kernel/time.js';
import { G711_CODECS, type Codec, type CodecFactory, type CodecName } from './core/codec.js';
import { DtmfSender, MAX_QUEUED_DIGITS } from './core/dtmf-sender.js';
import { FRAME_MS, frameSamplesAt, samplesToMs, type AudioRate } from './core/frame.js';
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
  /** Codecs in the order of preference. Default: PCMU, PCMA. Those that are offered and that may be answered with. */
  readonly codecs?: readonly CodecFactory[];
  /** `inactive` is reported when the peer has sent nothing for that long, milliseconds; 0 switches it off. Default 30,000. */
  readonly inactivityMs?: number;
  /**
   * Nothing but one packet for each that came is sent before {@link RtpMediaSession.confirm}: an INVITE with a forged
   * source must not aim audio at anybody (RFC 3261 section 26.1.5). Default false: the peer is known.
   */
  readonly awaitConfirmation?: boolean;
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
  #frame = new Int16Array(frameSamplesAt(8000));
  readonly #inactivity: InactivityWatch;
  #media: NegotiatedMedia | undefined;
  #leavePacer: (() => void) | undefined;
  #lastDeadline: MonoMs | undefined;
  #expectingSince = 0 as MonoMs;
  #rtcpSource: MediaAddress | undefined;
  #tones: Int16Array | undefined;
  #confirmed: boolean;

  constructor(o: RtpMediaSessionOptions) {
    const factories = o.codecs ?? G711_CODECS;
    super(o, factories);
    this.#o = o;
    this.#confirmed = o.awaitConfirmation !== true;
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

  confirm(): void {
    this.#confirmed = true;
  }

  sendDtmf(digits: string): void {
    if (this.#media === undefined || this.#media.dtmf !== undefined) {
      this.#dtmf.queue(digits);
    } else if (this.#tones === undefined) {
      this.#tones = dtmfTones(digits.slice(0, MAX_QUEUED_DIGITS), { rate: this.sampleRateHz });
    }
  }

  stats(): MediaStats {
    const { stats: datagrams, reception, stream } = this.#receiver;
    const { remote } = this.#rtcp;
    const receiveClock = this.#codec(this.#media?.send.codec)?.spec.clockRateHz ?? 8000;
    return {
      codec: this.#media?.send.codec,
      received: {
        packets: datagrams.accepted,
        lost: this.#receiver.lost,
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
    this.#configure(media, before, now);
    this.#receiver.latch.signal(media.remote, now);
    const expected = !media.held && media.direction === 'sendrecv';
    if (expected && (before === undefined || before.held || before.direction !== 'sendrecv')) {
      this.#expectingSince = now;
    }
    this.#receiver.setReceiving(media.direction === 'sendrecv' || media.direction === 'recvonly');
    this.#receiver.setActive(!media.held, now);
    if (media.held) this.monitors.restart();
    if (before === undefined && !this.closed) {
      this.#rtcp.start(now);
      this.#leavePacer = this.#o.pacer.add((at, deadline) => this.#tick(at, deadline));
    }
    if (media.held !== (before?.held ?? false)) this.emit({ type: 'hold', held: media.held, at: now });
  }

  #configure(media: NegotiatedMedia, before: NegotiatedMedia | undefined, now: MonoMs): void {
    const accepted = new Map<number, Codec>();
    for (const { payloadType, codec } of media.receive) {
      const decoder = this.#codec(codec);
      if (decoder !== undefined) accepted.set(payloadType, decoder);
    }
    const { dtmf } = media;
    this.#receiver.configure(accepted, dtmf && { payloadType: dtmf.receive, clockRateHz: dtmf.clockRateHz });
    const codec = this.#codec(media.send.codec) as Codec;
    codec.configure?.(media.sendFmtp);
    this.#setRate(codec.sampleRateHz, now);
    const same =
      before?.send.codec === media.send.codec &&
      before.send.payloadType === media.send.payloadType &&
      before.packetMs === media.packetMs;
    if (!same) this.#sender.configure(codec, media.send.payloadType, media.packetMs);
  }

  /** What we send and what we hear have the rate of the codec that was agreed first. */
  #setRate(rate: AudioRate, now: MonoMs): void {
    this.#frame = new Int16Array(frameSamplesAt(rate));
    this.playout.setRate(rate);
    this.monitors.setRate(rate);
    this.#receiver.stream.setRate(rate, now);
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
    const mute =
      media.held ||
      media.direction === 'recvonly' ||
      media.direction === 'inactive' ||
      !this.#maySend(this.#sender.packets);
    if (mute || this.#sendKey(media)) {
      if (mute) this.#sender.skip(1);
      // A cut or pause is told now, though nobody hears its fade.
      if (this.playout.settling) this.playout.pull(now, this.#frame);
      if (this.monitors.active) this.monitors.frame(now, this.#frame.fill(0));
      return;
    }
    const talkSpurt = this.#pullTone() ? false : this.playout.pull(now, this.#frame);
    this.mix?.(this.#frame, this.sampleRateHz);
    this.#sender.frame(this.#frame, talkSpurt);
    this.monitors.frame(now, this.#frame);
  }

  /** Before the ACK nobody is sent more packets than came from there: an INVITE may carry anybody's address. */
  #maySend(sent: number): boolean {
    const { latch, stats } = this.#receiver;
    return this.#confirmed || (latch.proven && sent < stats.accepted);
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
    const { length } = this.#frame.fill(0);
    this.#frame.set(tones.subarray(0, length));
    this.#tones = tones.length > length ? tones.subarray(length) : undefined;
    return true;
  }

  /** Reports a peer that has gone silent on the wire although it should be sending. */
  #watch(media: NegotiatedMedia, now: MonoMs): void {
    if (media.held || media.direction !== 'sendrecv') return;
    const since = monoMs(Math.max(this.#receiver.lifeAt ?? 0, this.#expectingSince));
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
    // Reports are taken from the host that the audio comes from, or should; anyone else could end the stream with a
    // BYE.
    const heard = this.destination?.host === host;
    if (this.closed || !(heard || this.#media?.remote?.host === host)) return;
    const { reception } = this.#receiver;
    const summary = this.#rtcp.receive(data, at, this.#o.scheduler.wall(), this.#sender, reception);
    if (summary === undefined) return;
    this.#receiver.alive(host, undefined, at);
    if (!heard) return;
    this.#rtcpSource = { host, port };
    if (reception !== undefined && summary.bye.includes(reception.ssrc)) this.emit({ type: 'bye', at });
  }

  #sendRtp(packet: Uint8Array): void {
    const to = this.#receiver.latch.destination;
    if (to !== undefined) this.#o.transport.send(packet, to.host, to.port);
  }

  /** Sends a report to the host that the audio goes to, whatever host the SDP names for reports. */
  #sendRtcp(packet: Uint8Array): void {
    const to = this.#receiver.latch.destination;
    const media = this.#media;
    if (to === undefined || media === undefined || !this.#confirmed) return;
    const { transport } = this.#o;
    if (media.rtcpMux) {
      transport.send(packet, to.host, to.port);
    } else if (this.#rtcpSource?.host === to.host) {
      transport.sendRtcp(packet, to.host, this.#rtcpSource.port);
    } else if (media.remoteRtcp?.host === to.host && media.remote?.host === to.host) {
      transport.sendRtcp(packet, to.host, media.remoteRtcp.port);
    } else if (to.port < 65_535) {
      transport.sendRtcp(packet, to.host, to.port + 1);
    }
  }
}
