import { LeibnizError } from '../../kernel/errors.js';
import { wallMs } from '../../kernel/time.js';
import { requirePermission } from '../auth/principal.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { callDetail, callList, callListQuery, viewCall, viewCallDetail } from '../schemas/calls.js';
import { failures, idParams } from '../schemas/common.js';
import { windowOf } from '../window.js';

/** How far back a search without a beginning goes. */
const SEARCHED_MS = 30 * 86_400_000;

const config = { permission: 'calls.read' } as const;

/** Calls as they were recorded. */
export function recordRoutes(app: App, { ports, clock }: RouteContext): void {
  app.get(
    '/api/v1/calls',
    {
      config,
      schema: {
        summary: 'Calls, newest first',
        tags: ['Calls'],
        querystring: callListQuery,
        response: { 200: callList, ...failures },
      },
    },
    async ({ query: { limit, offset, from, to, reason, open, q: search }, principal }) => {
      // Whoever may not read numbers and words must not find out about them by searching either.
      if (search !== undefined) requirePermission(principal, 'calls.pii');
      const recent =
        search === undefined || from !== undefined ? {} : { fromMs: wallMs(clock.wall() - SEARCHED_MS) };
      const page = await ports.calls.list({
        ...recent,
        limit,
        offset,
        ...(await windowOf(ports, from, to)),
        ...compact({
          reason,
          search,
          open: open === undefined ? undefined : open === 'true',
        }),
      });
      return { items: page.items.map(viewCall), total: page.total };
    },
  );

  app.get(
    '/api/v1/calls/:id',
    {
      config,
      schema: {
        summary: 'A call with transcript, timings per turn, quality and events',
        tags: ['Calls'],
        params: idParams,
        response: { 200: callDetail, ...failures },
      },
    },
    async ({ params }) => {
      const call = await ports.calls.get(params.id);
      if (call === undefined) throw new LeibnizError('NOT_FOUND', 'There is no such call.', { field: 'id' });
      return viewCallDetail(call);
    },
  );
}
