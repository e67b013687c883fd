import type { MonoMs, RtpTs } from '../../kernel/time.js';
import type { Codec } from './codec.js';
import { DtmfReceiver, type DtmfPress } from './dtmf.js';
import type { FrameSink } from './frame-assembler.js';
import { SourceLatch, type SourceLatchOptions } from './latch.js';
import { Reception } from './reception.js';
import { ReceiveStream, type ReceiveStreamOptions } from './receive-stream.js';
import { isRtcpDatagram, parseRtp, rtpFields } from './rtp-packet.js';

/** A payload type we accept. */
interface Accepted {
  readonly codec: Codec | undefined;
  readonly clockRateHz: number;
}

/** Datagrams by fate. */
export interface RtpReceiverStats {
  accepted: number;
  /** Not RTP version 2, or cut short. */
  malformed: number;
  /** Of a payload type that was not negotiated; from the peer they still prove that it lives. */
  unknownPayloadType: number;
  /** First packets of a source that has not proved itself. */
  probation: number;
  /** From a source that is not the peer. */
  injected: number;
  /** While the call was on hold, or of a peer that said it would not send. */
  held: number;
}

/** Takes what was received. */
export interface RtpReceiverSink {
  readonly frame: FrameSink;
  readonly dtmf: (press: DtmfPress, at: MonoMs) => void;
  /** The first packet of the peer, once. */
  readonly first: (at: MonoMs) => void;
  /** An accepted audio packet before ordering, for the de-jittered view. */
  readonly packet: (at: MonoMs, timestamp: RtpTs, ssrc: number, codec: Codec, payload: Uint8Array) => void;
}

/** Comfort noise (RFC 3389, payload type fixed by RFC 3551): peers send it in pauses, negotiated or not. */
const COMFORT_NOISE = 13;

/** The receiving half of an RTP stream: parse, latch, count, then DTMF or audio. */
export class RtpReceiver {
  readonly stats: RtpReceiverStats = {
    accepted: 0,
    malformed: 0,
    unknownPayloadType: 0,
    probation: 0,
    injected: 0,
    held: 0,
  };
  readonly latch: SourceLatch;
  readonly stream: ReceiveStream;
  readonly dtmf = new DtmfReceiver();
  readonly #fields = rtpFields();
  #accepted: readonly (Accepted | undefined)[] = [];
  #reception: Reception | undefined;
  #active = false;
  #receiving = true;
  #lostBefore = 0;
  #lifeAt: MonoMs | undefined;
  #now = 0 as MonoMs;
  readonly #press = (press: DtmfPress): void => this.sink.dtmf(press, this.#now);

  constructor(
    private readonly sink: RtpReceiverSink,
    o: { readonly stream?: ReceiveStreamOptions; readonly latch?: SourceLatchOptions } = {},
  ) {
    this.stream = new ReceiveStream(sink.frame, o.stream);
    this.latch = new SourceLatch(o.latch);
  }

  /** Statistics of the source that is heard. */
  get reception(): Reception | undefined {
    return this.#reception;
  }

  /** Packets lost over all sources that were heard. */
  get lost(): number {
    return this.#lostBefore + (this.#reception?.lostInAll ?? 0);
  }

  /** When the peer last gave a sign of life: audio, or anything else that comes from its address. */
  get lifeAt(): MonoMs | undefined {
    return this.#lifeAt;
  }

  /** Notes a sign of life of the peer: RTCP (from any port), a keep-alive (RFC 6263 section 4). */
  alive(host: string, port: number | undefined, at: MonoMs): void {
    this.#lifeAt = at;
    this.latch.touch(host, port, at);
  }

