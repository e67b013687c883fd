import { BoundedQueue } from '../../kernel/ring.js';
import { applyFact, countersOf, type LiveCalls } from './calls.js';
import { Outbox } from './outbox.js';
import type { LiveCall, LiveCounters, LiveEntry, LiveFact } from './types.js';

/** Entries that a reader who was away can be given, at most. */
export const RESUME_ENTRIES = 2000;
/** Calls that one reader may follow in full. */
export const FULL_CALLS = 20;

/** Facts of a moment: they come often, are for who looks at one call, and are of no use later. */
const MOMENTS: ReadonlySet<LiveFact['type']> = new Set(['partial', 'levels']);

/** Who reads, as far as it decides what is read. */
export interface Viewer {
  /** Called numbers that are seen; empty = all. */
  readonly lines: readonly string[];
  /** Whether personal data is seen: without it no words that may change are told, since a number is spoken across them. */
  readonly pii: boolean;
}

/** What a reader is told of. */
export interface Interest {
  readonly calls: 'all' | readonly string[];
  readonly detail: 'summary' | 'full';
}

interface Kept extends LiveEntry {
  readonly line: string | null;
}

/** All calls at one moment; nothing older follows. */
export interface LiveSnapshot {
  readonly seq: number;
  readonly calls: readonly LiveCall[];
  readonly counters: LiveCounters;
}

/**
 * All calls in progress and the stream of what happens in them, for many readers. Facts get one sequence; a reader who was
 * away goes on from the number it has seen last, or is given a snapshot.
 */
export class LiveHub {
  readonly #calls: LiveCalls = new Map();
  readonly #kept = new BoundedQueue<Kept>(RESUME_ENTRIES);
  #seq = 0;
  #oldest = 1;
  readonly #readers = new Set<LiveReader>();

  /** @param bootId - of this stream; a number of another one means nothing here */
  constructor(readonly bootId: string) {}

  /** Number of the newest entry. */
  get seq(): number {
    return this.#seq;
  }

  /** A number of its own for something that only one reader is told: numbers rise, and may have gaps. */
  stamp(): number {
    return ++this.#seq;
  }

  /** One call in progress, if this viewer sees it. */
  call(id: string, viewer: Viewer): LiveCall | undefined {
    const call = this.#calls.get(id);
    return call !== undefined && sees(viewer, call.line) ? call : undefined;
  }

