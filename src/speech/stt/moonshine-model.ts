import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BOS, GreedyDecoder, type DecodedTokens, type GreedyOptions } from '../core/greedy.js';
import type { PhraseState } from '../core/phrase-graph.js';
import {
  ExpectedWalk,
  PhraseSearch,
  type Beginning,
  type PhraseSearchOptions,
  type Searched,
} from '../core/phrase-search.js';
import { brokenModelFile } from '../models.js';

const LAYERS = 6;
const HEADS = 8;
const HEAD_DIM = 36;
/** The encoder's three convolutions need at least this much audio at 16 kHz. */
export const MIN_ENCODER_SAMPLES = 1600;

/** Enough for the first step and those that read the cache. */
const WARM_UP_TOKENS = 4;

/** One thread per session: a second one doubles the cost and makes nothing faster. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
};

/** Inputs of the decoder that outlive a step: the encoder's view of the audio and the key-value cache. */
type Feeds = Readonly<Record<string, Tensor>>;

/** One segment as it was heard without expectations. */
export interface Look {
  readonly free: DecodedTokens;
  /** What else would have been allowed, when the free reading is one of the expected sentences. */
  readonly expected: readonly Beginning[] | undefined;
  /** Where a search for expected sentences begins. */
  readonly first: FirstStep;
}

/** The decoder's first step; nothing but {@link MoonshineModel.search} looks into it. */
export interface FirstStep {
  readonly logits: Float32Array;
  readonly feeds: Feeds;
}

/** Moonshine tiny: encoder and merged decoder with its key-value cache. One utterance at a time. */
export class MoonshineModel {
  readonly #presentNames: readonly string[];

  private constructor(
    private readonly encoder: InferenceSession,
    private readonly decoder: InferenceSession,
  ) {
    this.#presentNames = decoder.outputNames.filter((name) => name.startsWith('present.'));
  }

  /** @throws LeibnizError MODEL_BROKEN when a file cannot be loaded or is not this model */
  static async load(encoderFile: string, decoderFile: string): Promise<MoonshineModel> {
    const encoder = await open('sttEncoder', encoderFile);
    const decoder = await open('sttDecoder', decoderFile);
    if (!encoder.inputNames.includes('input_values')) {
      throw brokenModelFile('sttEncoder', encoderFile, 'inputs');
    }
    if (!decoder.inputNames.includes('use_cache_branch')) {
      throw brokenModelFile('sttDecoder', decoderFile, 'inputs');
    }
    return new MoonshineModel(encoder, decoder);
  }

  /**
   * Writes one segment down as tokens.
   *
   * @param audio - 16 kHz, -1..1, padded, at least {@link MIN_ENCODER_SAMPLES}
   * @param cancelled - asked before every token
   * @param expected - sentences that are likely; the reading does not depend on them
   * @returns undefined when it was cancelled
   */
  async read(
    audio: Float32Array,
    options: GreedyOptions,
    cancelled: () => boolean,
    expected?: PhraseState,
  ): Promise<Look | undefined> {
    const encoded = await this.encoder.run({ input_values: new Tensor('float32', audio, [1, audio.length]) });
    const hidden = encoded['last_hidden_state'];
    if (hidden === undefined) throw new Error('the encoder gave no hidden state');
    const first = await this.#step({ encoder_hidden_states: hidden, ...emptyCache() }, BOS, true);
    const greedy = new GreedyDecoder(options);
    const walk = expected === undefined ? undefined : new ExpectedWalk(expected);
    for (let step = first; ;) {
      const token = greedy.step(step.logits);
      walk?.step(step.logits, greedy.logSum, token);
      if (greedy.done) break;
      if (cancelled()) return undefined;
      step = await this.#step(step.feeds, token, false);
    }
    const free = greedy.result();
    return { free, first, expected: free.stop === 'end' ? walk?.result() : undefined };
  }

  /**
   * Looks for the expected sentence that the same audio makes likeliest.
   *
   * @returns undefined when it was cancelled
   */
  async search(
    { logits, feeds }: FirstStep,
    start: PhraseState,
    options: PhraseSearchOptions,
    cancelled: () => boolean,
  ): Promise<Searched | undefined> {
    const search = new PhraseSearch<Feeds>(options);
    search.begin(start, logits, feeds);
    for (let path = search.next(); path !== undefined; path = search.next()) {
      if (cancelled()) return undefined;
      const step = await this.#step(path.cache, path.token, false);
      search.expand(path, step.logits, step.feeds);
    }
    return search.result();
  }

  /** The first runs of a session plan its memory; a second of noise keeps that out of the first call. */
  async warmUp(): Promise<void> {
    const noise = Float32Array.from({ length: 16_000 }, (_, index) => 0.1 * Math.sin(index * index));
    await this.read(noise, { noSpeechThreshold: Infinity, maxTokens: WARM_UP_TOKENS }, () => false);
  }

  /** Frees the sessions. */
  async release(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }

  /** Runs the decoder on one token. The cross-attention cache is computed at the first step only. */
  async #step(feeds: Feeds, token: number, first: boolean): Promise<FirstStep> {
    const outputs = await this.decoder.run({
      ...feeds,
      input_ids: new Tensor('int64', BigInt64Array.of(BigInt(token)), [1, 1]),
      use_cache_branch: new Tensor('bool', [!first], [1]),
    });
    const logits = outputs['logits']?.data;
    if (!(logits instanceof Float32Array)) throw new Error('the decoder gave no logits');
    const kept: Record<string, Tensor> = { ...feeds };
    for (const name of this.#presentNames) {
      if (!first && name.includes('.encoder.')) continue;
      const value = outputs[name];
      if (value instanceof Tensor) kept[name.replace('present', 'past_key_values')] = value;
    }
    return { logits, feeds: kept };
  }
}

async function open(key: 'sttEncoder' | 'sttDecoder', file: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, SESSION_OPTIONS);
  } catch (error) {
    throw brokenModelFile(key, file, error);
  }
}

function emptyCache(): Record<string, Tensor> {
  const cache: Record<string, Tensor> = {};
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const side of ['decoder', 'encoder']) {
      for (const part of ['key', 'value']) {
        cache[`past_key_values.${layer}.${side}.${part}`] = new Tensor('float32', new Float32Array(0), [
          0,
          HEADS,
          1,
          HEAD_DIM,
        ]);
      }
    }
  }
  return cache;
}
