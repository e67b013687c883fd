import { IdSequence, requestId, utteranceId, type UtteranceId } from '../kernel/ids.js';
import type { MonoMs, Scheduler } from '../kernel/time.js';
import type { Heard, SpeechMark } from '../kernel/vocab.js';
import type { MediaPort } from '../media/ports.js';
import type { TtsChunk, TtsEngine } from '../speech/ports.js';
import { clauseStartMs, heardText } from '../turn/heard.js';

/** One thing the agent says, from its text to its last sample. */
export interface Utterance {
  readonly id: UtteranceId;
  readonly text: string;
  readonly promptId: string;
  readonly sources: readonly string[];
  readonly filler: boolean;
  /** Turn the words answer; its gap ends with the first audible sample. */
  readonly answers: string | undefined;
  readonly plannedAt: MonoMs;
  audioReadyAt: MonoMs | undefined;
  startedAt: MonoMs | undefined;
  ttsMs: number;
  cacheHit: boolean;
  marks: SpeechMark[];
  durationMs: number;
  synthesised: boolean;
}

interface Pending {
  readonly utterance: Utterance;
  readonly abort: AbortController;
  readonly chunks: Int16Array[];
}

/**
 * One call's mouth: turns texts into utterances, keeps their order, feeds audio to the leg sentence by sentence, and
 * knows what of each has been heard.
 */
export class Voice {
  readonly #style: { readonly voice?: string; readonly speed?: number };
  readonly #ids = new IdSequence('u');
  readonly #requests = new IdSequence('tts');
  /** Not yet fully handed to the leg, in the order of speaking. */
  readonly #pending: Pending[] = [];
  /** Said or being said, until finished or cut. */
  readonly #live = new Map<UtteranceId, Utterance>();

  constructor(
    private readonly tts: TtsEngine,
    private readonly media: MediaPort,
    private readonly scheduler: Scheduler,
    persona: { readonly voice?: string; readonly speed?: number },
    private readonly onFailed: (utterance: Utterance) => void,
  ) {
    const { voice, speed } = persona;
    this.#style = { ...(voice === undefined ? {} : { voice }), ...(speed === undefined ? {} : { speed }) };
  }

  /** Queues a text. Audio follows as it becomes ready. */
  say(what: Pick<Utterance, 'text' | 'promptId' | 'sources' | 'filler' | 'answers'>): Utterance {
    const utterance: Utterance = {
      ...what,
      id: utteranceId(this.#ids.next()),
      plannedAt: this.scheduler.now(),
      audioReadyAt: undefined,
      startedAt: undefined,
      ttsMs: 0,
      cacheHit: false,
      marks: [],
      durationMs: 0,
      synthesised: false,
    };
    const pending: Pending = { utterance, abort: new AbortController(), chunks: [] };
    this.#pending.push(pending);
    this.#live.set(utterance.id, utterance);
    this.#synthesise(pending);
    return utterance;
  }

  /** Synthesises a text that may be said soon, so that it is in the engine's cache by then. */
  prefetch(text: string): void {
    void this.tts.synthesize({
      requestId: requestId(this.#requests.next()),
      text,
      sampleRateHz: 8000,
      ...this.#style,
    });
  }

  /** The utterance of an id while it is live. */
  get(id: UtteranceId): Utterance | undefined {
    return this.#live.get(id);
  }

  /** Utterances that are not finished, oldest first. */
  live(): Utterance[] {
    return [...this.#live.values()];
  }

  /** What has been heard of an utterance so far. */
  heard(utterance: Utterance): Heard {
    const playedMs = this.media.playedMs(utterance.id);
    const durationMs = utterance.synthesised ? utterance.durationMs : Number.POSITIVE_INFINITY;
    if (utterance.synthesised) return heardText(utterance.text, utterance.marks, durationMs, playedMs);
    // Later sentences have no marks yet: what was played lies within the marked ones.
    return heardText(utterance.text, utterance.marks, utterance.durationMs + 1000, playedMs);
  }

  /** The last sample was sent. */
  finish(id: UtteranceId): Utterance | undefined {
    const utterance = this.#live.get(id);
    this.#live.delete(id);
    return utterance;
  }

  pause(): void {
    this.media.pause();
  }

  /** Goes on at the start of the clause that was interrupted. */
  resume(): void {
    const [current] = this.#live.values();
    if (current === undefined) {
      this.media.resume();
      return;
    }
    const playedMs = this.media.playedMs(current.id);
    this.media.resume({ rewindToMs: clauseStartMs(current.text, current.marks, playedMs) });
  }

  /** Drops everything. Returns each live utterance with what was heard of it. */
  cut(): { utterance: Utterance; heard: Heard }[] {
    const dropped = this.live().map((utterance) => ({ utterance, heard: this.heard(utterance) }));
    for (const pending of this.#pending) pending.abort.abort();
    this.#pending.length = 0;
    this.#live.clear();
    this.media.cut();
    return dropped;
  }

  #synthesise(pending: Pending): void {
    const { utterance, abort } = pending;
    const startedAt = this.scheduler.now();
    void this.tts
      .synthesize({
        requestId: requestId(this.#requests.next()),
        text: utterance.text,
        sampleRateHz: 8000,
        signal: abort.signal,
        onChunk: (chunk) => this.#chunk(pending, chunk, startedAt),
        ...this.#style,
      })
      .then((result) => {
        if (abort.signal.aborted) return;
        if (result.ok) {
          utterance.marks = [...result.value.marks];
          utterance.durationMs = result.value.durationMs;
          utterance.cacheHit = result.value.cacheHit;
          utterance.audioReadyAt ??= this.scheduler.now();
        } else {
          this.onFailed(utterance);
        }
        utterance.synthesised = true;
        this.#feed();
      });
  }

  #chunk(pending: Pending, chunk: TtsChunk, startedAt: MonoMs): void {
    const { utterance, abort } = pending;
    if (abort.signal.aborted) return;
    if (utterance.audioReadyAt === undefined) {
      utterance.audioReadyAt = this.scheduler.now();
      utterance.ttsMs = utterance.audioReadyAt - startedAt;
    }
    utterance.marks.push(...chunk.marks);
    utterance.durationMs = chunk.startMs + chunk.pcm.length / 8;
    pending.chunks.push(chunk.pcm);
    this.#feed();
  }

  /** Hands over what is ready, strictly in order: a later utterance waits for the end of an earlier one. */
  #feed(): void {
    for (let head = this.#pending[0]; head !== undefined; head = this.#pending[0]) {
      const { utterance, chunks } = head;
      const pcms = chunks.splice(0);
      pcms.forEach((pcm, index) => {
        this.media.enqueue({
          utteranceId: utterance.id,
          pcm,
          last: utterance.synthesised && index === pcms.length - 1,
        });
      });
      if (!utterance.synthesised) return;
      if (pcms.length === 0) {
        this.media.enqueue({ utteranceId: utterance.id, pcm: new Int16Array(0), last: true });
      }
      this.#pending.shift();
    }
  }
}
