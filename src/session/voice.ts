import { IdSequence, requestId, type UtteranceId } from '../kernel/ids.js';
import type { SayStyle } from '../dialog/core/effects.js';
import type { MonoMs, Scheduler } from '../kernel/time.js';
import type { Heard, SpeechMark } from '../kernel/vocab.js';
import type { MediaPort } from '../media/ports.js';
import type { TtsChunk, TtsEngine } from '../speech/ports.js';
import { clauseStartMs, heardText } from '../turn/heard.js';

/** One thing the agent says, from its text to its last sample. */
export interface Utterance {
  readonly id: UtteranceId;
  /** All of it so far. */
  text: string;
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
  /** More text is to come. */
  open: boolean;
}

/** One piece of an utterance's text on its way to the leg. */
interface Pending {
  readonly utterance: Utterance;
  readonly text: string;
  /** Where the piece begins in the utterance's text, and in its audio once the pieces before it are spoken. */
  readonly charStart: number;
  startMs: number;
  started: boolean;
  readonly style: SayStyle;
  readonly abort: AbortController;
  readonly chunks: Int16Array[];
  /** Rate of the chunks. */
  readonly sampleRateHz: 8000 | 16_000;
  spoken: boolean;
}

/**
 * One call's mouth: turns texts into utterances, keeps their order, feeds audio to the leg sentence by sentence, and
 * knows what of each has been heard.
 */
export class Voice {
  readonly #style: SayStyle;
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

  /**
   * Queues a text, or more text of an utterance that is still open. Audio follows as it becomes ready.
   *
   * @param more - further text of the same id will follow
   */
  say(
    what: Pick<Utterance, 'id' | 'text' | 'promptId' | 'sources' | 'filler' | 'answers'>,
    style: SayStyle = {},
    more = false,
  ): Utterance {
    const known = this.#live.get(what.id);
    const utterance = known?.open === true ? known : this.#begin(what);
    const charStart = utterance === known ? utterance.text.length + 1 : 0;
    if (utterance === known) utterance.text = `${utterance.text} ${what.text}`;
    utterance.open = more;
    const pending: Pending = {
      utterance,
      text: what.text,
      charStart,
      startMs: 0,
      started: false,
      style: { ...this.#style, ...style },
      abort: new AbortController(),
      chunks: [],
      sampleRateHz: this.media.sampleRateHz,
      spoken: false,
    };
    this.#pending.push(pending);
    this.#synthesiseNext(utterance);
    return utterance;
  }

  #begin(what: Pick<Utterance, 'id' | 'text' | 'promptId' | 'sources' | 'filler' | 'answers'>): Utterance {
    const utterance: Utterance = {
      ...what,
      plannedAt: this.scheduler.now(),
      audioReadyAt: undefined,
      startedAt: undefined,
      ttsMs: 0,
      cacheHit: false,
      marks: [],
      durationMs: 0,
      synthesised: false,
      open: false,
    };
    this.#live.set(utterance.id, utterance);
    return utterance;
  }

  /** No more text comes of an utterance that is still open. */
  end(id: UtteranceId): void {
    const utterance = this.#live.get(id);
    if (utterance?.open !== true) return;
    utterance.open = false;
    this.#feed();
  }

  /** Synthesises a text that may be said soon, so that it is in the engine's cache by then. */
  prefetch(text: string): void {
    void this.tts.synthesize({
      requestId: requestId(this.#requests.next()),
      text,
      sampleRateHz: this.media.sampleRateHz,
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

  /** Pieces of one utterance are spoken one after the other: each begins where the one before ends. */
  #synthesiseNext(utterance: Utterance): void {
    const next = this.#pending.find((pending) => pending.utterance === utterance && !pending.spoken);
    if (next === undefined || next.started) return;
    next.started = true;
    next.startMs = utterance.durationMs;
    this.#synthesise(next);
  }

  #synthesise(pending: Pending): void {
    const { utterance, abort, text, style, sampleRateHz } = pending;
    const startedAt = this.scheduler.now();
    const { voice, speed } = style;
    void this.tts
      .synthesize({
        requestId: requestId(this.#requests.next()),
        text,
        sampleRateHz,
        signal: abort.signal,
        onChunk: (chunk) => this.#chunk(pending, chunk, startedAt),
        ...(voice === undefined ? {} : { voice }),
        ...(speed === undefined ? {} : { speed }),
      })
      .then((result) => {
        if (abort.signal.aborted) return;
        if (result.ok) {
          utterance.cacheHit = result.value.cacheHit;
          utterance.audioReadyAt ??= this.scheduler.now();
        } else {
          this.onFailed(utterance);
        }
        pending.spoken = true;
        this.#synthesiseNext(utterance);
        this.#feed();
      });
  }

  #chunk(pending: Pending, chunk: TtsChunk, startedAt: MonoMs): void {
    const { utterance, abort, charStart, startMs } = pending;
    if (abort.signal.aborted) return;
    if (utterance.audioReadyAt === undefined) {
      utterance.audioReadyAt = this.scheduler.now();
      utterance.ttsMs = utterance.audioReadyAt - startedAt;
    }
    const shift = (mark: SpeechMark): SpeechMark => ({
      ...mark,
      charStart: mark.charStart + charStart,
      charEnd: mark.charEnd + charStart,
      startMs: mark.startMs + startMs,
      endMs: mark.endMs + startMs,
    });
    utterance.marks.push(...(charStart === 0 && startMs === 0 ? chunk.marks : chunk.marks.map(shift)));
    utterance.durationMs = startMs + chunk.startMs + (chunk.pcm.length * 1000) / pending.sampleRateHz;
    pending.chunks.push(withGain(chunk.pcm, pending.style.gainDb));
    this.#feed();
  }

  /** Hands over what is ready, strictly in order: a later piece waits for the end of an earlier one. */
  #feed(): void {
    for (let head = this.#pending[0]; head !== undefined; head = this.#pending[0]) {
      const { utterance, chunks, sampleRateHz, spoken } = head;
      const pcms = chunks.splice(0);
      const isLast = spoken && !utterance.open && this.#pending[1]?.utterance !== utterance;
      pcms.forEach((pcm, index) => {
        const last = isLast && index === pcms.length - 1;
        this.media.enqueue({ utteranceId: utterance.id, pcm, sampleRateHz, last });
      });
      if (!spoken || (utterance.open && this.#pending[1]?.utterance !== utterance)) return;
      if (isLast) {
        utterance.synthesised = true;
        if (pcms.length === 0) {
          this.media.enqueue({ utteranceId: utterance.id, pcm: new Int16Array(0), last: true });
        }
      }
      this.#pending.shift();
    }
  }
}

/** Audio at another level, never beyond full scale; the audio itself, which is shared with the cache, at the usual one. */
function withGain(pcm: Int16Array, gainDb = 0): Int16Array {
  if (gainDb === 0) return pcm;
  const gain = 10 ** (gainDb / 20);
  return pcm.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
