import type { AppointmentView } from '../../../src/client/types.js';
import { placed } from '../../../web/src/ui/week-layout.js';

const appointment = (id: string, time: string, minutes: number): AppointmentView =>
  ({
    ...{ id, time, starts_at: '2026-11-24T10:00:00Z' },
    ends_at: new Date(Date.parse('2026-11-24T10:00:00Z') + minutes * 60_000).toISOString(),
  }) as AppointmentView;

test('what overlaps shares the width, what follows has it whole', () => {
  const places = placed([
    appointment('c', '11:00', 30),
    appointment('a', '10:00', 60),
    appointment('b', '10:30', 30),
    appointment('d', '10:30', 15),
  ]);
  expect(places.map(({ item, column, columns }) => [item.id, column, columns])).toEqual([
    ['a', 0, 3],
    ['b', 1, 3],
    ['d', 2, 3],
    ['c', 0, 1],
  ]);
});

test('a column is taken again once it is free', () => {
  const places = placed([
    appointment('a', '10:00', 90),
    appointment('b', '10:00', 30),
    appointment('c', '10:30', 30),
  ]);
  expect(places.map(({ item, column, columns }) => [item.id, column, columns])).toEqual([
    ['a', 0, 2],
    ['b', 1, 2],
    ['c', 1, 2],
  ]);
});
