import { piecesOf } from '../../../src/cli/pieces.js';

const RATE = 8000;

/** Loud for so many seconds, quiet from some second on for half a second each. */
function recording(seconds: number, pausesAtS: readonly number[]): Int16Array {
  return Int16Array.from({ length: seconds * RATE }, (_, n) => {
    const at = n / RATE;
    return pausesAtS.some((pause) => at >= pause && at < pause + 0.5) ? 0 : 8000 * (n % 2 === 0 ? 1 : -1);
  });
}

test('what is short enough stays whole', () => {
  const pcm = recording(30, []);
  expect(piecesOf(pcm, RATE).map(({ length }) => length)).toEqual([pcm.length]);
});

test('a long recording is cut in its pauses, and nothing of it is lost', () => {
  const pcm = recording(95, [12, 26, 50, 75]);
  const pieces = piecesOf(pcm, RATE);
  const ends = pieces.map(({ byteOffset, length }) => (byteOffset / 2 + length) / RATE);
  expect(ends.map(Math.floor)).toEqual([26, 50, 75, 95]);
  expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(pcm.length);
});

test('without a pause no piece is longer than half a minute', () => {
  const pieces = piecesOf(recording(100, []), RATE);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(30 * RATE);
});
