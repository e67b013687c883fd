import type { MonoMs } from '../../kernel/time.js';
import { FRAME_SAMPLES, SAMPLE_RATE_HZ, frameSamplesAt, type AudioRate } from './frame.js';

/** Where the samples of a frame come from. */
export type FrameSource = 'received' | 'concealed' | 'silence';

/**
 * Takes one frame of 20 ms.
 *
 * @param pcm - 160 samples at 8 kHz or 320 at 16 kHz; valid during the call only
 * @param startSample - place on the time line of 8000 a second; frames are contiguous, so it is always the end of the
 *   frame before
 * @param at - when the packet arrived that completed the frame, or when the clock filled it
 */
export type FrameSink = (pcm: Int16Array, startSample: number, source: FrameSource, at: MonoMs) => void;

/**
 * Cuts a gapless run of samples of any lengths into frames of 20 ms. Holds at most one frame. At 16 kHz the lengths have
 * to be even.
 */
export class FrameAssembler {
  #frame = new Int16Array(FRAME_SAMPLES);
  /** Samples per unit of the time line. */
  #scale = 1;
  #filled = 0;
  #start = 0;
  #source: FrameSource = 'silence';

  constructor(private readonly sink: FrameSink) {}

  /** Place one past the newest sample written, on the time line. */
  get end(): number {
    return this.#start + this.#filled / this.#scale;
  }

  /** Changes the rate of what is written from now on; a frame that was begun is filled up with silence. */
  setRate(rate: AudioRate, at: MonoMs): void {
    const length = frameSamplesAt(rate);
    if (length === this.#frame.length) return;
    if (this.#filled > 0) this.writeSilence(FRAME_SAMPLES - this.#filled / this.#scale, at);
    this.#frame = new Int16Array(length);
    this.#scale = rate / SAMPLE_RATE_HZ;
  }

  /** Appends `length` samples of `pcm`. A frame counts as received when any of its samples is. */
  write(pcm: Int16Array, length: number, source: FrameSource, at: MonoMs): void {
    let from = 0;
    while (from < length) {
      const take = Math.min(this.#frame.length - this.#filled, length - from);
      this.#frame.set(pcm.subarray(from, from + take), this.#filled);
      this.#advance(take, source, at);
      from += take;
    }
  }

  /** Appends silence, `length` in units of the time line. */
  writeSilence(length: number, at: MonoMs): void {
    let left = length * this.#scale;
    while (left > 0) {
      const take = Math.min(this.#frame.length - this.#filled, left);
      this.#frame.fill(0, this.#filled, this.#filled + take);
      this.#advance(take, 'silence', at);
      left -= take;
    }
  }

  #advance(samples: number, source: FrameSource, at: MonoMs): void {
    if (this.#filled === 0 || source === 'received' || this.#source === 'silence') this.#source = source;
    this.#filled += samples;
    if (this.#filled < this.#frame.length) return;
    const start = this.#start;
    this.#start += FRAME_SAMPLES;
    this.#filled = 0;
    this.sink(this.#frame, start, this.#source, at);
  }
}
