import { wallMs } from '../../../src/kernel/time.js';
import { calendarFile } from '../../../src/jobs/calendar-file.js';
import { vtimezone } from '../../../src/jobs/vtimezone.js';
import type { Appointment } from '../../../src/store/types.js';

const appointment = (startIso: string, timezone: string): Appointment => ({
  id: 'a1',
  idempotencyKey: 'k',
  startsAtMs: wallMs(Date.parse(startIso)),
  endsAtMs: wallMs(Date.parse(startIso) + 30 * 60_000),
  date: '2027-03-29',
  time: '10:00',
  timezone,
  purpose: 'Study plan; semester 2, part A',
  advisor: 0,
  status: 'booked',
  createdAtMs: wallMs(Date.parse('2026-11-24T08:00:00Z')),
  pii: { userName: 'Ada\nExample' },
});

describe('calendar file', () => {
  it('tells local time with the zone, a stamp in UTC, escaped text, CRLF and short lines', () => {
    const file = calendarFile(appointment('2027-03-29T08:00:00Z', 'Europe/Berlin'), 'Advising office');
    expect(file).toContain('DTSTART;TZID=Europe/Berlin:20270329T100000\r\n');
    expect(file).toContain('DTEND;TZID=Europe/Berlin:20270329T103000\r\n');
    expect(file).toContain('DTSTAMP:20261124T080000Z\r\n');
    expect(file).toContain('UID:a1@leibniz\r\n');
    expect(file).toContain('SUMMARY:Study plan\\; semester 2\\, part A');
    expect(file).toContain('Ada\\nExample');
    expect(file).toContain('BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n');
    const lines = file.split('\r\n');
    expect(lines.every((line) => !line.includes('\n') && Buffer.byteLength(line) <= 75)).toBe(true);
  });

  it('is the same file every time', () => {
    const one = appointment('2026-11-25T08:00:00Z', 'Europe/Berlin');
    expect(calendarFile(one, 'x')).toBe(calendarFile(one, 'x'));
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
