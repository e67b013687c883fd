import { z } from 'zod';
import type { App, RouteContext } from '../context.js';
import { failures } from '../schemas/common.js';

const report = z.object({
  caches: z.array(
    z.object({
      cache: z.string(),
      entries: z.number().int().describe('In this process'),
      bytes: z.number().int(),
      hits: z.number().int(),
      by_layer: z.record(z.string(), z.number().int()),
      misses: z.number().int(),
      hit_rate: z.number().min(0).max(1),
    }),
  ),
  layers: z.array(z.object({ layer: z.string(), connected: z.boolean(), errors: z.number().int() })),
});

const cleared = z.object({ status: z.literal('cleared'), entries: z.number().int() });

const query = z.object({
  cache: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional()
    .describe('One cache; all of them unless given'),
});

/** What caches hold, and the way to empty them. */
export function cacheRoutes(app: App, { ports }: RouteContext): void {
  const tags = ['Caches'];
  const config = { permission: 'settings.write' } as const;

  app.get(
    '/api/v1/admin/cache',
    {
      config,
      schema: { summary: 'Hit rates and sizes of caches', tags, response: { 200: report, ...failures } },
    },
    async () => {
      const { caches, layers } = await ports.caches.report();
      return {
        caches: caches.map((each) => ({ ...each, by_layer: { ...each.by_layer } })),
        layers: [...layers],
      };
    },
  );

  app.post(
    '/api/v1/admin/cache/clear',
    {
      config,
      schema: {
        summary: 'Forgets what caches hold, in every layer',
        tags,
        querystring: query,
        response: { 200: cleared, ...failures },
      },
    },
    async ({ query: { cache } }) => ({
      status: 'cleared' as const,
      entries: await ports.caches.clear(cache),
    }),
  );
}
