import { jsonrepair } from 'jsonrepair';
import { z } from 'zod';
import { parsedJson } from '../../kernel/json.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import type { ChatMessage, ChatRequest } from './core/types.js';
import type { LanguageModel, ModelEvent } from './types.js';

type Done = Extract<ModelEvent, { type: 'done' }>;

/** Asks and waits for the whole answer. Never rejects. */
export function ask(
  model: Pick<LanguageModel, 'open'>,
  request: ChatRequest,
  signal?: AbortSignal,
): Promise<Result<Done, Failure>> {
  return new Promise((resolve) => {
    model.open(
      request,
      (event) => {
        if (event.type === 'done') resolve(ok(event));
        else if (event.type === 'failed') resolve(err(event.failure));
      },
      signal,
    );
  });
}

/**
 * Asks for JSON of a shape. What does not fit is asked for once more, with what is wrong; constraints can be dropped by
 * servers without a word, so that every answer is checked.
 *
 * @param name - of the shape, for servers that want one
 * @returns a `bad_request` with the code `schema` when the second answer does not fit either
 */
export async function askJson<T>(
  model: Pick<LanguageModel, 'open' | 'capabilities'>,
  request: Omit<ChatRequest, 'format'>,
  name: string,
  shape: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<Result<T, Failure>> {
  const schema = z.toJSONSchema(shape) as Record<string, unknown>;
  const inWords: ChatMessage[] = model.capabilities.structured
    ? []
    : [
        {
          role: 'system',
          text: `Answer with one JSON object and nothing else. Its schema: ${JSON.stringify(schema)}`,
        },
      ];
  let messages: readonly ChatMessage[] = [...inWords, ...request.messages];
  for (let round = 0; round < 2; round++) {
    const answer = await ask(model, { ...request, messages, format: { name, schema } }, signal);
    if (!answer.ok) return answer;
    const { text } = answer.value.message;
    const checked = shape.safeParse(jsonIn(text));
    if (checked.success) return ok(checked.data);
    const [issue] = checked.error.issues;
    const wrong = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
    messages = [
      ...messages,
      { role: 'assistant', text },
      {
        role: 'user',
        text: `That does not fit the schema: ${wrong}. Answer again with the JSON object only.`,
      },
    ];
  }
  return err({
    kind: 'bad_request',
    message: 'the answer does not have the shape that was asked for',
    code: 'schema',
  });
}

/** The JSON of an answer, also within a fence or beside words, mended where that is possible. */
export function jsonIn(text: string): unknown {
  const fenced = /```(?:json)?\s*([\s\S]*?)```/i.exec(text)?.[1] ?? text;
  const begin = fenced.search(/[[{]/);
  const body = begin === -1 ? fenced : fenced.slice(begin);
  const value = parsedJson(body);
  if (value !== undefined) return value;
  try {
    return parsedJson(jsonrepair(body));
  } catch {
    return undefined;
  }
}
