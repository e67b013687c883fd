/** Plain words that several rings share. No behaviour. */

/** What the dialog expects the caller to say next; shortens or lengthens the wait at a pause. */
export type ExpectationKind =
  'free' | 'yes_no' | 'date' | 'time' | 'name' | 'purpose' | 'choice' | 'correction' | 'digits';

/** The expectation with what a keypad may answer. */
export interface Expectation {
  readonly kind: ExpectationKind;
  /** True at a decision (a confirmation): the silence wait is longer. */
  readonly decision: boolean;
  /** Digits that answer this question on a keypad, with what they mean in words ("1" -> "yes"). */
  readonly keypad?: Readonly<Record<string, string>>;
}

/**
 * What a caller is likely to say: alternative sentences, each a sequence of places, each place a choice of phrases.
 * An empty phrase lets its place be left out. `[[['no', ''], ['Monday', 'Tuesday']]]` is "Monday", "no Tuesday", ...
 */
export type ExpectedSpeech = readonly (readonly (readonly string[])[])[];

/** How a caller answers here, for the wait at a pause: nothing of what is asked, only how people pause in it. */
export type Pace =
  /** A matter in the caller's own words. */
  | 'open'
  /** A phrase of a few words. */
  | 'phrase'
  /** One of some short answers. */
  | 'brief'
  /** A yes or no that decides something: what follows an agreement is waited for. */
  | 'consent'
  | 'name'
  /** Digits or letters read out in groups. */
  | 'digits';

/** Names a set of expected sentences; the body is given once ({@link ExpectedSet}). */
export interface ExpectedRef {
  readonly id: string;
}

/** Expected sentences with the words that the recogniser must not exchange for one another. */
export interface ExpectedSet extends ExpectedRef {
  readonly sentences: ExpectedSpeech;
  /** Groups of words; a word of one group never takes the place of a word of another (yes and no, two weekdays). */
  readonly protect: readonly (readonly string[])[];
}

/** What is listened for: all that turn-taking and recognition see of the dialog. */
export interface Listening {
  readonly pace: Pace;
  /** True at a decision (a confirmation): the silence wait is longer. */
  readonly decision: boolean;
  /** Digits that answer on a keypad, with what they mean in words ("1" -> "yes"). */
  readonly keypad?: Readonly<Record<string, string>>;
  readonly expected?: ExpectedRef;
  /** True while a secret is asked for: words and keys stay out of transcript, log, model and recording. */
  readonly secret?: true;
}

/** One reading of the caller's words by a recogniser. */
export interface SpeechHypothesis {
  readonly text: string;
  /** Mean log probability of the text's tokens, at most 0. */
  readonly acoustic: number;
  /** `biased` readings were found among the expected sentences. */
  readonly source: 'free' | 'biased';
}

/** What a recogniser knows of its own doubt. */
export interface SpeechEvidence {
  /** The chosen one first. */
  readonly hypotheses: readonly SpeechHypothesis[];
  /** Log units by which the biased reading is less likely than the free one; 0 when the free one was chosen. */
  readonly deficit?: number;
  /** Log units to the runner-up of another meaning among the expected sentences. */
  readonly margin?: number;
}

/** Whether a transcript already answers what was asked. */
export type Completeness = 'complete' | 'incomplete' | 'unknown';

/** Keys of a telephone keypad, RFC 4733 section 3.2 events 0-15. */
export type DtmfDigit =
  '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | 'A' | 'B' | 'C' | 'D';

/** Every way a call can end; exactly one per call. */
export const TERMINATIONS = [
  'caller_hangup',
  'agent_goodbye',
  'transferred',
  'cancelled',
  'rejected_capacity',
  'rejected_draining',
  'rejected_media',
  'rejected_request',
  'ack_timeout',
  'rtp_inactive',
  'max_duration',
  'silence',
  'media_error',
  'internal_error',
  'server_shutdown',
  'aborted',
  'no_answer',
  'callee_busy',
  'callee_rejected',
  'supervisor_hangup',
] as const;

/** One of {@link TERMINATIONS}. */
export type Termination = (typeof TERMINATIONS)[number];

/** A word (or phoneme group) of synthesised speech with its place in the audio and in the text. */
export interface SpeechMark {
  readonly text: string;
  readonly charStart: number;
  readonly charEnd: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** What the caller has heard of an utterance, from RTP timestamps actually sent. */
export interface Heard {
  readonly text: string;
  readonly playedMs: number;
  readonly complete: boolean;
}

/** Whether calls of a line are recorded: not at all, after they were told so, or after a yes to the question. */
export const RECORDING_POLICIES = ['off', 'announce', 'ask'] as const;

/** One of {@link RECORDING_POLICIES}. */
export type RecordingPolicy = (typeof RECORDING_POLICIES)[number];

/** How a caller stands to being recorded. No answer to the question is a refusal. */
export type RecordingConsent = 'announced' | 'asked' | 'given' | 'refused' | 'withdrawn';

/** What the recording of a call is doing. */
export type RecordingState = 'off' | 'awaiting_consent' | 'recording' | 'paused' | 'stopped' | 'deleted';
