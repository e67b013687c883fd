import type { Business, Weekday } from '../../../../src/dialog/core/business.js';
import type { BusySpan } from '../../../../src/dialog/core/effects.js';
import { addDays, toInstant, weekdayOf } from '../../../../src/dialog/core/nlu/time/local-date.js';
import { randomInt, seededRng, type Rng } from '../../../../src/kernel/rng.js';
import { wallMs, type WallMs } from '../../../../src/kernel/time.js';

/** Friday, 2026-10-30, 08:05 in New York: the clocks go back two days later. */
export const FRIDAY = wallMs(Date.UTC(2026, 9, 30, 12, 5));

const hours = (...days: readonly Weekday[]): Business['hours'] =>
  Object.fromEntries(
    ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => [
      day,
      days.includes(day)
        ? [
            { openMin: 540, closeMin: 720 },
            { openMin: 780, closeMin: 1020 },
          ]
        : [],
    ]),
  ) as unknown as Business['hours'];

/** An office with two people, a room for three, and a lunch break. */
export const practice: Business = {
  name: 'the practice',
  timezone: 'America/New_York',
  hours: hours(1, 2, 3, 4, 5),
  holidays: [{ date: '11-11', name: 'Veterans Day' }],
  services: [
    { id: 'short', name: 'a check-up', aliases: [], durationMin: 15, bufferMin: 5, staff: ['chen', 'diaz'] },
    { id: 'long', name: 'a treatment', aliases: [], durationMin: 60, bufferMin: 15, staff: ['chen'] },
    { id: 'class', name: 'a class', aliases: [], durationMin: 45, capacity: 3, staff: [] },
  ],
  staff: [
    { id: 'chen', name: 'Doctor Chen', aliases: [], hours: hours(1, 2, 4), absences: [] },
    { id: 'diaz', name: 'Doctor Diaz', aliases: [], absences: [{ from: '2026-11-03', to: '2026-11-05' }] },
  ],
  blackouts: [{ from: '2026-11-16', to: '2026-11-17', name: 'the move' }],
  capacity: 2,
  identification: [],
  waitingList: false,
  defaultDurationMin: 30,
  slotMin: 15,
  minNoticeMin: 60,
  horizonDays: 30,
  callback: { offered: false, within: '' },
};

/** Taken spans at odd times, of everybody. */
export function randomBusy(rng: Rng, count: number): readonly BusySpan[] {
  return Array.from({ length: count }, () => {
    const startMs = wallMs(FRIDAY + randomInt(rng, 0, 20 * 24 * 12) * 300_000);
    const resource = ['chen', 'diaz', 'office'][randomInt(rng, 0, 2)] ?? 'office';
    return { resource, startMs, endMs: wallMs(startMs + randomInt(rng, 1, 30) * 300_000) };
  });
}

interface Plain {
  readonly durationMin: number;
  readonly bufferMin: number;
  readonly people: readonly { readonly id: string; readonly seats: number }[];
}

/** Who gives a service, told in the plainest way. */
export const SERVICES: Readonly<Record<string, Plain>> = {
  short: {
    durationMin: 15,
    bufferMin: 5,
    people: [
      { id: 'chen', seats: 1 },
      { id: 'diaz', seats: 1 },
    ],
  },
  long: { durationMin: 60, bufferMin: 15, people: [{ id: 'chen', seats: 1 }] },
  class: { durationMin: 45, bufferMin: 0, people: [{ id: 'office', seats: 3 }] },
};

/** Whether somebody could begin, minute by minute, without any of the calendar's own code. */
export function couldBegin(
  serviceId: string,
  date: string,
  minute: number,
  nowMs: WallMs,
  busy: readonly BusySpan[],
): boolean {
  const service = SERVICES[serviceId];
  if (service === undefined || minute % practice.slotMin !== 0) return false;
  if (date.endsWith('11-11') || date === '2026-11-16' || date === '2026-11-17') return false;
  if (date > addDays('2026-10-30', practice.horizonDays)) return false;
  const startMs = toInstant(date, minute, practice.timezone).wallMs;
  if (startMs < nowMs + practice.minNoticeMin * 60_000) return false;
  return service.people.some(({ id, seats }) => {
    const day = weekdayOf(date);
    const works = id === 'chen' ? [1, 2, 4].includes(day) : day <= 5;
    if (!works || (id === 'diaz' && date >= '2026-11-03' && date <= '2026-11-05')) return false;
    for (let at = minute; at < minute + service.durationMin; at++) {
      if (at < 540 || at >= 1020 || (at >= 720 && at < 780)) return false;
    }
    for (let at = 0; at < service.durationMin + service.bufferMin; at++) {
      const instant = startMs + at * 60_000;
      const taken = busy.filter(
        (span) => span.resource === id && span.startMs <= instant && span.endMs > instant,
      );
      if (taken.length >= seats) return false;
    }
    return true;
  });
}

export const rngOf = (seed: number): Rng => seededRng(seed);
