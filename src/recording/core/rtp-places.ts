import { rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';

/** Where a packet is on its sender's clock. */
export interface PacketTime {
  /** Names the sender's clock (SSRC). */
  readonly stream: number;
  readonly timestamp: RtpTs;
  /** Ticks of that clock in 1/8000 s. */
  readonly ticksPerSample: number;
}

/** A place this far from the time of arrival belongs to another clock, ms. */
const FARTHEST_MS = 1000;
/** Packets in a row that may come later than that. */
const MAX_STRAGGLERS = 25;
/** Delays are watched for this long before the line follows them, ms. */
const WATCHED_MS = 2000;
/** The line follows when every packet of that time came so much later than its place, ms. */
const DRIFT_MS = 40;
/** A packet cannot be there before it was spoken; clocks may differ by a moment, ms. */
const AHEAD_MS = 5;
/** After a pause of this length a shift is not heard, ms. */
const PAUSE_MS = 200;

/**
 * Places of packets on a line of real time, by the sender's own clock: packets that come late or out of order still find
 * theirs. A sender whose clock is slow or fast, or whose way grew longer, is followed where it is not heard: after a pause and
 * in quiet packets.
 */
export class RtpPlaces {
  #stream: number | undefined;
  #anchor: RtpTs | undefined;
  /** Place of the anchor, ms. */
  #anchorMs = 0;
  #endMs = 0;
  #leastMs = Number.POSITIVE_INFINITY;
  #watchedSince: number | undefined;
  #stragglers = 0;

  constructor(private readonly startedAt: MonoMs) {}

  /**
   * Milliseconds from the start of the line to the first sample of a packet.
   *
   * @param lengthMs - of the packet
   * @param isQuiet - whether it may be shifted unheard
   */
  placeOf(
    at: MonoMs,
    { stream, timestamp, ticksPerSample }: PacketTime,
    lengthMs: number,
    isQuiet: boolean,
  ): number {
    // What arrives now was spoken before.
    const arrivedMs = at - this.startedAt - lengthMs;
    if (this.#anchor === undefined || stream !== this.#stream) {
      return this.#restart(stream, timestamp, arrivedMs, lengthMs);
    }
    const units = rtpDiff(timestamp, this.#anchor) / ticksPerSample;
    const place = this.#anchorMs + units / 8;
    const delayMs = arrivedMs - place;
    // A packet cannot come before it was spoken; one that comes long after may be a straggler, but not many in a row.
    this.#stragglers = delayMs > FARTHEST_MS ? this.#stragglers + 1 : 0;
    if (delayMs < -FARTHEST_MS || this.#stragglers >= MAX_STRAGGLERS) {
      return this.#restart(stream, timestamp, arrivedMs, lengthMs);
    }
    if (this.#stragglers > 0) return place;
    const shift = this.#shift(arrivedMs, delayMs, isQuiet || place - this.#endMs > PAUSE_MS);
    if (units > 0) {
      this.#anchor = timestamp;
      this.#anchorMs = place + shift;
    } else {
      this.#anchorMs += shift;
    }
    this.#endMs = Math.max(this.#endMs, place + shift + lengthMs);
    return place + shift;
  }

  #restart(stream: number, timestamp: RtpTs, placeMs: number, lengthMs: number): number {
    this.#stragglers = 0;
    this.#stream = stream;
    this.#anchor = timestamp;
    this.#anchorMs = placeMs;
    this.#endMs = placeMs + lengthMs;
    this.#leastMs = Number.POSITIVE_INFINITY;
    this.#watchedSince = undefined;
    return placeMs;
  }

  /** How far the line is moved now, ms. */
  #shift(arrivedMs: number, delayMs: number, isUnheard: boolean): number {
    this.#watchedSince ??= arrivedMs;
    this.#leastMs = Math.min(this.#leastMs, delayMs);
    const isKnown = arrivedMs - this.#watchedSince >= WATCHED_MS;
    const isOff = this.#leastMs < -AHEAD_MS || (isKnown && this.#leastMs > DRIFT_MS);
    if (isOff && isUnheard) {
      const shift = this.#leastMs;
      this.#leastMs = Number.POSITIVE_INFINITY;
      this.#watchedSince = undefined;
      return shift;
    }
    if (isKnown && !isOff) {
      this.#leastMs = Number.POSITIVE_INFINITY;
      this.#watchedSince = undefined;
    }
    return 0;
  }
}
