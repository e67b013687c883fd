import {
  FAILOVER_DEFAULTS,
  FailoverMachine,
  type AttemptOutcome,
  type FailoverAction,
  type FailoverOptions,
} from '../kernel/failover.js';
import { err, type Result } from '../kernel/result.js';
import { addMs, type MonoMs, type Scheduler } from '../kernel/time.js';

/** What a {@link FailoverRunner} says in the words of those who ask. */
export interface FailoverTerms<Error> {
  /** Given to requests that were given up. */
  readonly aborted: Error;
  /** Given to requests beyond the most at once. */
  readonly overloaded: Error;
  /** Given after `totalMs`. */
  readonly late?: Error;
  /** What a result that was waited for says of the provider. */
  outcomeOf(result: Result<unknown, Error>): AttemptOutcome;
}

/** Settings of a {@link FailoverRunner}. */
export interface FailoverRunnerOptions extends Partial<FailoverOptions> {
  readonly scheduler: Scheduler;
  /** Longest time from a request to its answer, whoever gives it; then it is given up as `late`. No limit unless given. */
  readonly totalMs?: number;
  /** Whether a provider that is tried again is heard out though another has answered, to know whether it works. */
  readonly finishTrials?: boolean;
}

/** Asks one provider. `began` says that its answer is being passed on already; false: it is no longer wanted. */
export type Ask<Value, Error> = (
  provider: number,
  signal: AbortSignal,
  began: () => boolean,
) => Promise<Result<Value, Error>>;

interface Attempted<Value, Error> {
  readonly ask: Ask<Value, Error>;
  readonly settle: (result: Result<Value, Error>) => void;
  readonly signals: Map<number, AbortController>;
  readonly startedAt: Map<number, MonoMs>;
  last: Result<Value, Error>;
  /** The caller has given it up: that providers were slow is not known. */
  cancelled: boolean;
}

/** Does what a {@link FailoverMachine} says: requests that never reject, to several providers of one kind. */
export class FailoverRunner<Value, Error> {
  readonly machine: FailoverMachine;
  readonly #requests = new Map<number, Attempted<Value, Error>>();
  readonly #scheduler: Scheduler;
  readonly #slowMs: number;
  readonly #totalMs: number | undefined;
  readonly #finishTrials: boolean;
  #nextRequest = 1;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(
    providers: number,
    private readonly terms: FailoverTerms<Error>,
    { scheduler, totalMs, finishTrials = false, ...options }: FailoverRunnerOptions,
  ) {
    this.machine = new FailoverMachine(providers, options);
    this.#scheduler = scheduler;
    this.#totalMs = totalMs;
    this.#finishTrials = finishTrials;
    this.#slowMs = options.hedgeMs ?? FAILOVER_DEFAULTS.hedgeMs;
  }

  /** The answer of whichever provider gives it. `ask` must not reject. */
  run(signal: AbortSignal | undefined, ask: Ask<Value, Error>): Promise<Result<Value, Error>> {
    const aborted = err(this.terms.aborted);
    if (this.#closed || signal?.aborted === true) return Promise.resolve(aborted);
    return new Promise((resolve) => {
      const request = this.#nextRequest++;
      const onAbort = (): void => {
        attempted.cancelled = true;
        this.#do(this.machine.cancel(request));
        settle(aborted);
      };
      const settle = (result: Result<Value, Error>): void => {
        cancelTimer();
        signal?.removeEventListener('abort', onAbort);
        this.#requests.delete(request);
        resolve(result);
      };
      const cancelTimer = this.#limit(() => {
        this.#do(this.machine.cancel(request));
        settle(err(this.terms.late ?? this.terms.aborted));
      });
      const attempted: Attempted<Value, Error> = {
        ...{ ask, settle, signals: new Map(), startedAt: new Map(), last: aborted, cancelled: false },
      };
      this.#requests.set(request, attempted);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#do(this.machine.begin(this.#scheduler.now(), request));
    });
  }

  /** Gives up every request. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const [request, attempted] of [...this.#requests]) {
      attempted.cancelled = true;
      this.#do(this.machine.cancel(request));
      attempted.settle(err(this.terms.aborted));
    }
  }

  #do(actions: readonly FailoverAction[]): void {
    for (const action of actions) {
      const attempted = this.#requests.get(action.request);
      if (attempted === undefined) continue;
      switch (action.type) {
        case 'start': {
          void this.#start(action.request, action.provider, attempted);
          break;
        }
        case 'abandon': {
          const isTrial = this.#finishTrials && this.machine.phases()[action.provider] === 'half_open';
          if (attempted.cancelled || !isTrial) attempted.signals.get(action.provider)?.abort();
          break;
        }
        case 'settle': {
          attempted.settle(attempted.last);
          break;
        }
        case 'refuse': {
          attempted.settle(err(this.terms.overloaded));
          break;
        }
      }
    }
    this.#arm();
  }

  async #start(request: number, provider: number, attempted: Attempted<Value, Error>): Promise<void> {
    const abort = new AbortController();
    attempted.signals.set(provider, abort);
    attempted.startedAt.set(provider, this.#scheduler.now());
    const began = (): boolean => {
      this.#do(this.machine.began(request, provider));
      return !abort.signal.aborted;
    };
    const result = await attempted.ask(provider, abort.signal, began);
    if (!abort.signal.aborted) attempted.last = result;
    const outcome = this.#outcomeOf(result, attempted, provider);
    this.#do(this.machine.ended(this.#scheduler.now(), request, provider, outcome));
  }

  /** One that was overtaken because it was slow has failed; else it would never be left alone. */
  #outcomeOf(
    result: Result<Value, Error>,
    attempted: Attempted<Value, Error>,
    provider: number,
  ): AttemptOutcome {
    if (attempted.signals.get(provider)?.signal.aborted !== true) return this.terms.outcomeOf(result);
    const startedAt = attempted.startedAt.get(provider) ?? this.#scheduler.now();
    const isSlow = this.#scheduler.now() >= addMs(startedAt, this.#slowMs);
    return isSlow && !attempted.cancelled ? 'failed' : 'void';
  }

  #limit(late: () => void): () => void {
    if (this.#totalMs === undefined) return () => undefined;
    return this.#scheduler.at(addMs(this.#scheduler.now(), this.#totalMs), late);
  }

  #arm(): void {
    this.#cancelTimer?.();
    const deadline = this.#closed ? undefined : this.machine.nextDeadline();
    this.#cancelTimer =
      deadline === undefined
        ? undefined
        : this.#scheduler.at(deadline, () => this.#do(this.machine.wake(this.#scheduler.now())));
  }
}
