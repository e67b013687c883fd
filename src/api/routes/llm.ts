import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { Failure } from '../../net/failure.js';
import type { ChatRequest, ModelEvent, ToolCall, Usage } from '../../dialog/llm/types.js';
import type { App, RouteContext } from '../context.js';
import { errorBody, RetryLaterError } from '../errors.js';
import type { ModelPorts } from '../ports.js';
import { chatBody, chatRequest, completion, modelList } from '../schemas/chat.js';
import { failures, freeText } from '../schemas/common.js';

type Done = Extract<ModelEvent, { type: 'done' }>;

const config = { permission: 'test.use', unmasked: true } as const;
const ofOperators = { permission: 'settings.write' } as const;
const tags = ['Language models'];
const nameText = z.string().regex(/^[\w.:/-]{1,200}$/);

/** The front of the language models, for programs that speak the protocol of OpenAI. */
export function llmRoutes(app: App, { ports, clock }: RouteContext): void {
  adapterRoutes(app, ports.models);
  const seconds = (): number => Math.floor(clock.wall() / 1000);

  app.post(
    '/v1/chat/completions',
    {
      config,
      schema: {
        summary: 'Asks the configured language models; streams with `stream: true`',
        tags,
        body: chatBody,
        response: { 200: completion, ...failures },
      },
    },
    async ({ body }, reply) => {
      const { adapters } = await ports.models.list();
      const request = chatRequest(body, adapters);
      const gone = new AbortController();
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort();
      });
      const head = { id: `chatcmpl-${randomUUID()}`, created: seconds() };
      if (body.stream === true) return stream(ports.models, request, head, reply);
      return whole(await answerOf(ports.models, request, gone.signal), head);
    },
  );

  app.get(
    '/v1/models',
    {
      config,
      schema: { summary: 'Models and LoRA adapters', tags, response: { 200: modelList, ...failures } },
    },
    async () => {
      const { models } = await ports.models.list();
      return {
        object: 'list' as const,
        data: models.map(({ id, ownedBy, parent, shutdownDate }) => ({
          id,
          object: 'model' as const,
          owned_by: ownedBy ?? 'leibniz',
          parent: parent ?? null,
          ...(shutdownDate === undefined ? {} : { shutdown_date: shutdownDate }),
        })),
      };
    },
  );

  app.post(
    '/mcp/transcript',
    {
      config: { ...config, textEntry: true },
      schema: {
        summary: 'What the agent answers to one sentence, guards included',
        tags,
        body: z.object({ transcript: freeText }),
        response: { 200: z.object({ response: z.string(), escalate: z.boolean() }), ...failures },
      },
    },
    async ({ body }) => ports.models.transcript(body.transcript),
  );
}

/** LoRA adapters of the first model's server. */
function adapterRoutes(app: App, models: ModelPorts): void {
  app.post(
    '/v1/load_lora_adapter',
    {
      config: ofOperators,
      schema: {
        summary: 'Loads a LoRA adapter on a vLLM server',
        tags,
        body: z.object({ lora_name: nameText, lora_path: z.string().min(1).max(1024) }),
        response: { 200: z.object({ status: z.literal('loaded') }), ...failures },
      },
    },
    async ({ body }) => {
      await models.loadAdapter(body.lora_name, body.lora_path);
      return { status: 'loaded' as const };
    },
  );

  app.post(
    '/v1/unload_lora_adapter',
    {
      config: ofOperators,
      schema: {
        summary: 'Unloads a LoRA adapter',
        tags,
        body: z.object({ lora_name: nameText }),
        response: { 200: z.object({ status: z.literal('unloaded') }), ...failures },
      },
    },
    async ({ body }) => {
      await models.unloadAdapter(body.lora_name);
      return { status: 'unloaded' as const };
    },
  );
}

interface Head {
  readonly id: string;
  readonly created: number;
}

function answerOf(models: ModelPorts, request: ChatRequest, signal: AbortSignal): Promise<Done> {
  return new Promise((resolve, reject) => {
    models.open(
      request,
      (event) => {
        if (event.type === 'done') resolve(event);
        else if (event.type === 'failed') reject(errorOf(event.failure));
      },
      signal,
    );
  });
}

function whole({ message, reason, usage, served }: Done, head: Head): z.input<typeof completion> {
  const calls = (message.calls ?? []).map(wireCall);
  return {
    ...head,
    object: 'chat.completion',
    model: served.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: message.text === '' ? null : message.text,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        finish_reason: finishOf(reason),
      },
    ],
    usage: wireUsage(usage),
  };
}

/** Sends events as they come. An error before the first word is an ordinary one, later it is an event of the stream. */
function stream(
  models: ModelPorts,
  request: ChatRequest,
  head: Head,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const send = (value: object): void => void reply.raw.write(`data: ${JSON.stringify(value)}\n\n`);
  const chunk = (model: string, delta: object, finish: string | null = null): void =>
    send({
      ...head,
      object: 'chat.completion.chunk',
      model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  return new Promise((resolve, reject) => {
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      reply.hijack();
      const headers = reply.getHeaders() as Record<string, string>;
      reply.raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      chunk('', { role: 'assistant', content: '' });
    };
    models.open(
      request,
      (event) => {
        if (event.type === 'failed' && !begun) {
          reject(errorOf(event.failure));
          return;
        }
        begin();
        if (event.type === 'text') chunk('', { content: event.text });
        else if (event.type === 'done') endOf(event);
        else if (event.type === 'failed') {
          send(errorBody(errorOf(event.failure)));
          reply.raw.end();
          resolve(reply);
        }
      },
      gone.signal,
    );
    function endOf({ message, reason, usage, served }: Done): void {
      (message.calls ?? []).forEach((call, index) =>
        chunk(served.model, { tool_calls: [{ index, ...wireCall(call) }] }),
      );
      chunk(served.model, {}, finishOf(reason));
      send({
        ...head,
        object: 'chat.completion.chunk',
        model: served.model,
        choices: [],
        usage: wireUsage(usage),
      });
      reply.raw.end('data: [DONE]\n\n');
      resolve(reply);
    }
  });
}

const wireCall = ({ id, name, args }: ToolCall) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: args },
});

const finishOf = (reason: Done['reason']) => (reason === 'tools' ? ('tool_calls' as const) : reason);

const wireUsage = ({ inputTokens, outputTokens, cachedTokens }: Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});

/** A failure of a model, as the client of ours is told. */
function errorOf({ kind, retryAfterMs }: Failure): LeibnizError {
  switch (kind) {
    case 'rate_limit': {
      return new RetryLaterError(
        'RATE_LIMITED',
        'The language model takes no more requests now.',
        retryAfterMs ?? 1000,
      );
    }
    case 'bad_request': {
      return new LeibnizError('BAD_REQUEST', 'The language model does not take this request.');
    }
    case 'refused': {
      return new LeibnizError('BAD_REQUEST', 'The policy of the language model forbids the answer.');
    }
    case 'stalled': {
      return new LeibnizError('TIMEOUT', 'The language model did not answer in time.');
    }
    default: {
      return new LeibnizError(
        'MODEL_UNAVAILABLE',
        'No language model answers now; /health tells which is unwell.',
      );
    }
  }
}
