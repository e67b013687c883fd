import type { WebSocket } from 'ws';
import { every, type MonoMs, type Scheduler } from '../../kernel/time.js';
import { Receipts } from '../receipts.js';

/** Why a supervisor's socket was closed, with its WebSocket close code. */
export const LIVE_CLOSE_CODES = {
  ended: 1000,
  client_gone: 1000,
  server_shutdown: 1001,
  bad_messages: 1008,
  internal: 1011,
  slow_reader: 4008,
  sign_in: 4401,
  forbidden: 4403,
  not_found: 4404,
  replaced: 4409,
  dead_peer: 4410,
} as const;

/** A key of {@link LIVE_CLOSE_CODES}. */
export type LiveCloseReason = keyof typeof LIVE_CLOSE_CODES;

/** What goes on the socket next. */
export interface Outgoing {
  readonly data: string | Uint8Array;
  readonly bytes: number;
}

/** Bytes sent and not yet confirmed by the reader. */
const MAX_IN_FLIGHT_BYTES = 256_000;
const RECEIPT_EVERY_BYTES = 16_000;
/** A reader that takes nothing for this long while something waits is given up, ms. */
const MAX_STALL_MS = 10_000;
const WATCH_EVERY_MS = 1000;

/** What a {@link PacedSocket} is made from. */
export interface PacedSocketOptions {
  readonly clock: Scheduler;
  /** An idle peer is asked this often whether it lives, ms. */
  readonly heartbeatMs: number;
  /** The next thing to send; `undefined` when nothing waits. */
  readonly next: () => Outgoing | undefined;
  /** The peer has taken so much. */
  readonly taken?: (bytes: number) => void;
  readonly onMessage: (data: Buffer, isBinary: boolean) => void;
  readonly onClosed: (reason: LiveCloseReason) => void;
}

/**
 * A socket whose reader sets the pace: what counts as received is what a pong confirms, so that a reader who stops costs
 * bounded memory, and is closed when it takes nothing for long.
 */
export class PacedSocket {
  #closed = false;
  #inFlight = 0;
  readonly #receipts: Receipts;
  #waitingSince: MonoMs | undefined;
  #cancel: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly o: PacedSocketOptions,
  ) {
    this.#receipts = new Receipts(socket, o.clock, RECEIPT_EVERY_BYTES);
    socket.on('message', (data, isBinary) => {
      if (!this.#closed) o.onMessage(data as Buffer, isBinary);
    });
    socket.on('pong', (data) => this.#onPong(data.toString('latin1')));
    socket.on('close', () => this.close('client_gone'));
    socket.on('error', () => this.close('client_gone'));
    this.every(o.heartbeatMs, () => this.#ping());
    this.every(WATCH_EVERY_MS, () => this.#watch());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends what may be sent. */
  pump(): void {
    if (this.#closed) return;
    while (this.#inFlight < MAX_IN_FLIGHT_BYTES) {
      const out = this.o.next();
      if (out === undefined) {
        this.#waitingSince = undefined;
        break;
      }
      this.#send(out);
    }
    if (this.#inFlight >= MAX_IN_FLIGHT_BYTES) this.#waitingSince ??= this.o.clock.now();
    this.#receipts.flush();
  }

  /** Sends at once, whatever is under way: for answers to the peer's own messages. */
  sendNow(message: object): void {
    if (this.#closed) return;
    const data = JSON.stringify(message);
    this.#send({ data, bytes: data.length });
  }

  /** Runs something again and again until the socket is closed. */
  every(ms: number, run: () => void): void {
    this.#cancel.push(every(this.o.clock, ms, run));
  }

  close(reason: LiveCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of this.#cancel) cancel();
    this.socket.close(LIVE_CLOSE_CODES[reason], reason);
    if (reason === 'dead_peer') this.socket.terminate();
    this.o.onClosed(reason);
  }

  #send({ data, bytes }: Outgoing): void {
    this.socket.send(data, ignoreError);
    this.#inFlight += bytes;
    this.#receipts.sent(bytes);
  }

  #onPong(id: string): void {
    const bytes = this.#receipts.pong(id);
    if (bytes === undefined) return;
    this.#inFlight = Math.max(0, this.#inFlight - bytes);
    this.#waitingSince = undefined;
    this.o.taken?.(bytes);
    this.pump();
  }

  #watch(): void {
    const since = this.#waitingSince;
    if (since !== undefined && this.o.clock.now() - since >= MAX_STALL_MS) this.close('slow_reader');
  }

  /** A peer that has left a ping unanswered for a whole round is gone. */
  #ping(): void {
    const { oldestAt } = this.#receipts;
    if (oldestAt === undefined) this.#receipts.ask();
    else if (this.o.clock.now() - oldestAt >= this.o.heartbeatMs) this.close('dead_peer');
  }
}

/** Failures to send arrive as the socket's own events. */
function ignoreError(): void {
  return undefined;
}
