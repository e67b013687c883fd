import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import type { Appointment, Slot } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { errorBody } from '../errors.js';
import type { ApiPorts, ScheduleRequest } from '../ports.js';
import {
  appointmentList,
  appointmentListQuery,
  appointmentView,
  cancelQuery,
  changeConflict,
  changedAppointment,
  newAppointment,
  viewAppointment,
} from '../schemas/appointments.js';
import { failures, idParams } from '../schemas/common.js';
import { windowOf } from '../window.js';

const config = { permission: 'appointments.read' } as const;
const tags = ['Appointments'];
const conflicts = { ...failures, 409: changeConflict };

/** Appointments for operators: they see, book, move and cancel under the rules that calls obey. */
export function appointmentRoutes(app: App, context: RouteContext): void {
  readRoutes(app, context);
  bookRoute(app, context);
  changeRoutes(app, context);
}

function readRoutes(app: App, { ports }: RouteContext): void {
  app.get(
    '/api/v1/appointments',
    {
      config,
      schema: {
        summary: 'Appointments in order of start',
        tags,
        querystring: appointmentListQuery,
        response: { 200: appointmentList, ...failures },
      },
    },
    async ({ query: { limit, offset, from, to, status, resource, service_id, call_id } }) => {
      const page = await ports.appointments.list({
        limit,
        offset,
        ...(await windowOf(ports, from, to)),
        ...compact({ status, resource, serviceId: service_id, callId: call_id }),
      });
      return { items: page.items.map(viewAppointment), total: page.total };
    },
  );

  app.get(
    '/api/v1/appointments/:id',
    {
      config,
      schema: {
        summary: 'An appointment; its version stands in the ETag too',
        tags,
        params: idParams,
        response: { 200: appointmentView, ...failures },
      },
    },
    async ({ params }, reply) => answer(reply, await existing(ports, params.id)),
  );
}

function bookRoute(app: App, { ports, clock }: RouteContext): void {
  app.post(
    '/api/v1/appointments',
    {
      config: { permission: 'appointments.write' },
      schema: {
        summary: "Books for somebody, whose consent is the operator's affair",
        tags,
        body: newAppointment,
        response: { 200: appointmentView, 201: appointmentView, ...conflicts },
      },
    },
    async ({ body }, reply) => {
      const { date, time, service_id: serviceId, resource } = body;
      const allowed = await allow(ports, compact({ date, time, serviceId, resource }));
      const outcome = await ports.appointments.book({
        ...allowed.slot,
        idempotencyKey: body.idempotency_key ?? randomUUID(),
        purpose: body.purpose ?? allowed.purpose,
        consentedAtMs: clock.wall(),
        ...compact({ serviceId }),
        pii: {
          userName: body.user_name,
          ...compact({
            callerNumber: body.caller_number,
            email: body.email,
            birthDate: body.birth_date,
            notes: body.notes,
          }),
        },
      });
      if (outcome.status === 'conflict') return refuse(reply, taken());
      const { appointment, status } = outcome;
      void reply.header('location', `/api/v1/appointments/${appointment.id}`);
      return answer(reply.code(status === 'booked' ? 201 : 200), appointment);
    },
  );
}

