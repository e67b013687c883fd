import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../../kernel/errors.js';
import { addMs } from '../../kernel/time.js';
import { LiveHub } from '../../live/core/hub.js';
import type { LiveBatch } from '../../session/live/live-desk.js';
import type { Channel } from '../channel-bridge.js';
import type { Principal } from '../auth/principal.js';
import type { RouteContext } from '../context.js';

/** Wait before what happens is asked for again, ms. */
const RETRY_MS = 1000;

/** The calls in progress as this thread knows them. What happens is asked for when somebody looks for the first time. */
export class LiveStation {
  readonly hub = new LiveHub(randomUUID());
  readonly #listeners = new Set<() => void>();
  #ready: Promise<void> | undefined;
  #closed = false;
  #channel: Channel<readonly string[]> | undefined;
  #metered = '';

  constructor(private readonly context: RouteContext) {}

  /** Resolves when the calls in progress are known. */
  ready(): Promise<void> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  /**
   * Whose lines do not hold a call does not learn that there is one.
   *
   * @throws LeibnizError NOT_FOUND
   */
  async mustSee(callId: string, { lines }: Pick<Principal, 'lines'>): Promise<void> {
    if (lines.length === 0) return;
    await this.ready();
    if (this.hub.call(callId, { lines, pii: false }) !== undefined) return;
    throw new LeibnizError('NOT_FOUND', 'There is no such call.', { field: 'id' });
  }

  /** Runs after whatever happens. Returns a function that takes it off. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What readers follow has changed. */
  followed(): void {
    const calls = [...this.hub.inFull].sort();
    if (this.#channel === undefined || calls.join() === this.#metered) return;
    this.#metered = calls.join();
    this.#channel.control(calls);
  }

  close(): void {
    this.#closed = true;
    this.#channel?.detach();
  }

  async #open(): Promise<void> {
    let known = (): void => undefined;
    const first = new Promise<void>((resolve) => (known = resolve));
    try {
      const channel = await this.context.ports.live.subscribe({
        audio: () => undefined,
        event: (batch) => {
          this.#take(batch);
          known();
        },
        closed: () => this.#again(),
      });
      this.#channel = channel;
      this.#metered = '';
      this.followed();
    } catch (error) {
      this.#again();
      throw error;
    }
    await first;
  }

  #take(batch: LiveBatch): void {
    const { clock, observer } = this.context;
    const at = new Date(clock.wall()).toISOString();
    if (batch.kind === 'calls') {
      this.hub.restart(batch.calls, at);
    } else {
      this.hub.publish(batch.facts, at);
      observer.liveFacts(batch.facts.map(({ type }) => type));
    }
    for (const listener of this.#listeners) listener();
  }

  #again(): void {
    const { clock } = this.context;
    this.#ready = undefined;
    this.#channel = undefined;
    if (this.#closed) return;
    clock.at(addMs(clock.now(), RETRY_MS), () => {
      if (!this.#closed && this.#listeners.size > 0) void this.ready().catch(() => undefined);
    });
  }
}
