import type { Completeness, Listening } from '../kernel/vocab.js';
import type { MonoMs } from '../kernel/time.js';
import type { EndpointingOptions } from './options.js';

const SENTENCE_END = /[.?!]["')]*\s*$/;

/** Pauses of a caller, in milliseconds. */
export interface LearnedPauses {
  /** Longest recent pause within a turn; 0 before the first. */
  readonly withinTurnMs: number;
  /** Longest recent pause that was taken for the end of a turn and was none; 0 before the first. */
  readonly cutOffMs: number;
}

/**
 * Learns how long this caller pauses within a turn, and after which pauses the agent spoke too soon. Estimates rise at
 * once and fall slowly, so that a hesitant caller is not cut off twice.
 */
export class PauseLearner implements LearnedPauses {
  #withinTurnMs = 0;
  #cutOffMs = 0;
  #endedAt: MonoMs | undefined;

  /** @param ceilingMs - longest pause that is learned */
  constructor(private readonly ceilingMs: number = 1500) {}

  get withinTurnMs(): number {
    return this.#withinTurnMs;
  }

  get cutOffMs(): number {
    return this.#cutOffMs;
  }

  /** A pause after which the caller went on. */
  resumedAfter(pauseMs: number): void {
    this.#withinTurnMs = Math.max(Math.min(pauseMs, this.ceilingMs), this.#withinTurnMs * 0.8);
  }

  /** A turn that was taken for ended; `endedAt` is the true end of its speech. */
  turnEnded(endedAt: MonoMs): void {
    this.#withinTurnMs *= 0.85;
    this.#cutOffMs *= 0.9;
    this.#endedAt = endedAt;
  }

  /** The next turn has begun: so soon after the last one, it is the rest of it. */
  turnBegan(startedAt: MonoMs): void {
    const pauseMs = this.#endedAt === undefined ? Infinity : startedAt - this.#endedAt;
    if (pauseMs > 0 && pauseMs <= CUT_OFF_WITHIN_MS) this.#cutOffMs = Math.max(pauseMs, this.#cutOffMs);
  }
}

/** Nobody answers the agent so soon after their own last word. */
const CUT_OFF_WITHIN_MS = 800;
/** Room that is left above a pause that was learned. */
const MARGIN = 1.15;

/**
 * The policy wait: how long after the true end of speech the caller may still go on.
 *
 * @param learned - pauses within turns stretch waits that rest on the pause alone; pauses that cut the caller off stretch all
 * @returns milliseconds from the true end of speech
 */
export function policyWaitMs(
  listening: Listening,
  completeness: Completeness,
  text: string,
  learned: LearnedPauses,
  options: EndpointingOptions,
): number {
  switch (completeness) {
    case 'complete': {
      const completeMs = listening.pace === 'consent' ? options.consentMs : options.completeMs;
      return Math.min(Math.max(completeMs, learned.cutOffMs * MARGIN), options.completeMaxMs);
    }
    case 'incomplete': {
      return listening.pace === 'digits' ? options.digitGroupMs : options.incompleteMs;
    }
    case 'unknown': {
      const base = options.unknownMs[listening.pace];
      const sentence = SENTENCE_END.test(text) ? 0 : options.unfinishedSentenceMs;
      return Math.min(Math.max(base + sentence, learned.withinTurnMs * MARGIN), options.incompleteMs);
    }
  }
}
