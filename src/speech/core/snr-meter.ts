/** Frames looked back at: 4 s of 20 ms. */
const WINDOW = 200;
/** Frames between two looks: the levels are sorted then. */
const EVERY = 25;
/** Level that speech is expected to have until it was heard, dB of full scale. */
const USUAL_SPEECH_DB = -30;
const NOISE_QUANTILE = 0.1;
const SPEECH_QUANTILE = 0.95;
const SILENCE_DB = -96;

/**
 * Distance of speech from the noise behind it, by the loudness of frames alone: the quietest tenth of the last seconds
 * is noise, the loudest twentieth speech. Speech that has not come yet counts with its usual level.
 */
export class SnrMeter {
  readonly #levels = new Float64Array(WINDOW).fill(Number.NaN);
  #frames = 0;
  #snrDb: number | undefined;

  /** Decibels; `undefined` before half a second was heard. */
  get snrDb(): number | undefined {
    return this.#snrDb;
  }

  /** Takes a frame of 20 ms of PCM16. */
  push(pcm: Int16Array): void {
    let sum = 0;
    for (const sample of pcm) sum += sample * sample;
    const power = sum / Math.max(1, pcm.length) / 32_768 ** 2;
    this.#levels[this.#frames++ % WINDOW] =
      power > 0 ? Math.max(SILENCE_DB, 10 * Math.log10(power)) : SILENCE_DB;
    if (this.#frames % EVERY === 0) this.#look();
  }

  #look(): void {
    const sorted = this.#levels.slice(0, Math.min(this.#frames, WINDOW)).sort();
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
    this.#snrDb = Math.max(USUAL_SPEECH_DB, at(SPEECH_QUANTILE)) - at(NOISE_QUANTILE);
  }
}
