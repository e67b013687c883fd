import type { ExpectedSpeech } from '../../kernel/vocab.js';
import { confidenceOf } from '../core/confidence.js';
import { agrees, expectedConfidence, type FreeReading } from '../core/expected.js';
import type { DecodedTokens } from '../core/greedy.js';
import { phraseGraph, type PhraseState } from '../core/phrase-graph.js';
import { scoreOf } from '../core/phrase-search.js';
import { toFloat, upsampleToFloat } from '../core/resample.js';
import { padded, splitSegments } from '../core/segments.js';
import { speechRange } from '../core/trim.js';
import { MIN_ENCODER_SAMPLES, type Expected, type MoonshineModel } from './moonshine-model.js';
import { decodeTokens, encodePhrase } from './tokenizer.js';

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
  /** Longest free reading, in tokens, in whose place an expected sentence is looked for. Default 24. */
  readonly expectedMaxTokens: number;
  /** Most runs of the decoder in that search. Default 16. */
  readonly expectedMaxSteps: number;
  /** How much less likely than the free reading an expected sentence may be, in log units. Default 6. */
  readonly expectedMaxDeficit: number;
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
  expectedMaxTokens: 24,
  expectedMaxSteps: 16,
  expectedMaxDeficit: 6,
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
  readonly expected: ExpectedSpeech;
}

/** What the recogniser found, with the raw figures that calibration needs. */
export interface Recognized {
  readonly text: string;
  readonly confidence: number;
  readonly noSpeech: boolean;
  readonly parts: readonly DecodedTokens[];
  /** True when the words are a sentence that was expected. */
  readonly expected: boolean;
}

/** Kinds of question are few; a graph and the states that were reached in it are kept for each. */
const MAX_GRAPHS = 24;

/** A segment written down. */
interface Part {
  readonly tokens: DecodedTokens;
  readonly confidence: number;
  readonly expected: boolean;
  /** True when the audio holds no words, whatever was read into it. */
  readonly noise: boolean;
}

/** Audio in, text out: resampling, padding, splitting, decoding, joining. */
export class MoonshineRecognizer {
  readonly #options: RecognizerOptions;
  readonly #graphs = new Map<string, PhraseState>();

  constructor(
    private readonly model: MoonshineModel,
    options: Partial<RecognizerOptions> = {},
  ) {
    this.#options = { ...RECOGNIZER_DEFAULTS, ...options };
  }

  /** @returns undefined when it was cancelled */
  async recognize(job: RecognizeJob, cancelled: () => boolean): Promise<Recognized | undefined> {
    const { trimLeadMs, trimTailMs, maxSegmentMs, silencePeak } = this.#options;
    const { start, end } = speechRange(job.pcm, job.sampleRateHz, trimLeadMs, trimTailMs);
    const pcm = job.pcm.subarray(start, end);
    const audio = job.sampleRateHz === RATE_HZ ? toFloat(pcm) : upsampleToFloat(pcm);
    const ranges = splitSegments(audio, RATE_HZ, maxSegmentMs);
    // An answer that was expected is short; a speech of several segments is none.
    const expected = ranges.length === 1 ? this.#expected(job.expected) : undefined;
    const parts: Part[] = [];
    for (const range of ranges) {
      const segment = audio.subarray(range.start, range.end);
      if (isSilent(segment, silencePeak)) continue;
      const part = await this.#segment(segment, expected, cancelled);
      if (part === undefined) return undefined;
      if (!part.noise) parts.push(part);
    }
    const text = parts
      .map((part) => textOf(part.tokens))
      .filter((piece) => piece !== '')
      .join(' ');
    // Music comes out as notes, noise as marks: neither is a word.
    const noSpeech = !/[\p{L}\p{N}]/u.test(text);
    const tokens = parts.map((part) => part.tokens);
    const [only] = parts;
    const confidence = only?.expected === true ? only.confidence : confidenceOf(tokens);
    return {
      text: noSpeech ? '' : text,
      noSpeech,
      confidence: noSpeech ? 0 : confidence,
      parts: tokens,
      expected: only?.expected === true,
    };
  }

