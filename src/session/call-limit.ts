import { addMs, type MonoMs } from '../kernel/time.js';

/** Time for a goodbye when a call has used up what it may, ms. */
const GOODBYE_MS = 12_000;
/** Lines of a transcript: two hours of quick talk. Keys alone could write thousands in a minute. */
export const MAX_LINES = 1000;

/** How long a call may last, in time and in lines. At the limit there is time for a goodbye. */
export class CallLimit {
  #endsAt: MonoMs;
  #saidGoodbye = false;

  constructor(startedAt: MonoMs, maxCallMs: number) {
    this.#endsAt = addMs(startedAt, maxCallMs);
  }

  /** When something is due. */
  get deadline(): MonoMs {
    return this.#endsAt;
  }

  /** What a call of so many lines has to do now. Each is told once. */
  due(now: MonoMs, lines: number): 'goodbye' | 'hangup' | undefined {
    if (!this.#saidGoodbye && (now >= this.#endsAt || lines >= MAX_LINES)) {
      this.#saidGoodbye = true;
      this.#endsAt = addMs(now, GOODBYE_MS);
      return 'goodbye';
    }
    return now >= this.#endsAt ? 'hangup' : undefined;
  }
}
