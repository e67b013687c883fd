import { z } from 'zod';
import type { ChatMessage, ChatRequest } from '../../dialog/llm/types.js';
import { compact } from '../compact.js';

const MAX_CHARS = 200_000;

const content = z
  .union([
    z.string().max(MAX_CHARS),
    z.array(z.object({ type: z.literal('text'), text: z.string().max(MAX_CHARS) })).max(100),
  ])
  .nullish()
  .transform((value) =>
    typeof value === 'string' ? value : (value ?? []).map(({ text }) => text).join('\n'),
  );

const call = z.object({
  id: z.string().max(200),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string().max(64), arguments: z.string().max(MAX_CHARS) }),
});

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content,
  tool_calls: z.array(call).max(64).nullish(),
  tool_call_id: z.string().max(200).optional(),
});

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().max(4000).optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** Body of `POST /v1/chat/completions`; fields that are not listed are passed over. */
export const chatBody = z.object({
  model: z
    .string()
    .max(200)
    .optional()
    .describe('A LoRA adapter of the server; every other name means the configured model'),
  messages: z.array(message).min(1).max(500),
  tools: z.array(tool).max(128).optional(),
  tool_choice: z.enum(['auto', 'none', 'required']).optional(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.number().int().min(1).max(100_000).nullish(),
  max_completion_tokens: z.number().int().min(1).max(100_000).nullish(),
  stop: z.union([z.string().max(100), z.array(z.string().max(100)).max(8)]).nullish(),
  stream: z.boolean().nullish(),
  response_format: z
    .object({
      type: z.string(),
      json_schema: z
        .object({ name: z.string().max(64), schema: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    })
    .nullish(),
});

/** A request of a client. It may be anybody's: nothing of it is kept. */
export function chatRequest(body: z.infer<typeof chatBody>, adapters: readonly string[]): ChatRequest {
  const { tools, tool_choice: toolChoice, stop, response_format: format, model } = body;
  const names = new Map(
    body.messages.flatMap((one) =>
      (one.tool_calls ?? []).map(({ id, function: { name } }) => [id, name] as const),
    ),
  );
  const shape = format?.type === 'json_schema' ? format.json_schema : undefined;
  const sampling = compact({
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
  });
  return {
    messages: body.messages.map((one) => messageOf(one, names)),
    budget: { firstMs: 10_000, idleMs: 10_000, totalMs: 60_000 },
    personal: true,
    sampling,
    ...(tools === undefined ? {} : { tools: tools.map(({ function: def }) => toolOf(def)) }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(stop === undefined || stop === null ? {} : { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(shape?.schema === undefined ? {} : { format: { name: shape.name, schema: shape.schema } }),
    ...(model !== undefined && adapters.includes(model) ? { adapter: model } : {}),
  };
}

const toolOf = (def: z.infer<typeof tool>['function']): NonNullable<ChatRequest['tools']>[number] => ({
  name: def.name,
  description: def.description ?? '',
  parameters: def.parameters ?? { type: 'object', properties: {} },
});

function messageOf(one: z.infer<typeof message>, names: ReadonlyMap<string, string>): ChatMessage {
  const { role, content: text, tool_calls: calls, tool_call_id: callId = '' } = one;
  switch (role) {
    case 'system':
    case 'developer': {
      return { role: 'system', text };
    }
    case 'user': {
      return { role, text };
    }
    case 'tool': {
      return { role, callId, name: names.get(callId) ?? 'tool', text };
    }
    case 'assistant': {
      const made = (calls ?? []).map(({ id, function: { name, arguments: args } }) => ({ id, name, args }));
      return { role, text, ...(made.length === 0 ? {} : { calls: made }) };
    }
  }
}

const usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
  prompt_tokens_details: z.object({ cached_tokens: z.number() }),
});

/** Answer of `POST /v1/chat/completions` that is not streamed. */
export const completion = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.number(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        tool_calls: z.array(call).optional(),
      }),
      finish_reason: z.enum(['stop', 'length', 'tool_calls']),
    }),
  ),
  usage,
});

/** Answer of `GET /v1/models`. */
export const modelList = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      id: z.string(),
      object: z.literal('model'),
      owned_by: z.string(),
      parent: z.string().nullable(),
      shutdown_date: z.string().optional(),
    }),
  ),
});
