import type { MonoMs } from '../../kernel/time.js';
import type { Hop } from './hop.js';
import { TokenBuckets } from './token-buckets.js';

/** Bounds for one source of requests that belong to no call. */
export interface GateLimits {
  /** Requests a second from one address and port; four times as many from one address. 0 sets no limit. */
  readonly requestsPerSecond: number;
  /** INVITEs from one address and port that are not acknowledged yet; twice as many from one address. */
  readonly halfOpenPerSource: number;
}

/** Whether a request from outside any call is looked at. */
export type GateVerdict = 'pass' | 'refuse' | 'silent';

/** Requests other than INVITE that are answered a second, whatever their source, and INVITEs that are refused. */
const ANSWERS_PER_SECOND = 1000;
const REFUSALS_PER_SECOND = 100;

/**
 * Keeps one source from taking what belongs to all: requests outside a call by rate, calls without ACK by number.
 * A source is an address with a port, so that the callers behind one address are told apart; the address as a whole
 * has a larger bound.
 */
export class Gate {
  readonly #bySource: TokenBuckets;
  readonly #byAddress: TokenBuckets;
  readonly #answers = new TokenBuckets(ANSWERS_PER_SECOND, 2 * ANSWERS_PER_SECOND);
  readonly #refusals = new TokenBuckets(REFUSALS_PER_SECOND, REFUSALS_PER_SECOND);
  readonly #halfOpen = new Map<string, number>();

  constructor(private readonly limits: GateLimits) {
    const { requestsPerSecond: rate } = limits;
    this.#bySource = new TokenBuckets(rate, 2 * rate);
    this.#byAddress = new TokenBuckets(4 * rate, 8 * rate);
  }

  /** True when nothing that this source sends outside a call is answered now. */
  isShut(remote: Hop, now: MonoMs): boolean {
    return this.#bySource.isEmpty(sourceOf(remote), now) || this.#byAddress.isEmpty(remote.address, now);
  }

  /** Judges a request outside a call. */
  request(method: string, remote: Hop, now: MonoMs): GateVerdict {
    // A source that has used up its own does not use up what is left to its neighbours.
    if (this.#bySource.take(sourceOf(remote), now) && this.#byAddress.take(remote.address, now)) {
      return method === 'INVITE' || this.#answers.take('', now) ? 'pass' : 'silent';
    }
    return method === 'INVITE' && this.#refusals.take('', now) ? 'refuse' : 'silent';
  }

  /** Whether this source may have one more call without ACK, and if not, what is full. */
  room(remote: Hop): 'free' | 'source_full' | 'address_full' {
    const { halfOpenPerSource: limit } = this.limits;
    if (this.#count(sourceOf(remote)) >= limit) return 'source_full';
    return this.#count(remote.address) >= 2 * limit ? 'address_full' : 'free';
  }

  /** A call began that waits for its ACK. Returns what ends the wait; more than one use does nothing. */
  opened(remote: Hop): () => void {
    const keys = [sourceOf(remote), remote.address];
    for (const key of keys) this.#halfOpen.set(key, this.#count(key) + 1);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      for (const key of keys) {
        const left = this.#count(key) - 1;
        if (left > 0) this.#halfOpen.set(key, left);
        else this.#halfOpen.delete(key);
      }
    };
  }

  #count(key: string): number {
    return this.#halfOpen.get(key) ?? 0;
  }
}

const sourceOf = ({ address, port }: Hop): string => `${address}|${port}`;
