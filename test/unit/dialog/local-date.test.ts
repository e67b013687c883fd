import { wallMs } from '../../../src/kernel/time.js';
import {
  addDays,
  addMonths,
  daysBetween,
  makeDate,
  toInstant,
  toLocal,
  weekdayOf,
} from '../../../src/dialog/core/nlu/time/local-date.js';

const NEW_YORK = 'America/New_York';

test.each([
  ['2026-12-31', 1, '2027-01-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-03-01', -1, '2026-02-28'],
])('%s plus %i days is %s', (date, days, expected) => expect(addDays(date, days)).toBe(expected));

test.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2026-11-15', 2, '2027-01-15'],
  ['2026-12-01', 1, '2027-01-01'],
])('%s plus %i months is %s', (date, months, expected) => expect(addMonths(date, months)).toBe(expected));

test('February 30th is no day', () => expect(makeDate(2026, 2, 30)).toBeUndefined());

test('the distance between two days counts days, over a change of the clocks too', () =>
  expect(daysBetween('2026-10-31', '2026-11-02')).toBe(2));

test('2026-11-24 is a Tuesday', () => expect(weekdayOf('2026-11-24')).toBe(2));

// The clocks go forward on 2027-03-14 at 2:00 and back on 2026-11-01 at 2:00.
test.each([
  ['an hour before the clocks go forward', '2027-03-14', 90, '2027-03-14T06:30:00.000Z', 'normal'],
  ['in the hour that is skipped', '2027-03-14', 150, '2027-03-14T07:30:00.000Z', 'gap'],
  ['after the clocks went forward', '2027-03-14', 14 * 60, '2027-03-14T18:00:00.000Z', 'normal'],
  ['in the hour that comes twice: its first pass', '2026-11-01', 90, '2026-11-01T05:30:00.000Z', 'ambiguous'],
  ['after the clocks went back', '2026-11-01', 14 * 60, '2026-11-01T19:00:00.000Z', 'normal'],
  ['the day before', '2026-10-31', 14 * 60, '2026-10-31T18:00:00.000Z', 'normal'],
  ['midnight at the end of a day', '2026-11-24', 1440, '2026-11-25T05:00:00.000Z', 'normal'],
])('%s', (_name, date, minute, iso, kind) => {
  const instant = toInstant(date, minute, NEW_YORK);
  expect(new Date(instant.wallMs).toISOString()).toBe(iso);
  expect(instant.kind).toBe(kind);
});

test('"tomorrow" late in the evening is the office\'s, not that of UTC', () => {
  // 2026-11-23 22:00 in New York is the 24th in UTC.
  expect(toLocal(wallMs(Date.UTC(2026, 10, 24, 3, 0)), NEW_YORK)).toEqual({
    date: '2026-11-23',
    minute: 22 * 60,
  });
});

test.each(['Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC'])('%s there and back', (zone) => {
  for (let hour = 0; hour < 24 * 400; hour += 7) {
    const now = wallMs(Date.UTC(2026, 0, 1, hour));
    const local = toLocal(now, zone);
    const back = toInstant(local.date, local.minute, zone);
    if (back.kind === 'normal') expect(back.wallMs).toBe(now);
  }
});
