import { findAppointment, saveCalendar } from '../store/aggregates/appointments.js';
import { findCallback } from '../store/aggregates/callbacks.js';
import { findEntry } from '../store/aggregates/waiting-list.js';
import type { Database } from '../store/db/database.js';
import {
  CALLBACK_JOB,
  CANCELLATION_JOB,
  CHANGE_JOB,
  CONFIRMATION_JOB,
  OFFER_JOB,
} from '../store/job-types.js';
import type { JsonValue } from '../store/journal-event.js';
import type { Appointment, Callback, WaitingEntry } from '../store/types.js';
import { calendarFile, type CalendarOffice } from './calendar-file.js';
import type { JobHandler } from './job-engine.js';
import { PermanentFailure, postSigned, type WebhookOptions } from './webhook.js';

export interface FollowupPorts {
  readonly db: Database;
  readonly office: CalendarOffice;
  /** Absent: calendar files are made and lists are kept, but nobody is told. */
  readonly webhook?: WebhookOptions;
  readonly wallNow: () => number;
}

/**
 * What follows from what callers agreed to, by type of job: an iCalendar file kept with the appointment, and a signed
 * POST to the configured receiver. Every handler may run again: the delivery id is the job's, and what is sent is what
 * the rows say at that time.
 */
export function followups(ports: FollowupPorts): Readonly<Record<string, JobHandler>> {
  return {
    [CONFIRMATION_JOB]: (jobId, payload) => tellAppointment(ports, jobId, payload, 'appointment.booked'),
    [CHANGE_JOB]: (jobId, payload) => tellAppointment(ports, jobId, payload, 'appointment.changed'),
    [CANCELLATION_JOB]: (jobId, payload) => tellAppointment(ports, jobId, payload, 'appointment.cancelled'),
    [CALLBACK_JOB]: (jobId, payload) => tellCallback(ports, jobId, payload),
    [OFFER_JOB]: (jobId, payload) => tellOffer(ports, jobId, payload),
  };
}

async function tellAppointment(
  ports: FollowupPorts,
  jobId: string,
  payload: JsonValue,
  type: string,
): Promise<JsonValue> {
  const appointment = await findAppointment(ports.db, textIn(payload, 'appointmentId'));
  if (appointment === undefined) throw new PermanentFailure('the appointment does not exist');
  // A cancellation that came before this job has a job of its own.
  if (appointment.status === 'cancelled' && type !== 'appointment.cancelled') return { skipped: 'cancelled' };
  const calendar = calendarFile(appointment, ports.office);
  await saveCalendar(ports.db, appointment, calendar);
  const sent = await post(ports, jobId, { type, appointment: viewAppointment(appointment), calendar });
  return { calendar: true, ...sent };
}

async function tellCallback(ports: FollowupPorts, jobId: string, payload: JsonValue): Promise<JsonValue> {
  const callback = await findCallback(ports.db, textIn(payload, 'callbackId'));
  if (callback === undefined) throw new PermanentFailure('the call-back does not exist');
  const event = (payload as { readonly event?: string }).event ?? 'requested';
  // Who was told of a call-back is told that it is not wanted any more.
  if (callback.status === 'completed' && event !== 'withdrawn') return { skipped: 'completed' };
  return post(ports, jobId, { type: `callback.${event}`, callback: viewCallback(callback) });
}

async function tellOffer(ports: FollowupPorts, jobId: string, payload: JsonValue): Promise<JsonValue> {
  const entry = await findEntry(ports.db, textIn(payload, 'entryId'));
  if (entry === undefined) return { skipped: 'left' };
  const resource = textIn(payload, 'resource');
  const startsAt = textIn(payload, 'startsAt');
  if (Date.parse(startsAt) <= ports.wallNow()) return { skipped: 'past' };
  return post(ports, jobId, {
    type: 'waitlist.offered',
    offer: { resource, starts_at: startsAt },
    entry: viewEntry(entry),
  });
}

async function post(
  { webhook, wallNow }: FollowupPorts,
  jobId: string,
  { type, ...rest }: { readonly type: string; readonly [key: string]: JsonValue },
): Promise<{ readonly webhook: { readonly status: number } | null }> {
  if (webhook === undefined) return { webhook: null };
  const body = JSON.stringify({ type, delivery_id: jobId, ...rest });
  return { webhook: { status: await postSigned(webhook, jobId, body, wallNow()) } };
}

function textIn(payload: JsonValue, key: string): string {
  const id = (payload as Readonly<Record<string, unknown>> | null)?.[key];
  if (typeof id === 'string') return id;
  throw new PermanentFailure(`the job names no ${key}`);
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

function viewAppointment(appointment: Appointment): JsonValue {
  const { id, reference, version, sequence, status, resource, serviceId, startsAtMs, endsAtMs } = appointment;
  const { date, time, timezone, purpose, movedFromMs, pii } = appointment;
  return {
    id,
    reference,
    version,
    sequence,
    status,
    resource,
    service_id: serviceId ?? null,
    starts_at: iso(startsAtMs),
    ends_at: iso(endsAtMs),
    moved_from: movedFromMs === undefined ? null : iso(movedFromMs),
    date,
    time,
    timezone,
    purpose,
    user_name: pii.userName,
    caller_number: pii.callerNumber ?? null,
  };
}

/** Name and number, as for appointments; what the caller left as a message is read from the API. */
function viewCallback({ id, kind, reason, callId, createdAtMs, dueAtMs, pii }: Callback): JsonValue {
  return {
    id,
    kind,
    reason,
    call_id: callId ?? null,
    created_at: iso(createdAtMs),
    due_at: dueAtMs === undefined ? null : iso(dueAtMs),
    has_message: pii.message !== undefined,
    user_name: pii.name ?? null,
    caller_number: pii.number ?? null,
    wished_time: pii.when ?? null,
  };
}

function viewEntry({ id, serviceId, from, to, durationMin, createdAtMs, pii }: WaitingEntry): JsonValue {
  return {
    id,
    service_id: serviceId ?? null,
    from,
    to,
    duration_min: durationMin,
    created_at: iso(createdAtMs),
    user_name: pii.name,
    caller_number: pii.number ?? null,
  };
}
