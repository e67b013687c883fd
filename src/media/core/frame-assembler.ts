import type { MonoMs } from '../../kernel/time.js';
import { FRAME_SAMPLES } from './frame.js';

/** Where the samples of a frame come from. */
export type FrameSource = 'received' | 'concealed' | 'silence';

/**
 * Takes one frame of 160 samples.
 *
 * @param pcm - valid during the call only
 * @param startSample - absolute index; frames are contiguous, so it is always the end of the frame before
 * @param at - when the packet arrived that completed the frame, or when the clock filled it
 */
export type FrameSink = (pcm: Int16Array, startSample: number, source: FrameSource, at: MonoMs) => void;

/** Cuts a gapless run of samples of any lengths into frames of 20 ms. Holds at most one frame. */
export class FrameAssembler {
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #start = 0;
  #source: FrameSource = 'silence';

  constructor(private readonly sink: FrameSink) {}

  /** Index one past the newest sample written. */
  get end(): number {
    return this.#start + this.#filled;
  }

  /** Appends `length` samples of `pcm`. A frame counts as received when any of its samples is. */
  write(pcm: Int16Array, length: number, source: FrameSource, at: MonoMs): void {
    let from = 0;
    while (from < length) {
      const take = Math.min(FRAME_SAMPLES - this.#filled, length - from);
      this.#frame.set(pcm.subarray(from, from + take), this.#filled);
      this.#advance(take, source, at);
      from += take;
    }
  }

  /** Appends zeros. */
  writeSilence(length: number, at: MonoMs): void {
    let left = length;
    while (left > 0) {
      const take = Math.min(FRAME_SAMPLES - this.#filled, left);
      this.#frame.fill(0, this.#filled, this.#filled + take);
      this.#advance(take, 'silence', at);
      left -= take;
    }
  }

  #advance(samples: number, source: FrameSource, at: MonoMs): void {
    if (this.#filled === 0 || source === 'received' || this.#source === 'silence') this.#source = source;
    this.#filled += samples;
    if (this.#filled < FRAME_SAMPLES) return;
    const start = this.#start;
    this.#start += FRAME_SAMPLES;
    this.#filled = 0;
    this.sink(this.#frame, start, this.#source, at);
  }
}
