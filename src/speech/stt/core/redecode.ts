import { addMs, type MonoMs } from '../../../kernel/time.js';

/** Speech that is worth a first look. */
const FIRST_MS = 500;
/** Least time between two looks. */
const EVERY_MS = 400;
/** Share of the time that looks may take: after one that took 200 ms the next comes 400 ms later at the soonest. */
const REST = 2;
/** Longer utterances are not looked at again: each look decodes all of it. */
const LONGEST_MS = 12_000;

/**
 * When an engine that takes whole utterances looks once more at one that goes on, to give partial words. Pure; bounded
 * by time, by length, and by what the engine has room for.
 */
export class RedecodePacer {
  #since: MonoMs | undefined;
  #notBefore: MonoMs | undefined;

  /** The caller speaks. */
  speaking(now: MonoMs): void {
    this.#since ??= now;
  }

  /** The caller pauses. */
  paused(): void {
    this.#since = undefined;
  }

  /**
   * @param utteranceMs - length of what would be decoded
   * @param isIdle - whether the engine has room for it beside what may be asked for meanwhile
   */
  due(now: MonoMs, utteranceMs: number, isIdle: boolean): boolean {
    if (this.#since === undefined || !isIdle || utteranceMs > LONGEST_MS) return false;
    if (now < addMs(this.#since, FIRST_MS)) return false;
    return this.#notBefore === undefined || now >= this.#notBefore;
  }

  /** A look took so long. */
  looked(now: MonoMs, tookMs: number): void {
    this.#notBefore = addMs(now, Math.max(EVERY_MS, REST * tookMs));
  }
}
