import { monoMs } from '../../../src/kernel/time.js';
import type { DtmfDigit } from '../../../src/kernel/vocab.js';
import { KeyPresses, type KeyWay } from '../../../src/session/key-presses.js';

/** What is left of presses, each `[at, digit, way]`. */
function taken(presses: readonly (readonly [number, string, KeyWay])[]): string {
  const keys = new KeyPresses();
  return presses
    .filter(([at, digit, way]) => keys.isNew(digit as DtmfDigit, way, monoMs(at)))
    .map(([, digit]) => digit)
    .join('');
}

test.each<[string, [number, string, KeyWay][], string]>([
  [
    'one press both ways at once',
    [
      [0, '5', 'media'],
      [0, '5', 'signalling'],
    ],
    '5',
  ],
  [
    'INFO first',
    [
      [0, '5', 'signalling'],
      [180, '5', 'media'],
    ],
    '5',
  ],
  [
    'twice the same key, each both ways',
    [
      [0, '5', 'media'],
      [160, '5', 'signalling'],
      [300, '5', 'media'],
      [460, '5', 'signalling'],
    ],
    '55',
  ],
  [
    'two keys, the second way late and in one go',
    [
      [0, '1', 'media'],
      [200, '2', 'media'],
      [400, '1', 'signalling'],
      [401, '2', 'signalling'],
    ],
    '12',
  ],
  [
    'one way, fast: both count',
    [
      [0, '7', 'signalling'],
      [90, '7', 'signalling'],
    ],
    '77',
  ],
  [
    'the other way a second later is another press',
    [
      [0, '7', 'media'],
      [1000, '7', 'signalling'],
    ],
    '77',
  ],
])('%s', (_what, presses, expected) => {
  expect(taken(presses)).toBe(expected);
});

test('a flood is cut to what a dialer sends, and over it is over', () => {
  const flood = Array.from({ length: 600 }, (_, n): [number, string, KeyWay] => [
    n * 3,
    String(n % 10),
    'media',
  ]);
  expect(taken(flood).length).toBeLessThanOrEqual(32);
  expect(taken([...flood, [4000, '#', 'media']])).toMatch(/#$/);
});
