import type { Business } from '../core/business.js';
import type { IntentAction, PromptSet } from '../core/context.js';
import type { Instruction, InstructionId } from '../core/model/types.js';
import type { Lexicon } from '../core/nlu/lexicon.js';
import type { GuardRules } from '../core/guard-rules.js';
import type { FormSpec, ToolSpec } from '../core/tasks/form/spec.js';
import type { McpServer } from '../llm/tools/mcp.js';
import type { PersonaFile } from '../prompts.js';

export type { GuardRules, RefusedTopic } from '../core/guard-rules.js';

/** Actions of intents that are no forms. */
export const INTENT_ACTIONS = [
  'book',
  'find',
  'move',
  'cancel',
  'waitlist',
  'callback',
  'message',
  'answer',
  'person',
  'repeat',
  'goodbye',
  'hello',
  'chat',
  'out_of_scope',
] as const satisfies readonly IntentAction[];

/** One kind of matter that callers come with (`intents.yaml`). */
export interface IntentSpec {
  /** As it stands in journals and on the wire, such as `APPOINTMENT_SCHEDULING`. */
  readonly id: string;
  readonly does: IntentAction;
  /** What callers say, in their words. */
  readonly examples: readonly string[];
  /** What sounds like it and is something else. */
  readonly not: readonly string[];
}

/** `intents.yaml`. */
export interface Intents {
  readonly intents: readonly IntentSpec[];
  /** Examples of what the office does not deal with. */
  readonly outOfScope: readonly string[];
}

/** Further words of the trade (`lexicon.yaml`), for the classifier and for answers; see docs/packs.md. */
export interface TradeWords {
  /** Situations of callers by name, with the words that tell them. */
  readonly situations: Readonly<Record<string, readonly string[]>>;
  /** Kinds of answers ("where", "who") with words of the trade that are one. */
  readonly answerTypes: Readonly<Record<string, readonly string[]>>;
}

/** A trade as data: everything that one office differs in from another. */
export interface Pack {
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly business: Business;
  readonly lexicon: Lexicon;
  readonly trade: TradeWords;
  readonly intents: Intents;
  /** What each intent leads to, by its id. */
  readonly actions: Readonly<Record<string, IntentAction>>;
  /** By id; what `guard.yaml` refuses is in each. */
  readonly forms: Readonly<Record<string, FormSpec>>;
  /** By name. */
  readonly tools: Readonly<Record<string, ToolSpec>>;
  readonly prompts: PromptSet;
  /** By id; at least one. */
  readonly personas: Readonly<Record<string, PersonaFile>>;
  /** For language models. */
  readonly instructions: Readonly<Record<InstructionId, Instruction>>;
  readonly knowledgeBaseDir: string;
  readonly guard: GuardRules;
  /** MCP servers of `tools.yaml`. */
  readonly mcp: readonly McpServer[];
}
