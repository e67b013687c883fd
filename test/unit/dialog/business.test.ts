import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadBusiness, parseBusiness } from '../../../src/dialog/business.js';

const ROOT = process.cwd();
const office = await loadBusiness(join(ROOT, 'business.yaml'));
const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

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
  await expect(loadBusiness(join(folder, 'bad.yaml'))).rejects.toThrow(/bad\.yaml:1: no valid YAML/);
});
