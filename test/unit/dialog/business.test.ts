import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { wallMs } from '../../../src/kernel/time.js';
import { loadBusiness, parseBusiness } from '../../../src/dialog/business.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { offersFor, slotsOn, timeProblem } from '../../../src/dialog/core/appointment/calendar.js';
import { clockTime } from '../../../src/dialog/core/spoken.js';
import { MONDAY_9, office, ROOT, taken, withCode } from './conversation.js';

const facts = parse(await readFile(join(ROOT, 'business.yaml'), 'utf8')) as Record<string, unknown>;

test('the file of the project is read', () => {
  expect(office.timezone).toBe('America/New_York');
  expect(office.hours[1]).toEqual([{ openMin: 540, closeMin: 1020 }]);
  expect(office.person).toBeUndefined();
});

test('TIMEZONE takes the place of the zone of the file', () =>
  expect(parseBusiness(facts, 'business.yaml', { timezone: 'Europe/Paris' }).timezone).toBe('Europe/Paris'));

const hours = facts['openingHours'] as Record<string, unknown>;

test.each<[string, Record<string, unknown>, RegExp]>([
  ['an unknown zone', { timezone: 'Mars/Base' }, /timezone is "Mars\/Base"; allowed: an IANA zone/],
  [
    'a span that ends before it begins',
    { openingHours: { ...hours, monday: ['17:00-09:00'] } },
    /openingHours\.monday\.0 is "17:00-09:00"/,
  ],
  [
    'spans that overlap',
    { openingHours: { ...hours, monday: ['09:00-13:00', '12:00-17:00'] } },
    /openingHours\.monday .*do not overlap/,
  ],
  ['a missing day', { openingHours: { monday: [] } }, /openingHours\.tuesday is missing/],
  [
    'no open day',
    { openingHours: Object.fromEntries(Object.keys(hours).map((day) => [day, []])) },
    /at least one open day/,
  ],
  [
    'a holiday that is no day',
    { holidays: [{ date: '2026-02-30', name: 'x' }] },
    /holidays\.0\.date is "2026-02-30"/,
  ],
  [
    'a negative notice',
    { minimumNoticeMinutes: -1 },
    /minimumNoticeMinutes is -1; allowed: a whole number from 0/,
  ],
  ['a text for a number', { slotMinutes: 'half' }, /slotMinutes is "half"/],
  [
    'two services with one id',
    { services: [1, 2].map(() => ({ id: 'a', name: 'A', durationMinutes: 30 })) },
    /services .*ids that differ/,
  ],
  [
    'a person without a SIP address',
    { person: { name: 'Ann', sipUri: 'ann' } },
    /person\.sipUri is "ann"; allowed: a sip:/,
  ],
  ['an unknown key', { openingTimes: {} }, /openingTimes is no known key/],
  ['a missing name', { name: undefined }, /name is missing/],
])('%s is one sentence that names the key', (_name, change, message) => {
  const value = { ...facts, ...change };
  expect(() => parseBusiness(value)).toThrow(withCode('CONFIG_INVALID'));
  expect(() => parseBusiness(value)).toThrow(message);
  expect(() => parseBusiness(value)).toThrow(/^business\.yaml: [^\n]+\.$/);
});

test('no file, and no YAML, are one sentence that names the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leibniz-business-'));
  await expect(loadBusiness(join(folder, 'none.yaml'))).rejects.toThrow(/none\.yaml cannot be read/);
  await writeFile(join(folder, 'bad.yaml'), 'a: [');
  await expect(loadBusiness(join(folder, 'bad.yaml'))).rejects.toThrow(/bad\.yaml is no valid YAML/);
});

describe('free times', () => {
  const ctx = { business: office, wallMs: wallMs(MONDAY_9) };
  const times = (slots: readonly { readonly minute: number }[]): readonly string[] =>
    slots.map(({ minute }) => clockTime(minute));

  test('lie on the grid, inside the hours, after the notice, beside what is taken', () => {
    expect(times(slotsOn('2026-11-23', 30, ctx, [taken('2026-11-23', '10:15', '11:45')]))).toEqual([
      '12:00',
      '12:30',
      '13:00',
      '13:30',
      '14:00',
      '14:30',
      '15:00',
      '15:30',
      '16:00',
      '16:30',
    ]);
  });

  test('a long appointment must end before closing time', () =>
    expect(times(slotsOn('2026-11-24', 120, ctx, [])).at(-1)).toBe('15:00'));

  test('an office that works at night offers no time that the clocks skip', () => {
    const night: Business = {
      ...office,
      hours: { ...office.hours, 7: [{ openMin: 0, closeMin: 300 }] },
      horizonDays: 365,
    };
    const before = { business: night, wallMs: wallMs(Date.UTC(2027, 2, 13, 12)) };
    expect(timeProblem({ date: '2027-03-14', minute: 150 }, 30, before)).toBe('gap');
    expect(times(slotsOn('2027-03-14', 30, before, []))).toEqual([
      '00:00',
      '00:30',
      '01:00',
      '01:30',
      '03:00',
      '03:30',
      '04:00',
      '04:30',
    ]);
  });

  test('the nearest are offered, or those of the next free day', () => {
    const full = [taken('2026-11-24', '09:00', '17:00')];
    expect(
      offersFor({ date: '2026-11-24', near: 600 }, 30, ctx, [taken('2026-11-24', '10:00', '10:30')]),
    ).toEqual([
      { date: '2026-11-24', minute: 570 },
      { date: '2026-11-24', minute: 630 },
    ]);
    expect(offersFor({ date: '2026-11-24', near: 600 }, 30, ctx, full).map(({ date }) => date)).toEqual([
      '2026-11-25',
      '2026-11-25',
    ]);
  });

  test('holidays and weekends are skipped', () => {
    const busy = [taken('2026-11-25', '09:00', '17:00')];
    expect(offersFor({ date: '2026-11-25', near: 600 }, 30, ctx, busy)[0]?.date).toBe('2026-11-30');
  });
});
