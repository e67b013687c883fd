import { CONVERSATION_PROMPTS } from './machine/prompts.js';
import { APPOINTMENT_PROMPTS } from './tasks/appointments/prompts.js';
import { FORM_PROMPTS } from './tasks/form/prompts.js';

/**
 * Every utterance that the dialog can say, with the variables its text may use. The files under `prompts/` are
 * checked against this list in both directions, so that a missing text is found at start, not on a call.
 */
export const PROMPT_CATALOGUE = {
  ...CONVERSATION_PROMPTS,
  ...APPOINTMENT_PROMPTS,
  ...FORM_PROMPTS,
} as const satisfies Record<string, readonly string[]>;

/** Id of an utterance. */
export type PromptId = keyof typeof PROMPT_CATALOGUE;

/** The variables an utterance needs. */
export type PromptVars<Id extends PromptId> = Readonly<Record<(typeof PROMPT_CATALOGUE)[Id][number], string>>;
