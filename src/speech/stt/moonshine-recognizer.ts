import llamaTokenizer from 'llama-tokenizer-js';
import { confidenceOf } from '../core/confidence.js';
import type { DecodedTokens } from '../core/greedy.js';
import { toFloat, upsampleToFloat } from '../core/resample.js';
import { padded, splitSegments } from '../core/segments.js';
import { speechRange } from '../core/trim.js';
import { biasSpellings, PhraseBias } from '../core/token-bias.js';
import { MIN_ENCODER_SAMPLES, type MoonshineModel } from './moonshine-model.js';

const RATE_HZ = 16_000;

/** Silence put around audio. */
export interface Padding {
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Settings of the recogniser; the measurements behind the defaults are in docs/speech.md. */
export interface RecognizerOptions {
  /** Silence kept before the first sound; the rest is cut, because the model is sensitive to it. Default 60 ms. */
  readonly trimLeadMs: number;
  /** Silence kept after the last sound. Default 100 ms. */
  readonly trimTailMs: number;
  /** Silence put around audio of at most `shortMs`. Default 100 ms before and 300 ms after. */
  readonly shortPadding: Padding;
  /** Silence put around longer audio. Default 300 ms before and 700 ms after. */
  readonly longPadding: Padding;
  /** What counts as short. Default 2.5 s. */
  readonly shortMs: number;
  /** Probability from which end of sequence at the first step means that there is no speech. Default 0.97. */
  readonly noSpeechThreshold: number;
  /**
   * What was decoded counts as noise when its confidence is below 0.05 and the end of sequence had at least this
   * probability at the first step. Default 0.8.
   */
  readonly noiseThreshold: number;
  /** Longest piece given to the model. Default 15 s. */
  readonly maxSegmentMs: number;
  /**
   * A segment whose mean log-probability is below this is decoded again with the other padding, and the better of
   * both is kept: the model stumbles over one alignment of the audio and not over the other. Default -0.2.
   */
  readonly secondLookBelow: number;
  /** Longer segments get no second look, because it would make them late. Default 8 s. */
  readonly secondLookMaxMs: number;
  /** Audio that never gets louder than this (1 is full scale) holds no speech. Default 0.002, -54 dB. */
  readonly silencePeak: number;
  /** Bonus for a token that continues an expected phrase, in log units. Default 2. */
  readonly biasBonus: number;
  /** Bonus for a token that begins an expected phrase, in log units. Default 2.5. */
  readonly biasEntryBonus: number;
}

/** Defaults of {@link RecognizerOptions}. */
export const RECOGNIZER_DEFAULTS: RecognizerOptions = {
  trimLeadMs: 60,
  trimTailMs: 100,
  shortPadding: { beforeMs: 100, afterMs: 300 },
  longPadding: { beforeMs: 300, afterMs: 700 },
  shortMs: 2500,
  noSpeechThreshold: 0.97,
  noiseThreshold: 0.8,
  maxSegmentMs: 15_000,
  secondLookBelow: -0.2,
  secondLookMaxMs: 8000,
  silencePeak: 0.002,
  biasBonus: 2,
  biasEntryBonus: 2.5,
};

/** Tokens that fluent speech needs at most, per second, with room for a short clip. */
const TOKENS_PER_SECOND = 6.5;
const EXTRA_TOKENS = 12;
/** Words made out of noise score well below this. */
const NOISE_CONFIDENCE = 0.05;

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
    const { trimLeadMs, trimTailMs } = this.#options;
    const { start, end } = speechRange(job.pcm, job.sampleRateHz, trimLeadMs, trimTailMs);
    const pcm = job.pcm.subarray(start, end);
    const audio = job.sampleRateHz === RATE_HZ ? toFloat(pcm) : upsampleToFloat(pcm);
    const parts: DecodedTokens[] = [];
    for (const range of splitSegments(audio, RATE_HZ, this.#options.maxSegmentMs)) {
      const segment = audio.subarray(range.start, range.end);
      if (isSilent(segment, this.#options.silencePeak)) continue;
      const part = await this.#segment(segment, job.bias, cancelled);
      if (part === undefined) return undefined;
      if (!this.#isNoise(part)) parts.push(part);
    }
    const text = parts
      .map((part) => (part.tokens.length === 0 ? '' : llamaTokenizer.decode([...part.tokens], false).trim()))
      .filter((piece) => piece !== '')
      .join(' ');
    // Music comes out as notes, noise as marks: neither is a word.
    const noSpeech = !/[\p{L}\p{N}]/u.test(text);
    return { text: noSpeech ? '' : text, noSpeech, confidence: noSpeech ? 0 : confidenceOf(parts), parts };
  }

  #isNoise(part: DecodedTokens): boolean {
    if (part.firstEosProbability < this.#options.noiseThreshold) return false;
    return part.noSpeech || confidenceOf([part]) < NOISE_CONFIDENCE;
  }

  async #segment(
    segment: Float32Array,
    phrases: readonly string[],
    cancelled: () => boolean,
  ): Promise<DecodedTokens | undefined> {
    const { shortPadding, longPadding, shortMs, secondLookBelow, secondLookMaxMs } = this.#options;
    const lengthMs = (1000 * segment.length) / RATE_HZ;
    const short = lengthMs <= shortMs;
    const first = await this.#decode(segment, short ? shortPadding : longPadding, phrases, cancelled);
    if (first === undefined || first.noSpeech) return first;
    if (meanLogProb(first) >= secondLookBelow || lengthMs > secondLookMaxMs) return first;
    const second = await this.#decode(segment, short ? longPadding : shortPadding, phrases, cancelled);
    if (second === undefined) return undefined;
    return !second.noSpeech && meanLogProb(second) > meanLogProb(first) ? second : first;
  }

  #decode(
    segment: Float32Array,
    { beforeMs, afterMs }: Padding,
    phrases: readonly string[],
    cancelled: () => boolean,
  ): Promise<DecodedTokens | undefined> {
    const missingMs = (1000 * (MIN_ENCODER_SAMPLES - segment.length)) / RATE_HZ;
    const bias = this.#bias(phrases);
    return this.model.decode(
      padded(segment, RATE_HZ, beforeMs, Math.max(afterMs, missingMs)),
      {
        noSpeechThreshold: this.#options.noSpeechThreshold,
        maxTokens: Math.ceil((segment.length / RATE_HZ) * TOKENS_PER_SECOND) + EXTRA_TOKENS,
        ...(bias === undefined ? {} : { bias }),
      },
      cancelled,
    );
  }

  #bias(phrases: readonly string[]): PhraseBias | undefined {
    const spellings = biasSpellings(phrases);
    if (spellings.length === 0) return undefined;
    const { biasBonus, biasEntryBonus } = this.#options;
    const tokens = spellings.map((spelling) => llamaTokenizer.encode(spelling, false, true));
    return new PhraseBias(tokens, biasBonus, biasEntryBonus);
  }
}

function meanLogProb({ logProbs }: DecodedTokens): number {
  return logProbs.length === 0
    ? -Infinity
    : logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
}

function isSilent(samples: Float32Array, peak: number): boolean {
  return samples.every((sample) => Math.abs(sample) <= peak);
}
