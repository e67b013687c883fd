import { findAppointment, saveCalendar } from '../store/aggregates/appointments.js';
import type { Database } from '../store/db/database.js';
import type { JsonValue } from '../store/journal-event.js';
import type { Appointment } from '../store/types.js';
import { calendarFile } from './calendar-file.js';
import { PermanentFailure, postSigned, type WebhookOptions } from './webhook.js';

export interface ConfirmationOptions {
  readonly db: Database;
  readonly organizer: string;
  /** Absent: only the calendar file is made. */
  readonly webhook?: WebhookOptions;
  readonly wallNow: () => number;
}

/**
 * The follow-up of a booking: an iCalendar file kept with the appointment, and a signed POST to the configured
 * receiver. Running it again gives the same file and the same delivery id.
 *
 * @returns what is kept as the job's result
 */
export async function confirmAppointment(
  options: ConfirmationOptions,
  jobId: string,
  payload: JsonValue,
): Promise<JsonValue> {
  const id = (payload as { appointmentId?: unknown } | null)?.appointmentId;
  const appointment = typeof id === 'string' ? await findAppointment(options.db, id) : undefined;
  if (appointment === undefined) throw new PermanentFailure('the appointment does not exist');
  const calendar = calendarFile(appointment, options.organizer);
  await saveCalendar(options.db, appointment.id, calendar);
  if (options.webhook === undefined) return { calendar: true, webhook: null };
  const body = JSON.stringify(webhookBody(jobId, appointment, calendar));
  const status = await postSigned(options.webhook, jobId, body, options.wallNow());
  return { calendar: true, webhook: { status } };
}

function webhookBody(jobId: string, appointment: Appointment, calendar: string): JsonValue {
  const { id, startsAtMs, endsAtMs, date, time, timezone, purpose, status, pii } = appointment;
  return {
    type: 'appointment.booked',
    delivery_id: jobId,
    appointment: {
      id,
      status,
      starts_at: new Date(startsAtMs).toISOString(),
      ends_at: new Date(endsAtMs).toISOString(),
      date,
      time,
      timezone,
      purpose,
      user_name: pii.userName,
      caller_number: pii.callerNumber ?? null,
    },
    calendar,
  };
}
