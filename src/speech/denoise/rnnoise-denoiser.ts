import loadRnnoise, { type RNNoiseModule } from '@echogarden/rnnoise-wasm';
import { Decimator, Interpolator, POLYPHASE_DELAY } from '../core/polyphase.js';
import type { Denoiser, DenoiseStream } from '../ports.js';

const MODEL_RATE_HZ = 48_000;
/** The model works on 10 ms and gives each back one frame later. */
const FRAME = 480;

/**
 * RNNoise (Valin 2018, BSD) in WebAssembly, with the weights of its package.
 *
 * @throws Error when the package does not load
 */
export async function openRnnoise(): Promise<Denoiser> {
  const module = await loadRnnoise();
  if (module._rnnoise_get_frame_size() !== FRAME) throw new Error('RNNoise has another frame size');
  return {
    capabilities: { engine: 'rnnoise' },
    open: (sampleRateHz) => new RnnoiseStream(module, sampleRateHz),
  };
}

class RnnoiseStream implements DenoiseStream {
  readonly delaySamples: number;
  readonly #up: Interpolator;
  readonly #down: Decimator;
  readonly #block: number;
  readonly #wide = new Float32Array(FRAME);
  #state: number;
  readonly #buffer: number;

  constructor(
    private readonly module: RNNoiseModule,
    sampleRateHz: 8000 | 16_000,
  ) {
    const factor = MODEL_RATE_HZ / sampleRateHz;
    this.#up = new Interpolator(factor);
    this.#down = new Decimator(factor);
    this.#block = sampleRateHz / 100;
    this.delaySamples = this.#block + 2 * POLYPHASE_DELAY;
    this.#state = module._rnnoise_create(0);
    this.#buffer = module._malloc(FRAME * 4);
  }

  process(pcm: Int16Array): Int16Array {
    if (pcm.length % this.#block !== 0) throw new RangeError(`needs whole blocks of ${this.#block} samples`);
    const out = new Int16Array(pcm.length);
    if (this.#state === 0) return out;
    for (let at = 0; at < pcm.length; at += this.#block) {
      this.#up.process(pcm.subarray(at, at + this.#block), this.#wide);
      const from = this.#buffer / 4;
      this.module.HEAPF32.set(this.#wide, from);
      this.module._rnnoise_process_frame(this.#state, this.#buffer, this.#buffer);
      this.#wide.set(this.module.HEAPF32.subarray(from, from + FRAME));
      this.#down.process(this.#wide, out.subarray(at, at + this.#block));
    }
    return out;
  }

  close(): void {
    if (this.#state === 0) return;
    this.module._rnnoise_destroy(this.#state);
    this.module._free(this.#buffer);
    this.#state = 0;
  }
}
