import { rtpAdd, rtpDiff, rtpTs, type MonoMs, type RtpTs } from '../../kernel/time.js';
import type { DtmfDigit } from '../../kernel/vocab.js';

/**
 * Telephone events (RFC 4733 section 2.3).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export const DTMF_PAYLOAD_BYTES = 4;

/** Event codes 0-15 in order (RFC 4733 section 3.2). */
export const DTMF_DIGITS: readonly DtmfDigit[] = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '*',
  '#',
  'A',
  'B',
  'C',
  'D',
];

/** True for a key of a telephone keypad, upper case. */
export const isDtmfDigit = (text: string): text is DtmfDigit =>
  (DTMF_DIGITS as readonly string[]).includes(text);

/** A key press that has ended. */
export interface DtmfPress {
  readonly digit: DtmfDigit;
  readonly durationMs: number;
}

/** Repeated and overtaken packets of an event that has ended come within this time, milliseconds. */
const STRAGGLER_MS = 2000;

/** Options of {@link DtmfReceiver}. */
export interface DtmfReceiverOptions {
  /** With no packet of an event for that long its end is taken as lost, milliseconds. Default 100. */
  readonly lostEndMs?: number;
  /** An event that lasts longer is reported at this length and the rest of it ignored, milliseconds. Default 5000. */
  readonly maxDurationMs?: number;
}

/**
 * Turns telephone-event packets into key presses, each exactly once.
 *
 * An event is known by its RTP timestamp, so repeated end packets, lost end packets and a missing marker bit do not
 * matter: a press ends with its first end packet, with the first packet of the next event, or by silence. A sender
 * whose timestamps jump back is taken at its word once the last event is over for good.
 */
export class DtmfReceiver {
  readonly #lostEndMs: number;
  readonly #maxDurationMs: number;
  #event = -1;
  #startedAt = rtpTs(0);
  #durationUnits = 0;
  #clockRateHz = 8000;
  #heardAt = 0 as MonoMs;
  #reported = false;
  #endedAt: RtpTs | undefined;
  #ignored = 0;

  constructor(o: DtmfReceiverOptions = {}) {
    this.#lostEndMs = o.lostEndMs ?? 100;
    this.#maxDurationMs = o.maxDurationMs ?? 5000;
  }

  /** Packets that were too short, carried other events, or came after their event had ended. */
  get ignored(): number {
    return this.#ignored;
  }

  /**
   * Takes one packet and hands each press that has ended to `report`: at most two, when a lost end shows by the
   * next event being over already.
   */
  packet(
    at: MonoMs,
    timestamp: RtpTs,
    payload: Uint8Array,
    clockRateHz: number,
    report: (press: DtmfPress) => void,
  ): void {
    const event = payload.length < DTMF_PAYLOAD_BYTES ? -1 : (payload[0] as number);
    if (event < 0 || event > 15) {
      this.#ignored++;
      return;
    }
    const duration = ((payload[2] as number) << 8) | (payload[3] as number);
    const end = ((payload[1] as number) & 0x80) !== 0;
    if (this.#isOld(at, timestamp)) {
      this.#ignored++;
      return;
    }
    if (this.#event < 0 || timestamp !== this.#startedAt) {
      if (this.#continues(event, timestamp)) {
        this.#durationUnits += duration;
      } else {
        this.#finish(report);
        this.#event = event;
        this.#endedAt = undefined;
        this.#reported = false;
        this.#durationUnits = duration;
      }
      this.#startedAt = timestamp;
    } else {
      this.#durationUnits = Math.max(this.#durationUnits, duration);
    }
    this.#clockRateHz = clockRateHz;
    this.#heardAt = at;
    if (end || this.#durationMs() >= this.#maxDurationMs) this.#report(report);
    if (end) this.#close();
  }

  /** Lets time pass: reports a press whose end packets were lost. */
  tick(now: MonoMs, report: (press: DtmfPress) => void): void {
    if (this.#event >= 0 && now - this.#heardAt >= this.#lostEndMs) this.#finish(report);
  }

  /** Forgets the sender, for a new SSRC; an open press is reported. */
  reset(report: (press: DtmfPress) => void): void {
    this.#finish(report);
    this.#endedAt = undefined;
  }

  /** A repeated end packet, or a packet of an earlier event that was overtaken. */
  #isOld(at: MonoMs, timestamp: RtpTs): boolean {
    if (this.#endedAt !== undefined) {
      const behind = rtpDiff(timestamp, this.#endedAt);
      if (behind === 0 || (behind < 0 && at - this.#heardAt < STRAGGLER_MS)) return true;
    }
    return this.#event >= 0 && rtpDiff(timestamp, this.#startedAt) < 0;
  }

  /** A long event goes on in a segment whose timestamp is the end of the last one (RFC 4733 section 2.5.1.3). */
  #continues(event: number, timestamp: RtpTs): boolean {
    return (
      event === this.#event &&
      timestamp === rtpAdd(this.#startedAt, this.#durationUnits) &&
      this.#durationUnits > 0
    );
  }

  #finish(report: (press: DtmfPress) => void): void {
    if (this.#event < 0) return;
    this.#report(report);
    this.#close();
  }

  #report(report: (press: DtmfPress) => void): void {
    const digit = DTMF_DIGITS[this.#event];
    if (this.#reported || digit === undefined) return;
    this.#reported = true;
    report({ digit, durationMs: Math.min(this.#durationMs(), this.#maxDurationMs) });
  }

  #close(): void {
    this.#endedAt = this.#startedAt;
    this.#event = -1;
  }

  #durationMs(): number {
    return (this.#durationUnits * 1000) / this.#clockRateHz;
  }
}
