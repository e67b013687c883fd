import type { ExpectedSentences } from '../../kernel/expected-sentences.js';
import type { ExpectedRef, SpeechEvidence } from '../../kernel/vocab.js';
import { confidenceOf } from '../core/confidence.js';
import { phraseGraph, type PhraseState } from '../core/phrase-graph.js';
import { scoreOf } from '../core/phrase-search.js';
import { protectionOf, type Protection } from '../core/protected-words.js';
import { toFloat, upsampleToFloat } from '../core/resample.js';
import { Lru } from '../core/lru.js';
import { padded, splitSegments } from '../core/segments.js';
import { speechRange } from '../core/trim.js';
import { admitted, better, chooseReading, cuesOf, evidenceOf, meanLogProb, type Choice } from './choice.js';
import { MIN_ENCODER_SAMPLES, type MoonshineModel } from './moonshine-model.js';
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
   * What was decoded counts as noise when its mean log-probability is below `noiseAcoustic` and the end of sequence
   * had at least this probability at the first step. Default 0.8.
   */
  readonly noiseThreshold: number;
  /** See `noiseThreshold`. Default -1.3. */
  readonly noiseAcoustic: number;
  /** Longest piece given to the model. Default 15 s. */
  readonly maxSegmentMs: number;
  /**
   * A segment whose mean log-probability is below this is decoded again with the other padding, and the better of
   * both is kept: the model stumbles over one alignment of the audio and not over the other. Default -0.2.
   */
  readonly secondLookBelow: number;
  /** The same for an expected sentence, which seldom depends on the alignment. Default -0.6. */
  readonly secondLookExpectedBelow: number;
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
  noiseAcoustic: -1.3,
  maxSegmentMs: 15_000,
  secondLookBelow: -0.2,
  secondLookExpectedBelow: -0.6,
  secondLookMaxMs: 8000,
  silencePeak: 0.002,
  expectedMaxTokens: 24,
  expectedMaxSteps: 16,
  expectedMaxDeficit: 6,
};

/** Tokens that fluent speech needs at most, per second, with room for a short clip. */
const TOKENS_PER_SECOND = 6.5;
const EXTRA_TOKENS = 12;

/** One job of the recogniser. */
export interface RecognizeJob {
  readonly pcm: Int16Array;
  readonly sampleRateHz: 8000 | 16000;
  /** Without its sentences when they were given before, see {@link MoonshineRecognizer.knows}. */
  readonly expected?: ExpectedRef & Partial<ExpectedSentences>;
}

/** What the recogniser found. */
export interface Recognized {
  readonly text: string;
  readonly confidence: number;
  readonly noSpeech: boolean;
  /** Missing when `noSpeech`. */
  readonly evidence?: SpeechEvidence;
}

/** Kinds of question are few; a graph and the states that were reached in it are kept for each. */
const MAX_GRAPHS = 24;

/** Expected sentences as the search reads them. */
export interface ExpectedGraph {
  readonly start: PhraseState;
  readonly protection: Protection;
}

/** @param expected - sentences with the words that they must not change */
export function expectedGraph({
  sentences,
  protect,
}: Pick<ExpectedSentences, 'sentences' | 'protect'>): ExpectedGraph {
  return { start: phraseGraph(sentences, encodePhrase), protection: protectionOf(protect) };
}

/** Audio in, text out: resampling, padding, splitting, decoding, joining. */
export class MoonshineRecognizer {
  readonly #options: RecognizerOptions;
  readonly #graphs = new Lru<string, ExpectedGraph>(MAX_GRAPHS);

  constructor(
    private readonly model: MoonshineModel,
    options: Partial<RecognizerOptions> = {},
  ) {
    this.#options = { ...RECOGNIZER_DEFAULTS, ...options };
  }

  /** Whether the sentences of this name are held; those that were not used for longest are not. */
  knows({ id }: ExpectedRef): boolean {
    return this.#graphs.get(id) !== undefined;
  }

