import type { Rng } from '../../kernel/rng.js';
import type { MonoMs, WallMs } from '../../kernel/time.js';
import type { Reception, ReceptionReport } from './reception.js';
import { buildRtcp, ntpMiddle, parseRtcp, toNtp, type RtcpSummary } from './rtcp.js';
import { RtcpSchedule } from './rtcp-schedule.js';
import type { RtpSender } from './rtp-sender.js';

/** What the peer's reports say about the stream that we send. */
export interface RemoteView {
  readonly lost: number;
  /** 0 to 1, over the last report interval. */
  readonly fractionLost: number;
  /** In RTP timestamp units of what we send. */
  readonly jitter: number;
  readonly roundTripMs: number | undefined;
}

/** RTCP of one stream in both directions: when to report, what to say, and what the peer says. */
export class RtcpSession {
  readonly #schedule: RtcpSchedule;
  readonly #cname: string;
  #remote: RemoteView | undefined;
  #malformed = 0;
  #packetsAtLastReport = 0;
  #quietReports = 2;

  constructor(rng: Rng) {
    this.#schedule = new RtcpSchedule(rng);
    // RFC 7022 section 4.2: a short-lived random CNAME tells nothing about the host or the caller.
    this.#cname = `${rng.uint32().toString(16)}${rng.uint32().toString(16)}`;
  }

  /** The peer's last report on our stream. */
  get remote(): RemoteView | undefined {
    return this.#remote;
  }

  /** Datagrams that were not RTCP. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Starts the schedule, once media flows. */
  start(now: MonoMs): void {
    this.#schedule.start(now);
  }

  /** The report that is due, if any. */
  poll(
    now: MonoMs,
    wall: WallMs,
    sender: RtpSender,
    reception: Reception | undefined,
  ): Uint8Array | undefined {
    return this.#schedule.due(now) ? this.#report(now, wall, sender, reception, false) : undefined;
  }

  /** The last report, with BYE. */
  goodbye(now: MonoMs, wall: WallMs, sender: RtpSender, reception: Reception | undefined): Uint8Array {
    return this.#report(now, wall, sender, reception, true);
  }

  /** Takes one RTCP datagram. Never throws. Returns what it says, or `undefined` when it is malformed. */
  receive(
    data: Uint8Array,
    now: MonoMs,
    wall: WallMs,
    sender: RtpSender,
    reception: Reception | undefined,
  ): RtcpSummary | undefined {
    const summary = parseRtcp(data);
    if (summary === undefined) {
      this.#malformed++;
      return undefined;
    }
    const { senderReport } = summary;
    if (senderReport !== undefined && senderReport.ssrc === reception?.ssrc) {
      reception.senderReport(now, ntpMiddle(senderReport.ntp));
    }
    const report = summary.reports.find((block) => block.ssrc === sender.ssrc);
    if (report !== undefined) this.#remote = remoteView(report, wall);
    return summary;
  }

  #report(
    now: MonoMs,
    wall: WallMs,
    sender: RtpSender,
    reception: Reception | undefined,
    bye: boolean,
  ): Uint8Array {
    // RFC 3550 section 6.4: a sender report while we have sent since the last two reports, else a receiver report.
    this.#quietReports = sender.packets > this.#packetsAtLastReport ? 0 : this.#quietReports + 1;
    this.#packetsAtLastReport = sender.packets;
    const { ssrc, timestamp, packets, octets } = sender;
    const content = {
      ssrc,
      cname: this.#cname,
      reports: reception === undefined ? [] : [reception.report(now)],
      bye,
    };
    if (this.#quietReports >= 2) return buildRtcp(content);
    return buildRtcp({ ...content, sender: { ntp: toNtp(wall), timestamp, packets, octets } });
  }
}

function remoteView(report: ReceptionReport, wall: WallMs): RemoteView {
  let roundTripMs: number | undefined;
  if (report.lastSr !== 0) {
    const units = (ntpMiddle(toNtp(wall)) - report.lastSr - report.delaySinceLastSr) | 0;
    // A negative value is rounding of the peer; hours are a lie.
    if (units >= -65 && units < 60 * 65_536) roundTripMs = (Math.max(0, units) * 1000) / 65_536;
  }
  return {
    lost: report.cumulativeLost,
    fractionLost: report.fractionLost / 256,
    jitter: report.jitter,
    roundTripMs,
  };
}
