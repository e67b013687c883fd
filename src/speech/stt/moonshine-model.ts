import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BOS, GreedyDecoder, type DecodedTokens, type GreedyOptions } from '../core/greedy.js';
import { brokenModelFile } from '../models.js';

const LAYERS = 6;
const HEADS = 8;
const HEAD_DIM = 36;
/** The encoder's three convolutions need at least this much audio at 16 kHz. */
export const MIN_ENCODER_SAMPLES = 1600;

/** One thread per session: a second one doubles the cost and makes nothing faster. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
};

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
   * @returns undefined when it was cancelled
   */
  async decode(
    audio: Float32Array,
    options: GreedyOptions,
    cancelled: () => boolean,
  ): Promise<DecodedTokens | undefined> {
    const encoded = await this.encoder.run({ input_values: new Tensor('float32', audio, [1, audio.length]) });
    const hidden = encoded['last_hidden_state'];
    if (hidden === undefined) throw new Error('the encoder gave no hidden state');
    const feeds: Record<string, Tensor> = { encoder_hidden_states: hidden, ...emptyCache() };
    const greedy = new GreedyDecoder(options);
    let token = BOS;
    for (let step = 0; !greedy.done; step++) {
      if (cancelled()) return undefined;
      feeds['input_ids'] = new Tensor('int64', BigInt64Array.of(BigInt(token)), [1, 1]);
      feeds['use_cache_branch'] = new Tensor('bool', [step > 0], [1]);
      const outputs = await this.decoder.run(feeds);
      const logits = outputs['logits']?.data;
      if (!(logits instanceof Float32Array)) throw new Error('the decoder gave no logits');
      token = greedy.step(logits);
      this.#keepCache(feeds, outputs, step === 0);
    }
    return greedy.result();
  }

  /** Frees the sessions. */
  async release(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }

  /** The cross-attention cache is computed at the first step only; later steps give empty tensors for it. */
  #keepCache(
    feeds: Record<string, Tensor>,
    outputs: InferenceSession.OnnxValueMapType,
    first: boolean,
  ): void {
    for (const name of this.#presentNames) {
      if (!first && name.includes('.encoder.')) continue;
      const value = outputs[name];
      if (value instanceof Tensor) feeds[name.replace('present', 'past_key_values')] = value;
    }
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
