import { numberAt } from '../../../kernel/json.js';

/** A JSON Schema; flat objects without unions, which every server understands. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A function that a model may call. */
export interface ToolDef {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** A call as the model wrote it; the arguments are text until somebody has checked them. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, possibly broken. */
  readonly args: string;
}

/** What a provider must get back unchanged, such as signatures of thoughts. Others leave it out. */
export interface Opaque {
  readonly provider: string;
  readonly data: unknown;
}

/** A turn of the model. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly text: string;
  readonly calls?: readonly ToolCall[];
  readonly opaque?: Opaque;
}

/** The answer to a call. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  readonly failed?: true;
}

/** One message of a conversation with a model. */
export type ChatMessage =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string }
  | AssistantMessage
  | ToolMessage;

/** How words are chosen. */
export interface Sampling {
  /** Longest answer, tokens. */
  readonly maxTokens: number;
  /** 0..2. */
  readonly temperature: number;
  /** 0..1. */
  readonly topP: number;
}

/** How long an answer may take. */
export interface ChatBudget {
  /** To the first word or the first piece of a call, ms; waiting in a queue counts. */
  readonly firstMs: number;
  /** Longest pause after that, ms. */
  readonly idleMs: number;
  /** To the end, ms. */
  readonly totalMs: number;
}

/** One question to a model. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDef[];
  /** Default `auto` where there are tools. */
  readonly toolChoice?: 'auto' | 'none' | 'required';
  /** The answer is JSON of this shape. */
  readonly format?: { readonly name: string; readonly schema: JsonSchema };
  /** Differs from the configured sampling. */
  readonly sampling?: Partial<Sampling>;
  readonly stop?: readonly string[];
  readonly budget: ChatBudget;
  /** Name of a LoRA adapter, where the server has it. */
  readonly adapter?: string;
  /** True when something in it belongs to one person: the answer is kept for nobody. */
  readonly personal: boolean;
}

/** Why an answer ended. */
export type DoneReason = 'stop' | 'length' | 'tools';

/** Tokens of one request; 0 where the server does not count them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, read from the server's prompt cache. */
  readonly cachedTokens: number;
}

/** No tokens. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };

/** A member that counts tokens; 0 for anything else. */
export const tokensAt = (value: unknown, name: string): number =>
  Math.max(0, Math.round(numberAt(value, name) ?? 0));

/** Price in USD for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of input that was cached; the price of input unless told. */
  readonly cached?: number;
}

/** What a request cost, USD; 0 without a price. */
export function costOf(usage: Usage, price: Price | undefined): number {
  if (price === undefined) return 0;
  const { inputTokens, outputTokens, cachedTokens } = usage;
  const fresh = Math.max(0, inputTokens - cachedTokens);
  const cached = (inputTokens - fresh) * (price.cached ?? price.input);
  return (fresh * price.input + cached + outputTokens * price.output) / 1e6;
}
