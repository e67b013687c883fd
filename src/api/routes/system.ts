import { z } from 'zod';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { errorSchema } from '../schemas/common.js';

const serviceStatus = z.enum(['healthy', 'degraded', 'unhealthy']);

const health = z.object({
  status: serviceStatus,
  uptime_seconds: z.number(),
  version: z.string(),
  services: z.record(z.string(), serviceStatus),
  details: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** The wire form of `GET /health`. */
export type HealthView = z.output<typeof health>;

const ready = z.object({ status: z.literal('ready'), models: z.array(z.string()) });
const notReady = z.object({ status: z.literal('not_ready'), error: z.string() });

/** Health, readiness and metrics. */
export function systemRoutes(
  app: App,
  { ports, log }: RouteContext,
  ownMetrics: () => Promise<string>,
): void {
  app.get(
    '/health',
    {
      schema: {
        summary: 'How every part is doing',
        tags: ['System'],
        response: { 200: health, 504: errorSchema },
      },
    },
    async () => compact(await ports.system.health()),
  );

  for (const url of ['/ready', '/health/ready']) {
    app.get(
      url,
      {
        schema: {
          summary: 'Whether calls can be taken',
          tags: ['System'],
          response: { 200: ready, 503: notReady },
        },
      },
      async (_request, reply) => {
        const report = await ports.system.ready().catch((error: unknown) => {
          log.warn({ err: error }, 'readiness is unknown');
          return { ready: false as const, error: 'The program does not answer.' };
        });
        if (report.ready) return { status: 'ready' as const, models: [...report.models] };
        return reply.code(503).send({ status: 'not_ready', error: report.error });
      },
    );
  }

  app.get(
    '/metrics',
    { schema: { summary: "Metrics in Prometheus' text format", tags: ['System'], produces: ['text/plain'] } },
    async (_request, reply) => {
      const [program, own] = await Promise.all([
        ports.system.metrics().catch((error: unknown) => {
          // A scrape with the API's own metrics is better than none while the program is stuck.
          log.warn({ err: error }, 'metrics of the program are missing');
          return '';
        }),
        ownMetrics(),
      ]);
      const parts = [program, own].map((text) => text.trimEnd()).filter((text) => text !== '');
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(`${parts.join('\n')}\n`);
    },
  );
}
