import { randomInt } from '../../../../src/kernel/rng.js';
import { wallMs } from '../../../../src/kernel/time.js';
import type { Business } from '../../../../src/dialog/core/business.js';
import { addDays } from '../../../../src/dialog/core/nlu/time/local-date.js';
import {
  dayProblem,
  fittingMinutes,
  termsOf,
  timeProblem,
} from '../../../../src/dialog/core/schedule/calendar.js';
import { offersFor, MAX_OFFERS } from '../../../../src/dialog/core/schedule/offers.js';
import { slotRequest, slotsOn } from '../../../../src/dialog/core/schedule/slots.js';
import { ANY, meets, type Wish } from '../../../../src/dialog/core/schedule/wish.js';
import { couldBegin, FRIDAY, practice, randomBusy, rngOf, SERVICES } from './oracle.js';

const ctx = { business: practice, wallMs: FRIDAY };

test.each<[string, string, string | undefined, string | undefined]>([
  ['yesterday', '2026-10-29', undefined, 'past'],
  ['a Saturday', '2026-10-31', undefined, 'closed'],
  ['a holiday', '2026-11-11', undefined, 'holiday'],
  ['a day of a blackout', '2026-11-17', undefined, 'blackout'],
  ['beyond the horizon', '2026-11-30', undefined, 'too_far'],
  ['a month and day that has just passed, as next year', '2027-10-20', undefined, 'past'],
  ['a day off of the wanted person', '2026-11-04', 'chen', 'away'],
  ['an absence of the wanted person', '2026-11-05', 'diaz', 'away'],
  ['the same day for anybody', '2026-11-05', undefined, undefined],
])('%s: %s with %s is %s', (_kind, date, staff, reason) =>
  expect(dayProblem(date, termsOf(practice, 'short', staff), ctx)?.reason).toBe(reason),
);

test('the names of holidays and blackouts are told', () => {
  const terms = termsOf(practice, 'short');
  expect(dayProblem('2026-11-11', terms, ctx)).toEqual({ reason: 'holiday', name: 'Veterans Day' });
  expect(dayProblem('2026-11-16', terms, ctx)).toEqual({ reason: 'blackout', name: 'the move' });
});

test('a day is too soon when no beginning is left on it', () => {
  const evening = { business: practice, wallMs: wallMs(FRIDAY + 8 * 3_600_000) };
  expect(dayProblem('2026-10-30', termsOf(practice, 'short'), evening)).toEqual({ reason: 'too_soon' });
});

test.each<[string, number, string | undefined, string | undefined]>([
  ['on the grid', 555, undefined, undefined],
  ['off the grid', 557, undefined, 'off_grid'],
  ['in the lunch break', 730, undefined, 'closed'],
  ['into the lunch break', 710, undefined, 'closed'],
  ['at night', 1200, undefined, 'closed'],
  ['on the day off of a named person', 555, 'chen', 'away'],
])('a time %s', (_kind, minute, staff, problem) =>
  expect(timeProblem({ date: '2026-11-06', minute }, termsOf(practice, 'short', staff), ctx)).toBe(problem),
);

test('notice, horizon, length and people are the service’s own where it has them', () => {
  const services = [
    { ...practice.services[0], id: 'far', minNoticeMin: 3 * 1440, horizonDays: 60 },
  ] as Business['services'];
  const terms = termsOf({ ...practice, services }, 'far');
  expect(dayProblem('2026-12-20', terms, ctx)?.reason).toBe('closed');
  expect(timeProblem({ date: '2026-10-30', minute: 900 }, terms, ctx)).toBe('too_soon');
});

test('a time that the clocks skip is none', () => {
  const always = Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ openMin: 0, closeMin: 1440 }]]),
  );
  const business: Business = { ...practice, staff: [], hours: always as unknown as Business['hours'] };
  const spring = { business, wallMs: wallMs(Date.UTC(2026, 2, 1)) };
  expect(timeProblem({ date: '2026-03-08', minute: 150 }, termsOf(business), spring)).toBe('gap');
});

