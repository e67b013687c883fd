import { isReliable, type Hop } from './hop.js';
import type { SipResponse } from './message.js';
import { timerDMs, transactionTimeoutMs } from './timing.js';
import { NamedTimers, type TransactionHost } from './transaction-host.js';

/** States of both client machines; `calling` and `accepted` belong to INVITE, `trying` to the others. */
export type ClientState = 'calling' | 'trying' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

/** Why a client transaction ended without a final response. */
export type ClientFailure = 'timeout' | 'transport';

/** What a client transaction tells its user. */
export interface ClientHooks {
  /** A response for the user; retransmissions are left out, except 2xx to INVITE in `accepted`. */
  response(response: SipResponse): void;
  failed(reason: ClientFailure): void;
  /** The transaction is gone; forget it. Comes after `failed`. */
  terminated(): void;
}

/** A client transaction as the transport and its user see it. */
export interface ClientTransaction {
  readonly state: ClientState;
  readonly hop: Hop;
  /** Puts the request on the wire and starts the timers. */
  start(): void;
  received(response: SipResponse): void;
  transportFailed(): void;
  /** Stops all timers without telling anybody. */
  stop(): void;
}

interface ClientRequest {
  /** Key under which transport failures come back. */
  readonly key: string;
  readonly hop: Hop;
  readonly text: string;
}

/** INVITE client transaction: RFC 3261 section 17.1.1 with the `accepted` state of RFC 6026 section 7.2. */
export class InviteClientTransaction implements ClientTransaction {
  #state: ClientState = 'calling';
  #ack: string | undefined;
  readonly #timers: NamedTimers;

  /**
   * @param makeAck - builds the ACK for a final response other than 2xx (RFC 3261 section 17.1.1.3)
   */
  constructor(
    private readonly host: TransactionHost,
    private readonly request: ClientRequest,
    private readonly makeAck: (response: SipResponse) => string,
    private readonly hooks: ClientHooks,
  ) {
    this.#timers = new NamedTimers(host);
  }

  get state(): ClientState {
    return this.#state;
  }

  get hop(): Hop {
    return this.request.hop;
  }

  start(): void {
    const { key, hop, text } = this.request;
    this.host.transmit(hop, text, false, key);
    const timeout = transactionTimeoutMs(this.host.timing);
    if (!isReliable(hop)) {
      this.#timers.repeat('A', this.host.timing.t1, timeout, () => this.host.transmit(hop, text, true, key));
    }
    this.#timers.start('B', timeout, () => this.#fail('timeout'));
  }

  received(response: SipResponse): void {
    const { status } = response;
    if (this.#state === 'completed') {
      if (status >= 300 && this.#ack !== undefined) this.host.transmit(this.hop, this.#ack, true);
      return;
    }
    if (this.#state === 'accepted') {
      if (status >= 200 && status < 300) this.hooks.response(response);
      return;
    }
    if (this.#state === 'terminated') return;
    this.#timers.clear();
    if (status < 200) {
      this.#state = 'proceeding';
    } else if (status < 300) {
      this.#state = 'accepted';
      this.#timers.start('M', transactionTimeoutMs(this.host.timing), () => this.#terminate());
    } else {
      this.#complete(response);
      this.hooks.response(response);
      if (isReliable(this.hop)) this.#terminate();
      return;
    }
    this.hooks.response(response);
  }

  transportFailed(): void {
    if (this.#state === 'calling' || this.#state === 'proceeding') this.#fail('transport');
  }

  stop(): void {
    this.#timers.clear();
    this.#state = 'terminated';
  }

  #complete(response: SipResponse): void {
    this.#state = 'completed';
    this.#ack = this.makeAck(response);
    this.host.transmit(this.hop, this.#ack, false);
    if (!isReliable(this.hop)) this.#timers.start('D', timerDMs(this.host.timing), () => this.#terminate());
  }

  #fail(reason: ClientFailure): void {
    this.stop();
    this.hooks.failed(reason);
    this.hooks.terminated();
  }

  #terminate(): void {
    if (this.#state === 'terminated') return;
    this.stop();
    this.hooks.terminated();
  }
}

/** Non-INVITE client transaction: RFC 3261 section 17.1.2. */
export class NonInviteClientTransaction implements ClientTransaction {
  #state: ClientState = 'trying';
  readonly #timers: NamedTimers;

  constructor(
    private readonly host: TransactionHost,
    private readonly request: ClientRequest,
    private readonly hooks: ClientHooks,
  ) {
    this.#timers = new NamedTimers(host);
  }

  get state(): ClientState {
    return this.#state;
  }

  get hop(): Hop {
    return this.request.hop;
  }

  start(): void {
    const { t1, t2 } = this.host.timing;
    this.#send(false);
    if (!isReliable(this.hop)) this.#timers.repeat('E', t1, t2, () => this.#send(true));
    this.#timers.start('F', transactionTimeoutMs(this.host.timing), () => this.#fail('timeout'));
  }

  received(response: SipResponse): void {
    if (this.#state === 'completed' || this.#state === 'terminated') return;
    if (response.status < 200) {
      if (this.#state === 'trying' && !isReliable(this.hop)) {
        // After a provisional response timer E runs at T2 (RFC 3261 section 17.1.2.2).
        const { t2 } = this.host.timing;
        this.#timers.repeat('E', t2, t2, () => this.#send(true));
      }
      this.#state = 'proceeding';
      this.hooks.response(response);
      return;
    }
    this.#timers.clear();
    this.#state = 'completed';
    this.hooks.response(response);
    if (isReliable(this.hop)) this.#terminate();
    else this.#timers.start('K', this.host.timing.t4, () => this.#terminate());
  }

  transportFailed(): void {
    if (this.#state === 'trying' || this.#state === 'proceeding') this.#fail('transport');
  }

  stop(): void {
    this.#timers.clear();
    this.#state = 'terminated';
  }

  #send(repeat: boolean): void {
    this.host.transmit(this.hop, this.request.text, repeat, this.request.key);
  }

  #fail(reason: ClientFailure): void {
    this.stop();
    this.hooks.failed(reason);
    this.hooks.terminated();
  }

  #terminate(): void {
    if (this.#state === 'terminated') return;
    this.stop();
    this.hooks.terminated();
  }
}