  #isNoise(part: DecodedTokens): boolean {
    if (part.firstEosProbability < this.#options.noiseThreshold) return false;
    return part.noSpeech || confidenceOf([part]) < NOISE_CONFIDENCE;
  }

  async #segment(
    segment: Float32Array,
    expected: Expected | undefined,
    cancelled: () => boolean,
  ): Promise<Part | undefined> {
    const { shortPadding, longPadding, shortMs, secondLookBelow, secondLookMaxMs } = this.#options;
    const lengthMs = (1000 * segment.length) / RATE_HZ;
    const short = lengthMs <= shortMs;
    const first = await this.#decode(segment, short ? shortPadding : longPadding, expected, cancelled);
    if (first === undefined || first.expected || first.tokens.noSpeech) return first;
    if (meanLogProb(first.tokens) >= secondLookBelow || lengthMs > secondLookMaxMs) return first;
    const second = await this.#decode(segment, short ? longPadding : shortPadding, expected, cancelled);
    if (second === undefined) return undefined;
    const better = second.expected
      ? agrees(reading(first.tokens), textOf(second.tokens), 0)
      : !second.tokens.noSpeech && meanLogProb(second.tokens) > meanLogProb(first.tokens);
    // Words that one alignment has heard are no noise because the other was less sure of them.
    return better ? { ...second, noise: first.noise && second.noise } : first;
  }

  async #decode(
    segment: Float32Array,
    { beforeMs, afterMs }: Padding,
    expected: Expected | undefined,
    cancelled: () => boolean,
  ): Promise<Part | undefined> {
    const missingMs = (1000 * (MIN_ENCODER_SAMPLES - segment.length)) / RATE_HZ;
    const decoded = await this.model.decode(
      padded(segment, RATE_HZ, beforeMs, Math.max(afterMs, missingMs)),
      {
        noSpeechThreshold: this.#options.noSpeechThreshold,
        maxTokens: Math.ceil((segment.length / RATE_HZ) * TOKENS_PER_SECOND) + EXTRA_TOKENS,
      },
      cancelled,
      expected,
    );
    if (decoded === undefined) return undefined;
    const { free, expected: found } = decoded;
    const noise = this.#isNoise(free);
    if (found === undefined) {
      return { tokens: free, confidence: confidenceOf([free]), expected: false, noise };
    }
    const confidence = expectedConfidence(confidenceOf([found]), scoreOf(free) - scoreOf(found));
    return { tokens: found, confidence, expected: true, noise };
  }

  #expected(speech: ExpectedSpeech): Expected | undefined {
    if (speech.length === 0) return undefined;
    const { expectedMaxTokens, expectedMaxSteps, expectedMaxDeficit } = this.#options;
    return {
      start: this.#graph(speech),
      maxTokens: expectedMaxTokens,
      maxSteps: expectedMaxSteps,
      maxDeficit: expectedMaxDeficit,
      accept: (free, found, deficit) => agrees(reading(free), textOf(found), deficit),
    };
  }

  /** The graph of expected speech; the one that was not used for longest gives way. */
  #graph(speech: ExpectedSpeech): PhraseState {
    const key = JSON.stringify(speech);
    const graph = this.#graphs.get(key) ?? phraseGraph(speech, encodePhrase);
    this.#graphs.delete(key);
    this.#graphs.set(key, graph);
    const [oldest] = this.#graphs.keys();
    if (this.#graphs.size > MAX_GRAPHS && oldest !== undefined) this.#graphs.delete(oldest);
    return graph;
  }
}

const textOf = ({ tokens }: DecodedTokens): string => decodeTokens(tokens);

const reading = (free: DecodedTokens): FreeReading => ({
  text: textOf(free),
  confidence: confidenceOf([free]),
});

function meanLogProb({ logProbs }: DecodedTokens): number {
  return logProbs.length === 0
    ? -Infinity
    : logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
}

function isSilent(samples: Float32Array, peak: number): boolean {
  return samples.every((sample) => Math.abs(sample) <= peak);
}
