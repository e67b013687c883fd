import { objectOf, parsedJson, type Fields } from '../../../kernel/json.js';
import type { ChatMessage, ToolCall, ToolMessage } from './types.js';

/**
 * Messages that every provider takes: each call has exactly one answer behind it, answers without a call are gone, and
 * no message is empty. Providers answer 400 to anything else, or with silence.
 */
export function repaired(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const answers = new Map<string, ToolMessage>();
  for (const message of messages) if (message.role === 'tool') answers.set(message.callId, message);
  return messages.flatMap((message): readonly ChatMessage[] => {
    if (message.role === 'tool') return [];
    if (message.role !== 'assistant' || message.calls === undefined || message.calls.length === 0) {
      return message.text.trim() === '' ? [] : [message];
    }
    return [message, ...message.calls.map((call) => answers.get(call.id) ?? unanswered(call))];
  });
}

const unanswered = ({ id, name }: ToolCall): ToolMessage => ({
  role: 'tool',
  callId: id,
  name,
  text: 'The call was given up.',
  failed: true,
});

/** The instructions of a conversation, joined, and the rest of it. */
export function split(messages: readonly ChatMessage[]): {
  readonly system: string;
  readonly rest: readonly Exclude<ChatMessage, { role: 'system' }>[];
} {
  const system = messages.flatMap((message) => (message.role === 'system' ? [message.text] : []));
  const rest = messages.flatMap((message) => (message.role === 'system' ? [] : [message]));
  return { system: system.join('\n\n'), rest };
}

/** The arguments of a call as an object; `undefined` for text that is none. */
export function argsOf(call: Pick<ToolCall, 'args'>): Fields | undefined {
  if (call.args.trim() === '') return {};
  const value = parsedJson(call.args);
  // Some servers encode the arguments twice.
  return objectOf(typeof value === 'string' ? parsedJson(value) : value);
}
