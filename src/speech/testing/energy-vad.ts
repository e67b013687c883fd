import { VAD_WINDOW_SAMPLES, type VadEngine, type VadStats, type VadStream } from '../ports.js';

/** Voice activity by loudness, for tests: no model, results within the call of `push`. */
export class EnergyVad implements VadEngine {
  readonly capabilities = {
    engine: 'energy',
    sampleRateHz: 8000,
    windowSamples: VAD_WINDOW_SAMPLES,
    endLagMs: 0,
  } as const;
  #streams = 0;
  #windows = 0;
  #closed = false;

  /** @param thresholdRms - windows as loud as this (in PCM16 units) have probability 0.5. Default 300 */
  constructor(private readonly thresholdRms = 300) {}

  open(onProbability: (probability: number, endSample: number) => void): VadStream {
    let open = !this.#closed;
    if (open) this.#streams++;
    let position: number | undefined;
    let filled = 0;
    let energy = 0;
    const append = (sample: number): void => {
      energy += sample * sample;
      position = (position ?? 0) + 1;
      if (++filled < VAD_WINDOW_SAMPLES) return;
      const rms = Math.sqrt(energy / VAD_WINDOW_SAMPLES);
      filled = 0;
      energy = 0;
      this.#windows++;
      if (open) onProbability(rms / (rms + this.thresholdRms), position);
    };
    return {
      push: (pcm, startSample) => {
        if (!open || this.#closed) return;
        position ??= startSample;
        const gap = startSample - position;
        if (gap > 8000) {
          position = startSample;
          filled = 0;
          energy = 0;
        }
        for (let i = 0; i < gap && gap <= 8000; i++) append(0);
        for (let i = Math.max(0, -gap); i < pcm.length; i++) append(pcm[i] ?? 0);
      },
      close: () => {
        if (open) this.#streams--;
        open = false;
      },
    };
  }

  stats(): VadStats {
    return {
      streams: this.#streams,
      windows: this.#windows,
      batches: this.#windows,
      dropped: 0,
      failures: 0,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
