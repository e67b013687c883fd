/** Why a stretch of a recording is silent. */
export type BlankReason = 'paused' | 'secret';

/** A stretch of a recording that holds silence in place of what was said, ms from its beginning. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly why: BlankReason;
}

/** More stretches than a call has; beyond it neighbours become one. */
const MAX_INTERVALS = 500;

/** Stretches of a recording that are blanked, one open at a time for each reason. */
export class Intervals {
  readonly #open = new Map<BlankReason, number>();
  #closed: Interval[] = [];

  /** From here on nothing is kept. */
  begin(why: BlankReason, atMs: number): void {
    if (!this.#open.has(why)) this.#open.set(why, Math.max(0, atMs));
  }

  /** From here on it is kept again. */
  end(why: BlankReason, atMs: number): void {
    const fromMs = this.#open.get(why);
    if (fromMs === undefined) return;
    this.#open.delete(why);
    this.add({ fromMs, toMs: Math.max(fromMs, atMs), why });
  }

  /** A stretch whose beginning and end are known. */
  add(interval: Interval): void {
    const before = this.#closed.at(-1);
    const joins =
      before !== undefined &&
      (this.#closed.length >= MAX_INTERVALS ||
        (before.why === interval.why && interval.fromMs <= before.toMs && interval.fromMs >= before.fromMs));
    if (joins) {
      this.#closed[this.#closed.length - 1] = {
        fromMs: Math.min(before.fromMs, interval.fromMs),
        toMs: Math.max(before.toMs, interval.toMs),
        why: before.why,
      };
    } else {
      this.#closed.push(interval);
    }
  }

  /** Stretches that touch a part of the recording; one that is open goes on for ever. */
  touching(fromMs: number, toMs: number): readonly { readonly fromMs: number; readonly toMs: number }[] {
    const open = [...this.#open.values()].map((from) => ({ fromMs: from, toMs: Number.POSITIVE_INFINITY }));
    return [...this.#closed, ...open].filter((one) => one.fromMs < toMs && one.toMs > fromMs);
  }

  /** All of them in order, for a recording of this length. */
  until(endMs: number): readonly Interval[] {
    const open = [...this.#open].map(([why, fromMs]) => ({ why, fromMs, toMs: endMs }));
    return [...this.#closed, ...open]
      .map((one) => ({ ...one, toMs: Math.min(one.toMs, endMs) }))
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .sort((a, b) => a.fromMs - b.fromMs);
  }
}