  /** @returns undefined when it was cancelled */
  async recognize(job: RecognizeJob, cancelled: () => boolean): Promise<Recognized | undefined> {
    const segments = audioSegments(job, this.#options);
    // An answer that was expected is short; a speech of several segments is none.
    const expected = segments.length === 1 ? this.#graph(job.expected) : undefined;
    const choices: Choice[] = [];
    for (const segment of segments) {
      if (isSilent(segment, this.#options.silencePeak)) continue;
      const choice = await this.#segment(segment, expected, cancelled);
      if (choice === undefined) return undefined;
      if (!choice.noise) choices.push(choice);
    }
    const text = choices
      .map((choice) => choice.text)
      .filter((piece) => piece !== '')
      .join(' ');
    // Music comes out as notes, noise as marks: neither is a word.
    if (!/[\p{L}\p{N}]/u.test(text)) return { text: '', noSpeech: true, confidence: 0 };
    const confidence = confidenceOf(cuesOf(choices));
    return { text, noSpeech: false, confidence, evidence: evidenceOf(text, choices) };
  }

  async #segment(
    segment: Float32Array,
    expected: ExpectedGraph | undefined,
    cancelled: () => boolean,
  ): Promise<Choice | undefined> {
    const { shortPadding, longPadding, shortMs, secondLookMaxMs } = this.#options;
    const lengthMs = (1000 * segment.length) / RATE_HZ;
    const short = lengthMs <= shortMs;
    const first = await this.#look(segment, short ? shortPadding : longPadding, expected, cancelled);
    if (first === undefined || first.chosen.noSpeech) return first;
    if (isPlain(first, this.#options) || lengthMs > secondLookMaxMs) return first;
    const second = await this.#look(segment, short ? longPadding : shortPadding, expected, cancelled);
    if (second === undefined) return undefined;
    // Words that one alignment has heard are no noise because the other was less sure of them.
    return { ...better(first, second, expected?.protection), noise: first.noise && second.noise };
  }

  async #look(
    segment: Float32Array,
    { beforeMs, afterMs }: Padding,
    expected: ExpectedGraph | undefined,
    cancelled: () => boolean,
  ): Promise<Choice | undefined> {
    const { noSpeechThreshold, noiseThreshold, noiseAcoustic } = this.#options;
    const missingMs = (1000 * (MIN_ENCODER_SAMPLES - segment.length)) / RATE_HZ;
    const look = await this.model.read(
      padded(segment, RATE_HZ, beforeMs, Math.max(afterMs, missingMs)),
      {
        noSpeechThreshold,
        maxTokens: Math.ceil((segment.length / RATE_HZ) * TOKENS_PER_SECOND) + EXTRA_TOKENS,
      },
      cancelled,
      expected?.start,
    );
    if (look === undefined) return undefined;
    const { free } = look;
    const noise =
      free.firstEosProbability >= noiseThreshold && (free.noSpeech || meanLogProb(free) < noiseAcoustic);
    const { expectedMaxTokens, expectedMaxSteps, expectedMaxDeficit } = this.#options;
    if (
      expected === undefined ||
      look.expected !== undefined ||
      free.stop !== 'end' ||
      free.tokens.length > expectedMaxTokens
    ) {
      return { ...chooseReading(look, undefined, expected?.protection), noise };
    }
    const score = scoreOf(free);
    const accept = admitted(free, expected.protection);
    const searched = await this.model.search(
      look.first,
      expected.start,
      {
        floor: score - expectedMaxDeficit,
        maxSteps: expectedMaxSteps,
        accept: (found, foundScore) => accept(decodeTokens(found.tokens), score - foundScore),
      },
      cancelled,
    );
    if (searched === undefined) return undefined;
    return { ...chooseReading(look, searched, expected.protection), noise };
  }

  /** The graph of expected sentences; undefined when nothing is expected or they are not held. */
  #graph(expected: RecognizeJob['expected']): ExpectedGraph | undefined {
    if (expected === undefined) return undefined;
    const known = this.#graphs.get(expected.id);
    const { sentences, protect } = expected;
    if (known !== undefined || sentences === undefined) return known;
    const graph = expectedGraph({ sentences, ...(protect === undefined ? {} : { protect }) });
    this.#graphs.set(expected.id, graph);
    return graph;
  }
}

/** Whether a first look is sure enough to be the only one. */
export const isPlain = (
  { chosen, expected }: Choice,
  { secondLookBelow, secondLookExpectedBelow }: RecognizerOptions,
): boolean => meanLogProb(chosen) >= (expected ? secondLookExpectedBelow : secondLookBelow);

/** Audio as the model takes it: 16 kHz, without the silence around it, in pieces that are short enough. */
export function audioSegments(
  { pcm, sampleRateHz }: Pick<RecognizeJob, 'pcm' | 'sampleRateHz'>,
  { trimLeadMs, trimTailMs, maxSegmentMs }: RecognizerOptions,
): Float32Array[] {
  const { start, end } = speechRange(pcm, sampleRateHz, trimLeadMs, trimTailMs);
  const speech = pcm.subarray(start, end);
  const audio = sampleRateHz === RATE_HZ ? toFloat(speech) : upsampleToFloat(speech);
  return splitSegments(audio, RATE_HZ, maxSegmentMs).map((range) => audio.subarray(range.start, range.end));
}

function isSilent(samples: Float32Array, peak: number): boolean {
  return samples.every((sample) => Math.abs(sample) <= peak);
}
