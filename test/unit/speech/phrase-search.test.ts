import type { ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { EOS, logSumExp } from '../../../src/speech/core/greedy.js';
import { phraseGraph, type PhraseState } from '../../../src/speech/core/phrase-graph.js';
import { ExpectedWalk, PhraseSearch, type Searched } from '../../../src/speech/core/phrase-search.js';

/** A tokenizer of whole words and marks. */
const WORDS = ['<unk>', '<s>', '</s>'];
function encode(text: string): number[] {
  return (text.match(/[a-z']+|[,.?!]/gi) ?? []).map((word) => {
    if (!WORDS.includes(word)) WORDS.push(word);
    return WORDS.indexOf(word);
  });
}
const words = (tokens: readonly number[]): string => tokens.map((token) => WORDS[token]).join(' ');

/** True when a state of the graph is reached by these tokens and is a whole sentence. */
function isExpected(start: PhraseState, tokens: readonly number[]): boolean {
  let state: PhraseState | undefined = start;
  for (const token of tokens) state = state?.next().get(token);
  return state?.accepting === true;
}

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

/** Logits for words with these probabilities; the empty one is the end. */
function logitsOf(given: Readonly<Record<string, number>>): Float32Array {
  const values = new Float32Array(128).fill(Math.log(1e-6));
  for (const [word, p] of Object.entries(given)) {
    values[word === '' ? EOS : (encode(word)[0] ?? 0)] = Math.log(p);
  }
  return values;
}

describe('search', () => {
  /** A decoder that knows the probability of each next word after the words so far. */
  type Model = (soFar: string) => Readonly<Record<string, number>>;

  function search(
    model: Model,
    expected: ExpectedSpeech,
    options: { floor?: number; maxSteps?: number; refuse?: string } = {},
  ): { text: string | undefined; steps: string[]; result: Searched } {
    const start = phraseGraph(expected, encode);
    const logits = (soFar: string): Float32Array => logitsOf(model(soFar));
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
    const result = run.result();
    return {
      text: result.found === undefined ? undefined : words(result.found.finished.tokens),
      steps,
      result,
    };
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

  test('what was finished and what was not followed is kept, likeliest first and bounded', () => {
    const { result } = search(model, DAYS, { refuse: 'tuesday second' });
    expect(result.finished.map(({ finished }) => words(finished.tokens)).slice(0, 2)).toEqual([
      'tuesday second',
      'tuesday first',
    ]);
    const many: ExpectedSpeech = [[[...'abcdefghijklmnop'].map((letter) => `y${letter}`)]];
    const even: Model = () => ({ '': 0.2, ...Object.fromEntries(many.flat(2).map((word) => [word, 0.05])) });
    const wide = search(even, many).result;
    expect(Math.max(wide.finished.length, wide.beginnings.length)).toBe(8);
  });
});

describe('the free reading followed through the expected sentences', () => {
  const start = phraseGraph([[['yes', 'no', 'no thanks']]], encode);
  const walk = (...steps: readonly (readonly [Readonly<Record<string, number>>, string])[]) => {
    const walked = new ExpectedWalk(start);
    for (const [given, chosen] of steps) {
      const logits = logitsOf(given);
      walked.step(logits, logSumExp(logits), chosen === '' ? EOS : (encode(chosen)[0] ?? 0));
    }
    return walked.result();
  };

  test('it is one of them: what else would have been allowed is known with its probability', () => {
    const passedBy = walk([{ yes: 0.6, no: 0.3 }, 'yes'], [{ '': 1 }, '']);
    expect(words(passedBy?.[0]?.tokens ?? [])).toBe('no');
    expect(passedBy?.[0]?.score).toBeCloseTo(Math.log(0.3 / 0.9), 2);
  });

  test('it is none of them: nothing is known', () => {
    expect(walk([{ other: 1 }, 'other'], [{ '': 1 }, ''])).toBeUndefined();
    expect(walk([{ yes: 1 }, 'yes'], [{ other: 1 }, 'other'], [{ '': 1 }, ''])).toBeUndefined();
  });
});
