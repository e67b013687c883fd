import { wallMs } from '../../../../src/kernel/time.js';
import type { TimeValue } from '../../../../src/dialog/core/nlu/time/types.js';
import { ANY, exactly, meets, narrow, type Wish } from '../../../../src/dialog/core/schedule/wish.js';
import { practice } from './oracle.js';

const ctx = { business: practice, wallMs: wallMs(Date.UTC(2026, 10, 2, 15)) };

const wishing = (wish: Wish, value: TimeValue, excluded = false, alternative = false): Wish =>
  narrow(
    wish,
    { type: 'time', value, excluded },
    { alternative, sameTurn: false, base: { date: '2026-11-10', minute: 600 } },
    ctx,
  );

const friday: TimeValue = { kind: 'date', date: '2026-11-06' };
const at = (date: string, minute: number) => ({ date, minute });

test.each<[string, Wish, ReturnType<typeof at>, boolean]>([
  ['a day takes any time of it', wishing(ANY, friday), at('2026-11-06', 600), true],
  ['a day takes no other', wishing(ANY, friday), at('2026-11-09', 600), false],
  ['not that day', wishing(ANY, friday, true), at('2026-11-06', 600), false],
  ['no Mondays', wishing(ANY, { kind: 'weekdays', weekdays: [1] }, true), at('2026-11-09', 600), false],
  ['after three', wishing(ANY, { kind: 'window', fromMin: 900, toMin: 1440 }), at('2026-11-09', 899), false],
  [
    'anything but nine',
    wishing(ANY, { kind: 'time', minutes: [540, 1260] }, true),
    at('2026-11-09', 540),
    false,
  ],
  [
    'not in the morning',
    wishing(ANY, { kind: 'window', fromMin: 0, toMin: 720 }, true),
    at('2026-11-09', 600),
    false,
  ],
  [
    'one day or the other',
    wishing(wishing(ANY, friday), { kind: 'date', date: '2026-11-09' }, false, true),
    at('2026-11-06', 600),
    true,
  ],
  [
    'the last day counts without an or',
    wishing(wishing(ANY, friday), { kind: 'date', date: '2026-11-09' }),
    at('2026-11-06', 600),
    false,
  ],
  [
    'a day that was refused and is then named does',
    wishing(wishing(ANY, friday, true), friday),
    at('2026-11-06', 600),
    true,
  ],
  [
    'an hour later than the time that was fixed',
    wishing(ANY, { kind: 'shift', minutes: 60 }),
    at('2026-11-10', 660),
    true,
  ],
  [
    'a week later',
    wishing(exactly(at('2026-11-10', 600), ANY), { kind: 'shift', days: 7 }),
    at('2026-11-17', 600),
    true,
  ],
])('%s', (_kind, wish, moment, fits) => expect(meets(wish, moment)).toBe(fits));

test('a window chooses between the readings of a time that follows it', () => {
  const evening = wishing(ANY, { kind: 'window', fromMin: 1020, toMin: 1320 });
  expect(wishing(evening, { kind: 'time', minutes: [420, 1140] }).times).toEqual([[1140]]);
});

test('a correction of one part keeps the other', () => {
  const fixed = exactly(at('2026-11-10', 600), ANY);
  expect(wishing(fixed, friday)).toMatchObject({ dates: ['2026-11-06'], times: [[600]] });
  expect(wishing(fixed, { kind: 'time', minutes: [900, 180] })).toMatchObject({ dates: ['2026-11-10'] });
});

test('refusals are bounded; the oldest give way', () => {
  let wish = ANY;
  for (let k = 0; k < 400; k++) wish = wishing(wish, { kind: 'time', minutes: [k] }, true);
  expect(wish.not.minutes.length).toBe(24);
  expect(wish.not.minutes.at(-1)).toBe(399);
});
