import { LeibnizError } from '../../kernel/errors.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import {
  appointmentList,
  appointmentListQuery,
  appointmentView,
  callDetail,
  callList,
  callListQuery,
  instant,
  viewAppointment,
  viewCall,
  viewCallDetail,
} from '../schemas/calls.js';
import { failures, idParams } from '../schemas/common.js';

const config = { protected: true };
const maybeInstant = (text: string | undefined) => (text === undefined ? undefined : instant(text));

/** Calls and appointments as they were recorded. */
export function recordRoutes(app: App, { ports }: RouteContext): void {
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
    async ({ query: { limit, offset, from, to, reason, open } }) => {
      const page = await ports.calls.list({
        limit,
        offset,
        ...compact({
          fromMs: maybeInstant(from),
          toMs: maybeInstant(to),
          reason,
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

  app.get(
    '/api/v1/appointments',
    {
      config,
      schema: {
        summary: 'Appointments in order of start',
        tags: ['Appointments'],
        querystring: appointmentListQuery,
        response: { 200: appointmentList, ...failures },
      },
    },
    async ({ query: { limit, offset, from, to, status, call_id } }) => {
      const page = await ports.appointments.list({
        limit,
        offset,
        ...compact({ fromMs: maybeInstant(from), toMs: maybeInstant(to), status, callId: call_id }),
      });
      return { items: page.items.map(viewAppointment), total: page.total };
    },
  );

  app.get(
    '/api/v1/appointments/:id',
    {
      config,
      schema: {
        summary: 'An appointment',
        tags: ['Appointments'],
        params: idParams,
        response: { 200: appointmentView, ...failures },
      },
    },
    async ({ params }) => {
      const appointment = await ports.appointments.get(params.id);
      if (appointment === undefined) {
        throw new LeibnizError('NOT_FOUND', 'There is no such appointment.', { field: 'id' });
      }
      return viewAppointment(appointment);
    },
  );
}
