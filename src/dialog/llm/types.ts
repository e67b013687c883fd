import type { Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import type { AssistantMessage, ChatRequest, DoneReason, ToolCall, Usage } from './core/types.js';

export type * from './core/types.js';

/** What a model can do. */
export interface ModelCapabilities {
  /** Kind of provider: `gemini`, `openai`, `vllm`, `ollama`, `llama.cpp`, `mistral`, `bedrock`; several joined by `+`. */
  readonly provider: string;
  /** The model that is asked unless an adapter is. */
  readonly model: string;
  readonly tools: boolean;
  /** The server keeps to a JSON schema; otherwise the schema is asked for in words. */
  readonly structured: boolean;
  readonly adapters: boolean;
}

/** Who has answered. */
export interface Served {
  readonly provider: string;
  readonly model: string;
  /** From the prompt cache of this program. */
  readonly cached: boolean;
  /** USD; 0 where no price is known. */
  readonly costUsd: number;
}

/** What comes of a request: texts, calls, then exactly one `done` or `failed`. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool'; readonly call: ToolCall }
  | {
      readonly type: 'done';
      readonly reason: DoneReason;
      readonly usage: Usage;
      /** The whole turn, as it belongs into the history. */
      readonly message: AssistantMessage;
      readonly served: Served;
    }
  | { readonly type: 'failed'; readonly failure: Failure };

/** A model that a server offers. */
export interface ModelInfo {
  readonly id: string;
  readonly ownedBy?: string;
  /** The model that an adapter stands on. */
  readonly parent?: string;
  /** `YYYY-MM-DD` after which it is no more. */
  readonly shutdownDate?: string;
}

/** A LoRA adapter on a server. */
export interface AdapterControl {
  list(): Promise<Result<readonly ModelInfo[], Failure>>;
  /** @param path - folder or name, as the server sees it */
  load(name: string, path: string): Promise<Result<undefined, Failure>>;
  unload(name: string): Promise<Result<undefined, Failure>>;
}

/** Counters since the start; durations in ms. */
export interface ModelStats {
  readonly provider: string;
  readonly model: string;
  readonly requests: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly active: number;
  readonly queued: number;
  readonly usage: Usage;
  readonly costUsd: number;
  readonly cacheHits: number;
  /** `paused` until a rate limit has passed; `open` while it is left alone after failures. */
  readonly state: 'ok' | 'paused' | 'open';
}

/** Whether a provider answers now. */
export interface ProbeReport {
  readonly provider: string;
  readonly model: string;
  /** False when the server does not list the model. */
  readonly listed: boolean;
  readonly shutdownDate?: string;
}

/** One way to a language model, whatever stands behind it. */
export interface LanguageModel {
  readonly capabilities: ModelCapabilities;
  /**
   * Asks. Events come in order, never before this returns, and end within the request's budget. An aborted signal ends
   * them with a `caller_abort` at once. It never throws.
   */
  open(request: ChatRequest, onEvent: (event: ModelEvent) => void, signal?: AbortSignal): void;
  models(): Promise<Result<readonly ModelInfo[], Failure>>;
  readonly adapters?: AdapterControl;
  /** One entry a provider, first choice first. */
  stats(): readonly ModelStats[];
  /** Asks each provider for its models. */
  probe(): Promise<readonly Result<ProbeReport, Failure>[]>;
  close(): Promise<void>;
}

/** What a provider gives to whoever bounds it. */
export interface ProviderSink {
  text(text: string): void;
  /** A call has begun: content, though nothing to show yet. */
  began(): void;
}

/** The end of a provider's answer. */
export interface ProviderAnswer {
  readonly reason: DoneReason;
  readonly usage: Usage;
  readonly message: AssistantMessage;
}

/** A protocol without limits of its own; `LimitedModel` makes a {@link LanguageModel} of it. */
export interface Provider {
  readonly capabilities: ModelCapabilities;
  /** Never rejects. Aborting the signal ends it. */
  run(
    request: ChatRequest,
    sink: ProviderSink,
    signal: AbortSignal,
  ): Promise<Result<ProviderAnswer, Failure>>;
  models(): Promise<Result<readonly ModelInfo[], Failure>>;
  readonly adapters?: AdapterControl;
  close(): Promise<void>;
}
