import { FAILURE_OUTCOME, type Failure } from '../../kernel/failure.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import { FailoverRunner, type FailoverTerms } from '../../net/failover-runner.js';
import type { ChatBudget, ChatRequest } from './core/types.js';
import type {
  AdapterControl,
  LanguageModel,
  ModelCapabilities,
  ModelEvent,
  ModelInfo,
  ModelStats,
  ProbeReport,
} from './types.js';

/** Settings of {@link FailoverModel}. */
export interface FailoverModelOptions {
  readonly scheduler: Scheduler;
  /** Silence of a model after which the next one is asked as well, ms. */
  readonly hedgeMs: number;
}

type Done = Extract<ModelEvent, { type: 'done' }>;

const TERMS: FailoverTerms<Failure> = {
  aborted: { kind: 'caller_abort', message: 'the request was given up' },
  overloaded: { kind: 'overloaded', message: 'too many requests wait already' },
  outcomeOf: (result) => (result.ok ? 'ok' : FAILURE_OUTCOME[result.error.kind]),
};

/**
 * Several models in order: the next one is asked when one fails before its first word, or is silent for long. After the
 * first word there is no second try: it may have been spoken.
 */
export class FailoverModel implements LanguageModel {
  readonly capabilities: ModelCapabilities;
  readonly adapters?: AdapterControl;
  readonly #runner: FailoverRunner<Done, Failure>;

  /** @param models - first choice first, at least one */
  constructor(
    private readonly list: readonly LanguageModel[],
    private readonly options: FailoverModelOptions,
  ) {
    const all = list.map(({ capabilities }) => capabilities);
    this.#runner = new FailoverRunner(list.length, TERMS, options);
    this.capabilities = {
      provider: all.map(({ provider }) => provider).join('+'),
      model: all[0]?.model ?? '',
      tools: all.every(({ tools }) => tools),
      structured: all.every(({ structured }) => structured),
      adapters: all[0]?.adapters === true,
    };
    const adapters = list[0]?.adapters;
    if (adapters !== undefined) this.adapters = adapters;
  }

  open(request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal): void {
    const { scheduler } = this.options;
    const startedAt = scheduler.now();
    const running = this.#runner.run(signal, (place, own, began) => {
      const gone = scheduler.now() - startedAt;
      return this.#ask(place, { ...request, budget: rest(request.budget, gone) }, own, (event) => {
        if (began()) onEvent(event);
      });
    });
    void running.then((result) =>
      onEvent(result.ok ? result.value : { type: 'failed', failure: result.error }),
    );
  }

  async models(): Promise<Result<readonly ModelInfo[], Failure>> {
    let last: Result<readonly ModelInfo[], Failure> = err({
      kind: 'overloaded',
      message: 'there is no model',
    });
    for (const model of this.list) {
      last = await model.models();
      if (last.ok) return last;
    }
    return last;
  }

  stats(): readonly ModelStats[] {
    const phases = this.#runner.machine.phases();
    return this.list.flatMap((model, place) =>
      model.stats().map((one) => (phases[place] === 'open' ? { ...one, state: 'open' as const } : one)),
    );
  }

  async probe(): Promise<readonly Result<ProbeReport, Failure>[]> {
    return (await Promise.all(this.list.map((model) => model.probe()))).flat();
  }

  async close(): Promise<void> {
    this.#runner.close();
    await Promise.all(this.list.map((model) => model.close()));
  }

  #ask(
    place: number,
    request: ChatRequest,
    signal: AbortSignal,
    pass: (event: ModelEvent) => void,
  ): Promise<Result<Done, Failure>> {
    return new Promise((resolve) => {
      this.list[place]?.open(
        request,
        (event) => {
          if (event.type === 'done') resolve(ok(event));
          else if (event.type === 'failed') resolve(err(event.failure));
          else pass(event);
        },
        signal,
      );
    });
  }
}

/** What is left of a budget after `gone` ms. */
function rest({ firstMs, idleMs, totalMs }: ChatBudget, gone: number): ChatBudget {
  return { firstMs: Math.max(1, firstMs - gone), idleMs, totalMs: Math.max(1, totalMs - gone) };
}
