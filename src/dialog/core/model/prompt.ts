import type { ChatMessage } from '../../llm/core/types.js';
import type { DialogContext } from '../context.js';
import type { KnowledgeAnswer } from '../effects.js';
import { toLocal } from '../nlu/time/local-date.js';
import { speakerOf } from '../schedule/spoken.js';
import { messagesOf } from './memory.js';
import type { InstructionId, Memory, ModelContext } from './types.js';

/** Longest passage that a model is given, characters, and how many. */
const PASSAGE_CHARS = 1500;
const PASSAGES = 4;

/** An instruction with the values of the office. */
export function instructionOf(
  id: InstructionId,
  model: ModelContext,
  ctx: DialogContext,
  more: Readonly<Record<string, string>> = {},
): string {
  const { business, persona, lexicon, wallMs } = ctx;
  const vars: Readonly<Record<string, string>> = {
    business: business.name,
    persona: persona.name,
    description: model.description,
    today: speakerOf(lexicon.locale).date(toLocal(wallMs, business.timezone).date),
    ...more,
  };
  return model.instructions[id].text.replace(/\{(\w+)\}/g, (_all, name: string) => vars[name] ?? '');
}

/** The texts that an answer was found in. */
export function passagesOf(answer: KnowledgeAnswer | undefined): readonly string[] {
  if (answer?.found !== true) return [];
  const texts = answer.sources
    .slice(0, PASSAGES)
    .flatMap(({ title, text }) => (text === undefined ? [] : [`${title}: ${text.slice(0, PASSAGE_CHARS)}`]));
  return [...texts, answer.answer];
}

const listed = (passages: readonly string[]): string =>
  passages.map((text, place) => `[${place + 1}] ${text}`).join('\n');

/** A question with the passages that answer it. What never changes comes first: servers keep it. */
export function answerMessages(
  instruction: string,
  passages: readonly string[],
  question: string,
  before: string | undefined,
): readonly ChatMessage[] {
  const earlier = before === undefined ? '' : `Earlier question: ${before}\n`;
  return [
    { role: 'system', text: instruction },
    { role: 'user', text: `Passages:\n${listed(passages)}\n\n${earlier}Question: ${question}` },
  ];
}

/** A free turn with all that was said before. */
export function agentMessages(
  instruction: string,
  memory: Memory,
  passages: readonly string[],
  text: string,
): readonly ChatMessage[] {
  const before = messagesOf({ ...memory, lines: memory.lines.slice(0, -1) });
  const found = passages.length === 0 ? '' : `Passages that may help:\n${listed(passages)}\n\n`;
  return [
    { role: 'system', text: instruction },
    ...before,
    { role: 'user', text: `${found}The caller says: ${text}` },
  ];
}
