import type { ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { agrees, expectedConfidence } from '../../../src/speech/core/expected.js';
import { EOS } from '../../../src/speech/core/greedy.js';
import { phraseGraph } from '../../../src/speech/core/phrase-graph.js';
import { isExpected, PhraseSearch } from '../../../src/speech/core/phrase-search.js';

/** A tokenizer of whole words and marks. */
const WORDS = ['<unk>', '<s>', '</s>'];
function encode(text: string): number[] {
  return (text.match(/[a-z']+|[,.?!]/gi) ?? []).map((word) => {
    if (!WORDS.includes(word)) WORDS.push(word);
    return WORDS.indexOf(word);
  });
}
const words = (tokens: readonly number[]): string => tokens.map((token) => WORDS[token]).join(' ');

const ANSWER: ExpectedSpeech = [
  [
    ['no', ''],
    ['on', ''],
    ['Monday', 'Tuesday, the first'],
    ['please', ''],
  ],
  [['yes', 'no, thank you']],
];

describe('expected speech as a graph', () => {
  const start = phraseGraph(ANSWER, encode);

  test.each([
    'Monday',
    'No, on Monday.',
    'no Monday, please',
    'On Tuesday, the first please.',
    'yes',
    'No, thank you!',
  ])('is expected: %s', (sentence) => expect(isExpected(start, encode(sentence))).toBe(true));

  test.each([
    '',
    'on',
    'no.',
    'Monday Monday',
    'Tuesday',
    'thank you',
    'yes yes',
    'Monday please please',
    'Monday,,',
  ])('is not expected: %s', (sentence) => expect(isExpected(start, encode(sentence))).toBe(false));

  test('the same words lead to the same state: what was worked out once is kept', () => {
    const [first = 0] = encode('Monday');
    expect(start.next().get(first)).toBe(start.next().get(first));
  });

  test('nothing expected accepts nothing', () => {
    expect(phraseGraph([], encode).next().size).toBe(0);
    expect(isExpected(phraseGraph([], encode), [])).toBe(false);
  });
});

describe('search', () => {
  /** A decoder that knows the probability of each next word after the words so far. */
  type Model = (soFar: string) => Readonly<Record<string, number>>;

  function search(
    model: Model,
    expected: ExpectedSpeech,
    options: { floor?: number; maxSteps?: number; refuse?: string } = {},
  ): { text: string | undefined; steps: string[] } {
    const start = phraseGraph(expected, encode);
    const logits = (soFar: string): Float32Array => {
      const given = model(soFar);
      const values = new Float32Array(128).fill(Math.log(1e-6));
      for (const [word, p] of Object.entries(given)) {
        values[word === '' ? EOS : (encode(word)[0] ?? 0)] = Math.log(p);
      }
      return values;
    };
    const steps: string[] = [];
    const run = new PhraseSearch<string>({
      floor: options.floor ?? -10,
      maxSteps: options.maxSteps ?? 20,
      accept: ({ tokens }) => words(tokens) !== options.refuse,
    });
    run.begin(start, logits(''), '');
    for (let path = run.next(); path !== undefined; path = run.next()) {
      const soFar = `${path.cache} ${WORDS[path.token]}`.trim();
      steps.push(soFar);
      run.expand(path, logits(soFar), soFar);
    }
    return { text: run.found === undefined ? undefined : words(run.found.tokens), steps };
  }

  const DAYS: ExpectedSpeech = [[['monday first', 'tuesday first', 'tuesday second']]];
  const model: Model = (soFar) =>
    ({
      '': { monday: 0.5, tuesday: 0.4, other: 0.1 },
      monday: { first: 0.1, '': 0.9 },
      tuesday: { first: 0.3, second: 0.6 },
      'tuesday second': { '': 0.9 },
      'tuesday first': { '': 0.9 },
      'monday first': { '': 0.9 },
    })[soFar] ?? { '': 1 };

  test('finds the likeliest whole sentence, not the likeliest first word', () => {
    expect(search(model, DAYS).text).toBe('tuesday second');
  });

  test('the next likely one is taken when the best is refused', () => {
    expect(search(model, DAYS, { refuse: 'tuesday second' }).text).toBe('tuesday first');
  });

  test('other words end it at once: no beginning is likely enough', () => {
    const other: Model = () => ({ other: 1 });
    const { text, steps } = search(other, DAYS, { floor: -5 });
    expect(text).toBeUndefined();
    expect(steps).toEqual([]);
  });

  test('never runs the decoder more often than it may', () => {
    const { text, steps } = search(model, DAYS, { maxSteps: 1 });
    expect(text).toBeUndefined();
    expect(steps).toHaveLength(1);
  });

  test('a long sentence is read to its end before everything short has been tried', () => {
    // Eleven other first words, each likelier than the long sentence is as a whole.
    const short = [...'abcdefghijk'].map((letter) => `x${letter}`);
    const long = 'one two three four five six';
    const halves: Model = (soFar) => {
      if (soFar === '') return { one: 0.3, ...Object.fromEntries(short.map((word) => [word, 0.06])) };
      if (soFar === long) return { '': 0.9 };
      return long.startsWith(soFar)
        ? { [long.split(' ')[soFar.split(' ').length] ?? '']: 0.5, other: 0.5 }
        : { other: 1 };
    };
    const sentences: ExpectedSpeech = [[[long, ...short.map((word) => `${word} end`)]]];
    expect(search(halves, sentences, { maxSteps: 8 })).toMatchObject({ text: long });
  });

  test('a sentence that was finished gives way to a likelier one', () => {
    const two: Model = (soFar) =>
      ({
        '': { one: 0.5, four: 0.4, other: 0.1 },
        one: { two: 0.5, other: 0.5 },
        'one two': { three: 0.5, other: 0.5 },
        'one two three': { '': 0.5, other: 0.5 },
        four: { '': 0.9 },
      })[soFar] ?? { other: 1 };
    const { text, steps } = search(two, [[['one two three', 'four']]]);
    expect(steps.indexOf('one two three')).toBeLessThan(steps.indexOf('four'));
    expect(text).toBe('four');
  });
});

describe('an expected sentence in place of the free reading', () => {
  const free = (text: string, confidence = 0.6) => ({ text, confidence });

  test.each([
    ['It is about trans for credits.', 'It is about transfer credits.', 5.4, true],
    ['Friday, February, dwells.', 'Friday, February twelfth.', 1.6, true],
    ["Sean, she'll wait.", 'Samantha.', 1.9, false],
    ['Think red solo bird.', 'Margaret.', 1.8, false],
    ['Wednesday, December seventh.', 'No.', 0.1, false],
    ['No, when plea, no, number twenty-fifth.', 'No.', -2.4, false],
    ['', 'Yes.', 0, false],
  ])('%s -> %s at %s: %s', (said, expected, deficit, taken) => {
    expect(agrees(free(said), expected, deficit)).toBe(taken);
  });

  test('a poor free reading gives way to an expected one that is nearly as likely, a good one does not', () => {
    expect(agrees(free('Worse.', 0.27), 'Yes.', 0.4)).toBe(true);
    expect(agrees(free('Worse.', 0.85), 'Yes.', 0.4)).toBe(false);
  });

  test('silence is never what was expected', () => {
    expect(agrees(free('Mhm.', 0.1), '', 0.2)).toBe(false);
  });

  test('confidence falls with the distance and is never below the own one', () => {
    expect(expectedConfidence(0.2, 0)).toBeGreaterThan(expectedConfidence(0.2, 4));
    expect(expectedConfidence(0.9, 4)).toBe(0.9);
  });
});
