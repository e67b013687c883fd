import { rtpTs, type RtpTs } from '../../kernel/time.js';

/**
 * RTP fixed header (RFC 3550 section 5.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * ```
 */
export const RTP_HEADER_BYTES = 12;

/** Fields of one packet. One instance is reused for every packet of a session. */
export interface RtpFields {
  payloadType: number;
  marker: boolean;
  /** Unsigned 16 bits. */
  sequence: number;
  timestamp: RtpTs;
  /** Unsigned 32 bits. */
  ssrc: number;
  /** First payload byte within the datagram. */
  payloadStart: number;
  /** One past the last payload byte, padding excluded. */
  payloadEnd: number;
}

/** An empty {@link RtpFields} to parse into. */
export const rtpFields = (): RtpFields => ({
  payloadType: 0,
  marker: false,
  sequence: 0,
  timestamp: rtpTs(0),
  ssrc: 0,
  payloadStart: 0,
  payloadEnd: 0,
});

/**
 * Reads an RTP header into `into`. CSRCs, header extension and padding are skipped.
 *
 * This is the hot path (50 packets a second and call), so it reads bytes in place instead of building an
 * `RtpPacket` of rtp.js; a test keeps both in agreement.
 *
 * @returns false when the datagram is not a whole RTP version 2 packet; `into` is then undefined in content
 */
export function parseRtp(data: Uint8Array, into: RtpFields): boolean {
  const { length } = data;
  if (length < RTP_HEADER_BYTES) return false;
  const first = data[0] as number;
  if (first >> 6 !== 2) return false;
  let start = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > length) return false;
    start += 4 + readUint16(data, start + 2) * 4;
  }
  if (start > length) return false;
  let end = length;
  if ((first & 0x20) !== 0) {
    const padding = data[length - 1] as number;
    if (padding === 0 || start + padding > length) return false;
    end -= padding;
  }
  const second = data[1] as number;
  into.marker = second >= 0x80;
  into.payloadType = second & 0x7f;
  into.sequence = readUint16(data, 2);
  into.timestamp = readUint32(data, 4) as RtpTs;
  into.ssrc = readUint32(data, 8);
  into.payloadStart = start;
  into.payloadEnd = end;
  return true;
}

/** Writes a fixed header without CSRC, extension or padding to the first 12 bytes of `out`. */
export function writeRtpHeader(
  out: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: RtpTs,
  ssrc: number,
): void {
  out[0] = 0x80;
  out[1] = (marker ? 0x80 : 0) | payloadType;
  out[2] = sequence >>> 8;
  out[3] = sequence;
  writeUint32(out, 4, timestamp);
  writeUint32(out, 8, ssrc);
}

/**
 * True when a datagram that may be RTP or RTCP (both on one port, RFC 5761 section 4) is RTCP: its packet type
 * octet lies in 192-223.
 */
export function isRtcpDatagram(data: Uint8Array): boolean {
  if (data.length < 8) return false;
  const type = data[1] as number;
  return (data[0] as number) >> 6 === 2 && type >= 192 && type <= 223;
}

function readUint16(data: Uint8Array, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}

function readUint32(data: Uint8Array, at: number): number {
  return ((readUint16(data, at) << 16) | readUint16(data, at + 2)) >>> 0;
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
