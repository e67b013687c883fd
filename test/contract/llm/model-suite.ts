import { openModel } from '../../../src/dialog/llm/open-model.js';
import type { ChatRequest, LanguageModel, ModelEvent } from '../../../src/dialog/llm/types.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { OpenAiStandIn } from '../../support/providers/llm/openai.js';

/** A server that speaks as vLLM does, and a model on it, for each test of a suite. */
export class SuiteModel {
  server!: OpenAiStandIn;
  model!: ReturnType<typeof openModel>;

  constructor() {
    beforeEach(async () => {
      this.server = await new OpenAiStandIn().listen();
      this.model = openModel({
        specs: [{ kind: 'openai', profile: 'vllm', url: this.server.url, model: 'm' }],
        sampling: { maxTokens: 512, temperature: 0.7, topP: 0.9 },
        limits: { concurrency: 4, perMinute: 0, queued: 8 },
        hedgeMs: 1000,
        cacheTtlMs: 0,
        prices: {},
        scheduler: realScheduler,
      });
    });
    afterEach(async () => {
      await this.model.close();
      await this.server.close();
    });
  }
}

/** A plain question with room to answer. */
export const QUESTION: ChatRequest = {
  messages: [
    { role: 'system', text: 'Answer briefly.' },
    { role: 'user', text: 'When do you close?' },
  ],
  budget: { firstMs: 2000, idleMs: 2000, totalMs: 4000 },
  personal: true,
};

/** Every event of a request, in order. */
export function eventsOf(
  model: LanguageModel,
  request: Partial<ChatRequest> = {},
  signal?: AbortSignal,
  onEvent: (event: ModelEvent) => void = () => undefined,
): Promise<ModelEvent[]> {
  return new Promise((resolve) => {
    const events: ModelEvent[] = [];
    model.open(
      { ...QUESTION, ...request },
      (event) => {
        events.push(event);
        onEvent(event);
        // What comes after the end would be seen as well.
        if (event.type === 'done' || event.type === 'failed') setTimeout(() => resolve(events), 30);
      },
      signal,
    );
  });
}

/** Kind of the failure that ended a request, or `done`. */
export const endOf = (events: readonly ModelEvent[]): string => {
  const last = events.at(-1);
  return last?.type === 'failed' ? last.failure.kind : (last?.type ?? 'nothing');
};

/** The text of a request. */
export const textOf = (events: readonly ModelEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
