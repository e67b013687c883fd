import { z } from 'zod';

/** Words of a stream, and of a single piece of speech. */
export const transcriptEvent = z.object({
  transcript: z.string(),
  is_final: z.boolean(),
  confidence: z.number().nullable().describe('0..1; null where the recogniser gives none'),
  timestamp_ms: z.number().describe('Place in the audio up to which it was heard'),
  language: z.string().optional(),
  duration_ms: z.number().optional(),
});
