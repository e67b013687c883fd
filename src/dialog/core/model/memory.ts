import type { UtteranceId } from '../../../kernel/ids.js';
import type { ChatMessage } from '../../llm/core/types.js';
import type { Memory, MemoryLine } from './types.js';

/** Bounds of the memory in a call, characters. */
const LINE_CHARS = 400;
const LINES_CHARS = 4000;
const SUMMARY_CHARS = 1200;
/** Words that are kept of a line that goes into the summary. */
const SUMMARY_WORDS = 14;

/** Adds what the caller has said, or what they have heard of the agent. The oldest lines go into the summary. */
export function remember(
  memory: Memory,
  role: MemoryLine['role'],
  text: string,
  sayId?: UtteranceId,
): Memory {
  const words = text.trim();
  if (words === '') return memory;
  const last = memory.lines.at(-1);
  const goesOn = sayId !== undefined && last?.sayId === sayId;
  const line: MemoryLine = {
    role,
    text: (goesOn ? `${last.text} ${words}` : words).slice(0, LINE_CHARS),
    ...(sayId === undefined ? {} : { sayId }),
  };
  return bounded({ ...memory, lines: [...(goesOn ? memory.lines.slice(0, -1) : memory.lines), line] });
}

/** The memory without the caller's last words. */
export function withoutLast(memory: Memory): Memory {
  const at = memory.lines.findLastIndex(({ role }) => role === 'caller');
  return at < 0 ? memory : { ...memory, lines: memory.lines.toSpliced(at, 1) };
}

function bounded(memory: Memory): Memory {
  let { summary } = memory;
  let lines = memory.lines;
  let size = lines.reduce((sum, { text }) => sum + text.length, 0);
  while (size > LINES_CHARS && lines.length > 1) {
    const [oldest, ...rest] = lines;
    if (oldest === undefined) break;
    size -= oldest.text.length;
    lines = rest;
    summary = `${summary}${summary === '' ? '' : ' '}${inShort(oldest)}`.slice(-SUMMARY_CHARS);
  }
  return { summary, lines };
}

/** What the agent said is known from its tasks; of the caller the first words are kept. */
function inShort({ role, text }: MemoryLine): string {
  const words = text.split(/\s+/);
  const kept = words.slice(0, SUMMARY_WORDS).join(' ');
  const more = words.length > SUMMARY_WORDS ? '…' : '';
  return `${role === 'caller' ? 'Caller' : 'You'}: ${kept}${more}`;
}

/** The memory as messages; turns of one side are joined, the caller's come last. */
export function messagesOf({ summary, lines }: Memory): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (summary !== '') messages.push({ role: 'user', text: `(Earlier in this call, shortened: ${summary})` });
  for (const { role: speaker, text } of lines) {
    const role = speaker === 'caller' ? ('user' as const) : ('assistant' as const);
    const last = messages.at(-1);
    if (last?.role === role) messages[messages.length - 1] = { role, text: `${last.text} ${text}` };
    else messages.push({ role, text });
  }
  return messages;
}
