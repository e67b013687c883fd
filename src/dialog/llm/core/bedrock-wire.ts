import { member, numberAt, objectOf, textAt } from '../../../kernel/json.js';
import { argsOf, repaired, split } from './history.js';
import type { CallPiece } from './assembly.js';
import { tokensAt, type ChatMessage, type ChatRequest, type Sampling, type Usage } from './types.js';

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: readonly object[];
}

/** The body of `POST /model/{id}/converse-stream`. */
export function converseBody(request: ChatRequest, sampling: Sampling): Readonly<Record<string, unknown>> {
  const { maxTokens, temperature, topP } = { ...sampling, ...request.sampling };
  const { system, rest } = split(repaired(request.messages));
  const turns: Turn[] = [];
  for (const message of rest) {
    const next = turnOf(message);
    const last = turns.at(-1);
    if (last?.role === next.role) {
      turns[turns.length - 1] = { ...last, content: [...last.content, ...next.content] };
    } else turns.push(next);
  }
  const tools = request.tools ?? [];
  // Without tools a history that holds calls is refused; the choice `none` does not exist.
  return {
    messages: turns,
    inferenceConfig: {
      maxTokens,
      temperature,
      topP,
      ...(request.stop === undefined ? {} : { stopSequences: request.stop }),
    },
    ...(system === '' ? {} : { system: [{ text: system }] }),
    ...(tools.length === 0
      ? {}
      : {
          toolConfig: {
            tools: tools.map(({ name, description, parameters }) => ({
              toolSpec: { name, description, inputSchema: { json: parameters } },
            })),
            ...(request.toolChoice === 'required' ? { toolChoice: { any: {} } } : {}),
          },
        }),
  };
}

function turnOf(message: Exclude<ChatMessage, { role: 'system' }>): Turn {
  if (message.role === 'user') return { role: 'user', content: [{ text: message.text }] };
  if (message.role === 'tool') {
    const { callId: toolUseId, text: said, failed } = message;
    const status = failed === true ? 'error' : 'success';
    return { role: 'user', content: [{ toolResult: { toolUseId, content: [{ text: said }], status } }] };
  }
  const uses = (message.calls ?? []).map(({ id: toolUseId, name, args }) => ({
    toolUse: { toolUseId, name, input: argsOf({ args }) ?? {} },
  }));
  return { role: 'assistant', content: [...(message.text === '' ? [] : [{ text: message.text }]), ...uses] };
}

/** What one event of the stream says. */
export type ConverseEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly piece: CallPiece }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'other' };

/** Reads an event by its name and its payload. */
export function readConverse(name: string, payload: unknown): ConverseEvent {
  const index = numberAt(payload, 'contentBlockIndex');
  switch (name) {
    case 'contentBlockStart': {
      const use = objectOf(member(member(payload, 'start'), 'toolUse'));
      if (use === undefined) return { type: 'other' };
      return { type: 'call', piece: { index, id: textAt(use, 'toolUseId'), name: textAt(use, 'name') } };
    }
    case 'contentBlockDelta': {
      const delta = member(payload, 'delta');
      const said = textAt(delta, 'text');
      if (said !== undefined) return { type: 'text', text: said };
      const args = textAt(member(delta, 'toolUse'), 'input');
      return args === undefined ? { type: 'other' } : { type: 'call', piece: { index, args } };
    }
    case 'messageStop': {
      return { type: 'stop', reason: textAt(payload, 'stopReason') ?? 'end_turn' };
    }
    case 'metadata': {
      const usage = member(payload, 'usage');
      return {
        type: 'usage',
        usage: {
          inputTokens: tokensAt(usage, 'inputTokens'),
          outputTokens: tokensAt(usage, 'outputTokens'),
          cachedTokens: tokensAt(usage, 'cacheReadInputTokens'),
        },
      };
    }
    default: {
      return { type: 'other' };
    }
  }
}
