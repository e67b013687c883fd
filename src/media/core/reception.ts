import { rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';
import { SequenceUnwrapper, seqDiff } from './seq.js';

/** RFC 3550 appendix A.1: a jump further forward, or further back, means a restarted sender. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

/** One reception report block (RFC 3550 section 6.4.1). */
export interface ReceptionReport {
  /** The source this report is about. */
  readonly ssrc: number;
  /** Share of packets lost since the last report, in 256ths. */
  readonly fractionLost: number;
  /** Packets lost since the start; negative with duplicates. Signed 24 bits on the wire. */
  readonly cumulativeLost: number;
  /** Highest sequence number with its cycles, unsigned 32 bits. */
  readonly highestSequence: number;
  /** Interarrival jitter in RTP timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report, 0 without one. */
  readonly lastSr: number;
  /** Time since that report in units of 1/65,536 s, 0 without one. */
  readonly delaySinceLastSr: number;
}

/**
 * Reception statistics of one source (RFC 3550 appendix A.1, A.3 and A.8); every counter survives wrap-around. A
 * sender that restarts its sequence numbers begins a new count.
 */
export class Reception {
  readonly #unwrapper = new SequenceUnwrapper();
  #base = -1;
  #lostBefore = 0;
  #received = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #lastArrival: MonoMs | undefined;
  #lastTimestamp = 0 as RtpTs;
  #jitter = 0;
  #suspect = -1;
  #lastSr = 0;
  #lastSrAt: MonoMs | undefined;

  /** @param ssrc - the source that is measured */
  constructor(readonly ssrc: number) {}

  get received(): number {
    return this.#received;
  }

  /** Packets that should have come since the first. */
  get expected(): number {
    return this.#base < 0 ? 0 : this.#unwrapper.highest - this.#base + 1;
  }

  /** Packets lost since the count began; negative with duplicates. */
  get lost(): number {
    return this.expected - this.#received;
  }

  /** Packets lost in this count and in those that a restart of the sender has ended. */
  get lostInAll(): number {
    return this.#lostBefore + Math.max(0, this.lost);
  }

  /** Interarrival jitter in RTP timestamp units. */
  get jitter(): number {
    return this.#jitter;
  }

  /**
   * Counts one packet.
   *
   * @param clockRateHz - RTP clock of its payload type; 0 for one that says nothing about jitter: its timestamp
   *   need not follow its time (telephone events, comfort noise, keep-alives)
   */
  packet(at: MonoMs, sequence: number, timestamp: RtpTs, clockRateHz: number): void {
    if (this.#restarted(sequence)) return;
    const extended = this.#unwrapper.unwrap(sequence);
    if (this.#base < 0 || extended < this.#base) this.#base = extended;
    this.#received++;
    if (clockRateHz === 0) return;
    const lastArrival = this.#lastArrival;
    if (lastArrival !== undefined) {
      const arrivalUnits = ((at - lastArrival) * clockRateHz) / 1000;
      const difference = Math.abs(arrivalUnits - rtpDiff(timestamp, this.#lastTimestamp));
      // A step of the sender's clock is no jitter; one value of it would take minutes to fade.
      if (difference < clockRateHz) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#lastArrival = at;
    this.#lastTimestamp = timestamp;
  }

  /** RFC 3550 appendix A.1: a jump counts as a restarted sender when its successor follows; counting begins anew. */
  #restarted(sequence: number): boolean {
    const { highest } = this.#unwrapper;
    const step = highest < 0 ? 0 : seqDiff(sequence, highest & 0xffff);
    if (step < MAX_DROPOUT && step > -MAX_MISORDER) {
      this.#suspect = -1;
      return false;
    }
    if (sequence !== this.#suspect) {
      this.#suspect = (sequence + 1) & 0xffff;
      return true;
    }
    this.#lostBefore = this.lostInAll;
    this.#unwrapper.reset();
    this.#base = -1;
    this.#received = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#lastArrival = undefined;
    return false;
  }

  /** Notes a sender report of this source. `ntpMiddle` is the middle 32 bits of its NTP time. */
  senderReport(at: MonoMs, ntpMiddle: number): void {
    this.#lastSr = ntpMiddle;
    this.#lastSrAt = at;
  }

  /** Makes a report and starts the next interval. */
  report(now: MonoMs): ReceptionReport {
    const expectedInterval = this.expected - this.#expectedPrior;
    const receivedInterval = this.#received - this.#receivedPrior;
    this.#expectedPrior = this.expected;
    this.#receivedPrior = this.#received;
    const lostInterval = expectedInterval - receivedInterval;
    const fraction =
      expectedInterval <= 0 || lostInterval <= 0 ? 0 : Math.floor((lostInterval * 256) / expectedInterval);
    // The unwrapper starts one cycle up; the wire wants the first cycle to be 0.
    const highest = this.#base < 0 ? 0 : (this.#unwrapper.highest - 0x10000) >>> 0;
    const sinceSr = this.#lastSrAt === undefined ? 0 : Math.round(((now - this.#lastSrAt) * 65_536) / 1000);
    return {
      ssrc: this.ssrc,
      fractionLost: Math.min(255, fraction),
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, this.lost)),
      highestSequence: highest,
      jitter: Math.floor(this.#jitter) >>> 0,
      lastSr: this.#lastSr,
      delaySinceLastSr: sinceSr >>> 0,
    };
  }
}
