import { mayDial, type DispatchFacts, type HouseLimits } from '../../../src/outbound/core/dispatch.js';
import { isOpen, nextOpening, type CallingHours } from '../../../src/outbound/core/hours.js';
import { DEFAULT_RULES, stopReason } from '../../../src/outbound/core/rules.js';
import { parseNumberZones, zonesOfNumber } from '../../../src/outbound/core/zones.js';
import { numberZones } from '../../../src/outbound/number-zones.js';

const NINE_TO_EIGHT: CallingHours = { fromMin: 540, toMin: 1200, days: [1, 2, 3, 4, 5, 6], holidays: [] };
const at = (iso: string): number => Date.parse(iso);
const RING = 25_000;

describe('where a number is', () => {
  test.each([
    ['+4930123456', ['Europe/Berlin']],
    ['+12025550142', ['America/New_York']],
    ['+12082155555', ['America/Los_Angeles']],
    ['+81312345678', ['Asia/Tokyo']],
  ])('%s', (number, zones) => expect(zonesOfNumber(number, numberZones())).toEqual(zones));

  test('a country of many zones gives them all, an unknown beginning none', () => {
    const zones = zonesOfNumber('+15005550001', numberZones());
    expect(zones).toEqual(expect.arrayContaining(['America/New_York', 'Pacific/Honolulu']));
    for (const number of ['+80012345678', '4930123456', '+0301234567', 'sip:a@b', '']) {
      expect(zonesOfNumber(number, numberZones())).toEqual([]);
    }
  });

  test('a line that is neither is named', () => {
    expect(() => parseNumberZones('1|Europe/Berlin\nx|Europe/Berlin')).toThrow('line 2');
  });
});

describe('calling hours', () => {
  test.each([
    ['2026-12-02T08:59:59-05:00', false],
    ['2026-12-02T09:00:00-05:00', true],
    ['2026-12-02T19:59:30-05:00', true],
    ['2026-12-02T19:59:36-05:00', false],
    ['2026-12-06T12:00:00-05:00', false],
  ])('%s in New York: %s', (iso, expected) => {
    expect(isOpen([NINE_TO_EIGHT], ['America/New_York'], at(iso), RING)).toBe(expected);
  });

  test('every zone that may be meant has to be open, and one that does not exist never is', () => {
    const zones = ['America/New_York', 'America/Los_Angeles'];
    expect(isOpen([NINE_TO_EIGHT], zones, at('2026-12-02T10:00:00-05:00'), RING)).toBe(false);
    expect(isOpen([NINE_TO_EIGHT], zones, at('2026-12-02T12:00:00-05:00'), RING)).toBe(true);
    expect(isOpen([NINE_TO_EIGHT], ['Europe/Berlin', 'Mars/Olympus'], at('2026-12-02T12:00:00Z'), RING)).toBe(
      false,
    );
    expect(isOpen([NINE_TO_EIGHT], [], at('2026-12-02T12:00:00Z'), RING)).toBe(false);
  });

  test.each([
    ['the same evening', '2026-12-02T20:00:00-05:00', '2026-12-03T09:00:00-05:00'],
    ['Saturday evening', '2026-12-05T20:00:00-05:00', '2026-12-07T09:00:00-05:00'],
    ['before the clocks go forward', '2027-03-13T20:30:00-05:00', '2027-03-15T09:00:00-04:00'],
    ['before the clocks go back', '2026-10-31T21:00:00-04:00', '2026-11-02T09:00:00-05:00'],
  ])('open again after %s', (_name, from, opening) => {
    expect(nextOpening([NINE_TO_EIGHT], ['America/New_York'], at(from), RING)).toBe(at(opening));
  });

  test('two zones open together at the later one; holidays are those of the callee', () => {
    const hours = [{ ...NINE_TO_EIGHT, holidays: ['12-25', '2026-12-26'] }];
    const zones = ['America/New_York', 'America/Los_Angeles'];
    expect(nextOpening(hours, zones, at('2026-12-24T21:00:00-05:00'), RING)).toBe(
      at('2026-12-28T12:00:00-05:00'),
    );
  });

  test('zones that have no hour in common are never open', () => {
    const short = [{ ...NINE_TO_EIGHT, toMin: 660 }];
    expect(
      nextOpening(short, ['Europe/Berlin', 'America/Los_Angeles'], at('2026-12-02T00:00:00Z'), RING),
    ).toBeUndefined();
  });
});

