import {
  ByePacket,
  CompoundPacket,
  ReceiverReportPacket,
  ReceptionReport as ReportBlock,
  SdesChunk,
  SdesPacket,
  SenderReportPacket,
} from 'rtp.js/packets';
import type { RtpTs, WallMs } from '../../kernel/time.js';
import type { ReceptionReport } from './reception.js';

/** Smallest RTCP packet: an empty receiver report. */
export const MIN_RTCP_BYTES = 8;
/** Larger datagrams are not looked at. */
export const MAX_RTCP_BYTES = 1500;
/** Most packets of one compound that are looked at. */
const MAX_COMPOUND = 32;
const REPORT_BLOCK_BYTES = 24;
/** Seconds between the NTP epoch (1900) and the Unix epoch. */
const NTP_OFFSET_S = 2_208_988_800;
const SDES_CNAME = 1;

/** A 64-bit NTP time (RFC 3550 section 4). */
export interface NtpTime {
  readonly seconds: number;
  readonly fraction: number;
}

/** What one RTCP compound says, reduced to what Leibniz uses. */
export interface RtcpSummary {
  readonly senderReport:
    { readonly ssrc: number; readonly ntp: NtpTime; readonly timestamp: number } | undefined;
  readonly reports: readonly ReceptionReport[];
  /** Sources that leave. */
  readonly bye: readonly number[];
}

/** Content of an outgoing compound. */
export interface RtcpContent {
  readonly ssrc: number;
  /** CNAME of the SDES packet that every compound carries; says nothing about a person. */
  readonly cname: string;
  /** Present when we have sent RTP since the last two reports: makes it a sender report. */
  readonly sender?: {
    readonly ntp: NtpTime;
    readonly timestamp: RtpTs;
    readonly packets: number;
    readonly octets: number;
  };
  readonly reports: readonly ReceptionReport[];
  readonly bye?: boolean;
}

/** Wall-clock time as NTP time. */
export function toNtp(wall: WallMs): NtpTime {
  const seconds = Math.floor(wall / 1000);
  return {
    seconds: (seconds + NTP_OFFSET_S) >>> 0,
    fraction: Math.floor(((wall - seconds * 1000) / 1000) * 4_294_967_296) >>> 0,
  };
}

/** The middle 32 bits of an NTP time, as LSR fields carry them. */
export const ntpMiddle = (ntp: NtpTime): number => ((ntp.seconds << 16) | (ntp.fraction >>> 16)) >>> 0;

/** Builds SR or RR with SDES, and BYE when asked (RFC 3550 section 6.1). */
export function buildRtcp(content: RtcpContent): Uint8Array {
  const compound = new CompoundPacket();
  const reports = content.reports.slice(0, 31).map(reportBlock);
  if (content.sender === undefined) {
    const packet = new ReceiverReportPacket();
    packet.setSsrc(content.ssrc);
    packet.setReports(reports);
    compound.addPacket(packet);
  } else {
    const packet = new SenderReportPacket();
    packet.setSsrc(content.ssrc);
    packet.setNtpSeconds(content.sender.ntp.seconds);
    packet.setNtpFraction(content.sender.ntp.fraction);
    packet.setRtpTimestamp(content.sender.timestamp);
    packet.setPacketCount(content.sender.packets >>> 0);
    packet.setOctetCount(content.sender.octets >>> 0);
    packet.setReports(reports);
    compound.addPacket(packet);
  }
  const chunk = new SdesChunk();
  chunk.setSsrc(content.ssrc);
  chunk.addItem(SDES_CNAME, content.cname);
  const sdes = new SdesPacket();
  sdes.addChunk(chunk);
  compound.addPacket(sdes);
  if (content.bye === true) {
    const bye = new ByePacket();
    bye.addSsrc(content.ssrc);
    compound.addPacket(bye);
  }
  compound.serialize();
  const view = compound.getView();
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Reads a compound. Lengths are checked before rtp.js sees the bytes, and what it throws at broken content stays
 * here.
 *
 * @returns `undefined` for anything that is not a well-formed compound
 */
export function parseRtcp(data: Uint8Array): RtcpSummary | undefined {
  if (!wellFormed(data)) return undefined;
  try {
    return summarize(new CompoundPacket(new DataView(data.buffer, data.byteOffset, data.byteLength)));
  } catch {
    return undefined;
  }
}

/** RFC 3550 appendix A.2: version 2 everywhere, lengths that add up, a report first. */
function wellFormed(data: Uint8Array): boolean {
  const { length } = data;
  if (length < MIN_RTCP_BYTES || length > MAX_RTCP_BYTES || length % 4 !== 0) return false;
  const firstType = data[1] as number;
  if (firstType !== 200 && firstType !== 201) return false;
  let position = 0;
  for (let count = 0; position < length; count++) {
    if (count === MAX_COMPOUND || (data[position] as number) >> 6 !== 2) return false;
    position += ((((data[position + 2] as number) << 8) | (data[position + 3] as number)) + 1) * 4;
  }
  return position === length;
}

function summarize(compound: CompoundPacket): RtcpSummary {
  let senderReport: RtcpSummary['senderReport'];
  const reports: ReceptionReport[] = [];
  const bye: number[] = [];
  for (const packet of compound.getPackets()) {
    if (packet instanceof SenderReportPacket) {
      const ntp = { seconds: packet.getNtpSeconds(), fraction: packet.getNtpFraction() };
      senderReport = { ssrc: packet.getSsrc(), ntp, timestamp: packet.getRtpTimestamp() };
      reports.push(...packet.getReports().map(readBlock));
    } else if (packet instanceof ReceiverReportPacket) {
      reports.push(...packet.getReports().map(readBlock));
    } else if (packet instanceof ByePacket) {
      bye.push(...packet.getSsrcs());
    }
  }
  return { senderReport, reports, bye };
}

/**
 * The 24 bits of cumulative loss are written and read here: rtp.js 0.15 keeps only 12 of them when reading and
 * writes negative values as sign and magnitude, where RFC 3550 section 6.4.1 has two's complement.
 */
function reportBlock(report: ReceptionReport): ReportBlock {
  const view = new DataView(new ArrayBuffer(REPORT_BLOCK_BYTES));
  view.setUint32(0, report.ssrc);
  view.setUint32(4, ((report.fractionLost << 24) | (report.cumulativeLost & 0xffffff)) >>> 0);
  view.setUint32(8, report.highestSequence);
  view.setUint32(12, report.jitter);
  view.setUint32(16, report.lastSr);
  view.setUint32(20, report.delaySinceLastSr);
  return new ReportBlock(view);
}

function readBlock(block: ReportBlock): ReceptionReport {
  return {
    ssrc: block.getSsrc(),
    fractionLost: block.getFractionLost(),
    cumulativeLost: (block.getView().getUint32(4) << 8) >> 8,
    highestSequence: block.getHighestSeqNumber(),
    jitter: block.getJitter(),
    lastSr: block.getLastSRTimestamp(),
    delaySinceLastSr: block.getDelaySinceLastSR(),
  };
}
