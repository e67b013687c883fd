import type { DialogState } from '../../dialog/core/machine/state.js';
import { LeibnizError } from '../../kernel/errors.js';
import type { RecordingConsent, RecordingState } from '../../kernel/vocab.js';
import { addMs, every, type MonoMs, type Scheduler } from '../../kernel/time.js';
import { newLiveCall } from '../../live/core/calls.js';
import { LevelMeter } from '../../live/core/level-meter.js';
import type { LiveCall, LiveFact } from '../../live/core/types.js';
import type { Journal } from '../../store/types.js';
import type { KnowledgePort, SessionEvent, SessionObserver } from '../ports.js';
import { CallFeed } from './call-feed.js';
import type { OpenCall, Supervision } from './open-call.js';
import { SupervisedCall, type SupervisionOptions } from './supervised-call.js';

/** Facts are gathered for this long before they go out together, ms. */
const BATCH_MS = 50;
/** The row of one call changes twice a second at most. */
const PATCH_MS = 500;
const QUALITY_MS = 10_000;
/** Ended calls whose ids are remembered, so that a late command learns that it is late. */
const MAX_ENDED = 1000;

/** What readers are told: everything once, then what happens. */
export type LiveBatch =
  | { readonly kind: 'calls'; readonly calls: readonly LiveCall[] }
  | { readonly kind: 'facts'; readonly facts: readonly LiveFact[] };

/** What a {@link LiveDesk} is made from. */
export interface LiveDeskOptions {
  readonly scheduler: Scheduler;
  /** Names this process. */
  readonly instanceId: string;
  /** Id of who speaks. */
  readonly persona: () => string;
  readonly supervision: Omit<SupervisionOptions, 'scheduler'>;
}

/** Frames of 20 ms that a level is of. */
const METER_FRAMES = 10;

/** Tells how loud both sides of a call are. Returns a function that stops it. */
function metered(
  { media }: OpenCall,
  tell: (levels: { readonly caller_dbfs: number; readonly agent_dbfs: number }) => void,
): () => void {
  const meter = new LevelMeter(METER_FRAMES);
  return media.monitor(({ received, sent }) => {
    const levels = meter.push(received, sent);
    if (levels !== undefined) tell(levels);
  });
}

/** One call in progress with what is told of it. */
interface WatchedCall {
  readonly call: OpenCall;
  readonly feed: CallFeed;
  readonly supervised: SupervisedCall;
  /** Why it ended, once that is known. */
  reason: string | undefined;
  patchedAt: MonoMs | undefined;
  /** Stops measuring how loud both sides are. */
  unmeter: (() => void) | undefined;
}

/** What a reader of a {@link LiveDesk} can do. */
export interface LiveSubscription {
  /** Calls whose loudness it wants to be told from now on, five times a second. */
  readonly meter: (calls: readonly string[]) => void;
  readonly leave: () => void;
}

/** All calls of this process, for supervisors: tells what happens in them, in batches. Costs little while nobody reads. */
export class LiveDesk implements Supervision {
  readonly #calls = new Map<string, WatchedCall>();
  readonly #ended = new Set<string>();
  /** Readers, with the calls whose loudness each wants to be told. */
  readonly #readers = new Map<(batch: LiveBatch) => void, readonly string[]>();
  #facts: LiveFact[] = [];
  #cancelBatch: (() => void) | undefined;
  readonly #cancelQuality: () => void;

