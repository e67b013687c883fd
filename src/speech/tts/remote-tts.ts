import { err, ok, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import type { Failure } from '../../net/failure.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { AudioCache } from '../core/audio-cache.js';
import { prepareText } from '../core/prepared-text.js';
import { lexiconOf, type Lexicon, type Pronunciation } from '../core/pronunciations.js';
import { SENTENCE_GAP_MS, splitSentences, type Sentence } from '../core/sentences.js';
import { USUAL_LETTER_MS } from '../core/word-times.js';
import type { TtsEngine, TtsError, TtsRequest, TtsSpeech, TtsStats, Voice } from '../ports.js';
import type { VoiceProvider } from './providers/provider.js';
import { SentenceFeed, type Piece, type SentenceAudio } from './sentence-feed.js';

/** Settings of {@link RemoteTts}. */
export interface RemoteTtsOptions {
  readonly scheduler?: Scheduler;
  readonly pronunciations?: readonly Pronunciation[];
  /** Bound of the cache of spoken sentences. Default 32 MB. */
  readonly cacheBytes?: number;
  /** Bound of the cache of spoken sentences. Default 2000. */
  readonly cacheItems?: number;
  /** Sentences that may wait for the provider. Default 64. */
  readonly maxQueued?: number;
}

const MAX_TEXT_CHARS = 5000;
/** A new sentence moves what is known of a voice's pace by this share. */
const PACE_SHARE = 0.2;

interface CachedSentence {
  readonly pieces: readonly Piece[];
  readonly bytes: number;
}

/** A sentence that is on its way or lies in the cache, and how to stop listening to it. */
interface Heard {
  readonly audio: SentenceAudio;
  readonly hit: boolean;
  readonly release: () => void;
}

/**
 * A foreign voice as an engine: sentence by sentence, each asked for while the one before is still coming; one asking
 * for all who want the same sentence; spoken sentences are kept. What the caller hears is cut to the words, resampled
 * and marked here, so that a provider only has to fetch audio.
 */
export class RemoteTts implements TtsEngine {
  readonly capabilities: TtsEngine['capabilities'];
  readonly #cache: AudioCache<CachedSentence>;
  readonly #coming = new Map<string, SentenceFeed>();
  readonly #waiting: SentenceFeed[] = [];
  readonly #scheduler: Scheduler;
  readonly #lexicon: Lexicon;
  readonly #maxQueued: number;
  readonly #counts = { completed: 0, failed: 0, cacheHits: 0, cacheMisses: 0 };
  readonly #running = new Set<SentenceFeed>();
  #letterMs = USUAL_LETTER_MS;
  #closed = false;

  constructor(
    private readonly provider: VoiceProvider,
    options: RemoteTtsOptions = {},
  ) {
    const { name, languages, marks, defaultVoice, speedRange, styles, latency, firstAudioMs } =
      provider.descriptor;
    this.capabilities = {
      ...{ engine: name, languages, streaming: false, marks, defaultVoice, maxTextChars: MAX_TEXT_CHARS },
      ...{ speedRange, styles, latency, firstAudioMs },
    };
    this.#scheduler = options.scheduler ?? realScheduler;
    this.#lexicon = lexiconOf(options.pronunciations ?? []);
    this.#cache = new AudioCache(options.cacheBytes ?? 32 << 20, options.cacheItems ?? 2000);
    this.#maxQueued = options.maxQueued ?? 64;
  }

  voices(): readonly Voice[] {
    return this.provider.voices();
  }

  probe(): Promise<Result<string, Failure>> {
    return this.provider.probe();
  }

  async synthesize(request: TtsRequest): Promise<Result<TtsSpeech, TtsError>> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return err(refusal);
    const sentences = splitSentences(request.text);
    const spoken = new Spoken(request, sentences, (sentence) => this.#sentence(sentence, request));
    const result = await spoken.run();
    if (result.ok) {
      this.#counts.completed++;
      return ok({ ...result.value, engine: this.capabilities.engine });
    }
    const error = errorOf(result.error);
    if (error.code !== 'aborted') this.#counts.failed++;
    return err(error);
  }

  stats(): TtsStats {
    return {
      workers: 0,
      busy: this.#running.size,
      queued: this.#waiting.length,
      ...this.#counts,
      workerRestarts: 0,
      cacheBytes: this.#cache.bytes,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const feed of [...this.#waiting.splice(0), ...this.#running]) feed.cancel();
    await this.provider.close();
  }

  #refusal({ text, voice, speed = 1, signal }: TtsRequest): TtsError | undefined {
    if (this.#closed || signal?.aborted === true) {
      return { code: 'aborted', message: 'the request was given up' };
    }
    if (text.length > MAX_TEXT_CHARS) {
      return { code: 'invalid', message: `a text has at most ${MAX_TEXT_CHARS} characters` };
    }
    if (voice !== undefined && !this.voices().some(({ id }) => id === voice)) {
      return { code: 'invalid', message: `${this.capabilities.engine} has no voice of that name` };
    }
    return speed >= 0.5 && speed <= 2 ? undefined : { code: 'invalid', message: 'speed is 0.5 to 2' };
  }

  #sentence(sentence: Sentence, request: TtsRequest): Heard | TtsError {
    const { descriptor } = this.provider;
    const [slowest, fastest] = descriptor.speedRange;
    const job = {
      voice: request.voice ?? descriptor.defaultVoice,
      speed: Math.min(fastest, Math.max(slowest, request.speed ?? 1)),
      style: descriptor.styles.includes(request.style ?? 'neutral')
        ? (request.style ?? 'neutral')
        : 'neutral',
      sampleRateHz: request.sampleRateHz,
    } as const;
    const key = [descriptor.version, job.voice, job.speed, job.style, job.sampleRateHz, sentence.text].join(
      '|',
    );
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#counts.cacheHits++;
      return { audio: whole(cached.pieces), hit: true, release: () => undefined };
    }
    this.#counts.cacheMisses++;
    const coming = this.#coming.get(key);
    if (coming !== undefined) return { audio: coming, hit: false, release: coming.listen() };
    if (this.#waiting.length >= this.#maxQueued) {
      return { code: 'overloaded', message: 'too many sentences are waiting' };
    }
    const prepared = prepareText(sentence.text, this.#lexicon);
    const feed = new SentenceFeed({
      ...{ provider: this.provider, scheduler: this.#scheduler, text: sentence.text, prepared, job },
      letterMs: this.#letterMs / job.speed,
      onEnd: (ended) => this.#ended(key, ended, job.speed),
    });
    const release = feed.listen();
    if (prepared.line === '') return { audio: whole([]), hit: false, release: () => undefined };
    this.#coming.set(key, feed);
    this.#waiting.push(feed);
    this.#dispatch();
    return { audio: feed, hit: false, release };
  }

  #dispatch(): void {
    while (this.#running.size < this.provider.descriptor.concurrency && !this.#closed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running.add(next);
      void next.start();
    }
  }

  #ended(key: string, feed: SentenceFeed, speed: number): void {
    if (this.#coming.get(key) === feed) this.#coming.delete(key);
    this.#running.delete(feed);
    const at = this.#waiting.indexOf(feed);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (feed.ended?.ok === true) {
      const bytes = feed.pieces.reduce(
        (sum, { pcm, marks }) => sum + pcm.byteLength + 64 * marks.length,
        2 * key.length,
      );
      this.#cache.set(key, { pieces: feed.pieces, bytes });
      if (feed.letterMs !== undefined) {
        this.#letterMs += PACE_SHARE * (feed.letterMs * speed - this.#letterMs);
      }
    }
    this.#dispatch();
  }
}

