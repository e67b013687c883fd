import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { calendarFeed, calendarFile } from '../../jobs/calendar-file.js';
import { LeibnizError } from '../../kernel/errors.js';
import { wallMs } from '../../kernel/time.js';
import { OFFICE } from '../../store/freed.js';
import type { Appointment } from '../../store/types.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import type { OfficeFacts } from '../ports.js';
import { failures, idParams } from '../schemas/common.js';

const DAY_MS = 24 * 3600_000;
/** The feed reaches this far back and ahead. */
const FEED_PAST_MS = 30 * DAY_MS;
const FEED_FUTURE_MS = 400 * DAY_MS;
const PAGE = 500;
/** Most appointments of a feed, the earliest first. */
const MAX_FEED = 5000;

const tags = ['Calendar'];

/** Appointments for calendar programs: one as a file, all of them to subscribe to. */
export function calendarRoutes(app: App, { ports, clock }: RouteContext): void {
  app.get(
    '/api/v1/appointments/:id/calendar.ics',
    {
      config: { permission: 'calls.pii' },
      schema: {
        summary: 'The iCalendar file of an appointment as it is now',
        tags,
        params: idParams,
        produces: ['text/calendar'],
        response: failures,
      },
    },
    async ({ params }, reply) => {
      const [appointment, office] = await Promise.all([
        ports.appointments.get(params.id),
        ports.schedule.office(),
      ]);
      if (appointment === undefined) {
        throw new LeibnizError('NOT_FOUND', 'There is no such appointment.', { field: 'id' });
      }
      return send(reply, calendarFile(appointment, office), 'appointment.ics');
    },
  );

  app.get(
    '/api/v1/calendar.ics',
    {
      config: { feed: true },
      schema: {
        summary: 'All booked appointments as a calendar to subscribe to, of the office or of one resource',
        tags,
        querystring: z.strictObject({
          token: z.string().max(1000).optional().describe('The token of CALENDAR_FEED_TOKEN'),
          resource: z.string().trim().min(1).max(200).optional(),
        }),
        produces: ['text/calendar'],
        response: failures,
      },
    },
    async ({ query }, reply) => {
      const nowMs = clock.wall();
      const filter = {
        status: 'booked' as const,
        fromMs: wallMs(nowMs - FEED_PAST_MS),
        toMs: wallMs(nowMs + FEED_FUTURE_MS),
        ...compact({ resource: query.resource }),
      };
      const found: Appointment[] = [];
      for (let offset = 0; offset < MAX_FEED; offset += PAGE) {
        const { items } = await ports.appointments.list({ ...filter, limit: PAGE, offset });
        found.push(...items);
        if (items.length < PAGE) break;
      }
      const office = await ports.schedule.office();
      const { resource } = query;
      // Whoever has left the office keeps the appointments that are there; a name that nobody has is a mistake.
      if (resource !== undefined && found.length === 0 && !has(office, resource)) {
        throw new LeibnizError('NOT_FOUND', 'There is no such resource.', { field: 'resource' });
      }
      return send(reply, calendarFeed(found, office, office.timezone), 'calendar.ics');
    },
  );
}

/** An office that is one resource as a whole lists none. */
function has({ resources }: OfficeFacts, resource: string): boolean {
  return resources.length === 0 ? resource === OFFICE : resources.some(({ id }) => id === resource);
}

function send(reply: FastifyReply, text: string, filename: string): FastifyReply {
  return reply
    .type('text/calendar; charset=utf-8')
    .header('content-disposition', `attachment; filename="${filename}"`)
    .send(text);
}
