import { monoMs, rtpDiff, type MonoMs, type RtpTs } from '../../kernel/time.js';
import { Concealer } from './concealment.js';
import { frameSamplesAt, SAMPLE_RATE_HZ, type AudioRate } from './frame.js';
import type { FrameSource } from './frame-assembler.js';
import { JitterTarget, type JitterTargetOptions } from './jitter-target.js';

/** Any jitter worth playing, and a bound for everything else. */
const CAPACITY_S = 2;
/** People mind a missing syllable more than 20 ms of delay. */
const PEOPLE: JitterTargetOptions = { minMs: 40, maxMs: 200, quantile: 0.99 };
/** How fast the estimate of the fastest packets gives way, milliseconds per packet. */
const CREEP_MS = 0.025;
/** A frame whose samples all stay below may be dropped or repeated unheard. */
const QUIET_PEAK = 300;
/** Concealment gives way to silence after three frames. */
const MAX_CONCEALED_FRAMES = 3;

/**
 * The de-jittered view of a received stream, for recordings and people who listen in: one frame per 20 ms, as late
 * as the adaptive target says, holes concealed. Late packets that the recogniser gave up still find their place here.
 *
 * The delay follows the target in quiet frames only: one is dropped to catch up, or one of silence put in to wait.
 */
export class DejitterBuffer {
  readonly jitter: JitterTarget;
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #frame: number;
  readonly #samples: Int16Array;
  readonly #present: Uint8Array;
  readonly #concealer: Concealer;
  #anchorTimestamp: RtpTs | undefined;
  #anchorIndex = 0;
  #originAt = monoMs(0);
  /** Newest index received over what the clock says, at the fastest packets. */
  #lead = 0;
  #read = 0;
  #newest = 0;
  #playing = false;
  #missing = 0;
  #late = 0;

  /** @param rate - of the samples, Hz */
  constructor(
    o: JitterTargetOptions = {},
    readonly rate: AudioRate = 8000,
  ) {
    this.jitter = new JitterTarget({ ...PEOPLE, ...o });
    this.#capacity = CAPACITY_S * rate;
    this.#perMs = rate / 1000;
    this.#frame = frameSamplesAt(rate);
    this.#samples = new Int16Array(this.#capacity);
    this.#present = new Uint8Array(this.#capacity);
    this.#concealer = new Concealer(rate);
  }

  /** Packets that came after their place had been played. */
  get late(): number {
    return this.#late;
  }

  /** Milliseconds of audio between the newest sample received and the next one to be played. */
  get depthMs(): number {
    return this.#playing ? Math.max(0, this.#newest - this.#read) / this.#perMs : 0;
  }

  /** Forgets the sender's clock (new SSRC, hold). The view goes on with silence. */
  restart(): void {
    this.#anchorTimestamp = undefined;
    this.#present.fill(0);
    this.#playing = false;
    this.jitter.restart();
  }

  /** Takes the samples of one packet at the buffer's rate, in any order. `ticksPerSample` is the RTP clock over 8 kHz. */
  put(at: MonoMs, timestamp: RtpTs, ticksPerSample: number, pcm: Int16Array, length: number): void {
    if (length <= 0 || length > this.#capacity / 2) return;
    this.jitter.arrival(at, timestamp, ticksPerSample);
    const index = this.#indexOf(at, timestamp, ticksPerSample);
    if (index < this.#read) {
      this.#late++;
      return;
    }
    for (let i = 0; i < length; i++) {
      const slot = (index + i) % this.#capacity;
      this.#samples[slot] = pcm[i] as number;
      this.#present[slot] = 1;
    }
    this.#newest = Math.max(this.#newest, index + length);
    const ahead = index + length - (at - this.#originAt) * this.#perMs;
    this.#lead = Math.max(this.#lead - CREEP_MS * this.#perMs, ahead);
  }

  /** Makes the frame for this tick. Call it every 20 ms. */
  pull(now: MonoMs, out: Int16Array): FrameSource {
    const ideal = this.#lead + (now - this.#originAt - this.jitter.targetMs) * this.#perMs - this.#frame;
    if (this.#anchorTimestamp === undefined || (!this.#playing && ideal < this.#read)) {
      out.fill(0);
      return 'silence';
    }
    this.#playing = true;
    if (this.#read - ideal >= this.#frame && this.#isQuiet()) {
      out.fill(0);
      return 'silence';
    }
    if (ideal - this.#read >= this.#frame && this.#isQuiet()) this.#skip();
    return this.#take(out);
  }

  #indexOf(at: MonoMs, timestamp: RtpTs, ticksPerSample: number): number {
    const anchor = this.#anchorTimestamp;
    if (anchor !== undefined) {
      const units = rtpDiff(timestamp, anchor) / ticksPerSample;
      const index = this.#anchorIndex + Math.round((units * this.rate) / SAMPLE_RATE_HZ);
      // A step that the buffer cannot span is a new time line.
      if (index > this.#read - this.#capacity && index < this.#read + this.#capacity / 2) {
        if (index > this.#anchorIndex) {
          this.#anchorIndex = index;
          this.#anchorTimestamp = timestamp;
        }
        return index;
      }
      this.restart();
    }
    this.#anchorTimestamp = timestamp;
    this.#anchorIndex = Math.max(this.#read, this.#newest);
    this.#read = this.#anchorIndex;
    this.#newest = this.#anchorIndex;
    this.#originAt = at;
    this.#lead = Number.NEGATIVE_INFINITY;
    return this.#anchorIndex;
  }

  #take(out: Int16Array): FrameSource {
    let present = 0;
    for (let i = 0; i < this.#frame; i++) {
      const slot = (this.#read + i) % this.#capacity;
      present += this.#present[slot] as number;
      out[i] = (this.#present[slot] as number) === 1 ? (this.#samples[slot] as number) : 0;
      this.#present[slot] = 0;
    }
    this.#read += this.#frame;
    if (present > 0) {
      this.#missing = 0;
      this.#concealer.good(out, this.#frame);
      return 'received';
    }
    if (this.#missing++ < MAX_CONCEALED_FRAMES) {
      this.#concealer.conceal(out, this.#frame);
      return 'concealed';
    }
    this.#concealer.reset();
    return 'silence';
  }

  #skip(): void {
    for (let i = 0; i < this.#frame; i++) this.#present[(this.#read + i) % this.#capacity] = 0;
    this.#read += this.#frame;
  }

  /** True when the next frame is missing or hardly audible. */
  #isQuiet(): boolean {
    for (let i = 0; i < this.#frame; i++) {
      const slot = (this.#read + i) % this.#capacity;
      if ((this.#present[slot] as number) === 1 && Math.abs(this.#samples[slot] as number) > QUIET_PEAK) {
        return false;
      }
    }
    return true;
  }
}
