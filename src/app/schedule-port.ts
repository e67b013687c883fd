import type { SchedulePorts, ScheduleRequest, ScheduleVerdict } from '../api/ports.js';
import type { Business } from '../dialog/core/business.js';
import type { BusySpan } from '../dialog/core/effects.js';
import {
  dayProblem,
  OFFICE,
  termsOf,
  timeProblem,
  type CalendarContext,
  type DayProblem,
  type Slot,
  type Terms,
  type TimeProblem,
} from '../dialog/core/schedule/calendar.js';
import { slotAt, slotRequest } from '../dialog/core/schedule/slots.js';
import { clockMinute } from '../dialog/core/schedule/spoken.js';
import type { WallMs } from '../kernel/time.js';
import { wallMs } from '../kernel/time.js';
import type { Appointments } from '../store/types.js';

const DAY_MS = 86_400_000;

const DAY_PROBLEMS: Readonly<Record<DayProblem['reason'], string>> = {
  past: 'the day is over',
  closed: 'the office is closed on that day',
  too_far: 'the day is further ahead than appointments are made',
  too_soon: 'no time of that day is far enough ahead',
  away: 'nobody who could do it is there on that day',
  holiday: 'the office is closed for a holiday on that day',
  blackout: 'no appointments are made on that day',
};

const TIME_PROBLEMS: Readonly<Record<TimeProblem, string>> = {
  closed: 'the office is not open for all of that time',
  away: 'nobody who could do it is there at that time',
  too_soon: 'the time is not far enough ahead',
  off_grid: 'appointments do not begin at that minute',
  gap: 'the clocks are changed then: there is no such time',
};

/** The rules that calls obey, for operators: the same calendar. */
export function schedulePort(
  business: Business,
  appointments: Pick<Appointments, 'busy'>,
  wall: () => WallMs,
): SchedulePorts {
  return {
    office: () =>
      Promise.resolve({
        name: business.name,
        timezone: business.timezone,
        services: business.services.map(({ id, name }) => ({ id, name })),
        resources: business.staff.map(({ id, name }) => ({ id, name })),
      }),
    check: async (request) => {
      const ctx: CalendarContext = { business, wallMs: wall() };
      const unknown = unknownName(business, request);
      if (unknown !== undefined) return unknown;
      const staffId = request.resource === OFFICE ? undefined : request.resource;
      const terms = termsOf(business, request.serviceId, staffId);
      const moment = { date: request.date, minute: clockMinute(request.time) };
      const day = dayProblem(moment.date, terms, ctx);
      if (day !== undefined) return { ok: false, field: 'date', message: DAY_PROBLEMS[day.reason] };
      const time = timeProblem(moment, terms, ctx);
      if (time !== undefined) return { ok: false, field: 'time', message: TIME_PROBLEMS[time] };
      return verdict(await freeSlot(moment, terms, ctx, appointments), terms, ctx, request);
    },
  };
}

function unknownName(
  business: Business,
  { serviceId, resource }: ScheduleRequest,
): ScheduleVerdict | undefined {
  if (serviceId !== undefined && business.services.every(({ id }) => id !== serviceId)) {
    return { ok: false, field: 'service_id', message: 'there is no such service' };
  }
  if (resource !== undefined && resource !== OFFICE && business.staff.every(({ id }) => id !== resource)) {
    return { ok: false, field: 'resource', message: 'there is no such person' };
  }
  return undefined;
}

/** Whoever is free; the first who could where nobody is: the store settles it. */
async function freeSlot(
  moment: Omit<Slot, 'resource'>,
  terms: Terms,
  ctx: CalendarContext,
  appointments: Pick<Appointments, 'busy'>,
): Promise<Slot> {
  const anybody: Slot = { ...moment, resource: terms.resources[0]?.id ?? OFFICE };
  const { startsAtMs } = slotRequest(anybody, terms, ctx);
  const spans = await appointments.busy(wallMs(startsAtMs - DAY_MS), wallMs(startsAtMs + DAY_MS));
  const busy: BusySpan[] = spans.map((span) => ({
    resource: span.resource,
    startMs: span.startsAtMs,
    endMs: span.endsAtMs,
  }));
  return slotAt(moment, terms, ctx, busy) ?? anybody;
}

function verdict(slot: Slot, terms: Terms, ctx: CalendarContext, request: ScheduleRequest): ScheduleVerdict {
  const service = ctx.business.services.find(({ id }) => id === request.serviceId);
  return { ok: true, slot: slotRequest(slot, terms, ctx), purpose: service?.name ?? '' };
}
