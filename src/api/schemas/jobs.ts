import { z } from 'zod';

export const jobStatus = z.enum(['pending', 'processing', 'completed', 'failed']);

/** A job as every answer shows it. */
export const jobView = z.object({
  id: z.string(),
  type: z.string(),
  status: jobStatus.describe('`failed` jobs are the dead letters'),
  priority: z.number(),
  retry_count: z.number().int(),
  max_retries: z.number().int(),
  payload: z.unknown(),
  result: z.unknown(),
  error_message: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});
