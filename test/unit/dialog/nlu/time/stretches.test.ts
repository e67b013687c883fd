import { said } from './reading.js';

test.each([
  ['next week', '2026-12-07..2026-12-13'],
  ['this week', '2026-12-02..2026-12-06'],
  ['the week after next', '2026-12-14..2026-12-20'],
  ['the week of the tenth', '2026-12-07..2026-12-13'],
  ['early next week', '2026-12-07..2026-12-09'],
  ['the end of the month', '2026-12-21..2026-12-31'],
  ['mid december', '2026-12-11..2026-12-20'],
  ['early december', '2026-12-02..2026-12-10'],
  ['sometime in january', '2027-01-01..2027-01-31'],
  ['the first week of january', '2027-01-04..2027-01-10'],
  ['the second half of january', '2027-01-16..2027-01-31'],
  ['the weekend', '2026-12-05..2026-12-06'],
  ['between the tenth and the fourteenth', '2026-12-10..2026-12-14'],
  ['from the 13th to the 15th of july', '2027-07-13..2027-07-15'],
  ['friday to monday', '2026-12-04..2026-12-07'],
  ['any time before the fifteenth', '2026-12-02..2026-12-14'],
  ['by friday', '2026-12-02..2026-12-04'],
  ['sometime after the tenth', '2026-12-11..2027-12-02'],
  ['not before the tenth', '2026-12-10..2027-12-02'],
  ['not until next week', '2026-12-07..2027-12-02'],
  ['within the next five days', '2026-12-02..2026-12-07'],
  ['since monday', '2026-11-30..2026-12-02'],
  ['in may', '2027-05-01..2027-05-31'],
])('days: %s is %s', (text, days) => expect(said(text)).toBe(days));

test.each([
  ['mondays', 'weekdays 1'],
  ['any tuesday or thursday', 'weekdays 2 4'],
  ['on a friday', 'weekdays 5'],
  ['weekday mornings', 'weekdays 1 2 3 4 5; 00:00-12:00'],
  ['on weekends', 'weekdays 6 7'],
  ['mondays through thursdays', 'weekdays 1 2 3 4'],
])('weekdays: %s is %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  ['the earliest you have', 'earliest slot'],
  ['first available', 'earliest slot'],
  ['the first free day', 'earliest day'],
  ['as soon as possible', 'earliest slot'],
  ['whatever is soonest', 'earliest slot'],
  ['the sooner the better', 'earliest slot'],
  ['right when you open', 'earliest time'],
  ['the latest time', 'latest time'],
  ['the last slot of the day', 'latest slot'],
])('extremes: %s is %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  ['for an hour and a half', 'duration 0m 0d 90min'],
  ['two and a half hours', 'duration 0m 0d 150min'],
  ['it takes 1.5 hours', 'duration 0m 0d 90min'],
  ['a week and two days', 'duration 0m 9d 0min'],
  ['45 minutes', 'duration 0m 0d 45min'],
  ['in two hours', 'now+120'],
  ['in a quarter of an hour', 'now+15'],
])('lengths: %s is %s', (text, read) => expect(said(text)).toBe(read));
