import type { CallId } from '../../kernel/ids.js';
import type { RecordingPolicy } from '../../kernel/vocab.js';
import type { WallMs } from '../../kernel/time.js';
import type { Guardrails } from '../guard/core/judge.js';
import type { Business } from './business.js';
import type { GuardRules } from './guard-rules.js';
import type { Lexicon } from './nlu/lexicon.js';
import type { ModelContext } from './model/types.js';
import type { FormSpec, ToolSpec } from './tasks/form/spec.js';

/** Who speaks. */
export interface Persona {
  readonly id: string;
  /** The name the agent gives itself in prompts. */
  readonly name: string;
  readonly voice?: string;
  /** 0.5..2, 1 = as recorded. */
  readonly speed?: number;
}

/** The texts of one prompt. */
export interface Prompt {
  readonly id: string;
  readonly version: number;
  readonly locale: string;
  /** Names that the texts use as `{name}`. */
  readonly vars: readonly string[];
  /** At least one; they take turns. */
  readonly variants: readonly string[];
}

/** Every prompt by its id; plain data, so that it crosses threads. */
export type PromptSet = Readonly<Record<string, Prompt>>;

/** What an intent of the pack leads to: a task, a form (`form:<id>`), or something of the conversation itself. */
export type IntentAction =
  | 'book'
  | 'find'
  | 'move'
  | 'cancel'
  | 'waitlist'
  | 'callback'
  | 'message'
  | 'answer'
  | 'person'
  | 'repeat'
  | 'goodbye'
  | 'hello'
  | 'chat'
  | 'out_of_scope'
  | `form:${string}`;

/** What a step may look at beside state and input: the pack, and the moment. */
export interface DialogContext {
  readonly wallMs: WallMs;
  readonly business: Business;
  readonly prompts: PromptSet;
  readonly persona: Persona;
  readonly lexicon: Lexicon;
  /** What each intent of the classifier leads to; an unknown one is out of scope. */
  readonly intents: Readonly<Record<string, IntentAction>>;
  readonly forms: Readonly<Record<string, FormSpec>>;
  readonly tools: Readonly<Record<string, ToolSpec>>;
  readonly guard: GuardRules;
  /** Whether the sound of the call is being recorded, as callers who ask are told; it is not unless told. */
  readonly recorded?: boolean;
  /** What is judged beside what the pack forbids; nothing unless told. */
  readonly guardrails?: Guardrails;
  /** The language model beside the dialog; none unless told. */
  readonly model?: ModelContext;
}

/** What a new conversation knows. */
export interface DialogStart {
  readonly callId: CallId;
  /** E.164 where known. */
  readonly callerNumber?: string;
  /** Whether the caller is told of a recording or asked for it; neither unless told. */
  readonly recording?: Exclude<RecordingPolicy, 'off'>;
  /** Chooses the first variant of each prompt; 0 unless told. */
  readonly seed?: number;
}
