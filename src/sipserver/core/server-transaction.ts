import { isReliable, type Hop } from './hop.js';
import { transactionTimeoutMs } from './timing.js';
import { NamedTimers, type TransactionHost } from './transaction-host.js';

/** States of both server machines; `accepted` and `confirmed` belong to INVITE only. */
export type ServerState = 'trying' | 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

/** What a server transaction tells its user. */
export interface ServerHooks {
  /** The transaction is gone; forget it. */
  terminated(): void;
  /** No ACK came for a final response other than 2xx (timer H). */
  ackMissing?(): void;
}

/** A server transaction as the transport and its user see it. */
export interface ServerTransaction {
  readonly state: ServerState;
  /** Where responses go (RFC 3261 section 18.2.2 and RFC 3581 section 4). */
  readonly hop: Hop;
  /** The same request came again. */
  retransmitted(): void;
  /** Sends a response. Returns false when a final response was sent before. */
  respond(status: number, text: string): boolean;
  /** The transport could not deliver. */
  transportFailed(): void;
  /** Stops all timers without telling anybody. */
  stop(): void;
}

/** INVITE server transaction: RFC 3261 section 17.2.1 with the `accepted` state of RFC 6026 section 7.1. */
export class InviteServerTransaction implements ServerTransaction {
  #state: ServerState = 'proceeding';
  #last: string | undefined;
  readonly #timers: NamedTimers;

  constructor(
    private readonly host: TransactionHost,
    readonly hop: Hop,
    private readonly hooks: ServerHooks,
  ) {
    this.#timers = new NamedTimers(host);
  }

  get state(): ServerState {
    return this.#state;
  }

  retransmitted(): void {
    // In `accepted` the 2xx is repeated by its own timer, so an INVITE is only absorbed (RFC 6026 section 7.1).
    if ((this.#state === 'proceeding' || this.#state === 'completed') && this.#last !== undefined) {
      this.host.transmit(this.hop, this.#last, true);
    }
  }

  respond(status: number, text: string): boolean {
    if (this.#state !== 'proceeding') return false;
    this.#last = text;
    this.host.transmit(this.hop, text, false);
    if (status < 200) return true;
    const timeout = transactionTimeoutMs(this.host.timing);
    if (status < 300) {
      this.#state = 'accepted';
      this.#timers.start('L', timeout, () => this.#terminate());
      return true;
    }
    this.#state = 'completed';
    if (!isReliable(this.hop)) {
      const { t1, t2 } = this.host.timing;
      this.#timers.repeat('G', t1, t2, () => this.host.transmit(this.hop, text, true));
    }
    this.#timers.start('H', timeout, () => {
      this.hooks.ackMissing?.();
      this.#terminate();
    });
    return true;
  }

  /** Repeats a 2xx on behalf of the transaction user, which owns its retransmission (RFC 3261 section 13.3.1.4). */
  repeatAccepted(): void {
    if (this.#state === 'accepted' && this.#last !== undefined) {
      this.host.transmit(this.hop, this.#last, true);
    }
  }

  /** An ACK that belongs to this transaction. Returns true when it was absorbed. */
  acknowledged(): boolean {
    if (this.#state === 'confirmed') return true;
    if (this.#state !== 'completed') return false;
    this.#state = 'confirmed';
    this.#timers.clear();
    if (isReliable(this.hop)) this.#terminate();
    else this.#timers.start('I', this.host.timing.t4, () => this.#terminate());
    return true;
  }

  transportFailed(): void {
    // Timers H and L still end the transaction; a caller that comes back on a new connection gets its answer.
  }

  stop(): void {
    this.#timers.clear();
    this.#state = 'terminated';
  }

  #terminate(): void {
    this.stop();
    this.hooks.terminated();
  }
}

/** Non-INVITE server transaction: RFC 3261 section 17.2.2. */
export class NonInviteServerTransaction implements ServerTransaction {
  #state: ServerState = 'trying';
  #last: string | undefined;
  readonly #timers: NamedTimers;

  constructor(
    private readonly host: TransactionHost,
    readonly hop: Hop,
    private readonly hooks: ServerHooks,
  ) {
    this.#timers = new NamedTimers(host);
  }

  get state(): ServerState {
    return this.#state;
  }

  retransmitted(): void {
    if (this.#last !== undefined) this.host.transmit(this.hop, this.#last, true);
  }

  respond(status: number, text: string): boolean {
    if (this.#state !== 'trying' && this.#state !== 'proceeding') return false;
    this.#last = text;
    this.host.transmit(this.hop, text, false);
    if (status < 200) {
      this.#state = 'proceeding';
      return true;
    }
    this.#state = 'completed';
    if (isReliable(this.hop)) this.#terminate();
    else this.#timers.start('J', transactionTimeoutMs(this.host.timing), () => this.#terminate());
    return true;
  }

  transportFailed(): void {
    this.#terminate();
  }

  stop(): void {
    this.#timers.clear();
    this.#state = 'terminated';
  }

  #terminate(): void {
    if (this.#state === 'terminated') return;
    this.stop();
    this.hooks.terminated();
  }
}
