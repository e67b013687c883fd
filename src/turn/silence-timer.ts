import { addMs, type MonoMs } from '../kernel/time.js';
import type { Listening } from '../kernel/vocab.js';
import type { SilenceOptions } from './options.js';

/** Counts how long nobody has spoken and how often the agent has already asked again. */
export class SilenceTimer {
  #since: MonoMs | undefined;
  #waitMs: number;
  #count = 0;

  constructor(private readonly options: SilenceOptions) {
    this.#waitMs = options.firstMs;
  }

  /** When the silence has lasted long enough. */
  get deadline(): MonoMs | undefined {
    return this.#since === undefined ? undefined : addMs(this.#since, this.#waitMs);
  }

  /** Sets the wait that belongs to what the agent has just said. */
  expect(listening: Listening, greeting: boolean): void {
    const { decisionMs, afterGreetingMs, firstMs } = this.options;
    this.#waitMs = listening.decision ? decisionMs : greeting ? afterGreetingMs : firstMs;
  }

  /** Nobody has the floor from `at` on. */
  start(at: MonoMs): void {
    this.#since = at;
  }

  /** Somebody has the floor. */
  stop(): void {
    this.#since = undefined;
  }

  /** The caller said something: the next silence is a first one. */
  reset(): void {
    this.#count = 0;
  }

  /** The silence is over its time. Returns which one in a row it is, from 1. */
  expire(): number {
    this.#since = undefined;
    return ++this.#count;
  }
}
