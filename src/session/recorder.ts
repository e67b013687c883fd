import type { DialogNote, DialogRequest, DialogResult } from '../dialog/core/effects.js';
import type { CallId } from '../kernel/ids.js';
import type { MonoMs, Scheduler } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { JsonValue } from '../store/journal-event.js';
import type { Journal } from '../store/types.js';
import type { SummaryFact } from '../dialog/core/model/summary.js';
import type { SessionInfo } from './ports.js';

/** Lines and changes that a summary is made from; the newest lines are kept. */
const MAX_LINES = 200;
const MAX_FACTS = 50;

/** An answer about the caller's words. */
export interface Found {
  readonly turnId: string | undefined;
  readonly request: DialogRequest;
  readonly result: DialogResult;
  /** What is done about an intent, by its name. */
  readonly does: Readonly<Record<string, string>>;
  /** Words as a transcript may hold them. */
  readonly shown: (text: string) => string;
}

const SPEAKER = { user: 'Caller', agent: 'Agent', human: 'Colleague' } as const;

/** What a finished utterance or turn leaves in the transcript. */
export interface RecordedLine {
  readonly turnId: string;
  readonly role: 'user' | 'agent' | 'human';
  readonly text: string;
  readonly heard?: string;
  readonly confidence?: number;
  readonly timings?: Readonly<Record<string, number>>;
  readonly sources?: readonly string[];
  /** When its first sound was heard or sent; not known for what was typed. */
  readonly startedAt?: MonoMs | undefined;
  /** When its last one was. @defaultValue now, where the first one is known */
  readonly endedAt?: MonoMs | undefined;
}

/** Where a record goes on. */
export interface RecordPosition {
  readonly nextIndex: number;
  readonly nextSeq: number;
}

/** Writes one call down: transcript, event log, end. Appending never waits and never throws. */
export class Recorder {
  readonly #startedAt: MonoMs;
  #seq: number;
  #index: number;
  #ended = false;
  readonly #transcript: string[] = [];
  readonly #facts: SummaryFact[] = [];

  /** @param from - where a conversation that is resumed had stopped */
  constructor(
    private readonly callId: CallId,
    private readonly journal: Journal,
    private readonly scheduler: Scheduler,
    from: RecordPosition = { nextIndex: 0, nextSeq: 0 },
  ) {
    this.#startedAt = scheduler.now();
    this.#index = from.nextIndex;
    this.#seq = from.nextSeq;
  }

  /** Places that the next line and the next event will have. */
  get position(): RecordPosition {
    return { nextIndex: this.#index, nextSeq: this.#seq };
  }

  /** @param persona - who answers */
  started(info: SessionInfo, persona: string): void {
    this.journal.append({
      kind: 'call_started',
      callId: this.callId,
      direction: info.direction,
      startedAt: this.scheduler.wall(),
      persona,
      pii: info.pii,
    });
  }

  line(line: RecordedLine): void {
    const at = this.scheduler.wall();
    const { turnId, role, text, heard, confidence, timings, sources, startedAt, endedAt } = line;
    const endAt = endedAt ?? this.scheduler.now();
    this.#keep(`${SPEAKER[role]}: ${heard ?? text}`);
    this.journal.append({
      kind: 'turn',
      callId: this.callId,
      turnId,
      index: this.#index++,
      role,
      at,
      ...(confidence === undefined ? {} : { confidence }),
      ...(timings === undefined ? {} : { timings }),
      ...(sources === undefined || sources.length === 0 ? {} : { sources }),
      ...(startedAt === undefined ? {} : { startMs: this.#placeOf(startedAt), endMs: this.#placeOf(endAt) }),
      pii: { text, ...(heard === undefined ? {} : { heard }) },
    });
  }

  /** What was said, newest last, and what was committed; bounded. */
  get digest(): { readonly transcript: readonly string[]; readonly facts: readonly SummaryFact[] } {
    return { transcript: this.#transcript, facts: this.#facts };
  }

  /** A change that the store has answered. */
  change(request: string, status: string): void {
    if (this.#facts.length < MAX_FACTS) this.#facts.push({ request, status });
    this.event('change', { request, status });
  }

  /** What was found out about the caller's words: what they are about, and whether the documents have an answer. */
  found({ turnId, request, result, does, shown }: Found): void {
    const turn = { turn_id: turnId ?? null };
    if (result.type === 'intent') {
      const { intent: name, confidence, method } = result.intent;
      this.event('intent', { ...turn, name, does: does[name] ?? null, confidence, method });
    } else if (result.type === 'knowledge' && request.type === 'query_knowledge') {
      const { found, confidence: score, sources } = result.answer;
      const facts = { ...turn, found, score, sources: sources.map(({ id }) => id) };
      this.event('knowledge', { ...facts, pii: { question: shown(request.text) } });
    }
  }

  #keep(line: string): void {
    this.#transcript.push(line);
    if (this.#transcript.length > MAX_LINES) this.#transcript.shift();
  }

  /** An input or a decision, fit for replay. Words of the parties belong under a `pii` key of the payload. */
  event(type: string, payload: JsonValue): void {
    this.journal.append({
      kind: 'event',
      callId: this.callId,
      seq: this.#seq++,
      atMs: Math.round(this.scheduler.now() - this.#startedAt),
      type,
      payload,
    });
  }

  /** A fact of the call, as an event of its kind. */
  note(note: DialogNote): DialogNote {
    const { kind, ...payload } = note;
    this.event(kind, payload);
    return note;
  }

  /** An instant on the clock of the call, ms. */
  #placeOf(at: MonoMs): number {
    return Math.max(0, Math.round(at - this.#startedAt));
  }

  /** Length of the call so far. */
  durationMs(): number {
    return this.scheduler.now() - this.#startedAt;
  }

  /** @param media - health of the call's audio, plain data */
  ended(reason: Termination, media: object): void {
    if (this.#ended) return;
    this.#ended = true;
    const stats = {
      duration_ms: Math.round(this.durationMs()),
      media: JSON.parse(JSON.stringify(media)) as JsonValue,
    };
    this.journal.append({
      kind: 'call_ended',
      callId: this.callId,
      reason,
      endedAt: this.scheduler.wall(),
      stats,
    });
  }
}
