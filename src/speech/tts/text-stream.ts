import { err, ok, type Result } from '../../kernel/result.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import { SENTENCE_GAP_MS, splitSentences } from '../core/sentences.js';
import type { TtsChunk, TtsEngine, TtsError, TtsStream, TtsStreamRequest } from '../ports.js';

/** A stream of the engine's own, or one that speaks each sentence as it is whole where it has none. */
export function openTtsStream(engine: TtsEngine, request: TtsStreamRequest): TtsStream {
  return engine.openStream?.(request) ?? sentenceStream(engine, request);
}

/** A stream that speaks each sentence as it is whole, for engines that take whole texts. */
export function sentenceStream(engine: TtsEngine, request: TtsStreamRequest): TtsStream {
  return new SentenceStream(engine, request);
}

interface Piece {
  readonly text: string;
  /** Place within all that was appended. */
  readonly charStart: number;
}

type Outcome = Result<{ readonly durationMs: number }, TtsError>;

/**
 * A stream over an engine that takes whole texts. A sentence is spoken when the next one has begun or the text has
 * ended, one at a time. More unspoken text than the engine takes at once ends it as `overloaded`.
 */
class SentenceStream implements TtsStream {
  readonly done: Promise<Outcome>;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly #abort = new AbortController();
  readonly #onAbort = (): void => this.cancel();
  /** Text that is not whole yet, and where it begins. */
  #rest = '';
  #restStart = 0;
  #waiting: Piece[] = [];
  #durationMs = 0;
  #busy = false;
  #ended = false;
  #closed = false;
  /** The chunk that says it is the last one was given. */
  #lastGiven = false;

  constructor(
    private readonly engine: TtsEngine,
    private readonly request: TtsStreamRequest,
  ) {
    this.done = new Promise((resolve) => (this.#settle = resolve));
    const { signal } = request;
    if (signal?.aborted === true) this.cancel();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  append(text: string): void {
    if (this.#ended || this.#closed) return;
    this.#rest += text;
    const unspoken = this.#waiting.reduce((sum, piece) => sum + piece.text.length, this.#rest.length);
    if (unspoken > this.engine.capabilities.maxTextChars) {
      this.#close(err({ code: 'overloaded', message: 'the text comes faster than it can be spoken' }));
      return;
    }
    this.#take(splitSentences(this.#rest).slice(0, -1));
    this.#next();
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#take(splitSentences(this.#rest));
    this.#next();
  }

  cancel(): void {
    this.#close(err({ code: 'aborted', message: 'the request was given up' }));
  }

  #take(sentences: readonly Piece[]): void {
    const last = sentences.at(-1);
    if (last === undefined) return;
    for (const { text, charStart } of sentences) {
      this.#waiting.push({ text, charStart: charStart + this.#restStart });
    }
    const end = last.charStart + last.text.length;
    this.#rest = this.#rest.slice(end);
    this.#restStart += end;
  }

  #next(): void {
    if (this.#busy || this.#closed) return;
    const piece = this.#waiting.shift();
    if (piece !== undefined) {
      this.#busy = true;
      void this.#speak(piece);
    } else if (this.#ended) {
      this.#chunk(new Int16Array(0), [], true);
      this.#close(ok({ durationMs: this.#durationMs }));
    }
  }

  async #speak({ text, charStart }: Piece): Promise<void> {
    const gap = this.#durationMs === 0 ? 0 : Math.round((SENTENCE_GAP_MS * this.request.sampleRateHz) / 1000);
    let offsetMs: number | undefined;
    const onChunk = (chunk: TtsChunk): void => {
      if (this.#closed) return;
      const isFirst = offsetMs === undefined;
      const pcm = isFirst ? delayed(chunk.pcm, gap) : chunk.pcm;
      offsetMs ??= this.#durationMs + (1000 * gap) / this.request.sampleRateHz;
      this.#chunk(pcm, placed(chunk.marks, charStart, offsetMs), chunk.last && this.#isLast());
    };
    const spoken = await this.engine.synthesize({
      ...this.request,
      text,
      signal: this.#abort.signal,
      onChunk,
    });
    this.#busy = false;
    if (this.#closed) return;
    if (!spoken.ok) this.#close(spoken);
    else if (this.#lastGiven) this.#close(ok({ durationMs: this.#durationMs }));
    else this.#next();
  }

  /** Nothing comes after the sentence that is being spoken. */
  #isLast(): boolean {
    return this.#ended && this.#waiting.length === 0;
  }

  #chunk(pcm: Int16Array, marks: readonly SpeechMark[], last: boolean): void {
    const startMs = this.#durationMs;
    this.#durationMs += (1000 * pcm.length) / this.request.sampleRateHz;
    this.#lastGiven = last;
    this.request.onChunk({ pcm, startMs, marks, last });
  }

  #close(outcome: Outcome): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#rest = '';
    this.request.signal?.removeEventListener('abort', this.#onAbort);
    this.#settle(outcome);
    this.#abort.abort();
  }
}

function delayed(pcm: Int16Array, samples: number): Int16Array {
  if (samples === 0) return pcm;
  const later = new Int16Array(samples + pcm.length);
  later.set(pcm, samples);
  return later;
}

const placed = (marks: readonly SpeechMark[], charStart: number, offsetMs: number): SpeechMark[] =>
  marks.map((mark) => ({
    text: mark.text,
    charStart: mark.charStart + charStart,
    charEnd: mark.charEnd + charStart,
    startMs: mark.startMs + offsetMs,
    endMs: mark.endMs + offsetMs,
  }));
