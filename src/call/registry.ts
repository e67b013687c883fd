import type { CallId } from '../kernel/ids.js';
import type { Leg } from './leg.js';

/** What an INVITE is, compared with those of the calls that exist. */
export type InviteNovelty = 'new' | 'retransmission' | 'merged';

/**
 * The legs of one edge. A leg counts as active until its termination is fixed, and stays here until its last SIP
 * transaction is over.
 */
export class LegRegistry {
  readonly #legs = new Map<CallId, { readonly leg: Leg; readonly requestKey: string | undefined }>();
  /** Branch of the top Via by request key. */
  readonly #branches = new Map<string, string>();
  readonly #idleWaiters: (() => void)[] = [];
  readonly #emptyWaiters: (() => void)[] = [];
  #active = 0;

  /** Calls whose termination is not fixed. */
  get active(): number {
    return this.#active;
  }

  /** Legs with an open SIP transaction or more. */
  get size(): number {
    return this.#legs.size;
  }

  all(): readonly Leg[] {
    return [...this.#legs.values()].map((entry) => entry.leg);
  }

  /**
   * Tells a copy of a known INVITE from a new one: the same request by the same branch is a retransmission, by
   * another path it is a merged request (RFC 3261 section 8.2.2.2).
   */
  novelty(requestKey: string, branch: string): InviteNovelty {
    const known = this.#branches.get(requestKey);
    if (known === undefined) return 'new';
    return known === branch ? 'retransmission' : 'merged';
  }

  add(leg: Leg, invite?: { readonly requestKey: string; readonly branch: string }): void {
    this.#legs.set(leg.id, { leg, requestKey: invite?.requestKey });
    this.#active++;
    if (invite !== undefined) this.#branches.set(invite.requestKey, invite.branch);
  }

  /** The leg's termination is fixed. */
  ended(): void {
    this.#active--;
    if (this.#active === 0) for (const wake of this.#idleWaiters.splice(0)) wake();
  }

  /** The leg's last transaction is over. */
  remove(leg: Leg): void {
    const requestKey = this.#legs.get(leg.id)?.requestKey;
    if (requestKey !== undefined) this.#branches.delete(requestKey);
    this.#legs.delete(leg.id);
    if (this.#legs.size === 0) for (const wake of this.#emptyWaiters.splice(0)) wake();
  }

  /** Resolves when no call is active. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Resolves when no leg is left. */
  empty(): Promise<void> {
    if (this.#legs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptyWaiters.push(resolve));
  }
}
