import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import type { Appointment } from '../store/types.js';
import { vtimezone } from './vtimezone.js';

/**
 * The iCalendar file (RFC 5545) of an appointment, in the appointment's own time zone. The same appointment gives the
 * same file.
 *
 * @param organizer - shown as the name of the calendar
 */
export function calendarFile(appointment: Appointment, organizer: string): string {
  const { startsAtMs, endsAtMs, createdAtMs, timezone } = appointment;
  const calendar = ical({
    name: organizer,
    prodId: { company: 'Leibniz', product: 'Telephony voice agent', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    timezone: { name: timezone, generator: (zone) => vtimezone(zone, startsAtMs, endsAtMs) },
  });
  calendar.createEvent({
    id: `${appointment.id}@leibniz`,
    start: DateTime.fromMillis(startsAtMs, { zone: timezone }),
    end: DateTime.fromMillis(endsAtMs, { zone: timezone }),
    timezone,
    summary: appointment.purpose === '' ? 'Appointment' : appointment.purpose,
    description: `Booked by telephone for ${appointment.pii.userName}.`,
    status: ICalEventStatus.CONFIRMED,
  });
  // Section 3.8.7.2 wants the stamp in UTC; the library writes it in the calendar's zone.
  const stamp = DateTime.fromMillis(createdAtMs, { zone: 'utc' }).toFormat("yyyyMMdd'T'HHmmss'Z'");
  return calendar.toString().replace(/^DTSTAMP:.*$/m, `DTSTAMP:${stamp}`);
}
