import { calendarFeed, calendarFile } from '../../../src/jobs/calendar-file.js';
import { vtimezone } from '../../../src/jobs/vtimezone.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { Appointment } from '../../../src/store/types.js';

const OFFICE = {
  name: 'Smith, Jones; Partners',
  email: 'office@example.org',
  location: '1 Main St, 2nd floor',
};

const appointment = (startIso: string, timezone: string, over: Partial<Appointment> = {}): Appointment => ({
  id: 'a1',
  reference: 'K7M4PX',
  idempotencyKey: 'k',
  version: 1,
  sequence: 0,
  resource: 'office',
  startsAtMs: wallMs(Date.parse(startIso)),
  endsAtMs: wallMs(Date.parse(startIso) + 30 * 60_000),
  occupiedUntilMs: wallMs(Date.parse(startIso) + 40 * 60_000),
  date: '2027-03-29',
  time: '10:00',
  timezone,
  purpose: 'Check-up; teeth, part A',
  status: 'booked',
  createdAtMs: wallMs(Date.parse('2026-11-24T08:00:00Z')),
  updatedAtMs: wallMs(Date.parse('2026-11-24T09:00:00Z')),
  pii: { userName: 'Ada "the first"\nExample', callerNumber: '+4930123456' },
  ...over,
});

/** Lines without folding (RFC 5545 section 3.1). */
const unfolded = (file: string): string[] =>
  file
    .replace(/\r\n[ \t]/g, '')
    .trimEnd()
    .split('\r\n');

describe('calendar file', () => {
  it('tells local time with the zone, a stamp in UTC, escaped text, CRLF and short lines', () => {
    const file = calendarFile(appointment('2027-03-29T08:00:00Z', 'Europe/Berlin'), OFFICE);
    expect(file).toContain('DTSTART;TZID=Europe/Berlin:20270329T100000\r\n');
    expect(file).toContain('DTEND;TZID=Europe/Berlin:20270329T103000\r\n');
    expect(file).toContain('DTSTAMP:20261124T090000Z\r\n');
    expect(file).toContain('UID:a1@leibniz\r\n');
    expect(file).toContain('SUMMARY:Check-up\\; teeth\\, part A');
    expect(file).toContain('NAME:Smith\\, Jones\\; Partners\r\n');
    expect(file).toContain('LOCATION:1 Main St\\, 2nd floor\r\n');
    expect(file.endsWith('END:VCALENDAR\r\n')).toBe(true);
    const lines = file.split('\r\n');
    expect(lines.every((line) => !line.includes('\n') && Buffer.byteLength(line) <= 75)).toBe(true);
  });

  it('invites: method, who invites, who is invited, status and sequence (RFC 5546 section 3.2.2)', () => {
    const lines = unfolded(calendarFile(appointment('2027-03-29T08:00:00Z', 'Europe/Berlin'), OFFICE));
    expect(lines).toContain('METHOD:REQUEST');
    expect(lines).toContain('ORGANIZER;CN="Smith, Jones; Partners":mailto:office@example.org');
    expect(lines).toContain(
      `ATTENDEE;CN="Ada 'the first' Example";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:tel:+4930123456`,
    );
    expect(lines).toContain('STATUS:CONFIRMED');
    expect(lines).toContain('SEQUENCE:0');
  });

  it.each([
    [{ email: 'ada@example.org', callerNumber: '+49301' }, 'mailto:ada@example.org'],
    [{ email: 'x\r\nX-EVIL:1@y', callerNumber: '0301' }, 'invalid:nomail'],
    [{}, 'invalid:nomail'],
  ])('an address of %j is %s', (pii, address) => {
    const one = appointment('2027-03-29T08:00:00Z', 'Europe/Berlin', { pii: { userName: 'Ada', ...pii } });
    const lines = unfolded(calendarFile(one, { name: 'Office' }));
    expect(lines.find((line) => line.startsWith('ATTENDEE'))).toMatch(
      new RegExp(`:${address.replace('+', '\\+')}$`),
    );
    expect(lines).toContain('ORGANIZER;CN="Office":invalid:nomail');
    expect(lines.some((line) => line.startsWith('X-EVIL'))).toBe(false);
  });

  it('cancelled: the same UID, a higher sequence, METHOD:CANCEL (RFC 5546 section 3.2.5)', () => {
    const gone = appointment('2027-03-29T08:00:00Z', 'Europe/Berlin', { status: 'cancelled', sequence: 2 });
    const lines = unfolded(calendarFile(gone, OFFICE));
    for (const line of ['METHOD:CANCEL', 'STATUS:CANCELLED', 'SEQUENCE:2', 'UID:a1@leibniz']) {
      expect(lines).toContain(line);
    }
  });

  it('has every property of the calendar before its components, zones before events', () => {
    const lines = unfolded(calendarFile(appointment('2027-03-29T08:00:00Z', 'Europe/Berlin'), OFFICE));
    const depth: string[] = [];
    let components = 0;
    for (const line of lines.slice(1, -1)) {
      if (line.startsWith('BEGIN:')) depth.push(line.slice(6));
      if (depth.length > 0) components++;
      else expect(components).toBe(0);
      if (line.startsWith('END:')) expect(depth.pop()).toBe(line.slice(4));
    }
    expect(lines.filter((line) => /^BEGIN:(VTIMEZONE|VEVENT)$/.test(line))).toEqual([
      'BEGIN:VTIMEZONE',
      'BEGIN:VEVENT',
    ]);
    expect(lines[lines.indexOf('BEGIN:VTIMEZONE') + 1]).toBe('TZID:Europe/Berlin');
  });

  it('is the same file every time', () => {
    const one = appointment('2026-11-25T08:00:00Z', 'Europe/Berlin');
    expect(calendarFile(one, OFFICE)).toBe(calendarFile(one, OFFICE));
  });
});

