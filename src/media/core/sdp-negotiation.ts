import { err, ok, type Result } from '../../kernel/result.js';
import type { CodecName, CodecSpec } from './codec.js';
import { FRAME_MS } from './frame.js';
import { ipFamily, isUnicast, isUnspecified } from './ip-address.js';
import {
  parseSdp,
  type Direction,
  type RtpMap,
  type Sdp,
  type SdpError,
  type SdpMedia,
  type SdpWarning,
} from './sdp.js';

/** An address that media goes to. */
export interface MediaAddress {
  readonly host: string;
  readonly port: number;
}

/** A payload type with the codec it carries. */
export interface PayloadMapping {
  readonly payloadType: number;
  readonly codec: CodecName;
}

/** What both sides have agreed on for the one audio stream of a call. */
export interface NegotiatedMedia {
  /** Codec and payload type that we send. */
  readonly send: PayloadMapping;
  /** `a=fmtp` parameters of the peer for what we send: how it wants it. */
  readonly sendFmtp: string | undefined;
  /** Payload types that we accept. */
  readonly receive: readonly PayloadMapping[];
  /** RFC 4733 payload types, or `undefined` when the peer has none. */
  readonly dtmf:
    { readonly send: number; readonly receive: number; readonly clockRateHz: number } | undefined;
  /** Milliseconds of audio in each packet that we send: 10, 20, 30, 40 or 60. */
  readonly packetMs: number;
  /** Where RTP goes before the latch knows better; `undefined` for a name, an odd address or `c=0.0.0.0`. */
  readonly remote: MediaAddress | undefined;
  /** Where RTCP goes; `undefined` with the same meaning. */
  readonly remoteRtcp: MediaAddress | undefined;
  /** RTP and RTCP share one port (RFC 5761). */
  readonly rtcpMux: boolean;
  /** Seen from our side: `sendonly` means that only we send. */
  readonly direction: Direction;
  /** The peer does not want to hear us: hold in any of its forms. */
  readonly held: boolean;
}

/** Our side of the negotiation. */
export interface LocalMedia {
  /** Address literal that peers send RTP to. */
  readonly host: string;
  /** RTP port. */
  readonly port: number;
  /** RTCP port, where it is not `port + 1`. */
  readonly rtcpPort?: number;
  /** Codecs in the order of preference. */
  readonly codecs: readonly CodecSpec[];
  /** Session id of the `o=` line: decimal digits, unique for this call. */
  readonly sessionId: string;
}

/** An m-line of the agreed session, so that later offers keep their order (RFC 3264 section 8). */
interface Line {
  readonly kind: string;
  readonly protocol: string;
  readonly formats: readonly string[];
}

interface Match {
  readonly index: number;
  readonly media: SdpMedia;
  readonly codec: PayloadMapping;
  readonly clockRateHz: number;
}

const TELEPHONE_EVENT = 'telephone-event';
/** Payload types of telephone events that we offer, by clock: that of each codec offered (RFC 4733 section 2.1). */
const DTMF_PAYLOAD_TYPES: ReadonlyMap<number, number> = new Map([
  [8000, 101],
  [48_000, 110],
]);
const PACKET_TIMES_MS = [60, 40, 30, 20, 10];
const PROTOCOLS = ['RTP/AVP', 'RTP/AVPF'];

const refuse = (message: string, warning: SdpWarning): Result<never, SdpError> =>
  err({ code: 'unsupported_media', status: 488, message, warning });

/** Warn-codes of RFC 3261 section 20.43, in the order in which an m-line is looked at. */
const WARNINGS = {
  media: { code: 304, text: 'Media type not available' },
  network: { code: 300, text: 'Incompatible network protocol' },
  address: { code: 301, text: 'Incompatible network address formats' },
  transport: { code: 302, text: 'Incompatible transport protocol' },
  format: { code: 305, text: 'Incompatible media format' },
} as const satisfies Record<string, SdpWarning>;

/**
 * Offer/answer for one audio stream (RFC 3264): initial exchange, delayed offer, re-INVITE and every form of hold.
 * Other m-lines are refused with port 0 and keep their place.
 *
 * A refused description changes nothing: the session goes on as agreed before.
 */
export class SdpNegotiator {
  #version = 0;
  #body = '';
  #lines: readonly Line[] = [];
  #audioIndex = 0;
  #agreed: NegotiatedMedia | undefined;
  #offered: readonly CodecSpec[] | undefined;

  constructor(private readonly local: LocalMedia) {}

