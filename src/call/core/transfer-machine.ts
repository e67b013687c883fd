import type { Machine } from '../../kernel/machine.js';
import { addMs, type MonoMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import type { TransferState } from './types.js';

/** Inputs of {@link TransferMachine}. */
export type TransferInput =
  | { readonly type: 'start'; readonly target: string }
  /** Final response to the REFER of that number; `undefined` when it could not be sent. */
  | { readonly type: 'refer_response'; readonly refer: number; readonly response: ReferResponse | undefined }
  | { readonly type: 'notify'; readonly notify: ReferNotify }
  | { readonly type: 'time' };

/** Outputs of {@link TransferMachine}. */
export type TransferOutput =
  /** `refer` numbers the REFERs of a call from 1: its response comes back with it. */
  | { readonly type: 'send_refer'; readonly refer: number; readonly target: string }
  | {
      readonly type: 'report';
      readonly state: TransferState;
      readonly status: number | undefined;
      readonly at: MonoMs;
    }
  /** The peer is connected to the target: our dialog is no longer needed. */
  | { readonly type: 'hangup'; readonly reason: 'transferred' };

/** Final response to a REFER. */
export interface ReferResponse {
  readonly status: number;
  /** CSeq number of the REFER, by which its NOTIFYs name it; `undefined` when it cannot be read. */
  readonly cseq: number | undefined;
}

/** Gets the final response to a REFER, or `undefined` when the request could not be sent. */
export type ReferDone = (response: ReferResponse | undefined) => void;

/** What a NOTIFY of a REFER subscription says (RFC 3515 section 2.4.5). */
export interface ReferNotify {
  /** Status of the sipfrag, if one could be read. */
  readonly status: number | undefined;
  /** Subscription-State is `terminated`. */
  readonly terminated: boolean;
  /** CSeq number of the REFER it belongs to (RFC 3515 section 2.4.6); the first REFER of a dialog may go without. */
  readonly referCseq: number | undefined;
}

/** `expired`: reported as failed because nothing came in time; the peer may still succeed. */
type State = 'idle' | 'referring' | 'notified' | 'connected' | 'expired';

/**
 * Blind transfer by REFER (RFC 3515, RFC 5589 section 6). The dialog is kept until the peer reports a final status
 * or hangs up, so that after a refusal the agent still has the caller.
 */
export class TransferMachine implements Machine<TransferInput, TransferOutput> {
  readonly #outputs: TransferOutput[] = [];
  #state: State = 'idle';
  #deadline: MonoMs | undefined;
  #reportedTrying = false;
  /** Number of our last REFER. */
  #refer = 0;
  /** CSeq number of our last REFER, once it was answered. */
  #cseq: number | undefined;

  /** @param timeoutMs - longest time from REFER, or from the last progress, to the final NOTIFY */
  constructor(private readonly timeoutMs: number) {}

  /** Whether a NOTIFY may tell the outcome of our last REFER; what an earlier one has still to say is not wanted. */
  expects({ referCseq }: ReferNotify): boolean {
    if (!this.active && this.#state !== 'expired') return false;
    return referCseq === undefined || this.#cseq === undefined || referCseq === this.#cseq;
  }

  /** A transfer is under way. */
  get active(): boolean {
    return this.#state === 'referring' || this.#state === 'notified';
  }

  poll(): TransferOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    return this.#deadline;
  }

  handle(now: MonoMs, input: TransferInput): void {
    switch (input.type) {
      case 'start':
        return this.#start(now, input.target);
      case 'refer_response':
        return input.refer === this.#refer ? this.#response(now, input.response) : undefined;
      case 'notify':
        return this.#notify(now, input.notify);
      case 'time':
        return this.#expire(now);
    }
  }

  /** How a BYE of the peer ends the call: after an accepted REFER it means that the transfer worked. */
  terminationOnBye(reason: Termination): Termination {
    if (reason !== 'caller_hangup') return reason;
    return this.#state === 'notified' || this.#state === 'connected' ? 'transferred' : reason;
  }

  #start(now: MonoMs, target: string): void {
    if (this.active || this.#state === 'connected') return;
    this.#state = 'referring';
    this.#reportedTrying = false;
    this.#cseq = undefined;
    this.#deadline = addMs(now, this.timeoutMs);
    this.#refer += 1;
    this.#outputs.push({ type: 'send_refer', refer: this.#refer, target });
  }

  #response(now: MonoMs, response: ReferResponse | undefined): void {
    this.#cseq = response?.cseq;
    if (this.#state !== 'referring') return;
    if (response === undefined) return this.#finish(now, 'failed', undefined);
    if (response.status >= 300) return this.#finish(now, 'refused', response.status);
    this.#state = 'notified';
    this.#trying(now, undefined);
  }

  #notify(now: MonoMs, notify: ReferNotify): void {
    if (this.#state === 'idle' || this.#state === 'connected') return;
    const { status } = notify;
    if (status !== undefined && status >= 200 && status < 300) return this.#connected(now, status);
    if (this.#state === 'expired') return;
    if (status !== undefined && status >= 300) return this.#finish(now, 'refused', status);
    if (notify.terminated) return this.#finish(now, 'failed', status);
    this.#state = 'notified';
    this.#deadline = addMs(now, this.timeoutMs);
    this.#trying(now, status);
  }

  #connected(now: MonoMs, status: number): void {
    this.#state = 'connected';
    this.#deadline = undefined;
    this.#outputs.push({ type: 'report', state: 'accepted', status, at: now });
    this.#outputs.push({ type: 'hangup', reason: 'transferred' });
  }

  #trying(now: MonoMs, status: number | undefined): void {
    if (this.#reportedTrying && (status === undefined || status === 100)) return;
    this.#reportedTrying = true;
    this.#outputs.push({ type: 'report', state: 'trying', status, at: now });
  }

  #finish(now: MonoMs, state: 'refused' | 'failed', status: number | undefined): void {
    this.#state = 'idle';
    this.#deadline = undefined;
    this.#outputs.push({ type: 'report', state, status, at: now });
  }

  #expire(now: MonoMs): void {
    if (!this.active || this.#deadline === undefined || now < this.#deadline) return;
    this.#finish(now, 'failed', undefined);
    this.#state = 'expired';
  }
}

const SIPFRAG_LIMIT = 4096;

/** Reads a NOTIFY body (`message/sipfrag`, RFC 3420), its Subscription-State and its Event. Never throws. */
export function parseReferNotify(
  body: string | undefined,
  subscriptionState: string | undefined,
  event: string | undefined,
): ReferNotify {
  const text = (body ?? '').slice(0, SIPFRAG_LIMIT);
  const status = /^\s*SIP\/2\.0\s+([1-6]\d\d)\b/i.exec(text)?.[1];
  const cseq = /;\s*id\s*=\s*(\d{1,10})\s*(?:;|$)/i.exec(event ?? '')?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    terminated: /^\s*terminated\b/i.test(subscriptionState ?? ''),
    referCseq: cseq === undefined ? undefined : Number(cseq),
  };
}
