import { z } from 'zod';
import { DESK_METHODS } from '../../api/services/wire.js';
import { isLeibnizError, LeibnizError } from '../../kernel/errors.js';
import type { AttemptOutcome, BreakerPhase } from '../../kernel/failover.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import { FailoverRunner } from '../../net/failover-runner.js';
import type { Failure } from '../../net/failure.js';
import type { Store } from '../../store/types.js';
import { SERVICE_BREAKER } from './breaker.js';
import { errorOfFailure, type ServiceEndpoint } from './endpoint.js';

/** Appointments, call-backs and the waiting list. */
export type Desk = Pick<Store, 'appointments' | 'callbacks' | 'waitingList'>;

/** A request's own limit is 2 s unless told; the way there has a little more, so that its answer is known. */
const ASK_MS = 2500;
/** The request never reached the role. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Whoever is asked must answer or fail: two that change the same thing at once help nobody. */
const NEVER_HEDGED_MS = 60_000;

const answer = z.object({ value: z.unknown() });

type Call = (part: keyof typeof DESK_METHODS, method: string, args: readonly unknown[]) => Promise<unknown>;

/** The desk of a role `appointment`, at one address. */
export function deskService(endpoint: ServiceEndpoint): Desk {
  return deskOver(async (part, method, args) => {
    const reply = await endpoint.ask({ path: `/desk/${part}/${method}`, body: { args }, totalMs: ASK_MS });
    if (!reply.ok) throw deskError(reply.error);
    const parsed = answer.safeParse(reply.value);
    if (!parsed.success) throw new LeibnizError('STORE_TIMEOUT', 'the service speaks another language');
    return parsed.data.value;
  });
}

/** What is known of a change whose request failed: nothing was changed only when it cannot have arrived. */
function deskError(failure: Failure): LeibnizError {
  const isNotSent = failure.code !== undefined && NOT_SENT.has(failure.code);
  return errorOfFailure(failure, isNotSent ? 'STORE_UNAVAILABLE' : 'STORE_TIMEOUT');
}

/** Several desks on one database as one; the first `alike` of them take turns. */
export class DeskFailover {
  readonly desk: Desk;
  readonly #runner: FailoverRunner<unknown, LeibnizError>;

  /** @param desks - first choice first, at least one */
  constructor(desks: readonly Desk[], alike: number, scheduler: Scheduler) {
    this.#runner = new FailoverRunner(desks.length, TERMS, {
      ...{ ...SERVICE_BREAKER, scheduler, alike, hedgeMs: NEVER_HEDGED_MS },
    });
    this.desk = deskOver(async (part, method, args) => {
      const result = await this.#runner.run(undefined, (place) =>
        settled(desks[place] ?? desks[0], part, method, args),
      );
      if (result.ok) return result.value;
      throw result.error;
    });
  }

  /** State of each, first choice first. */
  phases(): readonly BreakerPhase[] {
    return this.#runner.machine.phases();
  }

  close(): void {
    this.#runner.close();
  }
}

/**
 * A failed change is asked of the next desk under the same key, which never changes anything twice; a request that
 * makes no sense is refused by all of them.
 */
const TERMS = {
  aborted: new LeibnizError('STORE_TIMEOUT', 'the store is closing'),
  overloaded: new LeibnizError('STORE_UNAVAILABLE', 'too many requests at once'),
  outcomeOf: (result: Result<unknown, LeibnizError>): AttemptOutcome => {
    if (result.ok) return 'ok';
    return result.error.category === 'unavailable' || result.error.category === 'timeout' ? 'failed' : 'void';
  },
};

async function settled(
  desk: Desk | undefined,
  part: keyof Desk,
  method: string,
  args: readonly unknown[],
): Promise<Result<unknown, LeibnizError>> {
  try {
    const port = desk?.[part] as unknown as Readonly<Record<string, (...a: unknown[]) => Promise<unknown>>>;
    return ok(await port[method]?.(...args));
  } catch (error) {
    return err(
      isLeibnizError(error) ? error : new LeibnizError('INTERNAL', 'the store failed', { cause: error }),
    );
  }
}

/** A desk whose methods all go one way. */
function deskOver(call: Call): Desk {
  const parts = Object.entries(DESK_METHODS).map(([part, methods]) => [
    part,
    Object.fromEntries(
      methods.map((method) => [
        method,
        (...args: readonly unknown[]) => call(part as keyof typeof DESK_METHODS, method, args),
      ]),
    ),
  ]);
  return Object.fromEntries(parts) as Desk;
}
