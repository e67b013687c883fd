import llamaTokenizer from 'llama-tokenizer-js';
import { expectedSpeech } from '../../../src/dialog/core/expected-speech.js';
import { decodeTokens, encodePhrase } from '../../../src/speech/stt/tokenizer.js';
import { shippedContext } from '../../support/shipped-context.js';

test('a phrase encoded word by word has the tokens of the whole phrase', async () => {
  const { business } = await shippedContext();
  const kinds = ['date', 'choice', 'purpose', 'name', 'yes_no', 'free'] as const;
  const phrases = kinds.flatMap((kind) =>
    expectedSpeech({ kind, decision: false }, { business, today: '2026-11-21' }).flat(2),
  );
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