  /** Sets what is accepted: codecs by payload type, and the payload type of telephone events. */
  configure(
    codecs: ReadonlyMap<number, Codec>,
    dtmf: { readonly payloadType: number; readonly clockRateHz: number } | undefined,
  ): void {
    const accepted: (Accepted | undefined)[] = new Array<Accepted | undefined>(128).fill(undefined);
    for (const [payloadType, codec] of codecs) {
      accepted[payloadType] = { codec, clockRateHz: codec.spec.clockRateHz };
    }
    accepted[COMFORT_NOISE] ??= { codec: undefined, clockRateHz: 0 };
    if (dtmf !== undefined) accepted[dtmf.payloadType] = { codec: undefined, clockRateHz: dtmf.clockRateHz };
    this.#accepted = accepted;
  }

  /** Starts or stops feeding (hold). */
  setActive(active: boolean, now: MonoMs): void {
    this.#active = active;
    this.stream.setActive(active, now);
  }

  /** Whether the peer may send: what comes in spite of the agreed direction is not heard (RFC 3264 section 6.1). */
  setReceiving(receiving: boolean): void {
    this.#receiving = receiving;
    this.latch.expectsStrangers = receiving;
  }

  /** Takes one datagram. Never throws, whatever it holds. */
  datagram(data: Uint8Array, host: string, port: number, at: MonoMs): void {
    this.#now = at;
    const fields = this.#fields;
    if (!parseRtp(data, fields)) {
      this.stats.malformed++;
      if (this.latch.isPeer(host, port)) this.alive(host, port, at);
      return;
    }
    const accepted = this.#accepted[fields.payloadType];
    if (accepted === undefined) return this.#unknown(data, host, port, at);
    const verdict = this.latch.judge(host, port, fields.ssrc, fields.sequence, at);
    if (verdict !== 'accept') {
      this.stats[verdict]++;
      return;
    }
    this.#source(fields.ssrc, at);
    this.#lifeAt = at;
    const { codec, clockRateHz } = accepted;
    this.#reception?.packet(at, fields.sequence, fields.timestamp, codec === undefined ? 0 : clockRateHz);
    if (!this.#active || !this.#receiving) {
      this.stats.held++;
      return;
    }
    this.stats.accepted++;
    const payload = data.subarray(fields.payloadStart, fields.payloadEnd);
    if (codec !== undefined) {
      this.sink.packet(at, fields.timestamp, fields.ssrc, codec, payload);
    } else if (fields.payloadType !== COMFORT_NOISE) {
      const { sequence, timestamp } = fields;
      this.dtmf.packet(at, sequence, timestamp, payload, clockRateHz, (press) => this.sink.dtmf(press, at));
    }
    this.stream.packet(at, fields.sequence, fields.timestamp, codec, payload);
  }

  /** A packet that nobody can read: from the peer it is life, and within its stream it is not lost. */
  #unknown(data: Uint8Array, host: string, port: number, at: MonoMs): void {
    this.stats.unknownPayloadType++;
    if (!this.latch.isPeer(host, port)) return;
    this.alive(host, port, at);
    const { sequence, timestamp, ssrc, payloadStart, payloadEnd } = this.#fields;
    if (ssrc !== this.#reception?.ssrc || isRtcpDatagram(data)) return;
    this.#reception.packet(at, sequence, timestamp, 0);
    this.stream.packet(at, sequence, timestamp, undefined, data.subarray(payloadStart, payloadEnd));
  }

  /** Lets time pass: gaps, silence by the clock, key presses whose end was lost. */
  tick(now: MonoMs): void {
    this.#now = now;
    this.dtmf.tick(now, this.#press);
    this.stream.tick(now);
  }

  /** A new SSRC starts new statistics and a new time line; the sample index goes on. */
  #source(ssrc: number, at: MonoMs): void {
    if (this.#reception?.ssrc === ssrc) return;
    const first = this.#reception === undefined;
    if (!first) {
      this.stream.restart();
      this.dtmf.reset(this.#press);
    }
    this.#lostBefore = this.lost;
    this.#reception = new Reception(ssrc);
    if (first) this.sink.first(at);
  }
}
