import { z } from 'zod';
import type { Appointment } from '../../store/types.js';
import { hasControl } from '../core/fit-text.js';
import { errorSchema, instantParam, iso, isoOrNull, listOf, paging } from './common.js';

/** Stands in calendar files, whose texts have no control characters (RFC 5545 section 3.3.11). */
const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => !hasControl(text), 'must not have control characters');
const shortText = line(200).min(1);
const date = z.iso.date().describe('Local date of the office, YYYY-MM-DD');
const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'use HH:MM')
  .describe('Local time of the office, HH:MM');
const version = z.coerce.number().int().min(1).max(2_147_483_647);

export const appointmentListQuery = z.strictObject({
  ...paging,
  from: instantParam.optional(),
  to: instantParam.optional(),
  status: z.enum(['booked', 'cancelled']).optional(),
  resource: shortText.optional(),
  service_id: shortText.optional(),
  call_id: z.string().max(128).optional(),
});

export const appointmentView = z.object({
  id: z.string(),
  reference: z.string().describe('Six characters for the telephone, such as K7M4PX'),
  version: z.number().int().describe('Counts changes; send it with a change'),
  status: z.enum(['booked', 'cancelled']),
  date: z.string().describe('Local date, YYYY-MM-DD'),
  time: z.string().describe('Local time, HH:MM'),
  timezone: z.string().describe('IANA zone of `date` and `time`'),
  starts_at: z.string().describe('ISO 8601, UTC'),
  ends_at: z.string(),
  occupied_until: z.string().describe('End with the buffer behind it'),
  resource: z.string().describe('Who or what has it: staff, a room, or `office`'),
  service_id: z.string().nullable(),
  purpose: z.string(),
  user_name: z.string(),
  caller_number: z.string().nullable(),
  email: z.string().nullable(),
  birth_date: z.string().nullable(),
  notes: z.record(z.string(), z.string()).describe("Answers to the service's form"),
  call_id: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  consented_at: z.string().nullable(),
  cancelled_at: z.string().nullable(),
  cancel_reason: z.string().nullable(),
  moved_from: z.string().nullable().describe('Start before the last move'),
  calendar: z.string().nullable().describe('The iCalendar file, once it has been made'),
});

export const appointmentList = listOf(appointmentView);

/** Somebody has changed it meanwhile, or its time is taken. */
export const changeConflict = errorSchema
  .extend({ appointment: appointmentView.optional().describe('The appointment as it is now') })
  .describe('It has been changed meanwhile, or the time is taken');

export const newAppointment = z.strictObject({
  date,
  time,
  service_id: shortText.optional(),
  resource: shortText.optional().describe('Whoever is free unless told'),
  purpose: line(500).optional().describe('The name of the service unless told'),
  user_name: shortText,
  caller_number: shortText.optional(),
  email: z.email().max(320).optional(),
  birth_date: z.iso.date().optional(),
  notes: z
    .record(z.string().min(1).max(200), z.string().max(2000))
    .refine((notes) => Object.keys(notes).length <= 50, 'give 50 at most')
    .optional(),
  idempotency_key: shortText.optional().describe('The same key never books twice'),
});

export const changedAppointment = z.strictObject({
  version: version.optional().describe('The version that was read; If-Match does the same'),
  date: date.optional(),
  time: time.optional(),
  service_id: shortText.optional(),
  resource: shortText.optional(),
  purpose: line(500).optional(),
  idempotency_key: shortText.optional().describe('The same key never changes twice'),
});

export const cancelQuery = z.strictObject({
  version: version.optional().describe('The version that was read; If-Match does the same'),
});

/** The wire form of an appointment. */
export function viewAppointment(a: Appointment): z.output<typeof appointmentView> {
  return {
    id: a.id,
    reference: a.reference,
    version: a.version,
    status: a.status,
    date: a.date,
    time: a.time,
    timezone: a.timezone,
    starts_at: iso(a.startsAtMs),
    ends_at: iso(a.endsAtMs),
    occupied_until: iso(a.occupiedUntilMs),
    resource: a.resource,
    service_id: a.serviceId ?? null,
    purpose: a.purpose,
    user_name: a.pii.userName,
    caller_number: a.pii.callerNumber ?? null,
    email: a.pii.email ?? null,
    birth_date: a.pii.birthDate ?? null,
    notes: { ...a.pii.notes },
    call_id: a.callId ?? null,
    created_at: iso(a.createdAtMs),
    updated_at: iso(a.updatedAtMs),
    consented_at: isoOrNull(a.consentedAtMs),
    cancelled_at: isoOrNull(a.cancelledAtMs),
    cancel_reason: a.cancelReason ?? null,
    moved_from: isoOrNull(a.movedFromMs),
    calendar: a.calendar ?? null,
  };
}
