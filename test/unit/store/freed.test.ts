import { wallMs } from '../../../src/kernel/time.js';
import { freedBy, localTime, offerTo } from '../../../src/store/freed.js';
import type { FreedSlot, WaitingEntry } from '../../../src/store/types.js';

const HOUR_MS = 3600_000;
/** Nine o'clock in Berlin on Tuesday, 24 November 2026. */
const NINE = Date.UTC(2026, 10, 24, 8);
const NOW = NINE - 24 * HOUR_MS;

const freed = (over: Partial<FreedSlot> = {}): FreedSlot => ({
  resource: 'office',
  startsAtMs: wallMs(NINE),
  occupiedUntilMs: wallMs(NINE + HOUR_MS),
  timezone: 'Europe/Berlin',
  ...over,
});

const entry = (over: Partial<WaitingEntry> = {}): WaitingEntry => ({
  id: 'w1',
  idempotencyKey: 'k',
  from: '2026-11-23',
  to: '2026-11-25',
  durationMin: 30,
  createdAtMs: wallMs(0),
  pii: { name: 'Ada' },
  ...over,
});

describe('who is offered a time that has become free', () => {
  it.each<[string, Partial<WaitingEntry>, Partial<FreedSlot>, number | undefined]>([
    ['any time of these days', {}, {}, 0],
    ['on another day', { from: '2026-11-25' }, {}, undefined],
    ['until the day before', { to: '2026-11-23' }, {}, undefined],
    ['longer than what is free', { durationMin: 61 }, {}, undefined],
    ['exactly as long', { durationMin: 60 }, {}, 0],
    ['not before half past nine', { fromMin: 570 }, {}, 30],
    ['not before a quarter to ten: too late to end in time', { fromMin: 585 }, {}, undefined],
    ['over by half past nine', { toMin: 570 }, {}, 0],
    ['over by twenty past nine', { toMin: 560 }, {}, undefined],
    ['with somebody else', { resource: 'kim' }, {}, undefined],
    ['with the one who is free', { resource: 'kim', serviceId: 'cut' }, { resource: 'kim' }, 0],
    ['for another service of the office', { serviceId: 'cut' }, { serviceId: 'colour' }, 0],
    [
      'for a service that this member of staff may not offer',
      { serviceId: 'cut' },
      { resource: 'kim', serviceId: 'colour' },
      undefined,
    ],
    ['for the same service', { serviceId: 'cut' }, { resource: 'kim', serviceId: 'cut' }, 0],
    ['in the past', {}, { startsAtMs: wallMs(NOW - 1), occupiedUntilMs: wallMs(NOW + HOUR_MS) }, undefined],
  ])('%s', (_name, over, slot, minutes) => {
    const match = offerTo(entry(over), freed(slot), NOW);
    expect(match?.startsAtMs).toBe(minutes === undefined ? undefined : NINE + minutes * 60_000);
  });

  it('an offer stands for a day; then the next may come', () => {
    const offeredAt = (hours: number): WaitingEntry =>
      entry({
        offer: { resource: 'office', startsAtMs: wallMs(NINE), offeredAtMs: wallMs(NOW - hours * HOUR_MS) },
      });
    expect(offerTo(offeredAt(23), freed(), NOW)).toBeUndefined();
    expect(offerTo(offeredAt(24), freed(), NOW)).toBeDefined();
  });

  it.each<[string, number, number, string, readonly (readonly [number, number])[]]>([
    ['elsewhere', 0, 60, 'kim', [[0, 60]]],
    ['to another time', 60, 120, 'office', [[0, 60]]],
    ['later by half', 30, 90, 'office', [[0, 30]]],
    ['earlier by half', -30, 30, 'office', [[30, 60]]],
    [
      'into its middle',
      15,
      45,
      'office',
      [
        [0, 15],
        [45, 60],
      ],
    ],
    ['nowhere', 0, 60, 'office', []],
  ])('moved %s: what is left of the old time is free', (_name, from, to, resource, pieces) => {
    const at = (minutes: number) => wallMs(NINE + minutes * 60_000);
    const left = freedBy(freed(), { resource, startsAtMs: at(from), occupiedUntilMs: at(to) });
    expect(left.map((piece) => [piece.startsAtMs, piece.occupiedUntilMs])).toEqual(
      pieces.map(([start, end]) => [at(start), at(end)]),
    );
  });

  it.each([
    ['2026-11-24T23:30:00Z', 'Europe/Berlin', '2026-11-25', 30],
    ['2026-11-25T04:59:00Z', 'America/New_York', '2026-11-24', 1439],
    ['2026-11-25T05:00:00Z', 'America/New_York', '2026-11-25', 0],
    ['2026-11-24T18:45:00Z', 'Asia/Kathmandu', '2026-11-25', 30],
  ])('%s in %s', (iso, zone, date, minute) => {
    expect(localTime(Date.parse(iso), zone)).toEqual({ date, minute });
  });
});
