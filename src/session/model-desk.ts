import type { z } from 'zod';
import type { RequestId } from '../kernel/ids.js';
import type { DialogInput, DialogRequest, DialogResult } from '../dialog/core/effects.js';
import { SHAPES } from '../dialog/core/model/shapes.js';
import { askJson } from '../dialog/llm/ask.js';
import type { ChatRequest, LanguageModel, ModelEvent } from '../dialog/llm/types.js';

/** What a session needs of a language model. */
export type ModelPort = Pick<LanguageModel, 'open' | 'capabilities'>;

/** What the dialog is told of a model. */
export type ModelInput = Extract<
  DialogInput,
  { type: 'model_delta' | 'model_tool' | 'model_done' | 'model_failed' }
>;

type Open = Extract<DialogRequest, { type: 'model_open' }>;
type Ask = Extract<DialogRequest, { type: 'ask_model' }>;

/** A request that was begun before the turn has ended; its events wait for whoever asks the same. */
interface Prepared {
  readonly key: string;
  readonly abort: AbortController;
  readonly events: ModelEvent[];
  listener: ((event: ModelEvent) => void) | undefined;
}

/** Requests that are begun for one turn before it has ended, at most: a caller who goes on costs no more. */
const MAX_PREPARED = 2;

/** The requests of one conversation to its model, by the dialog's ids. */
export class ModelDesk {
  readonly #aborts = new Map<RequestId, AbortController>();
  #prepared: Prepared | undefined;
  #preparations = 0;

  constructor(
    private readonly model: ModelPort | undefined,
    private readonly onInput: (input: ModelInput) => void,
  ) {}

  /** Asks; the answer comes as inputs, after this has returned. A request that was prepared is taken up. */
  open(requestId: RequestId, request: Open): void {
    const prepared = this.#prepared?.key === keyOf(request) ? this.#prepared : this.#begin(request);
    if (prepared === this.#prepared) this.#prepared = undefined;
    this.#aborts.set(requestId, prepared.abort);
    let seq = 0;
    const tell = (event: ModelEvent): void => {
      // What was given up has no more to say.
      if (this.#aborts.get(requestId) !== prepared.abort) return;
      const input = inputOf(requestId, event, seq);
      if (input.type === 'model_delta') seq++;
      if (event.type === 'done' || event.type === 'failed') this.#end(input);
      else this.onInput(input);
    };
    void Promise.resolve().then(() => {
      for (const event of prepared.events.splice(0)) tell(event);
      prepared.listener = tell;
    });
  }

  /** Asks what may be asked when the turn ends. Nothing comes of it until it is. */
  prepare(request: Open): void {
    if (this.#prepared?.key === keyOf(request) || this.#preparations >= MAX_PREPARED) return;
    this.#preparations++;
    this.#prepared?.abort.abort();
    this.#prepared = this.#begin(request);
  }

  /** The turn has ended: what was prepared for it and not asked is given up. */
  turnEnded(): void {
    this.#preparations = 0;
    this.#prepared?.abort.abort();
    this.#prepared = undefined;
  }

  #begin(request: Open): Prepared {
    const prepared: Prepared = {
      key: keyOf(request),
      abort: new AbortController(),
      events: [],
      listener: undefined,
    };
    const take = (event: ModelEvent): void => {
      if (prepared.listener === undefined) prepared.events.push(event);
      else prepared.listener(event);
    };
    if (this.model === undefined) take(NO_MODEL);
    else this.model.open(chatRequest(request), take, prepared.abort.signal);
    return prepared;
  }

  /** Stops a request; nothing more comes of it. */
  abort(requestId: RequestId): void {
    const abort = this.#aborts.get(requestId);
    this.#aborts.delete(requestId);
    abort?.abort();
  }

  /** Stops all of them. */
  close(): void {
    this.turnEnded();
    for (const requestId of [...this.#aborts.keys()]) this.abort(requestId);
  }

  #end(input: ModelInput): void {
    if (this.#aborts.delete(input.requestId)) this.onInput(input);
  }
}

const keyOf = (request: Open): string => JSON.stringify(request);

const NO_MODEL: ModelEvent = {
  type: 'failed',
  failure: { kind: 'overloaded', message: 'there is no language model' },
};

/** Asks a model for JSON of a purpose's shape. Never rejects. */
export async function askModel(
  model: ModelPort | undefined,
  { purpose, ...rest }: Ask,
): Promise<DialogResult> {
  if (model === undefined) return { type: 'failed', why: 'unavailable' };
  const { messages, budget, personal } = rest;
  const answer = await askJson(
    model,
    { messages, budget, personal, sampling: { temperature: 0 } },
    purpose,
    SHAPES[purpose] as z.ZodType<unknown>,
  );
  return answer.ok ? { type: 'model_json', value: answer.value } : { type: 'failed', why: 'unavailable' };
}

function chatRequest({ messages, tools, toolChoice, budget, adapter, personal }: Open): ChatRequest {
  return {
    messages,
    ...(tools.length === 0 ? {} : { tools, toolChoice }),
    budget,
    ...(adapter === undefined ? {} : { adapter }),
    personal,
  };
}

function inputOf(requestId: RequestId, event: ModelEvent, seq: number): ModelInput {
  switch (event.type) {
    case 'text': {
      return { type: 'model_delta', requestId, seq, text: event.text };
    }
    case 'tool': {
      return { type: 'model_tool', requestId, call: event.call };
    }
    case 'done': {
      const { reason, usage, message } = event;
      return { type: 'model_done', requestId, reason, usage, message };
    }
    case 'failed': {
      return { type: 'model_failed', requestId, kind: event.failure.kind };
    }
  }
}
