import type { RequestId, UtteranceId } from '../../../kernel/ids.js';
import type { ChatBudget, ChatMessage, ToolCall, ToolDef, ToolMessage } from '../../llm/core/types.js';
import type { KnowledgeAnswer } from '../effects.js';
import type { Matter } from '../matter.js';

/** Instructions for a model (`prompts/model/*.md`). */
export interface Instruction {
  readonly id: string;
  readonly version: number;
  /** With `{name}` for the values that the dialog gives. */
  readonly text: string;
}

/** Every instruction that the dialog needs, with the values that its text may use. */
export const INSTRUCTIONS = {
  answer: ['business', 'persona', 'description'],
  agent: ['business', 'persona', 'description', 'today'],
  intent: ['business', 'intents'],
  slot: ['today'],
  summary: ['business'],
} as const satisfies Record<string, readonly string[]>;

/** Id of an instruction. */
export type InstructionId = keyof typeof INSTRUCTIONS;

/** What the dialog knows of the language model beside it; absent where there is none. */
export interface ModelContext {
  /** `assist`: helps to understand and writes answers from passages. `agent`: answers free turns and calls tools, too. */
  readonly mode: 'assist' | 'agent';
  /** Of a spoken answer. */
  readonly budget: ChatBudget;
  readonly instructions: Readonly<Record<InstructionId, Instruction>>;
  /** What the persona is like, for the model. */
  readonly description: string;
  /** Tools beside those of the dialog; each only reads public data. */
  readonly tools: readonly ToolDef[];
  /** Whether it may be asked while the caller pauses, before the turn has ended. */
  readonly speculates: boolean;
  /** False where the model cannot call any. */
  readonly canCall: boolean;
  /** LoRA adapter of the persona. */
  readonly adapter?: string;
}

/** The part of an answer that was spoken, and what is not spoken yet. */
export interface TalkStream {
  /** Of the words under way; absent before the first. */
  readonly sayId?: UtteranceId;
  /** Text of the model that makes no clause yet. */
  readonly buffer: string;
  readonly words: number;
}

/** A conversation with the model about one matter. One at a time. */
export interface ModelTalk {
  readonly purpose: 'answer' | 'agent';
  readonly matter: Matter;
  /** Said when the model is of no use. */
  readonly fallback?: KnowledgeAnswer;
  /** What was said had no clear intent. */
  readonly unclear?: true;
  /** Texts that claims must be found in: passages, and results of tools. */
  readonly evidence: readonly string[];
  readonly messages: readonly ChatMessage[];
  /** Requests so far. */
  readonly steps: number;
  /** Name and arguments of each call so far. */
  readonly called: readonly string[];
  readonly stream: TalkStream;
  /** The request that is open, or the calls that are. */
  readonly open: RequestId | undefined;
  readonly waiting: Readonly<Record<string, ToolCall>>;
  readonly answers: readonly ToolMessage[];
}

/** Nothing of an answer has come. */
export const NO_STREAM: TalkStream = { buffer: '', words: 0 };

/** One line of what was said in a call, as the model is told. */
export interface MemoryLine {
  readonly role: 'caller' | 'agent';
  readonly text: string;
  readonly sayId?: UtteranceId;
}

/** What was said in a call; the oldest of it in short. */
export interface Memory {
  /** What came before the lines, shortened. */
  readonly summary: string;
  readonly lines: readonly MemoryLine[];
}

/** Nothing was said yet. */
export const NO_MEMORY: Memory = { summary: '', lines: [] };
