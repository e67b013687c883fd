import { addMs, earliest, type MonoMs } from './time.js';

/** Settings of {@link FailoverMachine}. */
export interface FailoverOptions {
  /** Failures in a row after which a provider is left alone. Default 3. */
  readonly failures: number;
  /** How long it is left alone; doubles each time it fails its trial. Default 5 s. */
  readonly openMs: number;
  /** Longest time that a provider is left alone. Default 2 min. */
  readonly maxOpenMs: number;
  /** Time after which the next provider is asked as well, while the first may still answer. Default 1.5 s. */
  readonly hedgeMs: number;
  /** The same where the provider is one that is tried again after failures. Default 1.5 s. */
  readonly trialHedgeMs: number;
  /** The same for single providers, by their place. */
  readonly hedgeMsOf?: readonly (number | undefined)[];
  /** Most requests at once; more are refused. Default 256. */
  readonly maxRequests: number;
  /** So many of the first providers are alike: requests begin with each of them in turn. Default 1. */
  readonly alike: number;
}

/** Defaults of {@link FailoverOptions}. */
export const FAILOVER_DEFAULTS: FailoverOptions = {
  failures: 3,
  openMs: 5000,
  maxOpenMs: 120_000,
  hedgeMs: 1500,
  trialHedgeMs: 1500,
  maxRequests: 256,
  alike: 1,
};

/** `closed`: asked. `open`: left alone. `half_open`: one request tries whether it works again. */
export type BreakerPhase = 'closed' | 'open' | 'half_open';

/**
 * How a provider's part in a request ended.
 *
 * - `ok`; `void`: says nothing about the provider (given up, not its fault). The request is over
 * - `failed`: the next one is asked; several in a row open the breaker. `broken`: opens it at once, for the longest time
 * - `busy`: the next one is asked, and the breaker stays as it is
 */
export type AttemptOutcome = 'ok' | 'void' | 'failed' | 'broken' | 'busy';

/** What the shell is to do. Providers are places in its list, first choice first. */
export type FailoverAction =
  | { readonly type: 'start'; readonly request: number; readonly provider: number }
  /** Its answer is no longer wanted. */
  | { readonly type: 'abandon'; readonly request: number; readonly provider: number }
  /** This provider's result is the answer, or its last error when it failed. The request is over. */
  | { readonly type: 'settle'; readonly request: number; readonly provider: number }
  /** No provider may be asked: too many requests at once. The request is over. */
  | { readonly type: 'refuse'; readonly request: number };

interface Breaker {
  phase: BreakerPhase;
  failures: number;
  openMs: number;
  until: MonoMs | undefined;
}

interface Request {
  /** Providers not yet asked, in order. */
  readonly left: number[];
  readonly asked: Set<number>;
  hedgeAt: MonoMs | undefined;
  /** The provider whose first audio was passed on already. */
  committed: number | undefined;
}

/**
 * Which of several providers of one kind is asked, when the next one is, and whose answer counts. Providers are asked
 * in order; a failed one is followed at once by the next, a slow one is joined by it. A provider that fails again and
 * again is left alone for a while (circuit breaker) and then tried by one request. When all are left alone the first
 * one is asked all the same: the caller waits.
 *
 * Pure: the shell does the asking, tells what came of it, and wakes it at {@link nextDeadline}.
 */
export class FailoverMachine {
  readonly #options: FailoverOptions;
  readonly #breakers: readonly Breaker[];
  readonly #requests = new Map<number, Request>();
  #turn = 0;

