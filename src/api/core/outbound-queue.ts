import { BoundedQueue } from '../../kernel/ring.js';
import type { MonoMs } from '../../kernel/time.js';

/** Bounds of an {@link OutboundQueue}. */
export interface OutboundLimits {
  /** Audio kept for a reader that is behind, chunks. */
  readonly maxAudioChunks: number;
  /** Events kept for a reader that is behind. */
  readonly maxEvents: number;
  /** Bytes sent and not yet confirmed by the reader. */
  readonly maxInFlightBytes: number;
  /** A reader that takes nothing for this long while something waits is given up, ms. */
  readonly maxStallMs: number;
}

/** 2 s of 50 ms chunks, 256 events, 2 s in flight, 10 s of patience. */
export const defaultOutboundLimits: OutboundLimits = {
  maxAudioChunks: 40,
  maxEvents: 256,
  maxInFlightBytes: 64_000,
  maxStallMs: 10_000,
};

/** What goes on the socket next. */
export type OutboundItem =
  | { readonly kind: 'event'; readonly text: string; readonly bytes: number }
  | { readonly kind: 'audio'; readonly pcm: Int16Array; readonly bytes: number };

/**
 * Output of one socket. Events overtake audio; when the reader is behind, the oldest audio is dropped and counted;
 * when even events pile up, or the reader has taken nothing for long, it is to be closed.
 */
export class OutboundQueue {
  readonly #audio: BoundedQueue<Int16Array>;
  readonly #events: BoundedQueue<string>;
  #inFlightBytes = 0;
  #progressAt: MonoMs;
  #reportedDrops = 0;

  constructor(
    now: MonoMs,
    private readonly limits: OutboundLimits = defaultOutboundLimits,
  ) {
    this.#audio = new BoundedQueue(limits.maxAudioChunks);
    this.#events = new BoundedQueue(limits.maxEvents);
    this.#progressAt = now;
  }

  /** Audio chunks that gave way since the start. */
  get droppedAudio(): number {
    return this.#audio.dropped;
  }

  /** Why the reader is to be given up, if it is. */
  overrun(now: MonoMs): 'slow_reader' | undefined {
    if (this.#events.dropped > 0) return 'slow_reader';
    const waiting = this.#audio.size > 0 || this.#events.size > 0;
    return waiting && now - this.#progressAt >= this.limits.maxStallMs ? 'slow_reader' : undefined;
  }

  pushAudio(pcm: Int16Array, now: MonoMs): void {
    this.#startWaiting(now);
    this.#audio.push(pcm);
  }

  pushEvent(text: string, now: MonoMs): void {
    this.#startWaiting(now);
    this.#events.push(text);
  }

  /** Forgets audio that waits: the agent was interrupted. Not counted as dropped. */
  clearAudio(): void {
    this.#audio.clear();
  }

  /** The next item, or `undefined` when nothing waits or enough is in flight. Report it with {@link sent} later. */
  next(): OutboundItem | undefined {
    if (this.#inFlightBytes >= this.limits.maxInFlightBytes) return undefined;
    const event = this.#takeDropReport() ?? this.#events.shift();
    if (event !== undefined) {
      const bytes = event.length;
      this.#inFlightBytes += bytes;
      return { kind: 'event', text: event, bytes };
    }
    const pcm = this.#audio.shift();
    if (pcm === undefined) return undefined;
    this.#inFlightBytes += pcm.byteLength;
    return { kind: 'audio', pcm, bytes: pcm.byteLength };
  }

  /** Takes out every event at once, for the end of the conversation. */
  drainEvents(): string[] {
    const events: string[] = [];
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      events.push(event);
    }
    return events;
  }

  /** The reader has taken this much. */
  sent(bytes: number, now: MonoMs): void {
    this.#inFlightBytes = Math.max(0, this.#inFlightBytes - bytes);
    this.#progressAt = now;
  }

  /** Patience starts when the queue stops being empty, not at the last of its earlier successes. */
  #startWaiting(now: MonoMs): void {
    if (this.#audio.size === 0 && this.#events.size === 0 && this.#inFlightBytes === 0) {
      this.#progressAt = now;
    }
  }

  /** Tells the reader once how much audio it has missed so far. */
  #takeDropReport(): string | undefined {
    if (this.#audio.dropped === this.#reportedDrops) return undefined;
    this.#reportedDrops = this.#audio.dropped;
    return JSON.stringify({ type: 'audio_dropped', chunks: this.#audio.dropped });
  }
}
