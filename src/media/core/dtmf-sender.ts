import { rtpTs, type RtpTs } from '../../kernel/time.js';
import { DTMF_DIGITS, isDtmfDigit } from './dtmf.js';
import { FRAME_MS } from './frame.js';

/** Keys that wait at most; further ones are dropped. */
export const MAX_QUEUED_DIGITS = 64;
const END_PACKETS = 3;
/** Pause between keys, in ticks of 20 ms, on top of the end packets. */
const PAUSE_TICKS = 2;
/** Power level of the event in -dBm0. */
const VOLUME = 10;

/** One packet to send instead of audio; reused from tick to tick. */
export interface DtmfPacket {
  marker: boolean;
  timestamp: RtpTs;
  readonly payload: Uint8Array;
}

/** Sends keys as telephone events (RFC 4733 section 2.5): one packet each 20 ms, then three end packets. */
export class DtmfSender {
  readonly #queue: number[] = [];
  readonly #packet: DtmfPacket = { marker: false, timestamp: rtpTs(0), payload: new Uint8Array(4) };
  readonly #toneTicks: number;
  #event = -1;
  #tick = 0;

  /** @param toneMs - length of a key press, milliseconds */
  constructor(toneMs = 100) {
    this.#toneTicks = Math.max(2, Math.round(toneMs / FRAME_MS));
  }

  /** True while keys are being sent or wait. */
  get busy(): boolean {
    return this.#event >= 0 || this.#queue.length > 0;
  }

  /** Queues the keys of `digits`; other characters are skipped. Returns how many were queued. */
  queue(digits: string): number {
    let queued = 0;
    for (const character of digits.toUpperCase()) {
      if (!isDtmfDigit(character) || this.#queue.length >= MAX_QUEUED_DIGITS) continue;
      this.#queue.push(DTMF_DIGITS.indexOf(character));
      queued++;
    }
    return queued;
  }

  /**
   * What to send in this tick: a packet, `'pause'` between keys, or `undefined` when there is nothing to send.
   *
   * @param timestamp - RTP timestamp of this tick; an event keeps that of its first
   * @param unitsPerTick - RTP timestamp units in 20 ms
   */
  next(timestamp: RtpTs, unitsPerTick: number): DtmfPacket | 'pause' | undefined {
    if (this.#event < 0) {
      const event = this.#queue.shift();
      if (event === undefined) return undefined;
      this.#event = event;
      this.#tick = 0;
      this.#packet.timestamp = timestamp;
    }
    const tick = this.#tick++;
    if (tick >= this.#toneTicks + END_PACKETS - 1) {
      if (tick === this.#toneTicks + END_PACKETS - 2 + PAUSE_TICKS) this.#event = -1;
      return 'pause';
    }
    const end = tick >= this.#toneTicks - 1;
    const duration = Math.min(0xffff, Math.min(tick + 1, this.#toneTicks) * unitsPerTick);
    const { payload } = this.#packet;
    payload[0] = this.#event;
    payload[1] = (end ? 0x80 : 0) | VOLUME;
    payload[2] = duration >>> 8;
    payload[3] = duration & 0xff;
    this.#packet.marker = tick === 0;
    return this.#packet;
  }
}
