import { z } from 'zod';

/** Shapes of the answers that a model gives as JSON, by what it is asked for. */
export const SHAPES = {
  intent: z.object({
    intent: z.string().max(60).describe('id of the intent that fits, or OUT_OF_SCOPE'),
    sure: z.boolean().describe('true when no other intent fits as well'),
  }),
  slot: z.object({
    value: z.string().max(120).describe('the answer in plain words, or an empty text when there is none'),
  }),
} as const;

/** What a model is asked for as JSON. */
export type AskPurpose = keyof typeof SHAPES;
