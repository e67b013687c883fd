import type { RequestId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { ExpectedSpeech, SpeechMark } from '../kernel/vocab.js';
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
  readonly expected?: ExpectedSpeech;
  readonly signal?: AbortSignal;
}

/** What was said. */
export interface SttTranscript {
  readonly requestId: RequestId;
  /** Text as the engine writes it, trimmed; empty when `noSpeech`. */
  readonly text: string;
  /** Estimated share of right words, 0..1. 0 when `noSpeech`. */
  readonly confidence: number;
  /** True when the engine found no words in the audio. */
  readonly noSpeech: boolean;
  readonly audioMs: number;
  /** Time from the request to the start of work. */
  readonly queueMs: number;
  /** Time of the work itself. */
  readonly decodeMs: number;
  readonly engine: string;
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
}

/** Speech to text, one utterance at a time. */
export interface SttEngine {
  readonly capabilities: {
    readonly engine: string;
    readonly languages: readonly string[];
    readonly streaming: false;
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
  stats(): SttStats;
  /** Fails open jobs with `aborted` and waits for the workers to end. */
  close(): Promise<void>;
}

/** Why a synthesis gave no audio; the codes mean what they mean in {@link SttError}, and `invalid` an unknown voice. */
export interface TtsError {
  readonly code: 'aborted' | 'overloaded' | 'failed' | 'timeout' | 'invalid';
  readonly message: string;
}

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
  /** 0.5 (slow) to 2 (fast); 1 when not given. */
  readonly speed?: number;
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
    readonly marks: 'phoneme' | 'estimated';
    readonly defaultVoice: string;
    /** Longer texts are refused as `invalid`. */
    readonly maxTextChars: number;
  };
  voices(): readonly Voice[];
  /** Never rejects; every failure is a {@link TtsError}. A text without words gives empty audio. */
  synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>>;
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