  constructor(private readonly options: LiveDeskOptions) {
    this.#cancelQuality = every(options.scheduler, QUALITY_MS, () => {
      for (const { call, feed } of this.#calls.values()) feed.quality(call.media.stats());
      this.#arm();
    });
  }

  /** Adds a reader, who is told all calls in progress first. */
  subscribe(reader: (batch: LiveBatch) => void): LiveSubscription {
    this.#send();
    this.#readers.set(reader, []);
    reader({ kind: 'calls', calls: [...this.#calls.values()].map(({ feed }) => feed.call) });
    return {
      meter: (calls) => {
        if (!this.#readers.has(reader)) return;
        this.#readers.set(reader, calls);
        this.#meterWanted();
      },
      leave: () => {
        this.#readers.delete(reader);
        this.#meterWanted();
      },
    };
  }

  /** Loudness is measured where somebody wants to know it, and nowhere else. */
  #meterWanted(): void {
    const wanted = new Set([...this.#readers.values()].flat());
    for (const [id, watched] of this.#calls) {
      const { call, feed } = watched;
      if (!wanted.has(id)) {
        watched.unmeter?.();
        watched.unmeter = undefined;
      } else {
        watched.unmeter ??= metered(call, (levels) => feed.tell({ type: 'levels', ...levels }));
      }
    }
  }

  /**
   * A call in progress, for those who look after it.
   *
   * @throws LeibnizError NOT_FOUND, CALL_ENDED
   */
  find(id: string): SupervisedCall {
    const watched = this.#calls.get(id);
    if (watched !== undefined) return watched.supervised;
    if (this.#ended.has(id)) throw new LeibnizError('CALL_ENDED', 'The call is over.');
    throw new LeibnizError('NOT_FOUND', 'There is no such call.', { field: 'id' });
  }

  /** Lines on which consoles hear calls. */
  get listeners(): number {
    let count = 0;
    for (const { supervised } of this.#calls.values()) count += supervised.listeners;
    return count;
  }

  opened(call: OpenCall): () => void {
    const { scheduler } = this.options;
    const feed = new CallFeed(this.#row(call), scheduler, (fact) => this.#emit(fact));
    const watched: WatchedCall = {
      call,
      feed,
      supervised: new SupervisedCall(call, feed, { ...this.options.supervision, scheduler }),
      reason: undefined,
      patchedAt: undefined,
      unmeter: undefined,
    };
    this.#calls.set(call.id, watched);
    this.#ended.delete(call.id);
    const unsubscribe = call.media.subscribe((event) => {
      if (event.type !== 'hold') return;
      watched.feed.patch({ state: event.held ? 'held' : 'listening' });
      this.#arm();
    });
    return () => {
      unsubscribe();
      // Why it ended is written down in the same turn of the loop.
      scheduler.at(scheduler.now(), () => this.#over(watched));
    };
  }

  /** Follows one session. */
  observer(id: string): SessionObserver {
    return (event) => this.#event(id, event);
  }

  /** The journal, with what is written told to readers as well. */
  journal(inner: Journal): Journal {
    return {
      append: (event) => {
        inner.append(event);
        const watched = this.#calls.get(event.callId);
        if (watched === undefined) return;
        if (event.kind === 'call_ended') watched.reason = event.reason;
        watched.feed.written(event);
        this.#arm();
      },
      flush: (timeoutMs) => inner.flush(timeoutMs),
    };
  }

  /** Intent and retrieval, with what they answer told to readers as well. */
  knowledge(inner: KnowledgePort): KnowledgePort {
    const { scheduler } = this.options;
    return {
      classify: async (text, context) => {
        const result = await inner.classify(text, context);
        const { intent: name, confidence, method } = result;
        const feed = this.#feed(context.session_id);
        feed?.tell({ type: 'intent', turn_id: feed.turnId, name, confidence, method });
        return result;
      },
      query: async (text, context) => {
        const from = scheduler.now();
        const answer = await inner.query(text, context);
        const ms = Math.round(scheduler.now() - from);
        const sources = answer.sources.map(({ id }) => id);
        const { found, confidence: score } = answer;
        const feed = this.#feed(context.session_id);
        feed?.tell({ type: 'knowledge', turn_id: feed.turnId, found, score, sources, ms });
        return answer;
      },
    };
  }

  /** The recording of a call, or how its caller stands to it, is another. */
  recording(id: string, state: RecordingState, consent: RecordingConsent | undefined): void {
    const feed = this.#feed(id);
    if (feed === undefined) return;
    const before = feed.call;
    if (consent !== undefined && consent !== before.consent) feed.tell({ type: 'consent', state: consent });
    if (state !== before.recording) feed.tell({ type: 'recording', state });
    feed.patch({ recording: state, consent: consent ?? null });
    this.#arm();
  }

  close(): void {
    this.#cancelBatch?.();
    this.#cancelQuality();
    this.#readers.clear();
  }

  #feed(id: string | undefined): CallFeed | undefined {
    return id === undefined ? undefined : this.#calls.get(id)?.feed;
  }

  #event(id: string, event: SessionEvent): void {
    const watched = this.#calls.get(id);
    if (watched === undefined) return;
    watched.feed.event(event);
    watched.supervised.event(event);
    if (event.type === 'step') watched.call.act(({ state }) => this.#step(watched, state));
    this.#arm();
  }

  #step({ feed }: WatchedCall, state: DialogState): void {
    feed.dialog(state);
    this.#arm();
  }

  #over(watched: WatchedCall): void {
    const { call, feed, reason, supervised } = watched;
    watched.unmeter?.();
    supervised.close();
    const isReplaced = this.#calls.get(call.id) !== watched;
    if (isReplaced) return;
    feed.flush();
    this.#calls.delete(call.id);
    // One that is put aside may be taken up again: it is not over.
    if (reason !== undefined) this.#ended.add(call.id);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    const duration_ms = Math.round(this.options.scheduler.wall() - Date.parse(feed.call.started_at));
    feed.tell({ type: 'call_ended', reason: reason ?? 'suspended', duration_ms, outcome: null });
  }

  #row({ id, info }: OpenCall): LiveCall {
    const { instanceId, persona, scheduler } = this.options;
    const { direction, pii } = info;
    return newLiveCall({
      id,
      instance_id: instanceId,
      direction,
      line: pii.to ?? null,
      from: pii.from ?? null,
      to: pii.to ?? null,
      display_name: pii.displayName ?? null,
      started_at: new Date(scheduler.wall()).toISOString(),
      persona: persona(),
    });
  }

  #emit(fact: LiveFact): void {
    if (this.#readers.size === 0) return;
    this.#facts.push(fact);
    this.#arm();
  }

  #arm(): void {
    if (this.#cancelBatch !== undefined || this.#readers.size === 0) return;
    const { scheduler } = this.options;
    this.#cancelBatch = scheduler.at(addMs(scheduler.now(), BATCH_MS), () => {
      this.#cancelBatch = undefined;
      this.#send();
    });
  }

  /** Sends what there is; rows that may not change yet wait for the next batch. */
  #send(): void {
    const now = this.options.scheduler.now();
    let isWaiting = false;
    for (const watched of this.#calls.values()) {
      if (!watched.feed.changed) continue;
      if (watched.patchedAt !== undefined && now - watched.patchedAt < PATCH_MS) {
        isWaiting = true;
        continue;
      }
      watched.patchedAt = now;
      watched.feed.flush();
    }
    const facts = this.#facts;
    this.#facts = [];
    if (facts.length > 0) for (const reader of this.#readers.keys()) reader({ kind: 'facts', facts });
    if (isWaiting) this.#arm();
  }
}
