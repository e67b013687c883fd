import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import {
  callbackList,
  callbackListQuery,
  callbackView,
  completion,
  viewCallback,
  viewWaiting,
  waitingEntries,
  waitingListQuery,
} from '../schemas/callbacks.js';
import { failures, idParams } from '../schemas/common.js';

const config = { permission: 'calls.read' } as const;
const missing = (what: string): LeibnizError =>
  new LeibnizError('NOT_FOUND', `There is no such ${what}.`, { field: 'id' });

/** What callers were promised, and who waits for a time. */
export function callbackRoutes(app: App, { ports }: RouteContext): void {
  const tags = ['Call-backs'];
  app.get(
    '/api/v1/callbacks',
    {
      config,
      schema: {
        summary: 'Call-backs, messages and alarms: open ones first, emergencies before all',
        tags,
        querystring: callbackListQuery,
        response: { 200: callbackList, ...failures },
      },
    },
    async ({ query: { limit, offset, status, kind, call_id } }) => {
      const page = await ports.callbacks.list({
        limit,
        offset,
        ...compact({ status, kind, callId: call_id }),
      });
      return { items: page.items.map(viewCallback), total: page.total };
    },
  );

  app.get(
    '/api/v1/callbacks/:id',
    {
      config,
      schema: {
        summary: 'A call-back',
        tags,
        params: idParams,
        response: { 200: callbackView, ...failures },
      },
    },
    async ({ params }) => {
      const callback = await ports.callbacks.get(params.id);
      if (callback === undefined) throw missing('call-back');
      return viewCallback(callback);
    },
  );

  app.post(
    '/api/v1/callbacks/:id/complete',
    {
      config: { permission: 'appointments.write' },
      schema: {
        summary: 'Records how a call-back ended; the first outcome stays',
        tags,
        params: idParams,
        body: completion,
        response: { 200: callbackView, ...failures },
      },
    },
    async ({ params, body }) => {
      const callback = await ports.callbacks.complete(params.id, compact(body));
      if (callback === undefined) throw missing('call-back');
      return viewCallback(callback);
    },
  );
  waitingListRoutes(app, ports);
}

function waitingListRoutes(app: App, ports: RouteContext['ports']): void {
  const tags = ['Waiting list'];
  app.get(
    '/api/v1/waiting-list',
    {
      config,
      schema: {
        summary: 'Who waits for a time, in order of arrival',
        tags,
        querystring: waitingListQuery,
        response: { 200: waitingEntries, ...failures },
      },
    },
    async ({ query: { limit, offset, on_or_after, service_id, call_id } }) => {
      const filter = compact({ onOrAfter: on_or_after, serviceId: service_id, callId: call_id });
      const page = await ports.waitingList.list({ limit, offset, ...filter });
      return { items: page.items.map(viewWaiting), total: page.total };
    },
  );

  app.delete(
    '/api/v1/waiting-list/:id',
    {
      config: { permission: 'appointments.write' },
      schema: {
        summary: 'Takes an entry off the waiting list',
        tags,
        params: idParams,
        response: { 200: z.object({ id: z.string(), status: z.literal('left') }), ...failures },
      },
    },
    async ({ params }) => {
      if (!(await ports.waitingList.leave(params.id))) throw missing('entry of the waiting list');
      return { id: params.id, status: 'left' as const };
    },
  );
}
