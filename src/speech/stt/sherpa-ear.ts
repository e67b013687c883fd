import { sherpaConfidence, sherpaWords, type SherpaMessage, type SherpaResult } from './core/sherpa.js';

/** The part of `sherpa-onnx-node` that is used; declared here because the package may not be installed. */
export interface SherpaModule {
  readonly OnlineRecognizer: new (config: object) => SherpaRecognizer;
}

/** A streaming recogniser of `sherpa-onnx-node`; streams share its weights. */
export interface SherpaRecognizer {
  createStream(): SherpaStream;
  isReady(stream: SherpaStream): boolean;
  decode(stream: SherpaStream): void;
  getResult(stream: SherpaStream): SherpaResult;
  isEndpoint(stream: SherpaStream): boolean;
}

interface SherpaStream {
  acceptWaveform(audio: { samples: Float32Array; sampleRate: number }): void;
}

/** Silence that pushes the last word through the encoder's look-ahead, ms. */
const TAIL_MS = 500;

/**
 * One caller's stream at a recogniser. Each segment has a stream of its own there, so that the tail of silence that
 * ends it does not shift the times of what follows.
 */
export class SherpaEar {
  #stream: SherpaStream;
  #segment = 0;
  #originMs = 0;
  #heardMs = 0;
  #lastText = '';

  constructor(
    private readonly recognizer: SherpaRecognizer,
    private readonly sampleRateHz: number,
    private readonly tell: (message: SherpaMessage) => void,
  ) {
    this.#stream = recognizer.createStream();
  }

  /** Takes audio and tells of words that have changed. */
  push(pcm: Int16Array): void {
    this.#decode(Float32Array.from(pcm, (sample) => sample / 32768));
    this.#heardMs += (1000 * pcm.length) / this.sampleRateHz;
    if (this.recognizer.isEndpoint(this.#stream)) {
      this.#finish();
      return;
    }
    const result = this.recognizer.getResult(this.#stream);
    if (result.text.trim() === this.#lastText) return;
    this.#lastText = result.text.trim();
    this.#told(result, false);
  }

  /** Writes down all that was heard. */
  finalize(): void {
    this.#decode(new Float32Array((TAIL_MS * this.sampleRateHz) / 1000));
    this.#finish();
    this.tell({ type: 'flushed' });
  }

  #decode(samples: Float32Array): void {
    this.#stream.acceptWaveform({ samples, sampleRate: this.sampleRateHz });
    while (this.recognizer.isReady(this.#stream)) this.recognizer.decode(this.#stream);
  }

  #finish(): void {
    this.#told(this.recognizer.getResult(this.#stream), true);
    this.#stream = this.recognizer.createStream();
    this.#segment++;
    this.#originMs = this.#heardMs;
    this.#lastText = '';
  }

  #told(result: SherpaResult, final: boolean): void {
    const confidence = sherpaConfidence(result);
    this.tell({
      type: 'heard',
      segment: this.#segment,
      final,
      text: result.text.trim(),
      startMs: this.#originMs,
      endMs: this.#heardMs,
      words: sherpaWords(result, this.#originMs),
      ...(confidence === undefined ? {} : { confidence }),
    });
  }
}
