import type { Completeness, Expectation } from '../kernel/vocab.js';
import type { EndpointingOptions } from './options.js';

const SENTENCE_END = /[.?!]["')]*\s*$/;

/**
 * Learns how long this caller pauses within a turn, from pauses after which the same turn went on.
 * The estimate rises at once and falls slowly, so that a hesitant caller is not cut off twice.
 */
export class PauseLearner {
  #pauseMs = 0;

  /** @param ceilingMs - longest pause that is learned */
  constructor(private readonly ceilingMs: number = 1500) {}

  /** Longest recent pause within a turn, decayed; 0 before the first. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** A pause after which the caller went on. */
  resumedAfter(pauseMs: number): void {
    this.#pauseMs = Math.max(Math.min(pauseMs, this.ceilingMs), this.#pauseMs * 0.8);
  }

  /** A turn that ended as decided. */
  turnEnded(): void {
    this.#pauseMs *= 0.85;
  }
}

/**
 * The policy wait: how long after the true end of speech the caller may still go on.
 *
 * @param learnedPauseMs - see {@link PauseLearner.pauseMs}; stretches waits that rest on the pause alone
 * @returns milliseconds from the true end of speech
 */
export function policyWaitMs(
  expectation: Expectation,
  completeness: Completeness,
  text: string,
  learnedPauseMs: number,
  options: EndpointingOptions,
): number {
  switch (completeness) {
    case 'complete': {
      return options.completeMs;
    }
    case 'incomplete': {
      return expectation.kind === 'digits' ? options.digitGroupMs : options.incompleteMs;
    }
    case 'unknown': {
      const base = options.unknownMs[expectation.kind];
      const sentence = SENTENCE_END.test(text) ? 0 : options.unfinishedSentenceMs;
      return Math.min(Math.max(base + sentence, learnedPauseMs * 1.15), options.incompleteMs);
    }
  }
}
