import type { MonoMs } from '../../kernel/time.js';

/** What the machine says of itself; a figure that is not known is left out. */
export interface LoadSample {
  /** Age of the oldest speech that waits for a recogniser, milliseconds. */
  readonly recogniserQueueMs?: number;
  /** How late timers of the call thread ran since the last sample, milliseconds, the worst but few. */
  readonly eventLoopLagMs?: number;
  /** How late packets left since the last sample, milliseconds, the worst but few. */
  readonly pacerLatenessMs?: number;
}

/** The two marks of one figure: at `high` calls are refused, below `low` they are taken again. */
interface Marks {
  readonly high: number;
  readonly low: number;
}

/** Options of {@link LoadGate}. */
export interface LoadGateOptions {
  readonly marks?: Partial<Readonly<Record<keyof LoadSample, Marks>>>;
  /** How long a figure has to stay at its high mark before calls are refused, milliseconds. Default 1000. */
  readonly refuseAfterMs?: number;
  /** How long all figures have to stay below their low marks before calls are taken, milliseconds. Default 3000. */
  readonly admitAfterMs?: number;
  /** Age from which a sample says nothing, milliseconds. Default 5000. */
  readonly staleMs?: number;
}

const MARKS: Readonly<Record<keyof LoadSample, Marks>> = {
  recogniserQueueMs: { high: 1500, low: 500 },
  eventLoopLagMs: { high: 150, low: 50 },
  pacerLatenessMs: { high: 30, low: 10 },
};

/**
 * Decides from the load of the machine whether one more call would make those in progress worse. Between the marks
 * the last decision stands, so that it does not change with every call; without samples nothing is refused.
 */
export class LoadGate {
  readonly #marks: Readonly<Record<keyof LoadSample, Marks>>;
  readonly #o: { readonly refuseAfterMs: number; readonly admitAfterMs: number; readonly staleMs: number };
  #sampledAt: MonoMs | undefined;
  #highSince: MonoMs | undefined;
  #lowSince: MonoMs | undefined;
  #refusing = false;

  constructor(o: LoadGateOptions = {}) {
    this.#marks = { ...MARKS, ...o.marks };
    this.#o = {
      refuseAfterMs: o.refuseAfterMs ?? 1000,
      admitAfterMs: o.admitAfterMs ?? 3000,
      staleMs: o.staleMs ?? 5000,
    };
  }

  /** Takes a sample; about one a second. */
  sample(now: MonoMs, sample: LoadSample): void {
    if (this.#isStale(now)) this.#forget();
    this.#sampledAt = now;
    const reaches = (mark: keyof Marks): boolean =>
      (Object.keys(MARKS) as (keyof LoadSample)[]).some(
        (key) => (sample[key] ?? 0) >= this.#marks[key][mark],
      );
    const high = reaches('high');
    const low = !reaches('low');
    this.#highSince = high ? (this.#highSince ?? now) : undefined;
    this.#lowSince = low ? (this.#lowSince ?? now) : undefined;
    if (this.#highSince !== undefined && now - this.#highSince >= this.#o.refuseAfterMs) {
      this.#refusing = true;
    }
    if (this.#lowSince !== undefined && now - this.#lowSince >= this.#o.admitAfterMs) this.#refusing = false;
  }

  /** True while new calls are better refused. */
  isRefusing(now: MonoMs): boolean {
    return this.#refusing && !this.#isStale(now);
  }

  #isStale(now: MonoMs): boolean {
    return this.#sampledAt === undefined || now - this.#sampledAt > this.#o.staleMs;
  }

  #forget(): void {
    this.#refusing = false;
    this.#highSince = undefined;
    this.#lowSince = undefined;
  }
}
