/**
 * Decisions of the greedy decoder, apart from the model: which token comes next, how sure that is, and when to
 * stop. Pure.
 */

/** Token ids of Moonshine's vocabulary (Llama's tokenizer). */
export const BOS = 1;
/** End of sequence. */
export const EOS = 2;

/** Settings of {@link GreedyDecoder}. */
export interface GreedyOptions {
  /**
   * End of sequence may win the first step only at or above this probability; then the audio holds no speech.
   * Below it the best other token is taken. Default 0.97.
   */
  readonly noSpeechThreshold: number;
  /** Most tokens of one segment. */
  readonly maxTokens: number;
}

/** What the decoder makes of one segment. */
export interface DecodedTokens {
  /** Text tokens, without begin and end. */
  readonly tokens: readonly number[];
  /** Log-probability of each token, as the model gave it. */
  readonly logProbs: readonly number[];
  /** Probability that the model gave to end of sequence at the first step. */
  readonly firstEosProbability: number;
  /** Log-probability of the end, or undefined when the decoder was stopped. */
  readonly endLogProb: number | undefined;
  readonly noSpeech: boolean;
  /** Why decoding stopped. */
  readonly stop: 'end' | 'length' | 'repetition' | 'no_speech';
}

/** Chooses tokens step by step from the model's logits. */
export class GreedyDecoder {
  readonly #tokens: number[] = [];
  readonly #logProbs: number[] = [];
  #firstEosProbability = 0;
  #endLogProb: number | undefined;
  #stop: DecodedTokens['stop'] | undefined;
  #logSum = 0;

  constructor(private readonly options: GreedyOptions) {}

  /** True when there is nothing more to decode. */
  get done(): boolean {
    return this.#stop !== undefined;
  }

  /** {@link logSumExp} of the logits of the last step. */
  get logSum(): number {
    return this.#logSum;
  }

  /**
   * Takes the logits of one step.
   *
   * @returns the token to feed next; `EOS` when {@link done}
   */
  step(logits: Float32Array): number {
    const first = this.#tokens.length === 0;
    const logSum = logSumExp(logits);
    this.#logSum = logSum;
    const eosLogProb = (logits[EOS] ?? -Infinity) - logSum;
    if (first) this.#firstEosProbability = Math.exp(eosLogProb);
    const eosAllowed = !first || this.#firstEosProbability >= this.options.noSpeechThreshold;
    const token = this.#best(logits, eosAllowed);
    if (token === EOS) {
      this.#endLogProb = eosLogProb;
      this.#stop = first ? 'no_speech' : 'end';
      return EOS;
    }
    this.#tokens.push(token);
    this.#logProbs.push((logits[token] ?? -Infinity) - logSum);
    const repeated = repetitionLength(this.#tokens);
    if (repeated > 0) {
      this.#tokens.length -= repeated;
      this.#logProbs.length -= repeated;
      this.#stop = 'repetition';
      return EOS;
    }
    if (this.#tokens.length >= this.options.maxTokens) {
      this.#stop = 'length';
      return EOS;
    }
    return token;
  }

  /** What was decoded so far. */
  result(): DecodedTokens {
    return {
      tokens: this.#tokens,
      logProbs: this.#logProbs,
      firstEosProbability: this.#firstEosProbability,
      endLogProb: this.#endLogProb,
      noSpeech: this.#stop === 'no_speech',
      stop: this.#stop ?? 'length',
    };
  }

  #best(logits: Float32Array, eosAllowed: boolean): number {
    const saved = logits[EOS] ?? 0;
    if (!eosAllowed) logits[EOS] = -Infinity;
    const token = argMax(logits);
    logits[EOS] = saved;
    return token;
  }
}

/**
 * Length of the tail to be cut because the decoder has begun to loop: the same 1 to 8 tokens over and over. The
 * first occurrence is kept. 0 when there is no loop. "no no no" is speech; a loop needs four rounds and twelve
 * tokens, or eight rounds of one token.
 */
export function repetitionLength(tokens: readonly number[]): number {
  for (let period = 1; period <= 8; period++) {
    const rounds = Math.max(4, Math.ceil((period === 1 ? 8 : 12) / period));
    const needed = period * rounds;
    if (tokens.length < needed) continue;
    let loops = true;
    for (let i = tokens.length - needed; i + period < tokens.length && loops; i++) {
      loops = tokens[i] === tokens[i + period];
    }
    if (loops) return period * (rounds - 1);
  }
  return 0;
}

function argMax(values: Float32Array): number {
  let best = 0;
  let bestValue = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > bestValue) {
      bestValue = value;
      best = i;
    }
  }
  return best;
}

/** Logarithm of the sum of exponentials: what a logit less it is a log-probability. */
export function logSumExp(values: Float32Array): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i] as number);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - max);
  return max + Math.log(sum);
}