describe('calendar feed', () => {
  it('has all appointments, each with its people, and every zone once', () => {
    const feed = calendarFeed(
      [
        appointment('2027-03-29T08:00:00Z', 'Europe/Berlin'),
        appointment('2027-03-30T08:00:00Z', 'Europe/Berlin', { id: 'a2', pii: { userName: 'Grace' } }),
        appointment('2027-03-30T15:00:00Z', 'America/New_York', { id: 'a3' }),
      ],
      OFFICE,
      'Europe/Berlin',
    );
    const lines = unfolded(feed);
    expect(lines).toContain('METHOD:PUBLISH');
    expect(lines.filter((line) => line.startsWith('TZID:'))).toEqual([
      'TZID:Europe/Berlin',
      'TZID:America/New_York',
    ]);
    expect(lines.filter((line) => line.startsWith('UID:'))).toHaveLength(3);
    expect(lines[lines.indexOf('UID:a2@leibniz') + 2]).toContain('CN="Grace"');
    expect(lines).toContain('REFRESH-INTERVAL;VALUE=DURATION:PT15M');
  });

  it('without appointments still has a component, as the format demands', () => {
    const lines = unfolded(calendarFeed([], OFFICE, 'Asia/Kolkata'));
    expect(lines.at(-2)).toBe('END:VTIMEZONE');
  });
});

describe('time zone component', () => {
  const at = Date.parse('2027-03-29T08:00:00Z');

  it('tells when summer time begins and ends, in the local time until then', () => {
    const text = vtimezone('Europe/Berlin', at, at);
    expect(text).toContain(
      ['BEGIN:DAYLIGHT', 'DTSTART:20270328T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'].join('\r\n'),
    );
    expect(text).toContain(
      ['BEGIN:STANDARD', 'DTSTART:20271031T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'].join('\r\n'),
    );
  });

  it.each([
    ['America/New_York', 'DTSTART:20270314T020000', '-0500'],
    ['Australia/Lord_Howe', 'DTSTART:20270404T020000', '+1030'],
  ])('knows %s', (zone, change, offset) => {
    const text = vtimezone(zone, at, at);
    expect(text).toContain(change);
    expect(text).toContain(offset);
  });

  it('of a zone without summer time has one offset', () => {
    const text = vtimezone('Asia/Kolkata', at, at);
    expect(text.match(/BEGIN:STANDARD/g)).toHaveLength(1);
    expect(text).not.toContain('DAYLIGHT');
    expect(text).toContain('TZOFFSETTO:+0530');
  });
});
