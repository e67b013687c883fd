import type { MonoMs } from '../../kernel/time.js';
import type { Intervals } from './intervals.js';
import { RtpPlaces, type PacketTime } from './rtp-places.js';

/** Audio waits for late packets this long before it is written, ms. */
export const SETTLE_MS = 600;
/** What the line holds at most, ms: what waits, and packets that are ahead. */
const HELD_MS = 2000;
/** Audio is handed on in pieces of at least this length, ms. */
const PIECE_MS = 250;
/** Frames of ours that come this late were left out by the sender, ms. */
const SKIPPED_MS = 60;
/** A packet whose samples all stay below may be shifted unheard. */
const QUIET_PEAK = 300;

/** Counts of a {@link StereoTimeline}. */
export interface TimelineStats {
  /** Packets of the caller. */
  readonly packets: number;
  /** Those that came after their place had been written, and were dropped. */
  readonly late: number;
  /** Those that lay beyond what the line holds, and were dropped. */
  readonly ahead: number;
}

/**
 * Both sides of a call on one line of real time: the caller left, placed by the RTP clock, the agent and everybody else who
 * talks to the caller right. What did not come is silence. Pieces are handed on in order, without gaps or overlaps.
 */
export class StereoTimeline {
  readonly #places: RtpPlaces;
  readonly #left: Int16Array;
  readonly #right: Int16Array;
  readonly #size: number;
  readonly #perMs: number;
  /** First sample that has not been handed on. */
  #done = 0;
  #rightEnd: number | undefined;
  #packets = 0;
  #late = 0;
  #ahead = 0;

  /**
   * @param rate - samples a second and channel
   * @param piece - takes samples of both channels side by side; the array is fresh
   */
  constructor(
    rate: number,
    private readonly startedAt: MonoMs,
    private readonly intervals: Pick<Intervals, 'touching'>,
    private readonly piece: (stereo: Int16Array) => void,
  ) {
    this.#perMs = rate / 1000;
    this.#size = HELD_MS * this.#perMs;
    this.#left = new Int16Array(this.#size);
    this.#right = new Int16Array(this.#size);
    this.#places = new RtpPlaces(startedAt);
  }

  get stats(): TimelineStats {
    return { packets: this.#packets, late: this.#late, ahead: this.#ahead };
  }

  /** Milliseconds that have been handed on. */
  get writtenMs(): number {
    return this.#done / this.#perMs;
  }

  /** Takes a packet of the caller. */
  received(at: MonoMs, time: PacketTime, pcm: Int16Array): void {
    this.#packets++;
    const placeMs = this.#places.placeOf(at, time, pcm.length / this.#perMs, isQuiet(pcm));
    const place = Math.round(placeMs * this.#perMs);
    if (place + pcm.length <= this.#done) {
      this.#late++;
    } else if (place + pcm.length > this.#done + this.#size) {
      this.#ahead++;
    } else {
      this.#put(this.#left, place, pcm);
    }
  }

  /** Takes what is sent to the caller: 20 ms at a time. */
  sent(at: MonoMs, pcm: Int16Array): void {
    const due = Math.round((at - this.startedAt) * this.#perMs);
    const isSkipped = this.#rightEnd === undefined || due - this.#rightEnd > SKIPPED_MS * this.#perMs;
    const place = isSkipped ? due : (this.#rightEnd as number);
    this.#rightEnd = place + pcm.length;
    // A process that stood still for longer than the line holds goes on where the clock is.
    if (place + pcm.length > this.#done + this.#size) this.#hand(place + pcm.length - this.#size / 2);
    this.#put(this.#right, place, pcm);
    const ready = due - SETTLE_MS * this.#perMs;
    if (ready - this.#done >= PIECE_MS * this.#perMs) this.#hand(ready);
  }

  /** Hands on everything up to the end of the recording. @returns its length, ms */
  finish(now: MonoMs): number {
    this.#hand(Math.max(this.#done, Math.round((now - this.startedAt) * this.#perMs)));
    return this.writtenMs;
  }

  #put(side: Int16Array, place: number, pcm: Int16Array): void {
    for (let i = Math.max(0, this.#done - place); i < pcm.length; i++) {
      side[(place + i) % this.#size] = pcm[i] as number;
    }
  }

  /** Hands on up to a sample, in pieces that the line can hold. */
  #hand(to: number): void {
    const end = Math.floor(to);
    while (this.#done < end) {
      const length = Math.min(end - this.#done, this.#size);
      const stereo = new Int16Array(2 * length);
      for (let i = 0; i < length; i++) {
        const slot = (this.#done + i) % this.#size;
        stereo[2 * i] = this.#left[slot] as number;
        stereo[2 * i + 1] = this.#right[slot] as number;
        this.#left[slot] = 0;
        this.#right[slot] = 0;
      }
      this.#blank(stereo, length);
      this.#done += length;
      this.piece(stereo);
    }
  }

  #blank(stereo: Int16Array, length: number): void {
    const [fromMs, toMs] = [this.#done / this.#perMs, (this.#done + length) / this.#perMs];
    for (const one of this.intervals.touching(fromMs, toMs)) {
      const from = Math.max(0, Math.floor(one.fromMs * this.#perMs) - this.#done);
      const to = Math.min(length, Math.ceil(one.toMs * this.#perMs) - this.#done);
      stereo.fill(0, 2 * from, 2 * to);
    }
  }
}

function isQuiet(pcm: Int16Array): boolean {
  for (const sample of pcm) if (sample > QUIET_PEAK || sample < -QUIET_PEAK) return false;
  return true;
}
