import llamaTokenizer from 'llama-tokenizer-js';
import { confidenceOf } from '../core/confidence.js';
import type { DecodedTokens } from '../core/greedy.js';
import { toFloat, upsampleToFloat } from '../core/resample.js';
import { padded, splitSegments } from '../core/segments.js';
import { biasSpellings, PhraseBias } from '../core/token-bias.js';
import { MIN_ENCODER_SAMPLES, type MoonshineModel } from './moonshine-model.js';

const RATE_HZ = 16_000;

/** Settings of the recogniser; the measurements behind the defaults are in docs/speech.md. */
export interface RecognizerOptions {
  /** Silence put before the audio. Default 300 ms. */
  readonly padBeforeMs: number;
  /** Silence put after the audio. Default 700 ms. */
  readonly padAfterMs: number;
  /** Probability from which end of sequence at the first step means that there is no speech. Default 0.97. */
  readonly noSpeechThreshold: number;
  /** Longest piece given to the model. Default 15 s. */
  readonly maxSegmentMs: number;
  /** Bonus for a token that continues an expected phrase, in log units. Default 1.5. */
  readonly biasBonus: number;
  /** Bonus for a token that begins an expected phrase. Default 0.5. */
  readonly biasEntryBonus: number;
}

/** Defaults of {@link RecognizerOptions}. */
export const RECOGNIZER_DEFAULTS: RecognizerOptions = {
  padBeforeMs: 300,
  padAfterMs: 700,
  noSpeechThreshold: 0.97,
  maxSegmentMs: 15_000,
  biasBonus: 1.5,
  biasEntryBonus: 0.5,
};

/** Tokens that fluent speech needs at most, per second, with room for a short clip. */
const TOKENS_PER_SECOND = 6.5;
const EXTRA_TOKENS = 12;

/** One job of the recogniser. */
export interface RecognizeJob {
  readonly pcm: Int16Array;
  readonly sampleRateHz: 8000 | 16000;
  readonly bias: readonly string[];
}

/** What the recogniser found, with the raw figures that calibration needs. */
export interface Recognized {
  readonly text: string;
  readonly confidence: number;
  readonly noSpeech: boolean;
  readonly parts: readonly DecodedTokens[];
}

/** Audio in, text out: resampling, padding, splitting, decoding, joining. */
export class MoonshineRecognizer {
  readonly #options: RecognizerOptions;

  constructor(
    private readonly model: MoonshineModel,
    options: Partial<RecognizerOptions> = {},
  ) {
    this.#options = { ...RECOGNIZER_DEFAULTS, ...options };
  }

  /** @returns undefined when it was cancelled */
  async recognize(job: RecognizeJob, cancelled: () => boolean): Promise<Recognized | undefined> {
    const audio = job.sampleRateHz === RATE_HZ ? toFloat(job.pcm) : upsampleToFloat(job.pcm);
    const { padBeforeMs, padAfterMs, noSpeechThreshold, maxSegmentMs } = this.#options;
    const parts: DecodedTokens[] = [];
    for (const { start, end } of splitSegments(audio, RATE_HZ, maxSegmentMs)) {
      const padding = Math.max(padAfterMs, (MIN_ENCODER_SAMPLES * 1000) / RATE_HZ);
      const segment = padded(audio.subarray(start, end), RATE_HZ, padBeforeMs, padding);
      const seconds = (end - start) / RATE_HZ;
      const bias = this.#bias(job.bias);
      const part = await this.model.decode(
        segment,
        {
          noSpeechThreshold,
          maxTokens: Math.ceil(seconds * TOKENS_PER_SECOND) + EXTRA_TOKENS,
          ...(bias === undefined ? {} : { bias }),
        },
        cancelled,
      );
      if (part === undefined) return undefined;
      parts.push(part);
    }
    const text = parts
      .map((part) => (part.tokens.length === 0 ? '' : llamaTokenizer.decode([...part.tokens], false).trim()))
      .filter((piece) => piece !== '')
      .join(' ');
    const noSpeech = text === '';
    return { text, noSpeech, confidence: noSpeech ? 0 : confidenceOf(parts), parts };
  }

  #bias(phrases: readonly string[]): PhraseBias | undefined {
    const spellings = biasSpellings(phrases);
    if (spellings.length === 0) return undefined;
    const { biasBonus, biasEntryBonus } = this.#options;
    const tokens = spellings.map((spelling) => llamaTokenizer.encode(spelling, false, true));
    return new PhraseBias(tokens, { bonus: biasBonus, entryBonus: biasEntryBonus });
  }
}
