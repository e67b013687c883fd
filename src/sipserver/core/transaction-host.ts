import type { MonoMs } from '../../kernel/time.js';
import type { Hop } from './hop.js';
import type { Timer, TimerHeap } from './timer-heap.js';
import type { SipTiming } from './timing.js';

/** What a transaction needs from its owner. */
export interface TransactionHost {
  readonly timing: SipTiming;
  readonly timers: TimerHeap;
  now(): MonoMs;
  /** Puts a message on the wire; `repeat` marks a retransmission. `key` comes back when the transport fails. */
  transmit(hop: Hop, text: string, repeat: boolean, key?: string): void;
}

/** The timers of one transaction by name; setting a name again replaces the timer. */
export class NamedTimers {
  readonly #set = new Map<string, Timer>();

  constructor(private readonly host: TransactionHost) {}

  /** Runs `run` once after `delayMs`. */
  start(name: string, delayMs: number, run: () => void): void {
    this.stop(name);
    const timer = this.host.timers.set((this.host.now() + delayMs) as MonoMs, () => {
      this.#set.delete(name);
      run();
    });
    this.#set.set(name, timer);
  }

  /** Cancels the timer of this name. */
  stop(name: string): void {
    this.host.timers.cancel(this.#set.get(name));
    this.#set.delete(name);
  }

  /** Cancels all. */
  clear(): void {
    for (const timer of this.#set.values()) this.host.timers.cancel(timer);
    this.#set.clear();
  }

  /**
   * Runs `run` after `firstMs`, then after intervals that double up to `capMs`, until the name is stopped.
   */
  repeat(name: string, firstMs: number, capMs: number, run: () => void): void {
    const step = (delayMs: number): void =>
      this.start(name, delayMs, () => {
        step(Math.min(2 * delayMs, capMs));
        run();
      });
    step(firstMs);
  }
}
