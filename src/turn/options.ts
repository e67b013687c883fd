import type { Pace } from '../kernel/vocab.js';

/**
 * How long a pause must last before it ends the caller's turn. All waits run from the true end of speech.
 */
export interface EndpointingOptions {
  /**
   * Wait when the transcript already completes what was asked, ms.
   * @defaultValue 200
   */
  readonly completeMs: number;
  /**
   * The same at a question that decides something: what may follow a "yes" is waited for, ms.
   * @defaultValue 420
   */
  readonly consentMs: number;
  /**
   * Longest wait after such a transcript, for a caller who was cut off before, ms.
   * @defaultValue 600
   */
  readonly completeMaxMs: number;
  /**
   * Wait when the transcript neither completes nor leaves open what was asked, by pace, ms.
   */
  readonly unknownMs: Readonly<Record<Pace, number>>;
  /**
   * Added to an unknown wait when the transcript lacks a sentence end, ms.
   * @defaultValue 250
   */
  readonly unfinishedSentenceMs: number;
  /**
   * Wait when the transcript is plainly unfinished ("next", "at", a number read in groups), ms.
   * @defaultValue 1600
   */
  readonly incompleteMs: number;
  /**
   * Wait between groups of digits, ms.
   * @defaultValue 2500
   */
  readonly digitGroupMs: number;
  /**
   * Safety net: without a transcript the turn ends this long after speech did, ms.
   * @defaultValue 3500
   */
  readonly sttNetMs: number;
  /**
   * Longest turn; speech beyond it is taken as a turn of its own, ms.
   * @defaultValue 30000
   */
  readonly maxTurnMs: number;
  /**
   * Audio before the detected onset that is given to the recogniser, ms.
   * @defaultValue 240
   */
  readonly prePadMs: number;
  /**
   * Audio after the detected end that is given to the recogniser, ms.
   * @defaultValue 120
   */
  readonly postPadMs: number;
}

/** When the caller's voice over the agent's counts as an interruption. */
export interface BargeInOptions {
  /**
   * Speech this long cuts the agent without waiting for words, ms.
   * @defaultValue 600
   */
  readonly confirmMs: number;
  /**
   * A pause of the agent that no words have confirmed ends after this, counted from the end of the caller's sound, ms.
   * @defaultValue 2000
   */
  readonly falseAlarmMs: number;
  /**
   * Words that say "go on" rather than interrupt, lower case.
   */
  readonly backchannels: readonly string[];
}

/** Waits before the agent speaks into a silence. */
export interface SilenceOptions {
  /**
   * In general, and before the greeting has been played, ms.
   * @defaultValue 10000
   */
  readonly firstMs: number;
  /**
   * After the greeting, ms.
   * @defaultValue 12000
   */
  readonly afterGreetingMs: number;
  /**
   * At a decision (a confirmation), ms.
   * @defaultValue 15000
   */
  readonly decisionMs: number;
}

/** What makes a transcript count as not understood. */
export interface UnderstandingOptions {
  /**
   * Confidence below which a transcript is not used, 0..1.
   * @defaultValue 0.2
   */
  readonly minConfidence: number;
  /**
   * Confidence that a transcript is taken to have whose recogniser gives none, 0..1: an agreement still counts, while
   * days and times are read back and unlisted names are spelled.
   * @defaultValue 0.48
   */
  readonly assumedConfidence: number;
  /**
   * A sound without words shorter than this is noise and is passed over in silence, ms.
   * @defaultValue 700
   */
  readonly noiseMs: number;
}

/** All options of the turn machine. */
export interface TurnOptions {
  readonly endpointing: EndpointingOptions;
  readonly bargeIn: BargeInOptions;
  readonly silence: SilenceOptions;
  readonly understanding: UnderstandingOptions;
}

/** Defaults; docs/turn-taking.md says how each was chosen. */
export const defaultTurnOptions = {
  endpointing: {
    completeMs: 200,
    consentMs: 420,
    completeMaxMs: 600,
    unknownMs: {
      open: 600,
      phrase: 600,
      brief: 450,
      consent: 550,
      name: 700,
      digits: 1200,
    },
    unfinishedSentenceMs: 250,
    incompleteMs: 1600,
    digitGroupMs: 2500,
    sttNetMs: 3500,
    maxTurnMs: 30_000,
    prePadMs: 240,
    postPadMs: 120,
  },
  bargeIn: {
    confirmMs: 600,
    falseAlarmMs: 2000,
    backchannels: [
      'mhm',
      'mm-hmm',
      'mm hmm',
      'hmm',
      'hm',
      'mm',
      'uh-huh',
      'uh huh',
      'huh',
      'aha',
      'ah',
      'oh',
      'uh',
      'um',
      'right',
      'i see',
      'okay',
      'ok',
    ],
  },
  silence: { firstMs: 10_000, afterGreetingMs: 12_000, decisionMs: 15_000 },
  understanding: { minConfidence: 0.2, assumedConfidence: 0.48, noiseMs: 700 },
} as const satisfies TurnOptions;