  /** What was agreed last. */
  get agreed(): NegotiatedMedia | undefined {
    return this.#agreed;
  }

  /** The description we sent last, `''` before the first. */
  get currentSdp(): string {
    return this.#body === '' ? '' : this.#render(this.#body);
  }

  /**
   * Answers an offer, initial or later.
   *
   * @returns `malformed` (400) for text that is not SDP, `unsupported_media` (488) when no audio stream of the
   *   offer can be taken
   */
  answerOffer(text: string): Result<{ sdp: string; media: NegotiatedMedia }, SdpError> {
    const parsed = parseSdp(text);
    if (!parsed.ok) return parsed;
    const offer = parsed.value;
    const match = this.#match(offer, this.local.codecs);
    if ('code' in match) return this.#answerWithoutAudio(offer, match);
    const dtmf = findDtmf(match.media, match.clockRateHz);
    const media = agree({
      remote: match.media,
      send: match.codec,
      receive: [match.codec],
      rtcpMux: match.media.rtcpMux,
      dtmf: dtmf && { send: dtmf.payloadType, receive: dtmf.payloadType, clockRateHz: dtmf.clockRateHz },
    });
    this.#lines = linesOf(offer);
    this.#audioIndex = match.index;
    this.#agreed = media;
    this.#offered = undefined;
    const spec = this.local.codecs.find((codec) => codec.name === match.codec.codec) as CodecSpec;
    const formats = [{ ...spec, payloadType: match.codec.payloadType }];
    const events = media.dtmf === undefined ? [] : [media.dtmf];
    const audio = this.#audioLines(match.media.protocol, formats, media.direction, events, media.rtcpMux);
    return ok({ sdp: this.#publish(audio), media });
  }

  /** Our offer: for a call we place, an INVITE without SDP, or a re-INVITE without SDP. Always `sendrecv`. */
  createOffer(): string {
    const agreed = this.#agreed;
    const offered = this.local.codecs.map((codec) =>
      agreed?.send.codec === codec.name ? { ...codec, payloadType: agreed.send.payloadType } : codec,
    );
    this.#offered = offered;
    if (this.#lines.length === 0) this.#lines = [{ kind: 'audio', protocol: 'RTP/AVP', formats: [] }];
    const protocol = (this.#lines[this.#audioIndex] as Line).protocol;
    return this.#publish(
      this.#audioLines(protocol, offered, 'sendrecv', this.#offeredEvents(offered), false),
    );
  }

  /** Telephone events on the clock of each codec offered; those that were agreed keep their payload type. */
  #offeredEvents(codecs: readonly CodecSpec[]): { receive: number; clockRateHz: number }[] {
    const agreed = this.#agreed?.dtmf;
    const clocks = new Set(codecs.map((codec) => codec.clockRateHz));
    const taken = new Set(codecs.map((codec) => codec.payloadType));
    const events: { receive: number; clockRateHz: number }[] = [];
    for (const clockRateHz of [...clocks].sort((a, b) => a - b)) {
      let receive = DTMF_PAYLOAD_TYPES.get(clockRateHz) ?? 102;
      if (agreed?.clockRateHz === clockRateHz) receive = agreed.receive;
      while (taken.has(receive)) receive++;
      taken.add(receive);
      events.push({ receive, clockRateHz });
    }
    return events;
  }

  /**
   * Takes the answer to {@link createOffer}.
   *
   * @returns `no_offer` (491) when there is no open offer, else as {@link answerOffer}
   */
  acceptAnswer(text: string): Result<NegotiatedMedia, SdpError> {
    const offered = this.#offered;
    if (offered === undefined) {
      return err({ code: 'no_offer', status: 491, message: 'there is no open offer' });
    }
    const parsed = parseSdp(text);
    if (!parsed.ok) return parsed;
    const match = this.#match(parsed.value, offered, this.#audioIndex);
    if ('code' in match) return refuse('the answer accepts no audio that was offered', match);
    const dtmf = findDtmf(match.media, match.clockRateHz);
    const events = this.#offeredEvents(offered);
    const offeredEvent = events.find(({ clockRateHz }) => clockRateHz === dtmf?.clockRateHz) ?? events[0];
    const media = agree({
      remote: match.media,
      send: match.codec,
      // RFC 3264 section 5.1: an offerer must be ready for everything it offered.
      receive: offered.map((codec) => ({ payloadType: codec.payloadType, codec: codec.name })),
      rtcpMux: false,
      dtmf: dtmf && {
        send: dtmf.payloadType,
        receive: offeredEvent?.receive ?? dtmf.payloadType,
        clockRateHz: dtmf.clockRateHz,
      },
    });
    this.#agreed = media;
    this.#offered = undefined;
    return ok(media);
  }

  /**
   * An offer that switches the agreed audio stream off (port 0) is a valid way to mute; at first it is useless, and
   * beside a stream of another kind (a change to fax) it would leave a call without any: then the session stays as it
   * was (RFC 3261 section 14.2).
   */
  #answerWithoutAudio(
    offer: Sdp,
    why: SdpWarning,
  ): Result<{ sdp: string; media: NegotiatedMedia }, SdpError> {
    const agreed = this.#agreed;
    const line = offer.media[this.#audioIndex];
    const off = line?.kind === 'audio' && offer.media.every(({ port }) => port === 0);
    if (agreed === undefined || !off) return refuse('the offer has no audio stream that can be taken', why);
    const media: NegotiatedMedia = {
      ...agreed,
      remote: undefined,
      remoteRtcp: undefined,
      direction: 'inactive',
      held: true,
    };
    this.#lines = linesOf(offer);
    this.#agreed = media;
    return ok({ sdp: this.#publish(undefined), media });
  }

  /** The first m-line that can be taken, or why the one that came closest cannot. */
  #match(sdp: Sdp, codecs: readonly CodecSpec[], only?: number): Match | SdpWarning {
    let why: SdpWarning = WARNINGS.media;
    for (const [index, media] of sdp.media.entries()) {
      if (only !== undefined && index !== only) continue;
      if (media.kind !== 'audio' || media.port === 0) continue;
      const found = findCodec(media, codecs, only !== undefined);
      const problem = this.#obstacle(media) ?? (found === undefined ? WARNINGS.format : undefined);
      if (problem === undefined && found !== undefined) return { index, media, ...found };
      if (problem !== undefined && (why === WARNINGS.media || problem === WARNINGS.format)) why = problem;
    }
    return why;
  }

  /** What is wrong with an audio m-line before its formats are looked at. */
  #obstacle({ connection, protocol }: SdpMedia): SdpWarning | undefined {
    if (connection === undefined || connection.family === 'other_network') return WARNINGS.network;
    if (connection.family !== ipFamily(this.local.host)) return WARNINGS.address;
    return PROTOCOLS.includes(protocol) ? undefined : WARNINGS.transport;
  }

  #audioLines(
    protocol: string,
    codecs: readonly CodecSpec[],
    direction: Direction,
    events: readonly { readonly receive: number; readonly clockRateHz: number }[],
    rtcpMux: boolean,
  ): string[] {
    const types = [...codecs.map((codec) => codec.payloadType), ...events.map(({ receive }) => receive)];
    const lines = [`m=audio ${this.local.port} ${protocol} ${types.join(' ')}`];
    for (const codec of codecs) {
      const channels = codec.channels === 1 ? '' : `/${codec.channels}`;
      lines.push(`a=rtpmap:${codec.payloadType} ${codec.name}/${codec.clockRateHz}${channels}`);
      if (codec.fmtp !== undefined) lines.push(`a=fmtp:${codec.payloadType} ${codec.fmtp}`);
    }
    for (const { receive, clockRateHz } of events) {
      lines.push(`a=rtpmap:${receive} ${TELEPHONE_EVENT}/${clockRateHz}`, `a=fmtp:${receive} 0-15`);
    }
    lines.push(`a=ptime:${FRAME_MS}`);
    const { rtcpPort } = this.local;
    if (rtcpMux) lines.push('a=rtcp-mux');
    else if (rtcpPort !== undefined && rtcpPort !== this.local.port + 1) lines.push(`a=rtcp:${rtcpPort}`);
    lines.push(`a=${direction}`);
    return lines;
  }

  /** Renders all m-lines; the version of `o=` grows only when the description changed (RFC 3264 section 8). */
  #publish(audio: readonly string[] | undefined): string {
    const body = this.#lines
      .flatMap((line, index) =>
        audio !== undefined && index === this.#audioIndex
          ? audio
          : [`m=${line.kind} 0 ${line.protocol} ${line.formats.join(' ')}`],
      )
      .join('\r\n');
    if (body !== this.#body) this.#version++;
    this.#body = body;
    return this.#render(body);
  }

  #render(body: string): string {
    const { host, sessionId } = this.local;
    const address = `IN IP${ipFamily(host) === 6 ? 6 : 4} ${host}`;
    const head = [
      `v=0`,
      `o=leibniz ${sessionId} ${this.#version} ${address}`,
      `s=-`,
      `c=${address}`,
      `t=0 0`,
    ];
    return `${head.join('\r\n')}\r\n${body}\r\n`;
  }
}

