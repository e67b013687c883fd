import type { FailureKind } from '../../../kernel/failure.js';
import { addMs, type MonoMs } from '../../../kernel/time.js';
import { isLasting } from './failures.js';

/** Longest time from the first packet of a connection until it takes audio. */
export const SETUP_MS = 5000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;
/** A wrong key does not become right within seconds. */
const LASTING_RETRY_MS = 60_000;

/** `idle` before the first, `connecting` until it takes audio, `waiting` for the next try, `over` for good. */
export type LinkPhase = 'idle' | 'connecting' | 'ready' | 'waiting' | 'over';

/** When a connection is opened, and when again. Pure. */
export class Link {
  #phase: LinkPhase = 'idle';
  #until: MonoMs | undefined;
  #failures = 0;
  #lastKind: FailureKind = 'overloaded';
  #handle: string | undefined;
  #usedHandle = false;

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Given by the connection before this one. */
  get handle(): string | undefined {
    return this.#handle;
  }

  /** Why there is no connection now, when trying has failed: requests need not wait for the next try. */
  get trouble(): FailureKind | undefined {
    const isUp = this.#phase === 'ready' || this.#failures === 0;
    return isUp ? undefined : this.#lastKind;
  }

  /** When {@link due} has to be asked again. */
  get deadline(): MonoMs | undefined {
    return this.#until;
  }

  connecting(now: MonoMs): void {
    this.#phase = 'connecting';
    this.#until = addMs(now, SETUP_MS);
    this.#usedHandle = this.#handle !== undefined;
  }

  ready(): void {
    this.#phase = 'ready';
    this.#until = undefined;
  }

  /** It has answered: the next failure is a first one. A connection that only opens has shown nothing. */
  proven(): void {
    this.#failures = 0;
  }

  keep(handle: string): void {
    this.#handle = handle;
  }

  /** The connection is gone or was never made. */
  lost(now: MonoMs, kind: FailureKind): void {
    if (this.#phase === 'over') return;
    // A handle that is refused is old: the next connection starts anew.
    const wasRefused = this.#phase === 'connecting' && this.#usedHandle;
    if (wasRefused) this.#handle = undefined;
    this.#phase = 'waiting';
    this.#lastKind = kind;
    const backOffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 16));
    const waitMs = isLasting(kind) && !wasRefused ? LASTING_RETRY_MS : backOffMs;
    this.#until = addMs(now, wasRefused ? 0 : waitMs);
    this.#failures++;
  }

  over(): void {
    this.#phase = 'over';
    this.#until = undefined;
  }

  /** What the time asks for: a connection, or the end of one that does not get ready. */
  due(now: MonoMs): 'connect' | 'late' | undefined {
    if (this.#until === undefined || now < this.#until) return undefined;
    return this.#phase === 'waiting' ? 'connect' : 'late';
  }
}
