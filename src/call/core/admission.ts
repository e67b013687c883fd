import { randomInt, type Rng } from '../../kernel/rng.js';
import type { MonoMs } from '../../kernel/time.js';
import { LoadGate, type LoadGateOptions, type LoadSample } from './load.js';

/** Whether a new call is taken. */
export type Admission =
  | { readonly admit: true }
  | {
      readonly admit: false;
      readonly reason: 'rejected_capacity' | 'rejected_draining' | 'rejected_request';
      /** Final status to the INVITE. */
      readonly status: number;
      /** Value of Retry-After, in seconds. */
      readonly retryAfterS: number | undefined;
    };

/** The one positive answer. */
export const ADMITTED: Admission = { admit: true };

/** Options of {@link AdmissionControl}. */
export interface AdmissionOptions {
  /** Calls at once; 0 refuses every call. */
  readonly maxCalls: number;
  /** Full for longer than this, OPTIONS is answered 503 so that a balancer looks elsewhere. Default 30,000. */
  readonly overloadMs?: number;
  /** Retry-After while draining, in seconds: `[min, max]`. Default 30 to 60. */
  readonly drainRetryS?: readonly [number, number];
  /** Marks of the load; see {@link LoadGateOptions}. */
  readonly load?: LoadGateOptions;
}

/** Retry-After while full, in seconds. A proxy stays away for all of it (RFC 3261 section 21.5.4), so it is short. */
const FULL_RETRY_S = [1, 2] as const;

/** Retry-After under load, in seconds: about as long as it takes to be believed that it is over. */
const LOAD_RETRY_S = [2, 4] as const;

/**
 * Decides whether a call is taken, from the number of calls, the load of the machine, and whether the process is
 * draining. A new call is refused rather than the calls in progress made worse.
 */
export class AdmissionControl {
  readonly #overloadMs: number;
  readonly #drainRetryS: readonly [number, number];
  readonly #load: LoadGate;
  #fullSince: MonoMs | undefined;

  constructor(
    private readonly options: AdmissionOptions,
    private readonly rng: Rng,
  ) {
    if (!Number.isInteger(options.maxCalls) || options.maxCalls < 0) {
      throw new RangeError(`maxCalls must be a whole number from 0, got ${options.maxCalls}`);
    }
    this.#overloadMs = options.overloadMs ?? 30_000;
    this.#drainRetryS = options.drainRetryS ?? [30, 60];
    this.#load = new LoadGate(options.load);
  }

  /** Takes what the machine says of its load; about once a second. Without it only the number of calls counts. */
  observe(now: MonoMs, sample: LoadSample): void {
    this.#load.sample(now, sample);
  }

  /** Whether one more call would be taken now. */
  isOpen(now: MonoMs, activeCalls: number, draining: boolean): boolean {
    return !draining && activeCalls < this.options.maxCalls && !this.#load.isRefusing(now);
  }

  /** Tells how many calls there are; call it whenever the number changes. */
  note(now: MonoMs, activeCalls: number): void {
    if (this.isOpen(now, activeCalls, false)) this.#fullSince = undefined;
    else this.#fullSince ??= now;
  }

  /** A new call, with `activeCalls` others. */
  decide(now: MonoMs, activeCalls: number, draining: boolean): Admission {
    this.note(now, activeCalls);
    if (draining) return this.#refuse('rejected_draining');
    if (activeCalls >= this.options.maxCalls) return this.#refuse('rejected_capacity');
    if (this.#load.isRefusing(now)) return this.#refuse('rejected_capacity', LOAD_RETRY_S);
    return ADMITTED;
  }

  /**
   * An OPTIONS ping. Balancers take a server out on 503 and put it back only after further pings, so a full moment
   * is not reported, only draining or an overload that lasts.
   */
  probe(now: MonoMs, activeCalls: number, draining: boolean): Admission {
    this.note(now, activeCalls);
    if (draining) return this.#refuse('rejected_draining');
    const overloaded = this.#fullSince !== undefined && now - this.#fullSince >= this.#overloadMs;
    return overloaded ? this.#refuse('rejected_capacity') : ADMITTED;
  }

  /** Retry-After of a 503, in seconds; spread, so that those refused together do not return together. */
  retryAfterS(draining: boolean): number {
    const [min, max] = draining ? this.#drainRetryS : FULL_RETRY_S;
    return randomInt(this.rng, min, max);
  }

  #refuse(
    reason: 'rejected_capacity' | 'rejected_draining',
    retryS: readonly [number, number] = reason === 'rejected_draining' ? this.#drainRetryS : FULL_RETRY_S,
  ): Admission {
    const retryAfterS = randomInt(this.rng, ...retryS);
    return { admit: false, reason, status: 503, retryAfterS };
  }
}
