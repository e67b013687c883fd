import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { failures, idParams, listOf, paging } from '../schemas/common.js';
import { jobStatus, jobView } from '../schemas/jobs.js';

/** The wire form of a job. */
export type JobView = z.output<typeof jobView>;

const config = { permission: 'jobs.read' } as const;
const tags = ['Jobs'];

/** Follow-up jobs and dead letters. */
export function jobRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/jobs',
    {
      config,
      schema: {
        summary: 'Follow-up jobs, newest first',
        tags,
        querystring: z.strictObject({
          ...paging,
          status: jobStatus.optional(),
          type: z.string().max(100).optional(),
        }),
        response: { 200: listOf(jobView), ...failures },
      },
    },
    async ({ query: { limit, offset, status, type } }) => {
      const page = await ports.jobs.list({ limit, offset, ...compact({ status, type }) });
      return { items: [...page.items], total: page.total };
    },
  );

  app.get(
    '/api/v1/jobs/:id',
    { config, schema: { summary: 'A job', tags, params: idParams, response: { 200: jobView, ...failures } } },
    async ({ params }) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) throw new LeibnizError('NOT_FOUND', 'There is no such job.', { field: 'id' });
      return job;
    },
  );

  app.post(
    '/api/v1/jobs/:id/retry',
    {
      config: { permission: 'jobs.retry' },
      schema: {
        summary: 'Puts a dead letter back to work with all its retries',
        tags,
        params: idParams,
        response: { 200: jobView, ...failures },
      },
    },
    async ({ params }) => ports.jobs.retry(params.id),
  );
}