test('a person who does not give the service leaves nobody', () =>
  expect(termsOf(practice, 'long', 'diaz').resources).toEqual([]));

test.each<[string, readonly number[], readonly number[]]>([
  ['three', [900, 180], [900]],
  ['nine', [540, 1260], [540]],
  ['a time that never fits', [180], [180]],
])('readings of %s', (_kind, readings, fitting) =>
  expect(fittingMinutes(readings, '2026-11-06', termsOf(practice, 'short'), practice)).toEqual(fitting),
);

test('free beginnings are those of a search minute by minute', () => {
  const rng = rngOf(7);
  for (let round = 0; round < 25; round++) {
    const busy = randomBusy(rng, randomInt(rng, 0, 160));
    const serviceId = Object.keys(SERVICES)[round % 3] ?? 'short';
    const terms = termsOf(practice, serviceId);
    for (let day = 0; day < 22; day += 3) {
      const date = addDays('2026-10-30', day);
      const expected = Array.from({ length: 96 }, (_, k) => k * 15).filter((minute) =>
        couldBegin(serviceId, date, minute, FRIDAY, busy),
      );
      const slots = slotsOn(date, terms, ctx, busy);
      expect([serviceId, date, slots.map(({ minute }) => minute)]).toEqual([serviceId, date, expected]);
    }
  }
});

test('a slot is with somebody who is free until the buffer is over', () => {
  const rng = rngOf(11);
  for (let round = 0; round < 40; round++) {
    const busy = randomBusy(rng, 120);
    const terms = termsOf(practice, 'short');
    for (const slot of slotsOn(addDays('2026-11-02', round % 10), terms, ctx, busy)) {
      const { startsAtMs, endsAtMs, occupiedUntilMs, resource } = slotRequest(slot, terms, ctx);
      expect(endsAtMs - startsAtMs).toBe(15 * 60_000);
      expect(occupiedUntilMs - startsAtMs).toBe(20 * 60_000);
      const clash = busy.filter(
        (span) => span.resource === resource && span.startMs < occupiedUntilMs && span.endMs > startsAtMs,
      );
      expect(clash).toEqual([]);
    }
  }
});

test('offers are free, few, in order, meet the wish where anything does, and never what was refused', () => {
  const rng = rngOf(23);
  for (let round = 0; round < 100; round++) {
    const busy = randomBusy(rng, randomInt(rng, 0, 400));
    const day = (): string => addDays('2026-10-30', randomInt(rng, 0, 20));
    const wish: Wish = {
      ...ANY,
      dates: round % 4 === 0 ? [day()] : [],
      times: round % 5 === 0 ? [[randomInt(rng, 36, 66) * 15]] : [],
      weekdays: round % 7 === 0 ? [randomInt(rng, 1, 5)] : [],
      ...(round % 3 === 0 ? { window: { fromMin: 780, toMin: 1020 } } : {}),
      ...(round % 6 === 0 ? { order: 'earliest' as const } : {}),
      not: { ...ANY.not, dates: [day()], weekdays: round % 2 === 0 ? [5] : [], minutes: [540] },
    };
    const terms = termsOf(practice, 'short');
    const { slots, away } = offersFor(wish, terms, ctx, busy);
    expect(slots.length).toBeLessThanOrEqual(MAX_OFFERS);
    const order = slots.map(({ date, minute }) => `${date} ${String(minute).padStart(4, '0')}`);
    expect(order).toEqual([...order].sort());
    for (const slot of slots) {
      expect(couldBegin('short', slot.date, slot.minute, FRIDAY, busy)).toBe(true);
      expect(meets({ ...ANY, not: wish.not }, slot)).toBe(true);
      if (away === 'none') expect(meets(wish, slot)).toBe(true);
    }
    const anyMeets = Array.from({ length: 22 }, (_, k) => addDays('2026-10-30', k))
      .filter((date) => date < addDays(wish.dates[0] ?? '2026-10-30', 14))
      .some((date) => slotsOn(date, terms, ctx, busy).some((slot) => meets(wish, slot)));
    expect([round, away === 'none']).toEqual([round, anyMeets]);
  }
});