/** One request: its sentences in order, the next one asked for as soon as the present one can be heard. */
class Spoken {
  readonly #marks: SpeechMark[] = [];
  readonly #pcms: Int16Array[] = [];
  readonly #heard: (Heard | TtsError | undefined)[] = [];
  #samples = 0;
  #hit = true;
  readonly #givenUp: Promise<void>;

  constructor(
    private readonly request: TtsRequest,
    private readonly sentences: readonly Sentence[],
    private readonly open: (sentence: Sentence) => Heard | TtsError,
  ) {
    const { signal } = request;
    this.#givenUp = new Promise((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    );
  }

  async run(): Promise<Result<Omit<TtsSpeech, 'engine'>, Failure | TtsError>> {
    try {
      for (const [index, sentence] of this.sentences.entries()) {
        const heard = this.#at(index);
        if (heard === undefined) break;
        if (!('audio' in heard)) return err(heard);
        this.#hit &&= heard.hit;
        const failure = await this.#follow(heard.audio, sentence, index);
        if (failure !== undefined) return err(failure);
      }
      return ok(this.#whole());
    } finally {
      for (const heard of this.#heard) if (heard !== undefined && 'audio' in heard) heard.release();
    }
  }

  #at(index: number): Heard | TtsError | undefined {
    const sentence = this.sentences[index];
    if (sentence === undefined) return undefined;
    return (this.#heard[index] ??= this.open(sentence));
  }

  async #follow(audio: SentenceAudio, sentence: Sentence, index: number): Promise<Failure | undefined> {
    const startMs = this.#ms(this.#samples);
    const isLast = index === this.sentences.length - 1;
    for (let at = 0; ;) {
      while (at < audio.pieces.length) {
        const piece = audio.pieces[at++];
        // The last piece comes together with the end.
        const ends = at === audio.pieces.length && audio.ended?.ok === true;
        if (piece !== undefined) this.#emit(piece, sentence, startMs, ends, isLast);
        this.#at(index + 1);
      }
      if (audio.ended !== undefined) return audio.ended.ok ? undefined : audio.ended.error;
      await Promise.race([audio.changed(), this.#givenUp]);
      if (this.request.signal?.aborted === true) {
        return { kind: 'caller_abort', message: 'the request was given up' };
      }
    }
  }

  #emit(piece: Piece, sentence: Sentence, startMs: number, ends: boolean, isLast: boolean): void {
    const gap = ends && !isLast ? Math.round((SENTENCE_GAP_MS * this.request.sampleRateHz) / 1000) : 0;
    const pcm = gap === 0 ? piece.pcm : new Int16Array(piece.pcm.length + gap);
    if (gap > 0) pcm.set(piece.pcm);
    const marks = piece.marks.map((mark) => ({
      text: mark.text,
      charStart: mark.charStart + sentence.charStart,
      charEnd: mark.charEnd + sentence.charStart,
      startMs: mark.startMs + startMs,
      endMs: mark.endMs + startMs,
    }));
    this.request.onChunk?.({ pcm, startMs: this.#ms(this.#samples), marks, last: ends && isLast });
    this.#pcms.push(pcm);
    this.#marks.push(...marks);
    this.#samples += pcm.length;
  }

  #ms(samples: number): number {
    return (1000 * samples) / this.request.sampleRateHz;
  }

  #whole(): Omit<TtsSpeech, 'engine'> {
    const { requestId, sampleRateHz } = this.request;
    const pcm = new Int16Array(this.#samples);
    let at = 0;
    for (const part of this.#pcms) {
      pcm.set(part, at);
      at += part.length;
    }
    const cacheHit = this.#hit && this.sentences.length > 0;
    return {
      requestId,
      pcm,
      sampleRateHz,
      durationMs: this.#ms(this.#samples),
      marks: this.#marks,
      cacheHit,
    };
  }
}

const whole = (pieces: readonly Piece[]): SentenceAudio => ({
  pieces,
  ended: ok(undefined),
  changed: () => Promise.resolve(),
});

/** A failure as callers of an engine know it. */
function errorOf(failure: Failure | TtsError): TtsError {
  if (!('kind' in failure)) return failure;
  const { message } = failure;
  switch (failure.kind) {
    case 'caller_abort':
      return { code: 'aborted', message };
    case 'stalled':
      return { code: 'timeout', message, failure };
    case 'rate_limit':
    case 'overloaded':
      return { code: 'overloaded', message, failure };
    default:
      return { code: 'failed', message, failure };
  }
}
