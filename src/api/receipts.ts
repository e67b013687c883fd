import type { WebSocket } from 'ws';
import type { MonoMs, Scheduler } from '../kernel/time.js';

/** Learns by pings and their pongs how much of what was sent a peer has taken. */
export class Receipts {
  #open: { readonly id: string; readonly bytes: number; readonly at: MonoMs }[] = [];
  #nextId = 1;
  #unasked = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly clock: Scheduler,
    /** A receipt is asked for after so much. */
    private readonly everyBytes: number,
  ) {}

  /** When the oldest receipt was asked for that has not come. */
  get oldestAt(): MonoMs | undefined {
    return this.#open[0]?.at;
  }

  /** So much was sent. */
  sent(bytes: number): void {
    this.#unasked += bytes;
    if (this.#unasked >= this.everyBytes) this.ask();
  }

  /** Nothing more is sent for now: the rest needs a receipt, unless one is on its way. */
  flush(): void {
    if (this.#open.length === 0 && this.#unasked > 0) this.ask();
  }

  ask(): void {
    const id = String(this.#nextId++);
    this.#open.push({ id, bytes: this.#unasked, at: this.clock.now() });
    this.#unasked = 0;
    // Failures to send arrive as the socket's own events.
    this.socket.ping(id, undefined, () => undefined);
  }

  /**
   * The peer's pong, which answers its ping and every one before it (RFC 6455 section 5.5.3).
   *
   * @returns how many bytes were taken; `undefined` for a pong that was not asked for
   */
  pong(id: string): number | undefined {
    const at = this.#open.findIndex((receipt) => receipt.id === id);
    if (at < 0) return undefined;
    return this.#open.splice(0, at + 1).reduce((sum, receipt) => sum + receipt.bytes, 0);
  }
}
