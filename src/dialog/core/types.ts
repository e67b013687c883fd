export type { Persona, Prompt, PromptSet, DialogContext, DialogStart } from './context.js';
export type { IntentContext, IntentResult, KnowledgeAnswer, KnowledgeSource } from './effects.js';

/** Every intent, as it is named on the wire. */
export const INTENT_NAMES = [
  'GREETING',
  'APPOINTMENT_SCHEDULING',
  'APPOINTMENT_CHANGE',
  'APPOINTMENT_CANCEL',
  'RAG_QUERY',
  'HUMAN_HANDOFF',
  'REPEAT',
  'GOODBYE',
  'OUT_OF_SCOPE',
] as const;

/** One of {@link INTENT_NAMES}. */
export type IntentName = (typeof INTENT_NAMES)[number];