const NOON = at('2026-12-02T12:00:00+01:00');
const DAY = 86_400_000;
const limits: HouseLimits = { prefixes: ['+49'], maxCalls: 2, callsPerSecond: 1, hours: NINE_TO_EIGHT };
const facts = (over: Partial<DispatchFacts> = {}): DispatchFacts => ({
  nowMs: NOON,
  number: '+4930123456',
  consent: { source: 'web form', atMs: NOON - 30 * DAY },
  expiresAtMs: NOON + 10 * DAY,
  isOnDoNotCallList: false,
  stillHolds: true,
  attempts: [],
  rules: DEFAULT_RULES,
  ...over,
});
const verdict = (over: Partial<DispatchFacts> = {}, house: HouseLimits = limits) =>
  mayDial(facts(over), house, numberZones());

describe('whether a contact may be dialled now', () => {
  test('when nothing speaks against it', () => expect(verdict()).toEqual({ type: 'dial' }));

  test.each<[string, Partial<DispatchFacts>]>([
    ['invalid_number', { number: '030123456' }],
    ['invalid_number', { attempts: [{ atMs: NOON - DAY, outcome: 'invalid', counts: true }] }],
    ['prefix_not_allowed', { number: '+431234567' }],
    ['do_not_call', { isOnDoNotCallList: true }],
    ['no_consent', { consent: undefined }],
    ['no_consent', { consent: { source: ' ', atMs: NOON - DAY } }],
    ['no_consent', { consent: { source: 'web form', atMs: NOON + 1 } }],
    ['no_longer_true', { stillHolds: false }],
    ['expired', { expiresAtMs: NOON }],
    ['no_common_hours', { zone: 'Mars/Olympus' }],
  ])('never: %s', (reason, over) => expect(verdict(over)).toEqual({ type: 'never', reason }));

  test('without any allowed prefix nobody is dialled, and without a known zone neither', () => {
    expect(verdict({}, { ...limits, prefixes: [] })).toEqual({ type: 'never', reason: 'prefix_not_allowed' });
    expect(verdict({ number: '+80012345678' }, { ...limits, prefixes: ['+'] })).toEqual({
      type: 'never',
      reason: 'unknown_time_zone',
    });
  });

  test.each<[string, Partial<DispatchFacts>, number]>([
    ['it is night there', { zone: 'America/New_York' }, at('2026-12-02T09:00:00-05:00')],
    [
      'two attempts within a day',
      {
        attempts: [1, 2].map((hours) => ({ atMs: NOON - hours * 3_600_000, outcome: 'busy', counts: true })),
      },
      NOON - 2 * 3_600_000 + DAY,
    ],
    [
      'five attempts within a week',
      {
        attempts: [1, 2, 3, 4, 5].map((days) => ({
          atMs: NOON - days * DAY - 1,
          outcome: 'busy',
          counts: true,
        })),
      },
      NOON + 2 * DAY - 1,
    ],
    [
      'a call to the same number goes on',
      { attempts: [{ atMs: NOON, outcome: 'live', counts: true }] },
      NOON + 60_000,
    ],
  ])('later: %s', (_name, over, atMs) => expect(verdict(over)).toEqual({ type: 'later', atMs }));

  test('what never reached the callee does not count', () => {
    const attempts = [1, 2, 3].map((n) => ({ atMs: NOON - n, outcome: 'network' as const, counts: false }));
    expect(verdict({ attempts })).toEqual({ type: 'dial' });
  });

  test('what would be after its end is over now; hours of the house and of the campaign both hold', () => {
    expect(verdict({ zone: 'America/New_York', expiresAtMs: NOON + 60_000 })).toEqual({
      type: 'never',
      reason: 'expired',
    });
    const rules = { ...DEFAULT_RULES, hours: { ...NINE_TO_EIGHT, fromMin: 15 * 60 } };
    expect(verdict({ rules })).toEqual({ type: 'later', atMs: at('2026-12-02T15:00:00+01:00') });
  });
});

test('a campaign that bothers people stops by itself', () => {
  expect(stopReason({ attempts: 30, answered: 19, short: 19 }, DEFAULT_RULES)).toBeUndefined();
  expect(stopReason({ attempts: 30, answered: 20, short: 2 }, DEFAULT_RULES)).toBeUndefined();
  expect(stopReason({ attempts: 30, answered: 20, short: 3 }, DEFAULT_RULES)).toBe('short_calls');
  expect(stopReason({ attempts: 60, answered: 5, short: 0 }, { ...DEFAULT_RULES, minAnswerShare: 0.1 })).toBe(
    'few_answers',
  );
});