function changeRoutes(app: App, { ports }: RouteContext): void {
  app.patch(
    '/api/v1/appointments/:id',
    {
      config: { permission: 'appointments.write' },
      schema: {
        summary: 'Moves an appointment, or changes what it is about; needs the version that was read',
        tags,
        params: idParams,
        headers: z.looseObject({ 'if-match': z.string().optional() }),
        body: changedAppointment,
        response: { 200: appointmentView, ...conflicts },
      },
    },
    async ({ params, body, headers }, reply) => {
      const expectedVersion = versionOf(body.version, headers['if-match']);
      const before = await existing(ports, params.id);
      // A repeated request finds its own change; only the store can tell.
      if (before.version !== expectedVersion && body.idempotency_key === undefined) {
        return refuse(reply, changed(), before);
      }
      const { date = before.date, time = before.time, service_id: serviceId = before.serviceId } = body;
      // Another service may need somebody else; the same one stays where it is.
      const stays = serviceId === before.serviceId ? before.resource : undefined;
      const wanted = { date, time, serviceId, resource: body.resource ?? stays, appointmentId: params.id };
      const allowed = await allow(ports, compact(wanted));
      const renamed = body.service_id === undefined ? undefined : allowed.purpose;
      const outcome = await ports.appointments.move({
        ...allowed.slot,
        idempotencyKey: body.idempotency_key ?? randomUUID(),
        id: params.id,
        expectedVersion,
        ...compact({ serviceId: body.service_id, purpose: body.purpose ?? renamed }),
      });
      switch (outcome.status) {
        case 'moved':
        case 'already_moved':
          return answer(reply, outcome.appointment);
        case 'stale':
          return refuse(reply, changed(), outcome.appointment);
        case 'cancelled':
          return refuse(reply, changed('The appointment is cancelled.'), outcome.appointment);
        case 'conflict':
          return refuse(reply, taken());
        case 'not_found':
          throw missing();
      }
    },
  );

  app.delete(
    '/api/v1/appointments/:id',
    {
      config: { permission: 'appointments.write' },
      schema: {
        summary: 'Cancels an appointment; needs the version that was read',
        tags,
        params: idParams,
        headers: z.looseObject({ 'if-match': z.string().optional() }),
        querystring: cancelQuery,
        response: { 200: appointmentView, ...conflicts },
      },
    },
    async ({ params, query, headers }, reply) => {
      const outcome = await ports.appointments.cancel({
        idempotencyKey: randomUUID(),
        id: params.id,
        expectedVersion: versionOf(query.version, headers['if-match']),
        reason: 'operator',
      });
      if (outcome.status === 'not_found') throw missing();
      if (outcome.status === 'stale') return refuse(reply, changed(), outcome.appointment);
      return answer(reply, outcome.appointment);
    },
  );
}

async function existing(ports: ApiPorts, id: string): Promise<Appointment> {
  const appointment = await ports.appointments.get(id);
  if (appointment === undefined) throw missing();
  return appointment;
}

/** @throws LeibnizError BAD_REQUEST naming what the office cannot do */
async function allow(
  ports: ApiPorts,
  request: ScheduleRequest,
): Promise<{ readonly slot: Slot; readonly purpose: string }> {
  const verdict = await ports.schedule.check(request);
  if (verdict.ok) return verdict;
  throw new LeibnizError('BAD_REQUEST', verdict.message, { field: verdict.field });
}

/**
 * The version that a change is based on, from the request or from If-Match (RFC 9110 section 13.1.1).
 *
 * @throws LeibnizError BAD_REQUEST - neither names one, or they differ
 */
function versionOf(given: number | undefined, ifMatch: string | undefined): number {
  const tag = ifMatch === undefined ? undefined : /^"(\d{1,10})"$/.exec(ifMatch.trim())?.[1];
  if (ifMatch !== undefined && tag === undefined) {
    throw new LeibnizError('BAD_REQUEST', 'If-Match must be the ETag of the appointment, such as "3".', {
      field: 'if-match',
    });
  }
  const version = given ?? (tag === undefined ? undefined : Number(tag));
  if (version === undefined || (tag !== undefined && Number(tag) !== version)) {
    throw new LeibnizError('BAD_REQUEST', 'Name the version that was read, as `version` or in If-Match.', {
      field: 'version',
    });
  }
  return version;
}

function answer(reply: FastifyReply, appointment: Appointment): FastifyReply {
  return reply.header('etag', `"${appointment.version}"`).send(viewAppointment(appointment));
}

/** 409, with the appointment as it is now where that helps. */
function refuse(reply: FastifyReply, error: LeibnizError, current?: Appointment): FastifyReply {
  const appointment = current === undefined ? {} : { appointment: viewAppointment(current) };
  return reply.code(409).send({ ...errorBody(error), ...appointment });
}

const missing = (): LeibnizError =>
  new LeibnizError('NOT_FOUND', 'There is no such appointment.', { field: 'id' });
const taken = (): LeibnizError => new LeibnizError('SLOT_TAKEN', 'The time is taken.', { field: 'time' });
const changed = (message = 'Somebody has changed the appointment since this version.'): LeibnizError =>
  new LeibnizError('APPOINTMENT_CHANGED', message, { field: 'version' });
