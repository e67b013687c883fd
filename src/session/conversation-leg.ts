import type { Scheduler } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { SessionLeg, SessionLegEvent } from './ports.js';

/** The leg of a conversation that no telephone carries. */
export class ConversationLeg implements SessionLeg {
  readonly #listeners = new Set<(event: SessionLegEvent) => void>();
  #ended = false;
  #confirmed = false;

  constructor(private readonly scheduler: Scheduler) {}

  subscribe(listener: (event: SessionLegEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The client has begun: the conversation is up from its first message on. */
  confirm(): void {
    if (this.#confirmed || this.#ended) return;
    this.#confirmed = true;
    this.#emit({ type: 'confirmed', at: this.scheduler.now() });
  }

  hangup(reason: Termination): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#emit({ type: 'ended', reason, at: this.scheduler.now() });
  }

  /** There is no telephone to transfer. */
  transfer(): void {
    this.#emit({ type: 'transfer', state: 'failed', at: this.scheduler.now() });
  }

  #emit(event: SessionLegEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
