import type { MonoMs } from '../../kernel/time.js';

interface HalfOpen<Id> {
  readonly id: Id;
  readonly source: string;
  readonly since: MonoMs;
}

/**
 * From how many calls of one source on, and after how long, one of them may give way. An ACK needs one round trip, so
 * the fewer they are, the longer they are believed.
 */
const PATIENCE: readonly (readonly [calls: number, ageMs: number])[] = [
  [10, 20],
  [3, 100],
  [1, 1000],
];

const patienceMs = (calls: number): number => PATIENCE.find(([least]) => calls >= least)?.[1] ?? 0;

/**
 * Calls that were answered and are not acknowledged. Each holds a line; a caller who means it acknowledges within a
 * round trip, so when lines run out the oldest of them give way, those of the source with the most first.
 */
export class HalfOpenCalls<Id> {
  /** In the order in which they were answered. */
  readonly #calls = new Map<Id, HalfOpen<Id>>();

  get size(): number {
    return this.#calls.size;
  }

  /** @param source - address that the call came from */
  add(id: Id, source: string, now: MonoMs): void {
    this.#calls.set(id, { id, source, since: now });
  }

  /** The call was acknowledged, or has ended. */
  remove(id: Id): void {
    this.#calls.delete(id);
  }

  /** The call that gives way to a new one; `undefined` when all of them may still be honest. */
  victim(now: MonoMs): Id | undefined {
    const counts = new Map<string, number>();
    for (const { source } of this.#calls.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    let victim: HalfOpen<Id> | undefined;
    for (const call of this.#calls.values()) {
      const count = counts.get(call.source) ?? 0;
      if (now - call.since < patienceMs(count)) continue;
      if (victim === undefined || count > (counts.get(victim.source) ?? 0)) victim = call;
    }
    return victim?.id;
  }
}
