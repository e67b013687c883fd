/** What {@link VadSegmenter} found. All positions are absolute sample indices at 8 kHz. */
export type VadEvent =
  | {
      readonly type: 'speech_start';
      /** First sample of the first speech window. */
      readonly startSample: number;
      /** `startSample` less the pre-pad: where a recogniser should begin. Never before the previous speech's end. */
      readonly paddedStartSample: number;
      /** End of the window that made it certain. */
      readonly detectedSample: number;
    }
  | {
      readonly type: 'speech_end';
      /** Where the speech truly ended: the end of its last speech window less the detector's lag. */
      readonly endSample: number;
      readonly detectedSample: number;
    };

/** Settings of {@link VadSegmenter}. */
export interface VadSegmenterOptions {
  /** A window at or above this probability is speech. Default 0.5. */
  readonly startThreshold: number;
  /** Within speech, a window below this probability is silence (hysteresis). Default 0.35. */
  readonly endThreshold: number;
  /** Speech windows needed before a start is certain, in ms. Default 64 (two windows), so that "yes" is found. */
  readonly minSpeechMs: number;
  /** Silence after the last speech window before an end is certain, in ms. Default 64 (two windows). */
  readonly minSilenceMs: number;
  /**
   * How long the detector goes on reporting speech after a voice has ended, in ms; see
   * `VadEngine.capabilities.endLagMs`. Default 0.
   */
  readonly endLagMs: number;
  /** Audio before the first speech window that belongs to it (soft onsets), in ms. Default 256. */
  readonly prePadMs: number;
}

/** Defaults, tuned on short answers over G.711; the figures are in docs/speech.md. */
export const VAD_SEGMENTER_DEFAULTS: VadSegmenterOptions = {
  startThreshold: 0.5,
  endThreshold: 0.35,
  minSpeechMs: 64,
  minSilenceMs: 64,
  endLagMs: 0,
  prePadMs: 256,
};

const SAMPLES_PER_MS = 8;
const NOTHING: readonly VadEvent[] = [];

/**
 * Turns probabilities per window into speech starts and ends. Pure; one per stream.
 *
 * Windows must arrive in order. A jump of `endSample` counts as silence for its length.
 */
export class VadSegmenter {
  readonly #options: VadSegmenterOptions;
  readonly #windowSamples: number;
  #speaking = false;
  #candidateStart: number | undefined;
  #candidateSamples = 0;
  #lastSpeechEnd = 0;
  #lastEnd = 0;
  #start = 0;

  /**
   * @param options - what differs from {@link VAD_SEGMENTER_DEFAULTS}
   * @param windowSamples - samples per window
   */
  constructor(options: Partial<VadSegmenterOptions> = {}, windowSamples = 256) {
    this.#options = { ...VAD_SEGMENTER_DEFAULTS, ...options };
    this.#windowSamples = windowSamples;
  }

  /** True from a start's detection to its end's detection. */
  get speaking(): boolean {
    return this.#speaking;
  }

  /** Length of the speech in progress, from its true start to its last speech window, in ms; 0 in silence. */
  get currentSpeechMs(): number {
    return this.#speaking ? (this.#lastSpeechEnd - this.#start) / SAMPLES_PER_MS : 0;
  }

  /** Silence since the last speech window, in ms. */
  get currentSilenceMs(): number {
    return (this.#lastEnd - this.#lastSpeechEnd) / SAMPLES_PER_MS;
  }

  /**
   * Takes one window.
   *
   * @param probability - of speech, 0..1; anything that is not a number counts as 0
   * @param endSample - absolute index one past the window's last sample
   * @returns what became certain with this window, usually nothing
   */
  handle(probability: number, endSample: number): readonly VadEvent[] {
    const p = Number.isFinite(probability) ? probability : 0;
    this.#lastEnd = endSample;
    return this.#speaking ? this.#inSpeech(p, endSample) : this.#inSilence(p, endSample);
  }

  /** Ends speech in progress at once, for example when the stream is over. */
  flush(): readonly VadEvent[] {
    if (!this.#speaking) return NOTHING;
    this.#speaking = false;
    this.#candidateStart = undefined;
    return [{ type: 'speech_end', endSample: this.#trueEnd(), detectedSample: this.#lastEnd }];
  }

  /** Never before the end of the first speech window. */
  #trueEnd(): number {
    const lagSamples = this.#options.endLagMs * SAMPLES_PER_MS;
    return Math.max(this.#start + this.#windowSamples, this.#lastSpeechEnd - lagSamples);
  }

  #inSilence(p: number, endSample: number): readonly VadEvent[] {
    const { startThreshold, endThreshold, minSpeechMs, prePadMs } = this.#options;
    const windowStart = endSample - this.#windowSamples;
    if (p < (this.#candidateStart === undefined ? startThreshold : endThreshold)) {
      this.#candidateStart = undefined;
      this.#candidateSamples = 0;
      return NOTHING;
    }
    this.#candidateStart ??= windowStart;
    if (p >= startThreshold) this.#candidateSamples += this.#windowSamples;
    if (this.#candidateSamples < minSpeechMs * SAMPLES_PER_MS) return NOTHING;
    const start = this.#candidateStart;
    const previousEnd = this.#lastSpeechEnd;
    this.#speaking = true;
    this.#start = start;
    this.#lastSpeechEnd = endSample;
    this.#candidateStart = undefined;
    this.#candidateSamples = 0;
    return [
      {
        type: 'speech_start',
        startSample: start,
        paddedStartSample: Math.min(start, Math.max(previousEnd, start - prePadMs * SAMPLES_PER_MS)),
        detectedSample: endSample,
      },
    ];
  }

  #inSpeech(p: number, endSample: number): readonly VadEvent[] {
    if (p >= this.#options.endThreshold) {
      this.#lastSpeechEnd = endSample;
      return NOTHING;
    }
    if (endSample - this.#lastSpeechEnd < this.#options.minSilenceMs * SAMPLES_PER_MS) return NOTHING;
    this.#speaking = false;
    return [{ type: 'speech_end', endSample: this.#trueEnd(), detectedSample: endSample }];
  }
}
