import { err, ok, type Result } from '../../kernel/result.js';

/** Largest SDP body that is read; larger ones are refused unread. */
export const MAX_SDP_BYTES = 16_384;
/** Most m-lines that are read. */
export const MAX_SDP_MEDIA = 16;
/** Most lines that are read. */
const MAX_SDP_LINES = 512;

/** Why SDP was refused. `status` is the SIP answer that fits (RFC 3261 section 13.3.1.3, RFC 3264 section 6). */
export interface SdpError {
  readonly code: 'malformed' | 'unsupported_media' | 'no_offer';
  readonly status: 400 | 488 | 491;
  readonly message: string;
  /** What a Warning header says of it (RFC 3261 section 20.43). */
  readonly warning?: SdpWarning;
}

/** Warn-codes for a session that cannot be had. */
export interface SdpWarning {
  readonly code: 300 | 301 | 302 | 304 | 305;
  readonly text: string;
}

/** Who may send, as an attribute of an m-line (RFC 3264 section 5.1), seen from the side that wrote the SDP. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** `c=` line. */
export interface SdpConnection {
  /** `IP4` or `IP6`; else what is strange about it: the network type or the address type. */
  readonly family: 4 | 6 | 'other_network' | 'other_address';
  readonly address: string;
}

/** `a=rtpmap` line, or the entry that RFC 3551 gives a static payload type. */
export interface RtpMap {
  readonly encoding: string;
  readonly clockRateHz: number;
  readonly channels: number;
}

/** One m-line with its attributes. */
export interface SdpMedia {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  /** The format list as written; payload types for RTP. */
  readonly formats: readonly string[];
  /** The m-line's own `c=`, or the session's. */
  readonly connection: SdpConnection | undefined;
  /** Its own direction, or the session's, or `sendrecv`. */
  readonly direction: Direction;
  readonly rtpmap: ReadonlyMap<number, RtpMap>;
  readonly fmtp: ReadonlyMap<number, string>;
  readonly ptimeMs: number | undefined;
  readonly maxPtimeMs: number | undefined;
  /** `a=rtcp` (RFC 3605): port, and address where it differs. */
  readonly rtcp: { readonly port: number; readonly connection: SdpConnection | undefined } | undefined;
  readonly rtcpMux: boolean;
}

/** `o=` line; session id and version are kept as text because they may exceed 53 bits. */
export interface SdpOrigin {
  readonly username: string;
  readonly sessionId: string;
  readonly version: string;
}

/** A whole description. */
export interface Sdp {
  readonly origin: SdpOrigin;
  readonly connection: SdpConnection | undefined;
  readonly media: readonly SdpMedia[];
}

/** Payload types whose meaning RFC 3551 fixes, so that their rtpmap may be missing. */
const STATIC_RTPMAP: ReadonlyMap<number, RtpMap> = new Map([
  [0, { encoding: 'PCMU', clockRateHz: 8000, channels: 1 }],
  [3, { encoding: 'GSM', clockRateHz: 8000, channels: 1 }],
  [4, { encoding: 'G723', clockRateHz: 8000, channels: 1 }],
  [8, { encoding: 'PCMA', clockRateHz: 8000, channels: 1 }],
  [9, { encoding: 'G722', clockRateHz: 8000, channels: 1 }],
  [13, { encoding: 'CN', clockRateHz: 8000, channels: 1 }],
  [18, { encoding: 'G729', clockRateHz: 8000, channels: 1 }],
]);

const malformed = (message: string): Result<never, SdpError> =>
  err({ code: 'malformed', status: 400, message });

interface MediaDraft {
  kind: string;
  port: number;
  protocol: string;
  formats: string[];
  connection: SdpConnection | undefined;
  direction: Direction | undefined;
  rtpmap: Map<number, RtpMap>;
  fmtp: Map<number, string>;
  ptimeMs: number | undefined;
  maxPtimeMs: number | undefined;
  rtcp: SdpMedia['rtcp'];
  rtcpMux: boolean;
}

interface Draft {
  origin: SdpOrigin | undefined;
  connection: SdpConnection | undefined;
  direction: Direction | undefined;
  media: MediaDraft[];
}

/**
 * Reads a session description (RFC 8866). Tolerant where peers are sloppy (bare LF, unknown lines, attribute
 * order, missing `t=`), strict where a wrong reading would send audio astray. Never throws.
 */
export function parseSdp(text: string): Result<Sdp, SdpError> {
  if (text.length > MAX_SDP_BYTES) return malformed('the session description is too long');
  const lines = text.split(/\r\n|\n|\r/, MAX_SDP_LINES + 1);
  if (lines.length > MAX_SDP_LINES) return malformed('the session description has too many lines');
  const draft: Draft = { origin: undefined, connection: undefined, direction: undefined, media: [] };
  let sawVersion = false;
  for (const line of lines) {
    if (line.length === 0) continue;
    if (line[1] !== '=') return malformed('a line is not of the form x=value');
    const value = line.slice(2);
    if (line[0] === 'v') {
      if (value.trim() !== '0') return malformed('the version is not 0');
      sawVersion = true;
      continue;
    }
    if (!sawVersion) return malformed('the description does not begin with v=0');
    const problem = readLine(draft, line[0] as string, value);
    if (problem !== undefined) return malformed(problem);
  }
  if (!sawVersion) return malformed('the session description is empty');
  if (draft.origin === undefined) return malformed('the o= line is missing');
  return ok(finish(draft, draft.origin));
}

