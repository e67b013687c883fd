import { lineAt, placeOf, waveOf, widthOf } from '../../../web/src/ui/recording-places.js';

const recording = { offset_ms: 2000, duration_ms: 10_000 };

test.each([
  ['a line within it', { start_ms: 3000, end_ms: 4000 }, 1000],
  ['a line that had begun before it', { start_ms: 1500, end_ms: 4000 }, 0],
  ['a line before it', { start_ms: 500, end_ms: 1500 }, undefined],
  ['a line after its end', { start_ms: 12_500, end_ms: 13_000 }, undefined],
  ['a line that was typed', { start_ms: null, end_ms: null }, undefined],
])('%s', (_what, line, place) => {
  expect(placeOf(line, recording)).toBe(place);
});

test('the line that is heard is the last one that has begun, whatever their order', () => {
  const places = [100, undefined, 5000, 3000];
  expect([0, 100, 2999, 3000, 4999, 6000].map((ms) => lineAt(places, ms))).toEqual([
    undefined,
    0,
    0,
    3,
    3,
    2,
  ]);
});

test('a long recording is drawn in as many columns as a screen shows, and its loudest moment is among them', () => {
  const side = { min: new Array<number>(2000).fill(0), max: new Array<number>(2000).fill(0) };
  side.max[1234] = 127;
  const path = waveOf(side, 100);
  expect(path.match(/L/g)).toHaveLength(199);
  expect(path).toContain(`61 0.4`);
  expect(widthOf(side, 100)).toBe(99);
  expect(waveOf({ min: [], max: [] })).toBe('');
});
