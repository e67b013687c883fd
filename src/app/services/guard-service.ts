import { z } from 'zod';
import { GUARD_REASONS, type GuardPort, type GuardVerdict } from '../../dialog/guard/core/types.js';
import { LeibnizError } from '../../kernel/errors.js';
import type { BreakerPhase } from '../../kernel/failover.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import { FailoverRunner } from '../../net/failover-runner.js';
import type { RoleStatus } from '../roles/role.js';
import { SERVICE_BREAKER } from './breaker.js';
import { errorOfFailure, ServiceEndpoint } from './endpoint.js';
import { breakersOf, healthOf, type Reached } from './reach.js';

/** A caller waits for the verdict beside the classifier, which takes as long. */
const GUARD_MS = 500;
/** After this the guard of this process is asked as well. */
const HEDGE_MS = 100;

const verdict = z.object({
  action: z.enum(['allow', 'mask', 'block', 'escalate']),
  reasons: z.array(z.enum(GUARD_REASONS)),
  scores: z.object({ injection: z.number().optional(), toxic: z.number().optional() }),
  text: z.string(),
});

/** Asks a guard for a verdict, until it is no longer wanted. */
type Judge = (stage: keyof GuardPort, text: string, signal: AbortSignal) => Promise<GuardVerdict>;

/** The guard of a role `guard`, at one address. */
const judgeAt =
  (endpoint: ServiceEndpoint): Judge =>
  async (stage, text, signal) => {
    const request = { path: `/guard/${stage}`, body: { text }, totalMs: GUARD_MS, signal };
    const reply = await endpoint.ask(request);
    if (!reply.ok) throw errorOfFailure(reply.error, 'TIMEOUT');
    const parsed = verdict.safeParse(reply.value);
    if (!parsed.success) throw new LeibnizError('TIMEOUT', 'the service speaks another language');
    return parsed.data as GuardVerdict;
  };

const TERMS = {
  aborted: new LeibnizError('TIMEOUT', 'the guard is closing'),
  overloaded: new LeibnizError('CAPACITY_FULL', 'too many texts at once: try again in a second'),
  outcomeOf: (result: Result<unknown, unknown>) => (result.ok ? ('ok' as const) : ('failed' as const)),
};

/** Several guards as one, in order of the list; the last is the one of this process and always answers. */
class GuardFailover implements GuardPort {
  readonly #runner: FailoverRunner<GuardVerdict, unknown>;

  constructor(
    private readonly judges: readonly Judge[],
    scheduler: Scheduler,
  ) {
    const options = { ...SERVICE_BREAKER, scheduler, alike: judges.length - 1, hedgeMs: HEDGE_MS };
    this.#runner = new FailoverRunner<GuardVerdict, unknown>(judges.length, TERMS, options);
  }

  input(text: string): Promise<GuardVerdict> {
    return this.#ask('input', text);
  }

  output(text: string): Promise<GuardVerdict> {
    return this.#ask('output', text);
  }

  /** State of each, first choice first. */
  phases(): readonly BreakerPhase[] {
    return this.#runner.machine.phases();
  }

  close(): void {
    this.#runner.close();
  }

  async #ask(stage: keyof GuardPort, text: string): Promise<GuardVerdict> {
    const asked = await this.#runner.run(undefined, async (place, signal) => {
      const judge = this.judges[place];
      if (judge === undefined) return err(TERMS.aborted);
      return judge(stage, text, signal).then(ok, (error: unknown) => err(error));
    });
    if (asked.ok) return asked.value;
    throw asked.error;
  }
}

/** A guard, as the settings have it. @param own - the one of this process */
export function reachGuard(
  urls: readonly string[],
  token: string | undefined,
  own: GuardPort,
  scheduler: Scheduler,
): Reached<GuardPort> & { close(): Promise<void> } {
  const works = (): Promise<RoleStatus> => own.input('my number is 555 0142').then(() => 'healthy');
  if (urls.length === 0) {
    return { port: own, health: works, breakers: () => [], close: () => Promise.resolve() };
  }
  const endpoints = urls.map((url) => new ServiceEndpoint(url, token));
  const port = new GuardFailover([...endpoints.map(judgeAt), (stage, text) => own[stage](text)], scheduler);
  return {
    port,
    health: async () => {
      await works();
      return healthOf(endpoints, true);
    },
    breakers: () => breakersOf('guard', endpoints, port.phases()),
    close: async () => {
      port.close();
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