function finish(draft: Draft, origin: SdpOrigin): Sdp {
  return {
    origin,
    connection: draft.connection,
    media: draft.media.map((media) => ({
      ...media,
      connection: media.connection ?? draft.connection,
      direction: media.direction ?? draft.direction ?? 'sendrecv',
    })),
  };
}

function readLine(draft: Draft, type: string, value: string): string | undefined {
  const media = draft.media.at(-1);
  switch (type) {
    case 'o': {
      const [username, sessionId, version] = value.trim().split(/\s+/);
      if (username === undefined || sessionId === undefined || version === undefined) {
        return 'the o= line is broken';
      }
      draft.origin = { username, sessionId, version };
      return undefined;
    }
    case 'c': {
      const connection = readConnection(value);
      if (connection === undefined) return 'a c= line is broken';
      if (media === undefined) draft.connection = connection;
      // Several c= lines of one m-line are alternative multicast layers; the first one counts.
      else media.connection ??= connection;
      return undefined;
    }
    case 'm': {
      return readMedia(draft, value);
    }
    case 'a': {
      return readAttribute(draft, media, value);
    }
    default:
      return undefined;
  }
}

function readConnection(value: string): SdpConnection | undefined {
  const [network, type, address] = value.trim().split(/\s+/);
  if (address === undefined) return undefined;
  // A multicast address carries a TTL behind a slash.
  const host = address.split('/')[0] as string;
  if (network !== 'IN') return { family: 'other_network', address: host };
  return { family: type === 'IP4' ? 4 : type === 'IP6' ? 6 : 'other_address', address: host };
}

function readMedia(draft: Draft, value: string): string | undefined {
  if (draft.media.length >= MAX_SDP_MEDIA) return 'there are too many m= lines';
  const [kind, portText, protocol, ...formats] = value.trim().split(/\s+/);
  // A port may carry a count of ports behind a slash.
  const port = integer(portText?.split('/')[0], 65_535);
  if (kind === undefined || port === undefined || protocol === undefined || formats.length === 0) {
    return 'an m= line is broken';
  }
  draft.media.push({
    kind,
    port,
    protocol,
    formats: formats.slice(0, 64),
    connection: undefined,
    direction: undefined,
    rtpmap: staticMaps(formats),
    fmtp: new Map(),
    ptimeMs: undefined,
    maxPtimeMs: undefined,
    rtcp: undefined,
    rtcpMux: false,
  });
  return undefined;
}

function staticMaps(formats: readonly string[]): Map<number, RtpMap> {
  const maps = new Map<number, RtpMap>();
  for (const format of formats) {
    const payloadType = integer(format, 127);
    const map = payloadType === undefined ? undefined : STATIC_RTPMAP.get(payloadType);
    if (payloadType !== undefined && map !== undefined) maps.set(payloadType, map);
  }
  return maps;
}

/** Reads an `a=` line. Attributes that are unknown or unreadable are skipped: RFC 8866 section 5.13. */
function readAttribute(draft: Draft, media: MediaDraft | undefined, attribute: string): undefined {
  const colon = attribute.indexOf(':');
  const name = (colon < 0 ? attribute : attribute.slice(0, colon)).trim();
  const value = colon < 0 ? '' : attribute.slice(colon + 1).trim();
  switch (name) {
    case 'sendrecv':
    case 'sendonly':
    case 'recvonly':
    case 'inactive': {
      if (media === undefined) draft.direction = name;
      else media.direction = name;
      return;
    }
    case 'rtpmap': {
      if (media !== undefined) readRtpMap(media, value);
      return;
    }
    case 'fmtp': {
      const space = value.indexOf(' ');
      const payloadType = integer(value.slice(0, Math.max(0, space)), 127);
      if (media !== undefined && payloadType !== undefined) {
        media.fmtp.set(payloadType, value.slice(space + 1).trim());
      }
      return;
    }
    case 'ptime': {
      if (media !== undefined) media.ptimeMs = packetTime(value);
      return;
    }
    case 'maxptime': {
      if (media !== undefined) media.maxPtimeMs = packetTime(value);
      return;
    }
    case 'rtcp': {
      if (media !== undefined) media.rtcp = readRtcp(value);
      return;
    }
    case 'rtcp-mux': {
      if (media !== undefined) media.rtcpMux = true;
      return;
    }
    default:
      return;
  }
}

function readRtpMap(media: MediaDraft, value: string): void {
  const [type, encoding] = value.split(/\s+/);
  const payloadType = integer(type, 127);
  const [name, rate, channels] = (encoding ?? '').split('/');
  const clockRateHz = integer(rate, 384_000);
  if (payloadType === undefined || name === undefined || clockRateHz === undefined) return;
  media.rtpmap.set(payloadType, { encoding: name, clockRateHz, channels: integer(channels, 255) ?? 1 });
}

function readRtcp(value: string): SdpMedia['rtcp'] {
  const [portText, ...address] = value.split(/\s+/);
  const port = integer(portText, 65_535);
  if (port === undefined) return undefined;
  return { port, connection: address.length === 0 ? undefined : readConnection(address.join(' ')) };
}

function packetTime(value: string): number | undefined {
  // Some devices write a fraction ("20.0").
  const ms = Number(value);
  return Number.isFinite(ms) && ms >= 1 && ms <= 1000 ? Math.round(ms) : undefined;
}

function integer(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}