/**
 * The format to be spoken: of those offered, the one that stands first in our own list, and among formats that we hold
 * equal, mu-law and A-law, in the offer. Of an answer it is the first one (RFC 3264 section 7).
 */
function findCodec(
  media: SdpMedia,
  codecs: readonly CodecSpec[],
  isAnswer: boolean,
): { codec: PayloadMapping; clockRateHz: number } | undefined {
  let best: { codec: PayloadMapping; clockRateHz: number } | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const format of media.formats) {
    const map = media.rtpmap.get(Number(format));
    const spec = map && codecs.find((codec) => sameCodec(codec, map));
    const rank = spec === undefined ? bestRank : isAnswer ? 0 : rankOf(spec, codecs);
    if (spec === undefined || rank >= bestRank) continue;
    bestRank = rank;
    best = { codec: { payloadType: Number(format), codec: spec.name }, clockRateHz: spec.clockRateHz };
  }
  return best;
}

const isG711 = ({ name }: CodecSpec): boolean => name === 'PCMU' || name === 'PCMA';

function rankOf(spec: CodecSpec, codecs: readonly CodecSpec[]): number {
  return codecs.findIndex((codec) => codec.name === spec.name || (isG711(codec) && isG711(spec)));
}

function sameCodec(spec: CodecSpec, map: RtpMap): boolean {
  return (
    spec.name.toLowerCase() === map.encoding.toLowerCase() &&
    spec.clockRateHz === map.clockRateHz &&
    spec.channels === map.channels
  );
}