  /** Takes facts over and tells the readers. */
  publish(facts: readonly LiveFact[], at: string): void {
    for (const fact of facts) {
      const line =
        this.#calls.get(fact.call_id)?.line ?? (fact.type === 'call_started' ? fact.call.line : null);
      applyFact(this.#calls, fact);
      const entry: Kept = { seq: ++this.#seq, at, fact, line };
      const gone = MOMENTS.has(fact.type) ? undefined : this.#kept.push(entry);
      if (gone !== undefined) this.#oldest = gone.seq + 1;
      for (const reader of this.#readers) if (reader.wants(entry, line)) reader.outbox.push(entry);
    }
  }

  /** The source begins anew: calls that it does not know any more are over. */
  restart(calls: readonly LiveCall[], at: string): void {
    const known = new Set(calls.map(({ id }) => id));
    const gone = [...this.#calls.keys()].filter((id) => !known.has(id));
    this.publish(
      [
        ...gone.map((call_id): LiveFact => {
          return { type: 'call_ended', call_id, reason: 'aborted', duration_ms: 0, outcome: null };
        }),
        ...calls.map((call): LiveFact => ({ type: 'call_started', call_id: call.id, call })),
      ],
      at,
    );
  }

  /** Adds a reader, who is told of nothing before it asks. */
  reader(viewer: Viewer): LiveReader {
    const reader = new LiveReader(viewer, this);
    this.#readers.add(reader);
    return reader;
  }

  /** Takes a reader off. */
  leave(reader: LiveReader): void {
    this.#readers.delete(reader);
  }

  /** Calls that some reader follows in full. */
  get inFull(): ReadonlySet<string> {
    return new Set([...this.#readers].flatMap((reader) => [...reader.inFull]));
  }

  /** The calls that a viewer sees. */
  snapshot(viewer: Viewer): LiveSnapshot {
    const calls = [...this.#calls.values()].filter(({ line }) => sees(viewer, line));
    return { seq: this.#seq, calls, counters: countersOf(calls) };
  }

  /** Entries after a number, or `undefined` when some of them are gone or the number is of another stream. */
  since(bootId: string, seq: number): readonly (LiveEntry & { readonly line: string | null })[] | undefined {
    if (bootId !== this.bootId || seq > this.#seq || seq < this.#oldest - 1) return undefined;
    const left: Kept[] = [];
    // The queue has no way to be walked; what is taken out goes back in the same order.
    for (let count = this.#kept.size; count > 0; count--) {
      const entry = this.#kept.shift() as Kept;
      if (entry.seq > seq) left.push(entry);
      this.#kept.push(entry);
    }
    return left;
  }
}

const sees = ({ lines }: Viewer, line: string | null): boolean =>
  lines.length === 0 || (line !== null && lines.includes(line));

/** One reader of a {@link LiveHub}. */
export class LiveReader {
  readonly outbox = new Outbox();
  #summary: Interest['calls'] | undefined;
  #full: ReadonlySet<string> = new Set();
  #needsSnapshot = false;

  constructor(
    readonly viewer: Viewer,
    private readonly hub: LiveHub,
  ) {}

  /** False until it was asked for something. */
  get started(): boolean {
    return this.#summary !== undefined;
  }

  /** Calls that are followed in full. */
  get inFull(): ReadonlySet<string> {
    return this.#full;
  }

  /** True when the next thing to send is a snapshot. */
  get needsSnapshot(): boolean {
    return this.#needsSnapshot || this.outbox.overflowed;
  }

  /**
   * What is told from now on. Each detail has calls of its own; what is followed in full is told of in summary too.
   *
   * @returns false when too many calls are asked for in full
   */
  follow({ calls, detail }: Interest): boolean {
    if (detail === 'full' && (calls === 'all' || calls.length > FULL_CALLS)) return false;
    const isNew = this.#summary === undefined || !this.#covers(calls);
    if (detail === 'full') {
      this.#full = new Set(calls);
      this.#summary ??= [];
    } else {
      this.#summary = calls;
    }
    this.#needsSnapshot ||= isNew;
    return true;
  }

  /** Goes on after a number; a snapshot is due when that cannot be. @returns whether it could */
  resume(bootId: string, seq: number): boolean {
    this.#summary ??= 'all';
    const missed = this.hub.since(bootId, seq);
    this.#needsSnapshot = missed === undefined;
    this.outbox.restart();
    for (const entry of missed ?? []) if (this.wants(entry, entry.line)) this.outbox.push(entry);
    return missed !== undefined;
  }

  /** The present, after which {@link outbox} goes on. */
  takeSnapshot(): LiveSnapshot {
    this.#needsSnapshot = false;
    this.outbox.restart();
    const { calls, ...rest } = this.hub.snapshot(this.viewer);
    return { ...rest, calls: calls.filter(({ id }) => this.#isFollowed(id)) };
  }

  /** Sums over the calls that this reader may see. */
  get counters(): LiveCounters {
    return this.hub.snapshot(this.viewer).counters;
  }

  /** Whether an entry of a call with this called number is for this reader. */
  wants({ fact }: LiveEntry, line: string | null): boolean {
    if (this.#summary === undefined || !sees(this.viewer, line)) return false;
    if (fact.type === 'partial' && !this.viewer.pii) return false;
    if (MOMENTS.has(fact.type)) return this.#full.has(fact.call_id);
    return this.#isFollowed(fact.call_id);
  }

  /** Whether all of these calls are told of already. */
  #covers(calls: Interest['calls']): boolean {
    return this.#summary === 'all' || (calls !== 'all' && calls.every((id) => this.#isFollowed(id)));
  }

  #isFollowed(id: string): boolean {
    return this.#summary === 'all' || this.#summary?.includes(id) === true || this.#full.has(id);
  }
}
