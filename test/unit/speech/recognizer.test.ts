import type { ProtectedWords } from '../../../src/kernel/expected-sentences.js';
import type { DecodedTokens } from '../../../src/speech/core/greedy.js';
import { scoreOf, type Searched } from '../../../src/speech/core/phrase-search.js';
import type { FirstStep, Look, MoonshineModel } from '../../../src/speech/stt/moonshine-model.js';
import { MoonshineRecognizer, type Recognized } from '../../../src/speech/stt/moonshine-recognizer.js';
import { encodePhrase } from '../../../src/speech/stt/tokenizer.js';

/** Tokens of a text that the model is as sure of as `logProb` says, with the probability that nothing was said. */
function read(text: string, logProb: number, firstEosProbability = 0.01): DecodedTokens {
  const tokens = encodePhrase(text);
  const logProbs = tokens.map(() => logProb);
  return { tokens, logProbs, firstEosProbability, endLogProb: -0.1, noSpeech: false, stop: 'end' };
}

/** One look of a model that is a list of readings: what it hears, and what a search for expected sentences comes to. */
interface Heard {
  readonly free: DecodedTokens;
  readonly found?: DecodedTokens;
  /** The free reading is an expected sentence, and this one is its runner-up. */
  readonly runnerUp?: DecodedTokens;
}

/** Recognises half a second of sound. Every look must be taken. */
async function recognize(
  protect: ProtectedWords,
  ...looks: readonly Heard[]
): Promise<Recognized | undefined> {
  const left = [...looks];
  let found: DecodedTokens | undefined;
  const model = {
    read: async (): Promise<Look | undefined> => {
      const look = left.shift();
      if (look === undefined) return undefined;
      found = look.found;
      const { runnerUp } = look;
      return {
        free: look.free,
        first: {} as FirstStep,
        expected: runnerUp && [{ tokens: runnerUp.tokens, score: scoreOf(runnerUp) }],
      };
    },
    search: async (
      _first: FirstStep,
      _start: unknown,
      { accept }: { accept: (found: DecodedTokens, score: number) => boolean },
    ): Promise<Searched> => {
      if (found === undefined) return { finished: [], beginnings: [] };
      const entry = { finished: found, score: scoreOf(found), rank: 0 };
      return {
        finished: [entry],
        beginnings: [],
        ...(accept(found, entry.score) ? { found: entry } : {}),
      };
    },
  } as unknown as MoonshineModel;
  const pcm = Int16Array.from({ length: 4000 }, (_, n) => 8000 * Math.sin(n));
  const expected = { id: 'q', sentences: [[['yes']]], protect };
  const recognized = await new MoonshineRecognizer(model).recognize(
    { pcm, sampleRateHz: 8000, expected },
    () => false,
  );
  expect(left).toEqual([]);
  return recognized;
}

const POLARITY: ProtectedWords = [
  ['yes', 'right'],
  ['no', 'not'],
];

test('a look that is sure enough is the only one', async () => {
  const recognized = await recognize([], { free: read('Yes.', -0.1) });
  expect(recognized).toMatchObject({ text: 'Yes.', noSpeech: false });
  expect(recognized?.evidence).toMatchObject({ hypotheses: [{ text: 'Yes.', source: 'free' }], deficit: 0 });
});

test('the surer of two looks counts', async () => {
  const worse = { free: read('Worse.', -0.9) };
  expect(await recognize([], worse, { free: read('Yes.', -0.3) })).toMatchObject({ text: 'Yes.' });
  expect(await recognize([], worse, { free: read('Yeast.', -1.2) })).toMatchObject({ text: 'Worse.' });
});

test('words that the first look has heard are no noise because the second hardly hears any', async () => {
  const second = { free: read('Yess.', -4, 0.9), found: read('Yes.', -1) };
  const recognized = await recognize([], { free: read('Yess.', -1.2, 0.13) }, second);
  expect(recognized).toMatchObject({ text: 'Yes.', noSpeech: false });
});

test('what both looks take for noise is none of the words that were expected', async () => {
  const look = { free: read('Yess.', -4, 0.9), found: read('Yes.', -1) };
  expect(await recognize([], look, look)).toEqual({ text: '', noSpeech: true, confidence: 0 });
});

test('an expected sentence in place of a poor reading: both are told, with their distance', async () => {
  const look = { free: read('Yess.', -0.9), found: read('Yes.', -1.3) };
  const recognized = await recognize([], look, { free: read('Yess.', -1.5) });
  expect(recognized?.evidence?.hypotheses).toMatchObject([
    { text: 'Yes.', source: 'biased' },
    { text: 'Yess.', source: 'free' },
  ]);
  const { free, found } = look;
  expect(recognized?.evidence?.deficit).toBeCloseTo(Math.max(0, scoreOf(free) - scoreOf(found)), 6);
});

test('a sure free reading stays, however much an expected sentence resembles it', async () => {
  expect(await recognize(POLARITY, { free: read('Guess.', -0.05), found: read('Yes.', -0.3) })).toMatchObject(
    {
      text: 'Guess.',
    },
  );
});

test('a refusal never becomes an agreement', async () => {
  const look = { free: read('Not right.', -1.2), found: read('Right.', -0.9) };
  expect(await recognize(POLARITY, look, look)).toMatchObject({ text: 'Not right.' });
});

test('the distance to another meaning is told where the free reading was expected; the same meaning is none', async () => {
  const yes = read('Yes.', -0.05);
  const near = await recognize(POLARITY, { free: yes, runnerUp: read('No', -0.5) });
  expect(near?.evidence?.margin).toBeCloseTo(scoreOf(yes) - scoreOf(read('No', -0.5)), 6);
  const same = await recognize(POLARITY, { free: yes, runnerUp: read('Right', -0.5) });
  expect(same?.evidence?.margin).toBeUndefined();
});

test('confidence falls with the sound, also for what was expected', async () => {
  const heard = async (logProb: number): Promise<number> => {
    const look = { free: read('Yes.', logProb), runnerUp: read('No', -5) };
    const recognized = await recognize(POLARITY, ...(logProb < -0.6 ? [look, look] : [look]));
    return recognized?.confidence ?? NaN;
  };
  const [sure, doubtful, guessed] = [await heard(-0.02), await heard(-0.5), await heard(-1.8)];
  expect(sure).toBeGreaterThan(doubtful);
  expect(doubtful).toBeGreaterThan(guessed);
  expect(guessed).toBeLessThan(0.5);
});
