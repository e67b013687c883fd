import type { FailureKind } from '../../../kernel/failure.js';

/** A word as a provider heard it, in its own time: milliseconds of audio since the connection was ready. */
export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1; missing where the provider gives none. */
  readonly confidence?: number;
}

/** What a message of a provider says. */
export type ProviderEvent =
  /** Audio is taken from now on. */
  | { readonly type: 'ready' }
  /** Words of a stretch of audio. A later one with the same `key` takes its place. */
  | {
      readonly type: 'heard';
      readonly key: string;
      /** False while it may still change. */
      readonly final: boolean;
      /** As written by the provider, trimmed; empty when there were no words. */
      readonly text: string;
      readonly startMs: number;
      readonly endMs: number;
      /** Empty where the provider gives no times of words. */
      readonly words: readonly TimedWord[];
      readonly confidence?: number;
    }
  /** Words without times, of the utterance that is being given: a piece to be appended, or all of it so far. */
  | { readonly type: 'piece'; readonly append: boolean; readonly text: string }
  /** Everything that was asked for has been written down. */
  | { readonly type: 'flushed' }
  /** With it a new connection goes on where this one ends. */
  | { readonly type: 'handle'; readonly handle: string }
  /** The provider will close soon. */
  | { readonly type: 'leaving' }
  /** The provider refuses or gives up; the connection is of no more use. */
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly message: string };

/** A message to a provider. */
export type ClientFrame = string | Uint8Array;

/** How one provider speaks. Pure: text and bytes in, text and bytes out. */
export interface SttProtocol {
  /** Name in transcripts, health and metrics. */
  readonly engine: string;
  /**
   * Audio goes over utterance by utterance, between {@link start} and {@link finalize}, and its words carry no times.
   * Otherwise it goes over as it comes and words carry times.
   */
  readonly gated: boolean;
  /** Whether {@link finalize} is answered by finals; a provider without is read as it stands once it has heard enough. */
  readonly finalizes: boolean;
  /** Shortest and longest audio in one message, ms. */
  readonly chunkMs: readonly [number, number];
  /** Most that audio may run ahead of real time: so much at once, then `speed` times real time. Missing: no bound. */
  readonly pace?: { readonly burstMs: number; readonly speed: number };
  /** Audio from before a new connection that may be given once more to it, ms. */
  readonly replayMs: number;
  /** Silence of the provider after {@link finalize} that means that nothing more comes, ms. */
  readonly quietMs: number;
  /** A {@link keepAlive} is due when nothing was sent for so long, ms. Missing: never. */
  readonly keepAliveMs?: number;
  /** Sent as soon as the connection is open. @param handle - of the connection before, if it gave one */
  opening(handle: string | undefined): readonly ClientFrame[];
  /** True when the open connection takes audio at once; otherwise a `ready` event is waited for. */
  readonly readyOnOpen: boolean;
  /** One message of the provider; what is not understood gives no events. Never throws. */
  parse(message: string): readonly ProviderEvent[];
  /** Audio as the provider takes it. */
  audio(pcm: Int16Array, sampleRateHz: 8000 | 16000): ClientFrame;
  /** An utterance begins (`gated` only). */
  start(): readonly ClientFrame[];
  /** Asks for finals of all audio so far. */
  finalize(): readonly ClientFrame[];
  keepAlive(): readonly ClientFrame[];
  /** Says goodbye. */
  closing(): readonly ClientFrame[];
}
