import type { ExpectedSentences } from '../kernel/expected-sentences.js';
import type { RequestId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { Failure } from '../net/failure.js';
import type { SpeechEvidence, SpeechMark } from '../kernel/vocab.js';
import { VAD_WINDOW_SAMPLES } from './core/vad-window.js';

export { VAD_WINDOW_SAMPLES };

/** Voice activity detection for many streams at once. */
export interface VadEngine {
  readonly capabilities: {
    readonly engine: string;
    readonly sampleRateHz: 8000;
    readonly windowSamples: typeof VAD_WINDOW_SAMPLES;
    /** How long the engine goes on reporting speech after a voice has ended. */
    readonly endLagMs: number;
  };
  /**
   * Opens one stream.
   *
   * @param onProbability - called once per window of 256 samples, in order, with the probability of speech (0..1)
   *   and the absolute index one past the window's last sample
   */
  open(onProbability: (probability: number, endSample: number) => void): VadStream;
  stats(): VadStats;
  /** Stops inference. Open streams fall silent. */
  close(): Promise<void>;
}

/** One stream of a {@link VadEngine}. */
export interface VadStream {
  /**
   * Appends audio.
   *
   * @param pcm - PCM16 at 8 kHz, any length; copied before the call returns
   * @param startSample - absolute index of the first sample. A gap of up to 1 s is filled with silence, a longer
   *   one starts afresh at the new position; samples that were already given are skipped
   */
  push(pcm: Int16Array, startSample: number): void;
  /** Ends the stream: no further callbacks. */
  close(): void;
}

/** Counters of a {@link VadEngine} since it was opened. */
export interface VadStats {
  readonly streams: number;
  readonly windows: number;
  readonly batches: number;
  /** Windows that gave way because inference could not keep up. */
  readonly dropped: number;
  /** Runs of the model that failed; their windows count as `dropped`. */
  readonly failures: number;
}

/** Takes noise out of speech, for many streams at once. */
export interface Denoiser {
  readonly capabilities: { readonly engine: string };
  open(sampleRateHz: 8000 | 16000): DenoiseStream;
}

/** One stream of a {@link Denoiser}. */
export interface DenoiseStream {
  /** How far the result lags behind, samples of the stream's rate. */
  readonly delaySamples: number;
  /**
   * Takes the next piece and gives as many samples back, {@link delaySamples} later.
   *
   * @param pcm - PCM16, whole blocks of 10 ms
   * @throws RangeError for another length
   */
  process(pcm: Int16Array): Int16Array;
  /** Frees the stream; later pieces come back silent. */
  close(): void;
}

/** Why a transcription gave no transcript. */
export interface SttError {
  /**
   * - `aborted`: the signal of the request fired
   * - `overloaded`: the queue was full and this job had to give way
   * - `failed`: the engine or its worker failed; the same audio may be tried again
   * - `timeout`: no transcript in time
   */
  readonly code: 'aborted' | 'overloaded' | 'failed' | 'timeout';
  readonly message: string;
}

/** One utterance to be written down. */
export interface SttRequest {
  readonly requestId: RequestId;
  /** PCM16, mono. Copied; the caller keeps its buffer. */
  readonly pcm: Int16Array;
  readonly sampleRateHz: 8000 | 16000;
  /** A final job goes before every speculative one; on overload speculative jobs are dropped first. */
  readonly kind: 'speculative' | 'final';
  /** What is likely to be said here; nothing unless given. Other words are understood all the same. */
  readonly expected?: ExpectedSentences | undefined;
  readonly signal?: AbortSignal;
}

/** What was said. */
export interface SttTranscript {
  readonly requestId: RequestId;
  /** Text as the engine writes it, trimmed; empty when `noSpeech`. */
  readonly text: string;
  /**
   * Probability that the words are right, 0..1: calibrated for the embedded recogniser (docs/speech.md), as the provider
   * gives it for others (docs/providers.md). 0 when `noSpeech`; missing where the engine has none.
   */
  readonly confidence?: number;
  /** True when the engine found no words in the audio. */
  readonly noSpeech: boolean;
  readonly audioMs: number;
  /** Time from the request to the start of work. */
  readonly queueMs: number;
  /** Time of the work itself. */
  readonly decodeMs: number;
  readonly engine: string;
  /** What the choice of words rests on; missing when `noSpeech` or when the engine gives none. */
  readonly evidence?: SpeechEvidence;
}

/** Counters of an {@link SttEngine} since it was opened. */
export interface SttStats {
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  readonly completed: number;
  readonly failed: number;
  readonly aborted: number;
  readonly overloaded: number;
  readonly timeouts: number;
  readonly workerRestarts: number;
  /** Connections to a provider that take audio now; missing for engines that have none. */
  readonly sessions?: number;
}

/** Words of a turn that is not over; may still change. */
export interface SttPartial {
  readonly text: string;
  /** Absolute index one past the last sample that was taken into account. */
  readonly toSample: number;
}

/** Settings of one stream. */
export interface SttStreamOptions {
  readonly sampleRateHz: 8000 | 16000;
  /** Audio kept for {@link SttStream.final}; older audio is gone. Default 36 s, the longest turn with its pads. */
  readonly historyMs?: number;
  /** Told of words as they come, each time all of the turn so far; never called by engines without `partials`. */
  readonly onPartial?: (partial: SttPartial) => void;
}

/** What our own voice activity detection and turn-taking tell a stream; positions are absolute samples. */
export type SttHint =
  | { readonly type: 'speech_start'; readonly sample: number }
  | { readonly type: 'speech_end'; readonly sample: number }
  /** The turn was taken or dropped: words from here on belong to the next one. */
  | { readonly type: 'turn_over'; readonly sample: number };

/** A stretch of a stream to be written down. */
export interface SttStreamRequest extends Omit<SttRequest, 'pcm' | 'sampleRateHz'> {
  /** Absolute indexes, `[fromSample, toSample)`; what is no longer or not yet held is left out. */
  readonly fromSample: number;
  readonly toSample: number;
}

/** One caller's audio as it comes. */
export interface SttStream {
  /**
   * Appends audio.
   *
   * @param pcm - PCM16 at the stream's rate, any length; copied before the call returns
   * @param startSample - absolute index of the first sample. A gap is filled with silence; samples that were
   *   already given are skipped
   */
  push(pcm: Int16Array, startSample: number): void;
  /** Where the caller's speech begins and ends; streams that need not know have no such method. */
  hint?(hint: SttHint): void;
  /** Writes a stretch down. Never rejects; every failure is an {@link SttError}. */
  final(request: SttStreamRequest): Promise<Result<SttTranscript, SttError>>;
  /** As {@link SttEngine.promote}. */
  promote(requestId: RequestId): void;
  /** Open requests end as `aborted`, later ones too. */
  close(): void;
}

/** Speech to text, one utterance at a time; an engine that takes audio as it comes has `openStream` too. */
export interface SttEngine {
  readonly capabilities: {
    readonly engine: string;
    readonly languages: readonly string[];
    /** Whether {@link openStream} is there; `openSttStream` cuts segments for engines without. */
    readonly streaming: boolean;
    /** Whether `onPartial` is told of words while the caller speaks; unless given, never. */
    readonly partials?: boolean;
    /** Whether transcripts carry a confidence. */
    readonly confidence: boolean;
    /** Whether {@link SttRequest.expected} is made use of. */
    readonly expectedSpeech: boolean;
    /** Longer audio is split at quiet places and the texts are joined. */
    readonly maxSegmentMs: number;
  };
  /** Never rejects; every failure is an {@link SttError}. */
  transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>>;
  /** Makes a speculative request final: its text is now waited for. Does nothing once it is being worked on. */
  promote(requestId: RequestId): void;
  /** One caller's stream; only of engines that are `streaming`. */
  openStream?(options: SttStreamOptions): SttStream;
  /** The engines that this one stands for, first choice first; itself unless given. */
  engines?(): readonly SttEngine[];
  stats(): SttStats;
  /** Asks the provider whether it would work: one sentence of what was found. Engines of this machine have none. */
  probe?(): Promise<Result<string, Failure>>;
  /** Fails open jobs with `aborted` and waits for the workers to end. */
  close(): Promise<void>;
}

/** Why a synthesis gave no audio; the codes mean what they mean in {@link SttError}, and `invalid` an unknown voice. */
export interface TtsError {
  readonly code: 'aborted' | 'overloaded' | 'failed' | 'timeout' | 'invalid';
  readonly message: string;
  /** What a foreign service answered; missing for what went wrong in this machine. */
  readonly failure?: Failure;
}

/** Ways of speaking that a request may ask for. */
export const SPEECH_STYLES = [
  'neutral',
  'happy',
  'sad',
  'empathetic',
  'calm',
  'excited',
  'angry',
  'friendly',
  'service',
] as const;

/** One of {@link SPEECH_STYLES}; an engine that lacks it speaks as usual. */
export type SpeechStyle = (typeof SPEECH_STYLES)[number];

/**
 * How soon an engine can be heard.
 *
 * - `instant`: this machine, tens of milliseconds
 * - `fast`: within the time of a call (about 0.3 to 1 s)
 * - `slow`: some seconds; within a call only where nothing else is left
 * - `batch`: minutes; never within a call
 */
export type LatencyClass = 'instant' | 'fast' | 'slow' | 'batch';

/** A voice of a {@link TtsEngine}. */
export interface Voice {
  readonly id: string;
  readonly language: string;
  readonly gender: 'male' | 'female';
  readonly description: string;
}

/** One piece of a synthesis, given as soon as its sentence is ready. */
export interface TtsChunk {
  readonly pcm: Int16Array;
  /** Place of the chunk within the whole. */
  readonly startMs: number;
  /** Marks of this chunk, times and offsets within the whole. */
  readonly marks: readonly SpeechMark[];
  readonly last: boolean;
}

/** A text to be spoken. */
export interface TtsRequest {
  readonly requestId: RequestId;
  readonly text: string;
  /** Id of {@link TtsEngine.voices}; the engine's default when not given. */
  readonly voice?: string;
  /** 0.5 (slow) to 2 (fast); 1 when not given. Beyond the engine's `speedRange` the nearest is taken. */
  readonly speed?: number;
  /** How it is to be said; `neutral` when not given. */
  readonly style?: SpeechStyle;
  /** True where nobody waits for the audio: slow engines may be asked. */
  readonly rendering?: boolean;
  readonly sampleRateHz: 8000 | 16000;
  readonly signal?: AbortSignal;
  /** Called with each sentence as it becomes ready, in order, before the promise resolves. */
  readonly onChunk?: (chunk: TtsChunk) => void;
}

/** Spoken text. */
export interface TtsSpeech {
  readonly requestId: RequestId;
  /** The whole audio, PCM16; begins with at most 20 ms of silence. Shared with the cache: do not write to it. */
  readonly pcm: Int16Array;
  readonly sampleRateHz: 8000 | 16000;
  readonly durationMs: number;
  /** One mark per word of the text, in order, with offsets into the text as it was given. */
  readonly marks: readonly SpeechMark[];
  /** True when every sentence came from the cache. */
  readonly cacheHit: boolean;
  /** Who spoke; of several engines the one that spoke the end. */
  readonly engine: string;
}

/** What a stream of text is spoken with. */
export interface TtsStreamRequest extends Omit<TtsRequest, 'text' | 'onChunk'> {
  /** Called with each piece in order; the last one has `last`, and no audio when nothing was left to say. */
  readonly onChunk: (chunk: TtsChunk) => void;
}

/** Text to be spoken while it is still being written. Marks count characters over all that was appended. */
export interface TtsStream {
  /** Adds text, which may end anywhere. Ignored after {@link end} and {@link cancel}. */
  append(text: string): void;
  /** No more text comes: what is left is spoken. */
  end(): void;
  /** Gives up what is not spoken yet; no chunk is given afterwards. */
  cancel(): void;
  /** The end of it: how long the speech is, or why it broke off. Never rejects. */
  readonly done: Promise<Result<{ readonly durationMs: number }, TtsError>>;
}

/** Counters of a {@link TtsEngine} since it was opened. */
export interface TtsStats {
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  readonly completed: number;
  readonly failed: number;
  readonly workerRestarts: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly cacheBytes: number;
}

/** Text to speech. */
export interface TtsEngine {
  readonly capabilities: {
    readonly engine: string;
    readonly languages: readonly string[];
    /** Whether {@link openStream} is there; `openTtsStream` speaks sentence by sentence for engines without. */
    readonly streaming: boolean;
    /** Where word times come from: the engine's sounds, the provider's word times, or a guess from the letters. */
    readonly marks: 'phoneme' | 'provider' | 'estimated';
    readonly defaultVoice: string;
    /** Longer texts are refused as `invalid`. */
    readonly maxTextChars: number;
    /** Slowest and fastest rate that the engine speaks at; 0.5 to 2 unless given. */
    readonly speedRange?: readonly [number, number];
    /** Styles beside `neutral`; none unless given. */
    readonly styles?: readonly SpeechStyle[];
    /** `instant` unless given. */
    readonly latency?: LatencyClass;
    /** Usual time to the first audio, ms; 0 unless given. */
    readonly firstAudioMs?: number;
  };
  voices(): readonly Voice[];
  /** Never rejects; every failure is a {@link TtsError}. A text without words gives empty audio. */
  synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>>;
  /** Speaks text as it is written; only of engines that are `streaming`. */
  openStream?(request: TtsStreamRequest): TtsStream;
  /** The engines that this one stands for, first choice first; itself unless given. */
  engines?(): readonly TtsEngine[];
  /** Asks the provider whether it would work: one sentence of what was found. Engines of this machine have none. */
  probe?(): Promise<Result<string, Failure>>;
  stats(): TtsStats;
  /** Fails open requests with `aborted` and waits for the workers to end. */
  close(): Promise<void>;
}

/** A file of weights that an engine needs. */
export interface ModelInfo {
  readonly name: string;
  readonly role: 'vad' | 'stt' | 'tts';
  /** Absolute path. */
  readonly file: string;
  /** Size on disk; 0 when absent. */
  readonly bytes: number;
  readonly sourcePackage: string;
  readonly licence: string;
  readonly present: boolean;
}
