import { SnrMeter } from '../core/snr-meter.js';
import type { Denoiser, DenoiseStream } from '../ports.js';

/** Where in a call the denoiser works. */
export interface Denoising {
  readonly denoiser: Denoiser;
  /** It works while speech is less than this above the noise, dB. */
  readonly belowDb: number;
}

/** Once on it stays on until the distance has grown by this much more, dB. */
const HYSTERESIS_DB = 3;

/**
 * One caller's audio on its way to voice activity detection and recogniser: through the denoiser while the line is
 * noisy, past it otherwise. Either way it comes the denoiser's delay later, so that a change leaves no seam.
 */
export class SwitchedDenoiser {
  readonly #meter = new SnrMeter();
  readonly #stream: DenoiseStream;
  /** The frame before. */
  #last: Int16Array;
  readonly #scale: number;
  #on = false;
  #started = false;

  /** @param sink - takes the audio with its place on the time line of 8000 a second */
  constructor(
    private readonly o: Denoising,
    sampleRateHz: 8000 | 16_000,
    private readonly sink: (pcm: Int16Array, startSample: number) => void,
  ) {
    this.#stream = o.denoiser.open(sampleRateHz);
    this.#last = new Int16Array(sampleRateHz / 50);
    this.#scale = sampleRateHz / 8000;
  }

  /** True while noise is taken out. */
  get on(): boolean {
    return this.#on;
  }

  /** Takes the next frame of 20 ms. */
  push(pcm: Int16Array, startSample: number): void {
    this.#meter.push(pcm);
    this.#decide();
    const delay = this.#stream.delaySamples;
    const clean = this.#on ? this.#stream.process(pcm) : this.#late(pcm);
    this.#last = pcm.slice();
    const from = startSample - delay / this.#scale;
    if (this.#started) {
      this.sink(clean, from);
      return;
    }
    // What lies before the first sample was never heard.
    this.#started = true;
    this.sink(clean.subarray(delay), startSample);
  }

  close(): void {
    this.#stream.close();
  }

  #decide(): void {
    const { snrDb } = this.#meter;
    if (snrDb === undefined) return;
    const on = snrDb < this.o.belowDb + (this.#on ? HYSTERESIS_DB : 0);
    // What is due next of the frame before comes out of the denoiser too.
    if (on && !this.#on) this.#stream.process(this.#last);
    this.#on = on;
  }

  /** The frame as it came, later by the delay. */
  #late(pcm: Int16Array): Int16Array {
    const { delaySamples } = this.#stream;
    const out = new Int16Array(pcm.length);
    out.set(this.#last.subarray(pcm.length - delaySamples));
    out.set(pcm.subarray(0, pcm.length - delaySamples), delaySamples);
    return out;
  }
}
