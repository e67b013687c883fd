import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { FailureKind } from '../../net/failure.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import type { TtsChunk, TtsEngine, TtsError, TtsRequest, TtsSpeech, TtsStats, Voice } from '../ports.js';

/** How a {@link WordByWordTts} behaves. */
export interface WordByWordOptions {
  readonly name: string;
  /** Time to the first piece. Default 100. */
  readonly firstMs?: number;
  /** Time between two pieces. Default 100. */
  readonly everyMs?: number;
  /** Breaks off after this many pieces. */
  readonly failAfter?: number;
  readonly failure?: FailureKind;
  /** Sends nothing more after this many pieces, and never ends; or goes on after `resumeMs`. */
  readonly stallAfter?: number;
  readonly resumeMs?: number;
  readonly latency?: TtsEngine['capabilities']['latency'];
  readonly firstAudioMs?: number;
}

/** Length of a word. */
export const SPOKEN_WORD_MS = 300;

/**
 * Text to speech for tests that sends its audio in pieces of two thirds of a word, so that it may break off within one.
 * Each word's samples hold its length in letters, so that what was heard can be read from the audio.
 */
export class WordByWordTts implements TtsEngine {
  readonly capabilities: TtsEngine['capabilities'];
  /** Texts that were asked for, in order. */
  readonly texts: string[] = [];
  /** Requests that were given up. */
  abandoned = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly options: WordByWordOptions,
  ) {
    const { name: engine, latency, firstAudioMs } = options;
    this.capabilities = {
      ...{
        engine,
        languages: ['en'],
        streaming: false,
        marks: 'phoneme',
        defaultVoice: `${engine}-voice`,
        maxTextChars: 2000,
      },
      ...(latency === undefined ? {} : { latency }),
      ...(firstAudioMs === undefined ? {} : { firstAudioMs }),
    };
  }

  voices(): readonly Voice[] {
    return [{ id: this.capabilities.defaultVoice, language: 'en', gender: 'male', description: '' }];
  }

  async synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    const { text, sampleRateHz } = request;
    this.texts.push(text);
    const marks: SpeechMark[] = [...text.matchAll(/\S*[\p{L}\p{N}]\S*/gu)].map((match, index) => ({
      text: match[0],
      charStart: match.index,
      charEnd: match.index + match[0].length,
      startMs: index * SPOKEN_WORD_MS,
      endMs: (index + 1) * SPOKEN_WORD_MS,
    }));
    const perWord = (SPOKEN_WORD_MS * sampleRateHz) / 1000;
    const pcm = Int16Array.from(
      { length: marks.length * perWord },
      (_, i) => 1000 + (marks[Math.floor(i / perWord)]?.text.length ?? 0),
    );
    const failure = await this.#send(request, pcm, marks, Math.round((2 * perWord) / 3));
    if (failure !== undefined) return err(failure);
    const durationMs = (1000 * pcm.length) / sampleRateHz;
    return ok({
      requestId: request.requestId,
      pcm,
      sampleRateHz,
      durationMs,
      marks,
      cacheHit: false,
      engine: this.options.name,
    });
  }

  stats(): TtsStats {
    return {
      workers: 1,
      busy: 0,
      queued: 0,
      completed: 0,
      failed: 0,
      workerRestarts: 0,
      cacheHits: 0,
      cacheMisses: 0,
      cacheBytes: 0,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(
    { signal, sampleRateHz, onChunk }: TtsRequest,
    pcm: Int16Array,
    marks: readonly SpeechMark[],
    size: number,
  ): Promise<TtsError | undefined> {
    const {
      firstMs = 100,
      everyMs = 100,
      failAfter,
      stallAfter,
      resumeMs = 1e9,
      failure = 'truncated',
    } = this.options;
    for (let at = 0, sent = 0; at < pcm.length; at += size, sent++) {
      await this.#wait(sent === 0 ? firstMs : sent === stallAfter ? resumeMs : everyMs, signal);
      if (signal?.aborted === true) {
        this.abandoned++;
        return { code: 'aborted', message: 'given up' };
      }
      if (sent === failAfter) {
        return { code: 'failed', message: 'broke off', failure: { kind: failure, message: 'broke off' } };
      }
      const ms = (samples: number): number => (1000 * samples) / sampleRateHz;
      const within = marks.filter(({ endMs }) => endMs > ms(at) && endMs <= ms(at + size) + 1e-6);
      const chunk: TtsChunk = {
        pcm: pcm.slice(at, at + size),
        startMs: ms(at),
        marks: within,
        last: at + size >= pcm.length,
      };
      onChunk?.(chunk);
    }
    return undefined;
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.scheduler.at(addMs(this.scheduler.now(), ms), resolve);
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}
