import type { DecodedTokens } from '../../../src/speech/core/greedy.js';
import type { Decoded, MoonshineModel } from '../../../src/speech/stt/moonshine-model.js';
import { MoonshineRecognizer, type Recognized } from '../../../src/speech/stt/moonshine-recognizer.js';
import { encodePhrase } from '../../../src/speech/stt/tokenizer.js';

/** Tokens of a text that the model is as sure of as `logProb` says, with the probability that nothing was said. */
function read(text: string, logProb: number, firstEosProbability: number): DecodedTokens {
  const tokens = encodePhrase(text);
  const logProbs = tokens.map(() => logProb);
  return { tokens, logProbs, firstEosProbability, endLogProb: -0.1, noSpeech: false, stop: 'end' };
}

/** Recognises half a second of sound with a model that gives these readings, one a look. */
async function recognize(...looks: readonly Decoded[]): Promise<Recognized | undefined> {
  const left = [...looks];
  const model = { decode: async () => left.shift() } as unknown as MoonshineModel;
  const pcm = Int16Array.from({ length: 4000 }, (_, n) => 8000 * Math.sin(n));
  const job = { pcm, sampleRateHz: 8000, expected: [[['yes']]] } as const;
  const recognized = await new MoonshineRecognizer(model).recognize(job, () => false);
  expect(left).toEqual([]);
  return recognized;
}

test('a look that is sure enough is the only one', async () => {
  expect(await recognize({ free: read('Yes.', -0.1, 0.01) })).toMatchObject({
    text: 'Yes.',
    noSpeech: false,
  });
});

test('the surer of two looks counts', async () => {
  const worse = { free: read('Worse.', -0.9, 0.1) };
  expect(await recognize(worse, { free: read('Yes.', -0.3, 0.1) })).toMatchObject({ text: 'Yes.' });
  expect(await recognize(worse, { free: read('Yeast.', -1.2, 0.1) })).toMatchObject({ text: 'Worse.' });
});

test('words that the first look has heard are no noise because the second hardly hears any', async () => {
  const second = { free: read('Worst.', -4, 0.9), expected: read('Yes.', -1, 0.9) };
  expect(await recognize({ free: read('Worse.', -1.2, 0.13) }, second)).toMatchObject({
    text: 'Yes.',
    noSpeech: false,
    expected: true,
  });
});

test('what both looks take for noise is none of the words that were expected', async () => {
  const look = { free: read('Worst.', -4, 0.9), expected: read('Yes.', -1, 0.9) };
  expect(await recognize({ free: look.free }, look)).toMatchObject({
    text: '',
    noSpeech: true,
    confidence: 0,
  });
});