  /** @param providers - how many there are, at least 1 */
  constructor(providers: number, options: Partial<FailoverOptions> = {}) {
    this.#options = { ...FAILOVER_DEFAULTS, ...options };
    this.#breakers = Array.from({ length: providers }, () => ({
      phase: 'closed',
      failures: 0,
      openMs: this.#options.openMs,
      until: undefined,
    }));
  }

  /** State of each provider, for health and metrics. */
  phases(): readonly BreakerPhase[] {
    return this.#breakers.map(({ phase }) => phase);
  }

  /**
   * Takes a new request.
   *
   * @param allowed - providers that may be asked, in order unless some are alike; all of them unless given
   */
  begin(now: MonoMs, request: number, allowed?: readonly number[]): FailoverAction[] {
    const wanted = this.#order(allowed);
    if (wanted.length === 0 || this.#requests.size >= this.#options.maxRequests) {
      return [{ type: 'refuse', request }];
    }
    const open = wanted.filter((provider) => this.#mayAsk(provider, now));
    const left = open.length === 0 ? wanted.slice(0, 1) : open;
    const entry: Request = { left, asked: new Set(), hedgeAt: undefined, committed: undefined };
    this.#requests.set(request, entry);
    return this.#ask(now, request, entry);
  }

  /** A provider has begun to give its answer, which is passed on: it is the one that counts. */
  began(request: number, provider: number): FailoverAction[] {
    const entry = this.#requests.get(request);
    if (entry === undefined || entry.committed !== undefined || !entry.asked.has(provider)) return [];
    entry.committed = provider;
    entry.left.length = 0;
    entry.hedgeAt = undefined;
    return this.#abandon(request, entry, provider);
  }

  /** A provider's part is over. Answers that are no longer wanted still tell how the provider is. */
  ended(now: MonoMs, request: number, provider: number, outcome: AttemptOutcome): FailoverAction[] {
    this.#judge(provider, now, outcome);
    const entry = this.#requests.get(request);
    if (entry === undefined || !entry.asked.delete(provider)) return [];
    if (outcome === 'ok' || outcome === 'void') return this.#settle(request, entry, provider);
    const next = this.#ask(now, request, entry);
    if (next.length > 0) return next;
    return entry.asked.size > 0 ? [] : this.#settle(request, entry, provider);
  }

  /** The answer is no longer wanted. */
  cancel(request: number): FailoverAction[] {
    const entry = this.#requests.get(request);
    if (entry === undefined) return [];
    this.#requests.delete(request);
    return this.#abandon(request, entry, undefined);
  }

  /** Asks the next provider for every request that has waited long enough. */
  wake(now: MonoMs): FailoverAction[] {
    return [...this.#requests].flatMap(([request, entry]) =>
      entry.hedgeAt !== undefined && entry.hedgeAt <= now ? this.#ask(now, request, entry) : [],
    );
  }

  /** When {@link wake} is due. */
  nextDeadline(): MonoMs | undefined {
    let deadline: MonoMs | undefined;
    for (const { hedgeAt } of this.#requests.values()) deadline = earliest(deadline, hedgeAt);
    return deadline;
  }

  #order(allowed: readonly number[] | undefined): readonly number[] {
    const alike = Math.max(1, Math.min(this.#options.alike, this.#breakers.length));
    if (allowed !== undefined && alike === 1) return allowed;
    const first = this.#turn;
    this.#turn = (first + 1) % alike;
    const turns = this.#breakers.map((_, place) => (place < alike ? (first + place) % alike : place));
    return allowed === undefined ? turns : turns.filter((place) => allowed.includes(place));
  }

  #ask(now: MonoMs, request: number, entry: Request): FailoverAction[] {
    const provider = entry.left.shift();
    const breaker = provider === undefined ? undefined : this.#breakers[provider];
    const { hedgeMs, hedgeMsOf, trialHedgeMs } = this.#options;
    const waitMs = breaker?.phase === 'open' ? trialHedgeMs : (hedgeMsOf?.[provider ?? 0] ?? hedgeMs);
    entry.hedgeAt = entry.left.length > 0 ? addMs(now, waitMs) : undefined;
    if (provider === undefined) return [];
    if (breaker?.phase === 'open') breaker.phase = 'half_open';
    entry.asked.add(provider);
    return [{ type: 'start', request, provider }];
  }

  #settle(request: number, entry: Request, provider: number): FailoverAction[] {
    this.#requests.delete(request);
    return [...this.#abandon(request, entry, provider), { type: 'settle', request, provider }];
  }

  #abandon(request: number, entry: Request, except: number | undefined): FailoverAction[] {
    const given = [...entry.asked].filter((provider) => provider !== except);
    for (const provider of given) entry.asked.delete(provider);
    return given.map((provider) => ({ type: 'abandon', request, provider }));
  }

  /** A provider that is being tried is left alone by all others. */
  #mayAsk(provider: number, now: MonoMs): boolean {
    const breaker = this.#breakers[provider];
    if (breaker === undefined || breaker.phase === 'half_open') return false;
    return breaker.phase === 'closed' || (breaker.until !== undefined && breaker.until <= now);
  }

  #judge(provider: number, now: MonoMs, outcome: AttemptOutcome): void {
    const breaker = this.#breakers[provider];
    if (breaker === undefined) return;
    const { failures, openMs, maxOpenMs } = this.#options;
    if (outcome === 'ok') {
      Object.assign(breaker, { phase: 'closed', failures: 0, openMs, until: undefined });
    } else if (outcome === 'broken') {
      Object.assign(breaker, { phase: 'open', openMs: maxOpenMs, until: addMs(now, maxOpenMs) });
    } else if (outcome === 'void' || outcome === 'busy') {
      // A trial that was given up has shown nothing; the next request tries again.
      if (breaker.phase === 'half_open') breaker.phase = 'open';
    } else if (breaker.phase === 'half_open') {
      breaker.phase = 'open';
      breaker.openMs = Math.min(maxOpenMs, 2 * breaker.openMs);
      breaker.until = addMs(now, breaker.openMs);
    } else if (++breaker.failures >= failures && breaker.phase === 'closed') {
      breaker.phase = 'open';
      breaker.until = addMs(now, breaker.openMs);
    }
  }
}
