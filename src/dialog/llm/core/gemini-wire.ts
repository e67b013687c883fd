import { listAt, member, objectOf, objectsAt, textAt, type Fields } from '../../../kernel/json.js';
import { repaired, split } from './history.js';
import { tokensAt, type ChatMessage, type Usage } from './types.js';

/** A `Content` of the protocol. */
export interface GeminiContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly Fields[];
}

/** Name under which signatures are kept in the history. */
export const GEMINI = 'gemini';

/**
 * The history as `contents`. A turn of the model goes back as it came: all parts in one content, signatures included.
 * Calls of another provider have none and are told in words, or the server would refuse them.
 */
export function contentsOf(messages: readonly ChatMessage[]): {
  readonly system: string;
  readonly contents: readonly GeminiContent[];
} {
  const { system, rest } = split(repaired(messages));
  const contents: GeminiContent[] = [];
  const foreign = new Set<string>();
  for (const message of rest) {
    const next = contentOf(message, foreign);
    const last = contents.at(-1);
    // Answers to parallel calls belong into one content; turns of one side may not follow each other.
    if (last?.role === next.role) {
      contents[contents.length - 1] = { ...last, parts: [...last.parts, ...next.parts] };
    } else contents.push(next);
  }
  return { system, contents };
}

function contentOf(message: Exclude<ChatMessage, { role: 'system' }>, foreign: Set<string>): GeminiContent {
  if (message.role === 'user') return { role: 'user', parts: [{ text: message.text }] };
  if (message.role === 'tool') {
    const { callId, name, text: said, failed } = message;
    if (foreign.has(callId)) return { role: 'user', parts: [{ text: `Result of ${name}: ${said}` }] };
    const response = failed === true ? { error: said } : { output: said };
    return { role: 'user', parts: [{ functionResponse: { id: callId, name, response } }] };
  }
  const { opaque, calls = [] } = message;
  if (opaque?.provider === GEMINI && Array.isArray(opaque.data)) {
    return { role: 'model', parts: opaque.data as GeminiContent['parts'] };
  }
  for (const { id } of calls) foreign.add(id);
  const told = calls.map(({ name, args }) => `(Looked up ${name} with ${args}.)`);
  return {
    role: 'model',
    parts: [{ text: [message.text, ...told].filter((part) => part !== '').join(' ') }],
  };
}

/** What one chunk of an answer says. */
export interface GeminiChunk {
  readonly text: string;
  readonly calls: readonly {
    readonly id: string | undefined;
    readonly name: string;
    readonly args: string;
  }[];
  /** As they came, for the history. */
  readonly parts: GeminiContent['parts'];
  readonly finish?: string;
  readonly blocked: boolean;
  readonly usage?: Usage;
}

/** Reads a `GenerateContentResponse`; thoughts are no text. */
export function readGemini(value: unknown): GeminiChunk {
  const [candidate] = listAt(value, 'candidates');
  const parts = objectsAt(member(candidate, 'content'), 'parts');
  const calls = parts.flatMap(({ functionCall: call }) => {
    const name = textAt(call, 'name');
    if (name === undefined) return [];
    return [{ id: textAt(call, 'id'), name, args: JSON.stringify(member(call, 'args') ?? {}) }];
  });
  const finish = textAt(candidate, 'finishReason');
  const usage = usageOf(member(value, 'usageMetadata'));
  return {
    text: parts.map((part) => (part['thought'] === true ? '' : (textAt(part, 'text') ?? ''))).join(''),
    calls,
    parts: parts.filter((part) => part['thought'] !== true),
    blocked: textAt(member(value, 'promptFeedback'), 'blockReason') !== undefined,
    ...(finish === undefined ? {} : { finish }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function usageOf(value: unknown): Usage | undefined {
  if (objectOf(value) === undefined) return undefined;
  return {
    inputTokens: tokensAt(value, 'promptTokenCount') + tokensAt(value, 'toolUsePromptTokenCount'),
    outputTokens: tokensAt(value, 'candidatesTokenCount') + tokensAt(value, 'thoughtsTokenCount'),
    cachedTokens: tokensAt(value, 'cachedContentTokenCount'),
  };
}

/** Reasons that mean that a policy has cut the answer. */
const REFUSALS: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'LANGUAGE',
]);

/** What a finish reason means. */
export function meaningOf(finish: string): 'stop' | 'length' | 'refused' | 'malformed' {
  if (finish === 'MAX_TOKENS') return 'length';
  if (REFUSALS.has(finish)) return 'refused';
  return finish === 'STOP' ? 'stop' : 'malformed';
}
