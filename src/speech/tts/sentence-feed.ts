import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import type { Failure } from '../../net/failure.js';
import { AudioDecoder, type AudioFormat } from '../core/audio-decoder.js';
import type { PreparedText } from '../core/prepared-text.js';
import { SpeechGate } from '../core/speech-gate.js';
import { WordTimes, type TimedText } from '../core/word-times.js';
import type { VoiceJob, VoiceProvider } from './providers/provider.js';

/** Part of a spoken sentence; times and offsets of the marks are those of the sentence. */
export interface Piece {
  readonly pcm: Int16Array;
  readonly marks: readonly SpeechMark[];
}

/** A sentence that is spoken, or was. */
export interface SentenceAudio {
  readonly pieces: readonly Piece[];
  /** Set when no more pieces come. */
  readonly ended: Result<undefined, Failure> | undefined;
  /** Resolves at the next piece or the end. */
  changed(): Promise<void>;
}

/** No sentence is longer; a provider that goes on is cut off. */
const LONGEST_SENTENCE_S = 120;
/** Audio is handed on in pieces of at least this length. */
const PIECE_MS = 60;

/** What a {@link SentenceFeed} is made of. */
export interface FeedOptions {
  readonly provider: VoiceProvider;
  readonly scheduler: Scheduler;
  readonly text: string;
  readonly prepared: PreparedText;
  readonly letterMs: number;
  readonly job: Omit<VoiceJob, 'signal' | 'line'>;
  /** Told once, when it is over. */
  readonly onEnd: (feed: SentenceFeed) => void;
}

/** One sentence on its way from a provider, for everybody who wants to hear it. */
export class SentenceFeed implements SentenceAudio {
  readonly pieces: Piece[] = [];
  ended: Result<undefined, Failure> | undefined;
  /** Milliseconds that a letter took; known at a good end. */
  letterMs: number | undefined;
  /** Listeners; at none the provider is given up. */
  #listeners = 0;
  readonly #abort = new AbortController();
  readonly #times: WordTimes;
  readonly #gate: SpeechGate;
  #decoder: AudioDecoder | undefined;
  #ready: Int16Array[] = [];
  #readySamples = 0;
  #samples = 0;
  #waiting: (() => void)[] = [];
  #cancelTimer: () => void = () => undefined;

  constructor(private readonly options: FeedOptions) {
    this.#times = new WordTimes(options.text, options.prepared, options.letterMs);
    this.#gate = new SpeechGate(options.job.sampleRateHz);
  }

  /** Asks the provider; call once, when it is this sentence's turn. */
  async start(): Promise<void> {
    if (this.ended !== undefined) return;
    const { provider, job, prepared } = this.options;
    const { firstAudioLimitMs, idleLimitMs } = provider.descriptor;
    this.#arm(firstAudioLimitMs);
    const result = await provider.speak(
      { ...job, line: prepared.line, signal: this.#abort.signal },
      {
        audio: (bytes, format) => {
          if (this.ended !== undefined) return;
          this.#take(bytes, format);
          this.#arm(this.#gate.open ? idleLimitMs : firstAudioLimitMs);
        },
        words: (words: readonly TimedText[]) => {
          if (this.ended === undefined) this.#times.heard(words);
        },
      },
    );
    if (result.ok) this.#finish();
    else this.#end(result);
  }

  /** Somebody listens; the returned function ends it. */
  listen(): () => void {
    this.#listeners++;
    let listens = true;
    return () => {
      if (!listens) return;
      listens = false;
      if (--this.#listeners === 0) this.cancel();
    };
  }

  cancel(): void {
    this.#end(err({ kind: 'caller_abort', message: 'the request was given up' }));
  }

  changed(): Promise<void> {
    return this.ended === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve();
  }

  #take(bytes: Uint8Array, format: AudioFormat): void {
    const { sampleRateHz } = this.options.job;
    const decoder = (this.#decoder ??= new AudioDecoder(format, sampleRateHz));
    this.#keep(this.#gate.push(decoder.push(bytes)));
    if (decoder.foreign !== undefined) {
      const message = `the service sent ${decoder.foreign} in place of plain samples`;
      this.#end(err({ kind: 'bad_request', message, code: 'audio_format' }));
    } else if (this.#samples > LONGEST_SENTENCE_S * sampleRateHz) {
      this.#end(err({ kind: 'truncated', message: 'the audio does not end' }));
    } else if (this.#readySamples >= (PIECE_MS * sampleRateHz) / 1000) this.#hand(false);
  }

  #finish(): void {
    if (this.ended !== undefined) return;
    if (this.#decoder !== undefined) this.#keep(this.#gate.push(this.#decoder.end()));
    this.#keep(this.#gate.end());
    if (this.#samples === 0) {
      this.#end(err({ kind: 'empty', message: 'the service sent no sound' }));
      return;
    }
    this.letterMs = this.#audioMs / Math.max(1, this.#times.weight);
    this.#hand(true);
    this.#end(ok(undefined));
  }

  #keep(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    this.#ready.push(pcm);
    this.#readySamples += pcm.length;
    this.#samples += pcm.length;
  }

  get #audioMs(): number {
    return (1000 * this.#samples) / this.options.job.sampleRateHz;
  }

  #hand(last: boolean): void {
    const pcm = new Int16Array(this.#readySamples);
    let at = 0;
    for (const part of this.#ready) {
      pcm.set(part, at);
      at += part.length;
    }
    this.#ready = [];
    this.#readySamples = 0;
    const { leadMs } = this.#gate;
    const marks = last ? this.#times.finish(this.#audioMs, leadMs) : this.#times.take(this.#audioMs, leadMs);
    this.pieces.push({ pcm, marks });
    this.#wake();
  }

  #arm(limitMs: number): void {
    this.#cancelTimer();
    const { scheduler } = this.options;
    this.#cancelTimer = scheduler.at(addMs(scheduler.now(), limitMs), () =>
      this.#end(err({ kind: 'stalled', message: 'no audio in time' })),
    );
  }

  #end(result: Result<undefined, Failure>): void {
    if (this.ended !== undefined) return;
    this.ended = result;
    this.#cancelTimer();
    this.#abort.abort();
    this.#wake();
    this.options.onEnd(this);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
