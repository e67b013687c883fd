import { rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';
import type { DtmfDigit } from '../../kernel/vocab.js';
import { seqDiff } from './seq.js';

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

/** Packets of the past come within this time and this many sequence numbers (RFC 3550 appendix A.1: MAX_MISORDER). */
const STRAGGLER_MS = 2000;
const STRAGGLER_PACKETS = 100;
/** A repeated end packet that comes this long after, with this much of the stream in between, is another press. */
const APART_MS = 400;
const APART_PACKETS = 10;

/** Options of {@link DtmfReceiver}. */
export interface DtmfReceiverOptions {
  /** With no packet of an event for that long its end is taken as lost, milliseconds. Default 100. */
  readonly lostEndMs?: number;
  /** An event that lasts longer is reported at this length and the rest of it ignored, milliseconds. Default 5000. */
  readonly maxDurationMs?: number;
}

/** The press that is under way, or the last one. */
interface Event {
  readonly code: number;
  /** Timestamp and longest duration of its last segment, in timestamp units. */
  timestamp: RtpTs;
  durationUnits: number;
  /** Length of the segments before it (RFC 4733 section 2.5.1.3). */
  beforeUnits: number;
  clockRateHz: number;
  sequence: number;
  heardAt: MonoMs;
  ended: boolean;
  reported: boolean;
}

/**
 * Turns telephone-event packets into key presses, each exactly once.
 *
 * A press is known by its code and by the stretch of time its packets cover, not by one timestamp: senders are about
 * that move the timestamp with each packet, or that leave it where it was for the next press. What begins within
 * `[timestamp, timestamp + duration]` of a press with the same code belongs to it; another code is another press, and
 * so is a duration that begins anew after the end. A press is over with its first end packet, with the first packet
 * of the next press, or by silence. Overtaken packets are known by their sequence number.
 */
export class DtmfReceiver {
  readonly #lostEndMs: number;
  readonly #maxDurationMs: number;
  #last: Event | undefined;
  #ignored = 0;

  constructor(o: DtmfReceiverOptions = {}) {
    this.#lostEndMs = o.lostEndMs ?? 100;
    this.#maxDurationMs = o.maxDurationMs ?? 5000;
  }

  /** Packets that were no key, or came after their event had ended. */
  get ignored(): number {
    return this.#ignored;
  }

  /**
   * Takes one packet and hands each press that has ended to `report`: at most two, when a lost end shows by the
   * next event being over already.
   */
  packet(
    at: MonoMs,
    sequence: number,
    timestamp: RtpTs,
    payload: Uint8Array,
    clockRateHz: number,
    report: (press: DtmfPress) => void,
  ): void {
    const code = payload.length < DTMF_PAYLOAD_BYTES ? -1 : (payload[0] as number);
    if (code < 0 || code > 15) {
      this.#ignored++;
      return;
    }
    const durationUnits = ((payload[2] as number) << 8) | (payload[3] as number);
    const end = ((payload[1] as number) & 0x80) !== 0;
    const last = this.#last;
    if (last !== undefined && isOvertaken(last, at, sequence)) {
      if (!last.ended && code === last.code && timestamp === last.timestamp) {
        last.durationUnits = Math.max(last.durationUnits, durationUnits);
      } else this.#ignored++;
      return;
    }
    const packet = { code, timestamp, durationUnits, end, at, sequence };
    let event: Event;
    if (last === undefined || !belongs(last, packet)) {
      this.#finish(report);
      event = { ...packet, beforeUnits: 0, clockRateHz, heardAt: at, ended: false, reported: false };
      this.#last = event;
    } else {
      event = last;
      if (event.ended) this.#ignored++;
      else extend(event, packet);
      event.sequence = sequence;
      event.heardAt = at;
    }
    if (event.ended) return;
    if (end || durationMs(event) >= this.#maxDurationMs) this.#report(event, report);
    event.ended = end;
  }

  /** Lets time pass: reports a press whose end packets were lost. */
  tick(now: MonoMs, report: (press: DtmfPress) => void): void {
    const last = this.#last;
    if (last !== undefined && !last.ended && now - last.heardAt >= this.#lostEndMs) this.#finish(report);
  }

  /** Forgets the sender, for a new SSRC; an open press is reported. */
  reset(report: (press: DtmfPress) => void): void {
    this.#finish(report);
    this.#last = undefined;
  }

  #finish(report: (press: DtmfPress) => void): void {
    const last = this.#last;
    if (last === undefined || last.ended) return;
    this.#report(last, report);
    last.ended = true;
  }

  #report(event: Event, report: (press: DtmfPress) => void): void {
    const digit = DTMF_DIGITS[event.code];
    if (event.reported || digit === undefined) return;
    event.reported = true;
    report({ digit, durationMs: Math.min(durationMs(event), this.#maxDurationMs) });
  }
}

interface Packet {
  readonly code: number;
  readonly timestamp: RtpTs;
  readonly durationUnits: number;
  readonly end: boolean;
  readonly at: MonoMs;
  readonly sequence: number;
}

/** A packet that was sent before the newest one of the last event. */
function isOvertaken(last: Event, at: MonoMs, sequence: number): boolean {
  const step = seqDiff(sequence, last.sequence);
  return step <= 0 && step > -STRAGGLER_PACKETS && at - last.heardAt < STRAGGLER_MS;
}

/** Whether a packet belongs to the last event: goes on with it, or repeats what is over. */
function belongs(last: Event, packet: Packet): boolean {
  if (packet.code !== last.code) return false;
  const behind = rtpDiff(packet.timestamp, last.timestamp);
  // Timestamp and duration that grow together count from the same start.
  const sameStart = behind === packet.durationUnits - last.durationUnits;
  const within = behind >= 0 && behind <= last.durationUnits;
  if (!last.ended) return within || sameStart;
  if (!within && !(sameStart && packet.end)) return false;
  // What is longer than all that was heard is the same press, heard again after an outage.
  if (behind === 0 && packet.durationUnits > last.durationUnits) return true;
  if (behind === 0 && packet.durationUnits < last.durationUnits) return false;
  const gapMs = packet.at - last.heardAt;
  const apart = gapMs > APART_MS && seqDiff(packet.sequence, last.sequence) > APART_PACKETS;
  return !apart && gapMs <= STRAGGLER_MS;
}

/** Lengthens an event by a packet that goes on with it. */
function extend(event: Event, packet: Packet): void {
  const behind = rtpDiff(packet.timestamp, event.timestamp);
  if (behind === 0) {
    event.durationUnits = Math.max(event.durationUnits, packet.durationUnits);
    return;
  }
  // A segment of a long event counts from its own timestamp, which is the end of the one before.
  if (packet.durationUnits <= event.durationUnits) event.beforeUnits += behind;
  event.timestamp = packet.timestamp;
  event.durationUnits = packet.durationUnits;
}

const durationMs = (event: Event): number =>
  ((event.beforeUnits + event.durationUnits) * 1000) / event.clockRateHz;
