import type { MonoMs } from '../../kernel/time.js';
import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import type { ServerEntry } from './server-table.js';
import { transactionTimeoutMs } from './timing.js';

/** An honest ACK is here after this time, milliseconds. */
const ROUND_TRIP_MS = 100;

/** A 2xx of ours that waits for its ACK. */
export interface PendingAck {
  readonly entry: ServerEntry;
  readonly dialog: Dialog;
  /** When the 2xx was sent. */
  readonly at: MonoMs;
}

/**
 * Answers that wait for their ACK: repeated from T1 up to T2 until it comes, given up after 64*T1
 * (RFC 3261 section 13.3.1.4).
 */
export class PendingAcks {
  /** By dialog id and CSeq number. */
  readonly #pending = new Map<string, PendingAck>();

  /** @param givenUp - ends the call; it was not acknowledged for this reason */
  constructor(
    private readonly context: EngineContext,
    private readonly givenUp: (dialog: Dialog, reason: string) => void,
  ) {}

  /** Answers waiting. */
  get size(): number {
    return this.#pending.size;
  }

  /** Starts to wait. Call it before the 2xx is sent, so that its timers come before those of the transaction. */
  add(entry: ServerEntry, dialog: Dialog): void {
    const pending = { entry, dialog, at: this.context.now() };
    this.#pending.set(keyOf(dialog, entry.known), pending);
    dialog.awaitingAck = true;
    const { timing } = this.context;
    entry.timers.repeat('2xx', timing.t1, timing.t2, () => entry.invite?.repeatAccepted());
    entry.timers.start('ack', transactionTimeoutMs(timing), () => {
      this.context.counters.ackTimeouts++;
      this.#giveUp(pending, 'ACK timeout');
    });
  }

  /** The answer of this INVITE, if it waits. */
  of(entry: ServerEntry): PendingAck | undefined {
    return entry.dialog === undefined ? undefined : this.#pending.get(keyOf(entry.dialog, entry.known));
  }

  /** Takes the answer an ACK is for. `undefined` when nothing waits for it: a repetition, or a stranger. */
  take(dialog: Dialog, ack: Essentials): PendingAck | undefined {
    const pending = this.#pending.get(keyOf(dialog, ack));
    if (pending !== undefined) this.#remove(pending);
    return pending;
  }

  /**
   * The caller cancelled while the answer was on its way. BYE has to wait for the ACK (RFC 3261 section 15), but a
   * caller that considers the call cancelled may never send one, so the wait is cut to T1.
   */
  hurry(pending: PendingAck, reason: string): void {
    pending.dialog.byeAfterAck = reason;
    pending.entry.timers.start('hurry', this.context.timing.t1, () => this.#giveUp(pending, reason));
  }

  /**
   * Gives up the oldest call of an address that has waited for a round trip, so that another may come in.
   *
   * @returns false when there is none
   */
  giveWay(address: string): boolean {
    for (const pending of this.#pending.values()) {
      const { entry, at } = pending;
      if (!entry.initial || entry.flow.remote.address !== address) continue;
      if (this.context.now() - at < ROUND_TRIP_MS) return false;
      this.#giveUp(pending, 'ACK timeout');
      return true;
    }
    return false;
  }

  /** The dialog has ended; nothing is waited for any more. */
  drop(dialog: Dialog): void {
    for (const pending of [...this.#pending.values()]) if (pending.dialog === dialog) this.#remove(pending);
  }

  /** Stops all timers. */
  stop(): void {
    for (const { entry } of this.#pending.values()) entry.timers.clear();
  }

  #giveUp(pending: PendingAck, reason: string): void {
    this.#remove(pending);
    if (pending.dialog.state !== 'ended') this.givenUp(pending.dialog, reason);
  }

  #remove({ entry, dialog }: PendingAck): void {
    entry.timers.clear();
    entry.settle?.();
    this.#pending.delete(keyOf(dialog, entry.known));
    dialog.awaitingAck = false;
  }
}

const keyOf = (dialog: Dialog, known: Essentials): string => `${dialog.id}|${known.cseq.number}`;
