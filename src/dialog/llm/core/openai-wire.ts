import { jsonObject, listAt, member, numberAt, objectOf, textAt } from '../../../kernel/json.js';
import { repaired } from './history.js';
import type { CallPiece } from './assembly.js';
import { tokensAt, type ChatMessage, type ChatRequest, type Sampling, type Usage } from './types.js';

/** What a family of servers does otherwise than the protocol's author. */
export interface Quirks {
  readonly tools: boolean;
  readonly structured: boolean;
  readonly adapters: boolean;
  /** Field of the longest answer. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** `tool_choice` may be sent. */
  readonly toolChoice: boolean;
  /** Name of "a tool must be called". */
  readonly required: 'required' | 'any';
  /** `stream_options` may be sent. */
  readonly streamOptions: boolean;
  /** The schema lies in `json_schema`, or beside the type. */
  readonly schema: 'wrapped' | 'flat';
  readonly extra: Readonly<Record<string, unknown>>;
}

const COMMON: Quirks = {
  tools: true,
  structured: true,
  adapters: false,
  maxTokens: 'max_tokens',
  toolChoice: true,
  required: 'required',
  streamOptions: true,
  schema: 'wrapped',
  extra: {},
};

/** Families of OpenAI-compatible servers. */
export const QUIRKS = {
  openai: { ...COMMON, maxTokens: 'max_completion_tokens' },
  vllm: { ...COMMON, adapters: true },
  ollama: { ...COMMON, toolChoice: false },
  'llama.cpp': { ...COMMON, schema: 'flat', extra: { cache_prompt: true } },
  mistral: { ...COMMON, required: 'any', streamOptions: false },
  /** A small server that implements the least of the protocol, such as one for FLAN-T5. */
  plain: { ...COMMON, tools: false, structured: false, toolChoice: false, streamOptions: false },
} as const satisfies Record<string, Quirks>;

/** Name of a family. */
export type QuirkProfile = keyof typeof QUIRKS;

/** The body of `POST /v1/chat/completions`. */
export function chatBody(
  request: ChatRequest,
  quirks: Quirks,
  model: string,
  sampling: Sampling,
): Readonly<Record<string, unknown>> {
  const { tools = [], toolChoice, format, stop } = request;
  const { maxTokens, temperature, topP } = { ...sampling, ...request.sampling };
  const hasTools = quirks.tools && tools.length > 0 && (quirks.toolChoice || toolChoice !== 'none');
  const choice = toolChoice === 'required' ? quirks.required : toolChoice;
  return {
    model: request.adapter ?? model,
    messages: repaired(request.messages).map(wireMessage),
    stream: true,
    [quirks.maxTokens]: maxTokens,
    temperature,
    top_p: topP,
    ...(quirks.streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...(stop === undefined ? {} : { stop }),
    ...(hasTools ? { tools: tools.map((tool) => ({ type: 'function', function: tool })) } : {}),
    ...(hasTools && quirks.toolChoice && choice !== undefined ? { tool_choice: choice } : {}),
    ...(format !== undefined && quirks.structured ? { response_format: formatOf(format, quirks) } : {}),
    ...quirks.extra,
  };
}

function formatOf({ name, schema }: NonNullable<ChatRequest['format']>, quirks: Quirks): object {
  return quirks.schema === 'flat'
    ? { type: 'json_schema', schema }
    : { type: 'json_schema', json_schema: { name, schema, strict: true } };
}

function wireMessage(message: ChatMessage): object {
  switch (message.role) {
    case 'system':
    case 'user': {
      return { role: message.role, content: message.text };
    }
    case 'tool': {
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
    }
    case 'assistant': {
      const calls = (message.calls ?? []).map(({ id, name, args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args === '' ? '{}' : args },
      }));
      const content = message.text === '' ? null : message.text;
      return calls.length === 0
        ? { role: 'assistant', content: message.text }
        : { role: 'assistant', content, tool_calls: calls };
    }
  }
}

/** What one chunk of a stream says. */
export interface ChatChunk {
  readonly text: string;
  readonly calls: readonly CallPiece[];
  /** The model's own thoughts moved on. */
  readonly finish?: string;
  readonly refusal: boolean;
  readonly usage?: Usage;
  /** The server gives up: its error as JSON text. */
  readonly error?: string;
}

const NOTHING: ChatChunk = { text: '', calls: [], refusal: false };

/**
 * Reads the data of one event, also a whole answer of a server that does not stream. Fields that are missing, null or of
 * another kind count as absent.
 *
 * @returns `undefined` for what is no JSON object
 */
export function readChunk(data: string): ChatChunk | undefined {
  const value = jsonObject(data);
  if (value === undefined) return undefined;
  if (value['error'] !== undefined && value['error'] !== null) return { ...NOTHING, error: data };
  const [choice] = listAt(value, 'choices');
  const delta = objectOf(member(choice, 'delta')) ?? member(choice, 'message');
  const finish = textAt(choice, 'finish_reason');
  const usage = usageOf(value['usage']);
  return {
    text: textAt(delta, 'content') ?? '',
    calls: listAt(delta, 'tool_calls').map(pieceOf),
    refusal: textAt(delta, 'refusal') !== undefined || finish === 'content_filter',
    ...(finish === undefined ? {} : { finish }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function pieceOf(value: unknown): CallPiece {
  const called = member(value, 'function');
  const args = member(called, 'arguments');
  return {
    id: textAt(value, 'id'),
    index: numberAt(value, 'index'),
    name: textAt(called, 'name'),
    args:
      typeof args === 'string'
        ? args
        : args === undefined || args === null
          ? undefined
          : JSON.stringify(args),
  };
}

function usageOf(value: unknown): Usage | undefined {
  if (objectOf(value) === undefined) return undefined;
  return {
    inputTokens: tokensAt(value, 'prompt_tokens'),
    outputTokens: tokensAt(value, 'completion_tokens'),
    cachedTokens: tokensAt(member(value, 'prompt_tokens_details'), 'cached_tokens'),
  };
}
