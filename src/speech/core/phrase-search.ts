import { EOS, logSumExp, type DecodedTokens } from './greedy.js';
import type { PhraseState } from './phrase-graph.js';

/** An expected sentence as far as it was followed; the decoder has not yet read its last token. */
export interface Path<Cache> {
  readonly token: number;
  /** The decoder's memory of everything before `token`. */
  readonly cache: Cache;
  readonly tokens: readonly number[];
  readonly logProbs: readonly number[];
  readonly state: PhraseState;
  /** Log-probability of all its tokens. */
  readonly score: number;
  /** Its place in the order in which beginnings are followed, see {@link rankOf}. */
  readonly rank: number;
}

/** Bounds of a {@link PhraseSearch}. */
export interface PhraseSearchOptions {
  /** Sentences below this log-probability, their end included, do not count. */
  readonly floor: number;
  /** Most runs of the decoder. */
  readonly maxSteps: number;
  /** Whether a sentence that was found may be taken; the search goes on when not. */
  readonly accept: (found: DecodedTokens, score: number) => boolean;
}

/** An expected sentence that was read to its end. */
export interface Finished {
  readonly finished: DecodedTokens;
  /** Log-probability of all its tokens and of its end. */
  readonly score: number;
  readonly rank: number;
}

/** A beginning that was not followed: no sentence with it is likelier than this. */
export interface Beginning {
  readonly tokens: readonly number[];
  readonly score: number;
}

/** What a search came to. */
export interface Searched {
  /** The likeliest sentence that was accepted. */
  readonly found?: Finished;
  /** The likeliest of all that were finished, accepted or not, likeliest first. */
  readonly finished: readonly Finished[];
  /** The likeliest beginnings that were not followed to an end, likeliest first. */
  readonly beginnings: readonly Beginning[];
}

/** Runners-up that a search keeps of each kind. */
const MAX_KEPT = 8;

/**
 * Log units by which every token read puts a beginning forward. A log-probability falls with each token, so that
 * otherwise all that is short would be tried before a long sentence is read to its end (docs/speech.md).
 */
const PER_TOKEN = 1;

/** @param tokens - how many were read, the end of the sentence among them */
const rankOf = (score: number, tokens: number): number => score + PER_TOKEN * tokens;

/**
 * Finds the expected sentence that the recogniser gives the highest probability. Follows likely beginnings, longer
 * ones first; once a sentence is finished, only beginnings that are likelier than it go on, because a log-probability
 * only falls. With steps enough the best sentence is found, with fewer the best of those that were finished. The
 * search is over as soon as every beginning has fallen below the floor: words that were not expected end it early.
 *
 * Pure: the caller runs the decoder on what {@link next} gives and hands its logits to {@link expand}.
 */
export class PhraseSearch<Cache> {
  /** Sorted by rising rank; the one to follow is last. */
  readonly #open: (Path<Cache> | Finished)[] = [];
  readonly #finished: Finished[] = [];
  readonly #beginnings: Beginning[] = [];
  #steps = 0;
  #best: Finished | undefined;

  constructor(private readonly options: PhraseSearchOptions) {}

