import { alignTokens, parsePhonemes } from '../../../src/speech/core/marks.js';
import { speakable } from '../../../src/speech/core/speakable.js';

/** `word: sounds` per token; every sound takes 100 ms. */
function aligned(text: string, sounds: string): string[] {
  const phonemes = sounds.split(' ').map((name, index) => ({ name, endMs: (index + 1) * 100 }));
  const tokens = speakable(text);
  return alignTokens(tokens, phonemes).map(
    ({ startMs, endMs }, index) => `${tokens[index]?.spoken} ${startMs / 100}-${endMs / 100}`,
  );
}

// The sounds are those that flite prints for these lines.
test.each([
  [
    'Hello, two thirty on Thursday.',
    'pau hh ax l ow pau t uw th er d iy aa n th er z d iy pau',
    ['Hello 1-5', 'two 6-8', 'thirty 8-12', 'on 12-14', 'Thursday 14-19'],
  ],
  ['So it is', 'pau s ow ih t ih z pau', ['So 1-3', 'it 3-5', 'is 5-7']],
  ['room two', 'pau r uw m t uw pau', ['room 1-4', 'two 4-6']],
  ['nine A M', 'pau n ay n ey eh m pau', ['nine 1-4', 'A 4-5', 'M 5-7']],
  ['Half past five.', 'pau hh ae f p ae s t f ay v pau', ['Half 1-4', 'past 4-8', 'five 8-11']],
])('%s', (text, sounds, expected) => expect(aligned(text, sounds)).toEqual(expected));

test('a token without sounds of its own gets none of its neighbours’ time', () => {
  const times = alignTokens(speakable('one xyz'), [
    { name: 'w', endMs: 100 },
    { name: 'ah', endMs: 200 },
    { name: 'n', endMs: 300 },
  ]);
  expect(times.length).toBe(2);
  for (const { startMs, endMs } of times) expect(startMs).toBeLessThanOrEqual(endMs);
  expect(times[0]?.endMs).toBeLessThanOrEqual(times[1]?.startMs ?? 0);
});

test('no sounds, no tokens', () => {
  expect(alignTokens(speakable('one two'), [])).toEqual([
    { startMs: 0, endMs: 0 },
    { startMs: 0, endMs: 0 },
  ]);
  expect(alignTokens([], [{ name: 'pau', endMs: 10 }])).toEqual([]);
});

test.each([
  ['pau:0.119 hh:0.212', 2],
  ['', 0],
  ['nonsense', 0],
  ['pau:0.2 hh:0.1', 1],
  ['pau:0.2 hh:abc d:0.3', 1],
])('what flite prints: %j', (printed, count) => expect(parsePhonemes(printed).length).toBe(count));
