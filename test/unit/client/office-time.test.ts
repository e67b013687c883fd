import {
  addDays,
  clockWithZone,
  dayAndClock,
  duration,
  localDate,
  mondayOf,
  relative,
} from '../../../src/client/office-time.js';

const NOON = Date.UTC(2026, 10, 24, 17, 5);

test('dates are those of the office, not of the browser', () => {
  expect(localDate(Date.UTC(2026, 10, 25, 3, 0), 'America/New_York')).toBe('2026-11-24');
  expect(localDate(Date.UTC(2026, 10, 24, 23, 30), 'Europe/Berlin')).toBe('2026-11-25');
});

test('a time is never without its zone, under its name of the season', () => {
  expect(clockWithZone(NOON, 'America/New_York')).toBe('12:05 EST');
  expect(clockWithZone(NOON, 'Europe/Berlin')).toBe('18:05 CET');
  expect(clockWithZone(Date.UTC(2026, 6, 1, 10, 0), 'Europe/Berlin')).toBe('12:00 CEST');
  expect(dayAndClock(NOON, 'America/New_York', NOON)).toBe('12:05 EST');
  expect(dayAndClock(NOON, 'America/New_York', NOON + 86_400_000)).toBe('24 Nov, 12:05 EST');
});

test('weeks begin on Monday, over months and changes of the clock', () => {
  expect(['2026-11-29', '2026-11-30', '2026-03-08'].map(mondayOf)).toEqual([
    '2026-11-23',
    '2026-11-30',
    '2026-03-02',
  ]);
  expect(addDays('2026-02-27', 3)).toBe('2026-03-02');
});

test.each([
  [0, '0:00'],
  [187_000, '3:07'],
  [3_600_000 + 61_000, '1:01:01'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [-2000, 'now'],
  [-61_000, '1 min ago'],
  [125_000, 'in 2 min'],
  [-3_600_000, undefined],
])('%d ms from now is %s', (ms, text) => {
  expect(relative(NOON + ms, NOON)).toBe(text);
});
