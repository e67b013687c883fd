import { mentionsOf, said } from './reading.js';

const at = (today: string): { readonly today: string } => ({ today });

test.each([
  ['every two weeks', { days: 14 }],
  ['once a month', { months: 1 }],
  ['each day', { days: 1 }],
  ['every other week', { days: 14 }],
  ["it's an everyday thing", { days: 1 }],
])('%s comes again', (text, length) => {
  expect(mentionsOf(text).map(({ value }) => value)).toEqual([{ kind: 'duration', ...length, every: true }]);
});

test('seconds are kept', () => {
  expect(mentionsOf('at 14:05:30')[0]?.value).toEqual({ kind: 'time', minutes: [845], second: 30 });
  expect(mentionsOf('ninety seconds')[0]?.value).toEqual({ kind: 'duration', minutes: 1.5 });
  expect(mentionsOf('just one second')).toEqual([]);
});

test.each([
  ['the rest of the day', '10:15-24:00'],
  ['the next two hours', '10:15-12:15'],
  ['I can come now', 'now+0'],
  ['now that is fine', ''],
  ['at 16h', '16:00'],
  ['we are away for all month', 'duration 1m 0d 0min'],
])('%s is %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  ['h2 of 2027', '2027-07-01..2027-12-31'],
  ['2027-H1', '2027-01-01..2027-06-30'],
  ['2027 q2', '2027-04-01..2027-06-30'],
  ['week 10 at 8 p.m.', '2026-03-02..2026-03-08; 20:00'],
  ['my week', '2026-12-02..2026-12-06'],
  ['w/c february 2nd 2027', '2027-02-01..2027-02-07'],
  ['the last weekend in january', '2027-01-30..2027-01-31'],
  ['from 11/1 to 12/20', '2026-12-02..2026-12-20'],
  ['from 5/1 to 5/7/2028', '2028-05-01..2028-05-07'],
  ['eom', '2026-12-21..2026-12-31'],
])('written stretches: %s is %s', (text, days) => expect(said(text)).toBe(days));

test.each([
  ['2026/Dec/23', '2026-12-23'],
  ['dec 23 - 2026', '2026-12-23'],
  ['23 12 2026', '2026-12-23'],
  ['this past friday', '2026-11-27'],
  ['thanksgiving in two years', '2028-11-23'],
])('written days: %s is %s', (text, day) => expect(said(text)).toBe(day));

test.each([
  ['2026-01-10', 'eid al-fitr', '2026-03-20'],
  ['2026-01-10', 'eid ul adha', '2026-05-27'],
  ['2026-01-10', 'first day of ramadan', '2026-02-18'],
  ['2026-01-10', 'passover', '2026-04-02'],
  ['2026-01-10', 'the day after yom kippur', '2026-09-22'],
  ['2024-01-10', 'purim', '2024-03-24'],
  ['2026-01-10', 'hanukkah', '2026-12-05'],
  ['2026-01-10', 'orthodox easter', '2026-04-12'],
  ['2026-01-10', 'clean monday', '2026-02-23'],
  ['2026-01-10', 'easter', '2026-04-05'],
  ['2026-01-10', 'labor day weekend', '2026-09-05..2026-09-07'],
])('feasts of other calendars: on %s %s is %s', (today, text, day) =>
  expect(said(text, at(today))).toBe(day),
);
