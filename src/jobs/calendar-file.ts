import ical, { escape, foldLines, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import type { Appointment } from '../store/types.js';
import { vtimezone } from './vtimezone.js';

/** Who invites, as calendar files show it. */
export interface CalendarOffice {
  readonly name: string;
  readonly email?: string | undefined;
  /** Where appointments take place. */
  readonly location?: string | undefined;
}

/** How long a program that follows a feed may wait before it looks again. */
const FEED_TTL_S = 15 * 60;

/** A calendar address that nobody has; the field knows it as the mark of a person without mail. */
const NO_ADDRESS = 'invalid:nomail';

/**
 * The iCalendar file of an appointment (RFC 5545), in its own time zone: METHOD:REQUEST, or CANCEL for one that is
 * cancelled (RFC 5546 sections 3.2.2 and 3.2.5). The same appointment gives the same file; a changed one has the same
 * UID and a higher SEQUENCE, so that calendar programs replace what they have.
 */
export function calendarFile(appointment: Appointment, office: CalendarOffice): string {
  const cancelled = appointment.status === 'cancelled';
  return render(cancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST, [appointment], office);
}

/**
 * All given appointments as a calendar to subscribe to (METHOD:PUBLISH).
 *
 * @param timezone - of the office; a calendar without appointments has this zone as its only component, because the
 * format demands one
 */
export function calendarFeed(
  appointments: readonly Appointment[],
  office: CalendarOffice,
  timezone: string,
): string {
  return render(ICalCalendarMethod.PUBLISH, appointments, office, timezone);
}

function render(
  method: ICalCalendarMethod,
  appointments: readonly Appointment[],
  office: CalendarOffice,
  feedZone?: string,
): string {
  const calendar = ical({
    name: escape(office.name, false),
    prodId: { company: 'Leibniz', product: 'Telephony voice agent', language: 'EN' },
    method,
    ...(feedZone === undefined ? {} : { ttl: FEED_TTL_S }),
  });
  for (const appointment of appointments) calendar.createEvent(eventOf(appointment, office));
  const zones = foldLines(zonesOf(appointments, feedZone).join('\r\n'));
  const people = new Map(
    appointments.map((appointment) => [
      `UID:${uidOf(appointment)}\r\n`,
      `${foldLines(peopleOf(appointment, office).join('\r\n'))}\r\n`,
    ]),
  );
  // Properties of the calendar come before its components (RFC 5545 section 3.4), zones before events.
  const text = calendar
    .toString()
    .replace(/^(?=BEGIN:VEVENT|END:VCALENDAR)/m, () => `${zones}\r\n`)
    .replace(/^UID:.*\r\n/gm, (uid) => `${uid}${people.get(uid) ?? ''}`);
  return `${text.trimEnd()}\r\n`;
}

const uidOf = ({ id }: Appointment): string => `${id}@leibniz`;

function eventOf(appointment: Appointment, { location }: CalendarOffice) {
  const { startsAtMs, endsAtMs, timezone, purpose, status, sequence, updatedAtMs, reference, pii } =
    appointment;
  return {
    id: uidOf(appointment),
    sequence,
    // An instant of the appointment and not of the file, so that the same appointment gives the same file.
    stamp: new Date(updatedAtMs),
    start: DateTime.fromMillis(startsAtMs, { zone: timezone }),
    end: DateTime.fromMillis(endsAtMs, { zone: timezone }),
    timezone,
    summary: purpose === '' ? 'Appointment' : purpose,
    description: `For ${pii.userName}. Reference ${reference}.`,
    status: status === 'cancelled' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    ...(location === undefined ? {} : { location }),
  };
}

/** The library writes people with a mail address only; callers have a number. */
function peopleOf({ pii }: Appointment, office: CalendarOffice): string[] {
  return [
    `ORGANIZER;CN=${quoted(office.name)}:${addressOf(office.email)}`,
    `ATTENDEE;CN=${quoted(pii.userName)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:` +
      addressOf(pii.email, pii.callerNumber),
  ];
}

/** A parameter's value; it cannot hold quotes or line ends (RFC 5545 section 3.2). */
function quoted(text: string): string {
  return `"${text.replace(/"/g, "'").replace(/\p{Cc}+/gu, ' ')}"`;
}

/** A calendar address (RFC 5545 section 3.3.3): mail, else telephone. */
function addressOf(email: string | undefined, number?: string): string {
  if (email !== undefined && /^[^\s@<>"]+@[^\s@<>"]+$/.test(email)) return `mailto:${email}`;
  return number !== undefined && /^\+\d{4,15}$/.test(number) ? `tel:${number}` : NO_ADDRESS;
}

/** A VTIMEZONE for every zone that is used, each over the years in which it is used. */
function zonesOf(appointments: readonly Appointment[], feedZone?: string): string[] {
  const spans = new Map<string, [number, number]>();
  for (const { timezone, startsAtMs, endsAtMs } of appointments) {
    const [from, to] = spans.get(timezone) ?? [Infinity, -Infinity];
    spans.set(timezone, [Math.min(from, startsAtMs), Math.max(to, endsAtMs)]);
  }
  if (spans.size === 0 && feedZone !== undefined) spans.set(feedZone, [0, 0]);
  return [...spans].map(([zone, [fromMs, toMs]]) => vtimezone(zone, fromMs, toMs));
}
