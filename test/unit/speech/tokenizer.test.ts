import llamaTokenizer from 'llama-tokenizer-js';
import { decodeTokens, encodePhrase } from '../../../src/speech/stt/tokenizer.js';
import { EXPECTED } from '../../eval/expected/lists.js';

test('a phrase encoded word by word has the tokens of the whole phrase', () => {
  const phrases = Object.values(EXPECTED).flat(3);
  const different = phrases.filter(
    (phrase) =>
      phrase !== '' && encodePhrase(phrase).join() !== llamaTokenizer.encode(phrase, false, true).join(),
  );
  expect(phrases.length).toBeGreaterThan(1000);
  expect(different).toEqual([]);
});

test.each(['Yes, that’s right.', 'Søren Ångström', 'half-past four p.m.'])(
  '%s survives its tokens',
  (text) => {
    expect(decodeTokens(encodePhrase(text))).toBe(text);
  },
);
