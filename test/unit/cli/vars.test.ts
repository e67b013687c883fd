import { parseScript } from '../../../src/cli/caller/script.js';
import { scriptVariables } from '../../../src/cli/caller/vars.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { wallMs } from '../../../src/kernel/time.js';

const week = [{ openMin: 540, closeMin: 1020 }];
const business: Business = {
  staff: [],
  blackouts: [],
  capacity: 1,
  identification: ['phone'],
  waitingList: false,
  name: 'the office',
  timezone: 'America/New_York',
  hours: { 1: week, 2: week, 3: week, 4: week, 5: week, 6: [], 7: [] },
  holidays: [
    { date: '12-25', name: 'Christmas Day' },
    { date: '2026-11-26', name: 'Thanksgiving' },
  ],
  services: [],
  defaultDurationMin: 30,
  slotMin: 30,
  minNoticeMin: 60,
  horizonDays: 90,
  callback: { offered: false, within: '' },
};
const script = parseScript(
  { name: 'x', vars: { purpose: ['a', 'b'], fixed: 7 }, steps: [{ say: 'x' }] },
  'test',
);

/** Variables for many seeds, so that every open day and time turns up. */
const draws = (now: string, office = business): Record<string, string>[] =>
  Array.from({ length: 400 }, (_, seed) =>
    scriptVariables(script, office, wallMs(Date.parse(now)), seededRng(seed)),
  );
const dates = (rows: readonly Record<string, string>[]): string[] =>
  [...new Set(rows.map((row) => row['date'] ?? ''))].sort();

describe('variables of a script', () => {
  test('the same seed gives the same call', () => {
    const now = wallMs(Date.parse('2026-11-20T17:00:00Z'));
    const draw = (seed: number) => scriptVariables(script, business, now, seededRng(seed));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw(3)['fixed']).toBe('7');
  });

  test('days are open ones: neither weekends nor holidays of one year or of every year', () => {
    expect(dates(draws('2026-11-20T17:00:00Z')).slice(0, 6)).toEqual([
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
      '2026-11-27',
      '2026-11-30',
      '2026-12-01',
    ]);
    expect(dates(draws('2026-12-22T17:00:00Z'))).not.toContain('2026-12-25');
  });

  test('today is the one of the office, not of the machine', () => {
    // 02:00 UTC on the 24th is still the evening of the 23rd in New York.
    expect(dates(draws('2026-11-24T02:00:00Z'))[0]).toBe('2026-11-24');
  });

  test('over the change of the clocks no day is skipped or doubled, and times stay local', () => {
    const sundays: Business = { ...business, hours: { ...business.hours, 7: week } };
    const rows = draws('2026-10-30T12:00:00Z', sundays);
    expect(dates(rows).slice(0, 4)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']);
    const onTheDay = rows.filter((row) => row['date'] === '2026-11-01').map((row) => row['time'] ?? '');
    expect(onTheDay.every((time) => time >= '09:00' && time <= '16:00')).toBe(true);
  });

  test('the day of the slip is another weekday', () => {
    for (const row of draws('2026-11-20T17:00:00Z')) expect(row['wrong_weekday']).not.toBe(row['weekday']);
  });

  test.each([
    ['09:00', 'nine a m', "nine o'clock in the morning"],
    ['10:30', 'ten thirty a m', 'half past ten in the morning'],
    ['12:00', 'twelve p m', "twelve o'clock in the afternoon"],
    ['15:30', 'three thirty p m', 'half past three in the afternoon'],
  ])('%s is said as "%s" and as "%s"', (time, spoken, again) => {
    const row = draws('2026-11-20T17:00:00Z').find((one) => one['time'] === time);
    expect(row).toMatchObject({ time_spoken: spoken, time_again: again });
  });

  test('what a recogniser writes for the date and the time is recognised, other dates and times are not', () => {
    const row = draws('2026-11-20T17:00:00Z').find(
      (one) => one['date'] === '2026-12-07' && one['time'] === '10:30',
    );
    const date = new RegExp(row?.['date_heard'] ?? '', 'i');
    const time = new RegExp(row?.['time_heard'] ?? '', 'i');
    const right = [
      'on Monday, December 7th, at 10:30 a.m., for Ann',
      'Monday December seventh at ten thirty a M for Ann',
    ];
    for (const text of right) expect([date.test(text), time.test(text)]).toEqual([true, true]);
    const wrong = ['Monday, December 17th, at 10:00 AM', 'Tuesday, December 8th, at 3:30'];
    for (const text of wrong) expect([date.test(text), time.test(text)]).toEqual([false, false]);
    const nine = draws('2026-11-20T17:00:00Z').find((one) => one['time'] === '09:00')?.['time_heard'] ?? '';
    for (const text of ['at 9 AM', 'nine a m', "nine o'clock a.m.", '9:00 a.m.']) {
      expect(new RegExp(nine, 'i').test(text)).toBe(true);
    }
    expect(new RegExp(nine, 'i').test('December 9th at noon')).toBe(false);
  });
});