/** RFC 4733 section 2.1 wants the events on the clock of the audio; another clock is better than none. */
function findDtmf(
  media: SdpMedia,
  clockRateHz: number,
): { payloadType: number; clockRateHz: number } | undefined {
  let found: { payloadType: number; clockRateHz: number } | undefined;
  for (const format of media.formats) {
    const map = media.rtpmap.get(Number(format));
    if (map?.encoding.toLowerCase() !== TELEPHONE_EVENT) continue;
    if (map.clockRateHz === clockRateHz) return { payloadType: Number(format), clockRateHz };
    found ??= { payloadType: Number(format), clockRateHz: map.clockRateHz };
  }
  return found;
}

function agree(o: {
  remote: SdpMedia;
  send: PayloadMapping;
  receive: readonly PayloadMapping[];
  rtcpMux: boolean;
  dtmf: NegotiatedMedia['dtmf'];
}): NegotiatedMedia {
  const { remote } = o;
  const host = remote.connection?.address ?? '';
  const reachable = isUnicast(host);
  const peerSends = remote.direction === 'sendrecv' || remote.direction === 'sendonly';
  const peerReceives =
    (remote.direction === 'sendrecv' || remote.direction === 'recvonly') && !isUnspecified(host);
  const rtcpHost = remote.rtcp?.connection?.address ?? host;
  const rtcpPort = o.rtcpMux ? remote.port : (remote.rtcp?.port ?? remote.port + 1);
  return {
    send: o.send,
    sendFmtp: remote.fmtp.get(o.send.payloadType),
    receive: o.receive,
    dtmf: o.dtmf,
    packetMs: o.send.codec === 'opus' ? FRAME_MS : packetTime(remote),
    remote: reachable ? { host, port: remote.port } : undefined,
    remoteRtcp:
      isUnicast(rtcpHost) && rtcpPort > 0 && rtcpPort < 65_536
        ? { host: rtcpHost, port: rtcpPort }
        : undefined,
    rtcpMux: o.rtcpMux,
    direction: directionOf(peerReceives, peerSends),
    held: !peerReceives,
  };
}

function directionOf(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** The longest packet time we can send that the peer's `ptime` and `maxptime` allow. */
function packetTime(media: SdpMedia): number {
  const wanted = Math.min(media.ptimeMs ?? FRAME_MS, media.maxPtimeMs ?? 1000);
  return PACKET_TIMES_MS.find((ms) => ms <= wanted) ?? 10;
}

function linesOf(sdp: Sdp): Line[] {
  return sdp.media.map(({ kind, protocol, formats }) => ({ kind, protocol, formats }));
}