  /** What came of it, once {@link next} has given nothing. */
  result(): Searched {
    return {
      ...(this.#best === undefined ? {} : { found: this.#best }),
      finished: this.#finished,
      beginnings: this.#beginnings,
    };
  }

  /** Begins at the start of the sentence with the logits that follow the first, empty token. */
  begin(start: PhraseState, logits: Float32Array, cache: Cache): void {
    this.#children(start, [], [], 0, logits, cache);
  }

  /** Takes the logits that follow a path's last token. */
  expand(path: Path<Cache>, logits: Float32Array, cache: Cache): void {
    this.#children(path.state, path.tokens, path.logProbs, path.score, logits, cache);
  }

  /** The path to run the decoder on; `undefined` when the search is over. */
  next(): Path<Cache> | undefined {
    for (let first = this.#open.pop(); first !== undefined; first = this.#open.pop()) {
      if ('finished' in first) {
        keep(this.#finished, first);
        const better = this.#best === undefined || first.score > this.#best.score;
        if (better && this.options.accept(first.finished, first.score)) this.#best = first;
        continue;
      }
      const likelier = this.#best === undefined || first.score > this.#best.score;
      if (likelier && this.#steps < this.options.maxSteps) {
        this.#steps++;
        return first;
      }
      keep(this.#beginnings, { tokens: first.tokens, score: first.score });
    }
    return undefined;
  }

  #children(
    state: PhraseState,
    tokens: readonly number[],
    logProbs: readonly number[],
    score: number,
    logits: Float32Array,
    cache: Cache,
  ): void {
    const logSum = logSumExp(logits);
    const logProbOf = (token: number): number => (logits[token] ?? -Infinity) - logSum;
    const read = tokens.length + 1;
    if (state.accepting) {
      const endLogProb = logProbOf(EOS);
      const whole = score + endLogProb;
      this.#insert({
        score: whole,
        rank: rankOf(whole, read),
        finished: decoded(tokens, logProbs, endLogProb),
      });
    }
    for (const [token, next] of state.next()) {
      const logProb = logProbOf(token);
      const begun = score + logProb;
      if (begun < this.options.floor) continue;
      this.#insert({
        token,
        cache,
        state: next,
        tokens: [...tokens, token],
        logProbs: [...logProbs, logProb],
        score: begun,
        rank: rankOf(begun, read),
      });
    }
  }

  #insert(entry: Path<Cache> | Finished): void {
    if (entry.score < this.options.floor) return;
    let at = this.#open.length;
    while (at > 0 && (this.#open[at - 1]?.rank ?? -Infinity) > entry.rank) at--;
    this.#open.splice(at, 0, entry);
  }
}

/**
 * Follows the free reading through the expected sentences, token by token, and keeps what else they would have
 * allowed: how far the runner-up is behind is known without a run of the decoder.
 */
export class ExpectedWalk {
  readonly #tokens: number[] = [];
  readonly #beginnings: Beginning[] = [];
  #state: PhraseState | undefined;
  #score = 0;

  constructor(start: PhraseState) {
    this.#state = start;
  }

  /**
   * Takes one step of the free reading.
   *
   * @param logSum - {@link logSumExp} of the logits
   * @param token - the one that was chosen; {@link EOS} at the end
   */
  step(logits: Float32Array, logSum: number, token: number): void {
    if (this.#state === undefined) return;
    const next = this.#state.next();
    for (const other of next.keys()) {
      if (other === token) continue;
      const score = this.#score + (logits[other] ?? -Infinity) - logSum;
      if (score > (this.#beginnings[MAX_KEPT - 1]?.score ?? -Infinity)) {
        keep(this.#beginnings, { tokens: [...this.#tokens, other], score });
      }
    }
    if (token === EOS) return;
    this.#score += (logits[token] ?? -Infinity) - logSum;
    this.#tokens.push(token);
    this.#state = next.get(token);
  }

  /** The beginnings that were passed by, when all that was read is one of the expected sentences. */
  result(): readonly Beginning[] | undefined {
    return this.#state?.accepting === true ? this.#beginnings : undefined;
  }
}

/** Adds to a list that is sorted by falling score and bounded. */
function keep<T extends { readonly score: number }>(list: T[], item: T): void {
  let at = list.length;
  while (at > 0 && (list[at - 1]?.score ?? 0) < item.score) at--;
  if (at >= MAX_KEPT) return;
  list.splice(at, 0, item);
  list.length = Math.min(list.length, MAX_KEPT);
}

const decoded = (
  tokens: readonly number[],
  logProbs: readonly number[],
  endLogProb: number,
): DecodedTokens => ({ tokens, logProbs, endLogProb, firstEosProbability: 0, noSpeech: false, stop: 'end' });

/** Log-probability of a whole decoded sentence with its end. A sentence without an end was cut off. */
export const scoreOf = (decoded: DecodedTokens): number =>
  decoded.logProbs.reduce((sum, value) => sum + value, 0) + (decoded.endLogProb ?? 0);
