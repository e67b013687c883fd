import { expectedSentences, type ProtectedWords } from '../../../src/kernel/expected-sentences.js';
import { confidenceOf, type ConfidenceCues } from '../../../src/speech/core/confidence.js';
import { admits, sameMeaning } from '../../../src/speech/core/expected.js';
import { Lru } from '../../../src/speech/core/lru.js';
import { groupsIn, protectionOf, wordsIn } from '../../../src/speech/core/protected-words.js';
import { encodePhrase, readWords } from '../../../src/speech/stt/tokenizer.js';

const PROTECT: ProtectedWords = [
  ['yes', 'yeah', 'sure', 'right', "that's right"],
  ['no', 'nope', 'nah', 'not', 'wrong'],
  ['maybe', 'guess', 'not sure', 'but'],
  ...['Monday', 'Tuesday', 'Wednesday', 'Thursday'].map((day) => [day]),
  ['December'],
  ...['five fifth', 'nine ninth', 'ten tenth', 'fifteen fifteenth', 'twenty', 'thirty', 'fifty'].map(
    (group) => group.split(' '),
  ),
];
const protection = protectionOf(PROTECT);
const read = (text: string, logProb = -1) => wordsIn(text).map(({ word }) => ({ word, logProb }));
const groups = (text: string): number[] => [...groupsIn(read(text), protection).keys()];

describe('protected words', () => {
  test.each([
    ['Yes, that is right.', [0]],
    ['I am not sure.', [2]],
    ["No, that's right", [1, 0]],
    ['NOPE!', [1]],
    ['Monday, December 5th', [3, 7, 8]],
    ['December twenty-fifth', [7, 12, 8]],
    ['December 25', [7, 12, 8]],
    ['10:15', [10, 11]],
    ['knot yesterday', []],
  ])('%s', (text, found) => expect(groups(text)).toEqual(found));

  test('a word read from several tokens is as sure as all of them together', () => {
    const tokens = encodePhrase('Tuesday, yes.');
    const words = readWords(
      tokens,
      tokens.map(() => -0.5),
    );
    expect(words.map(({ word }) => word)).toEqual(['tuesday', 'yes']);
    const [tuesday, yes] = words;
    expect(tuesday?.logProb).toBeLessThan(yes?.logProb ?? 0);
  });
});

describe('an expected sentence in place of the free reading', () => {
  const free = (text: string, acoustic = -0.5, logProb = -1) => ({
    text,
    acoustic,
    words: read(text, logProb),
  });
  const may = (said: ReturnType<typeof free>, expected: string, deficit: number): boolean =>
    admits(said, expected, deficit, protection);

  test.each([
    ['It is about trans for credits.', 'It is about transfer credits.', 1.8, true],
    ['It is about trans for credits.', 'It is about transfer credits.', 5.4, false],
    ['Mundy, December ninth.', 'Monday, December ninth.', 1.6, true],
    ['Jackal in Morgan.', 'Jacqueline Morgan.', 0.8, true],
    ['Matthew Berger.', 'Matthew Baker.', 1.9, false],
    ['Matthew Berger.', 'Matthew.', -1, false],
    // Nothing in common but the sound: only when it is the likelier one.
    ['Mundy.', 'Monday.', 0.4, false],
    ['Mundy.', 'Monday.', -0.4, true],
    ['Ellen Jonas.', 'Helen Jones.', 1.5, false],
    ["Sean, she'll wait.", 'Samantha.', 1.9, false],
    ['December seventh.', 'No.', 0.1, false],
    // Protected words stay.
    ['Tuesday, December ninth.', 'Wednesday, December ninth.', -1, false],
    ['Monday, December 15th.', 'Monday, December fifth.', 0, false],
    ['Ten fifty.', 'Ten fifteen.', 0.5, false],
    // Agreement never changes.
    ['Nah.', 'Yeah.', -2, false],
    ['Bright.', 'Right.', -2, false],
    ['I guess, yes.', 'Yes.', -2, false],
    ['That is not right.', 'That is right.', -2, false],
    ["Yes, that's write.", "Yes, that's right.", 0.5, true],
    ['', 'Yes.', 0, false],
  ])('%s -> %s at %s: %s', (said, expected, deficit, taken) => {
    expect(may(free(said), expected, deficit)).toBe(taken);
  });

  test('a sure free reading stays', () => {
    expect(may(free('Mundy, December ninth.', -0.05), 'Monday, December ninth.', 1)).toBe(false);
  });

  test('a protected word that was hardly heard gives way, agreement does not', () => {
    expect(may(free('Tuesday, December ninth.', -1, -4), 'Wednesday, December ninth.', 1)).toBe(true);
    expect(may(free('No, December ninth.', -1, -4), 'Yes, December ninth.', 1)).toBe(false);
  });

  test('no sentence with a refusal or a hedge becomes an agreement, however likely it is', () => {
    const agreements = ['Yes.', 'Yeah.', 'Sure.', "That's right.", 'Yes, right.'];
    const held = ['No.', 'Nope.', 'It is not.', 'Wrong.', 'Maybe.', 'I guess.', 'Not sure.', 'Yes, but no.'];
    for (const said of held) {
      for (const expected of agreements) expect(may(free(said, -3, -9), expected, -50)).toBe(false);
    }
  });
});

test.each([
  ['Yes.', 'Yeah, please.', true],
  ['Yes.', 'No.', false],
  ['Monday', 'on Monday please', true],
  ['Monday', 'Tuesday', false],
  ['Mary Jones', 'my name is Mary Jones', true],
  ['Mary Jones', 'Mary Johnson', false],
])('%s and %s mean the same: %s', (a, b, same) => expect(sameMeaning(a, b, protection)).toBe(same));

describe('confidence', () => {
  const cues: ConfidenceCues = {
    acoustic: -0.3,
    lowest: -1,
    expected: true,
    biased: true,
    deficit: 1,
    margin: 1,
    tokens: 4,
    noSpeech: 0.1,
    cut: false,
  };
  test.each([
    ['a worse sound', { acoustic: -1.5, lowest: -4 }],
    ['words that were cut off', { cut: true }],
  ])('falls with %s', (_, change) => {
    expect(confidenceOf({ ...cues, ...change })).toBeLessThan(confidenceOf(cues));
  });

  test('never rises with a larger deficit, a smaller margin or more doubt that somebody spoke', () => {
    const base = confidenceOf(cues);
    expect(confidenceOf({ ...cues, deficit: 5 })).toBeLessThanOrEqual(base);
    expect(confidenceOf({ ...cues, margin: 0 })).toBeLessThanOrEqual(base);
    expect(confidenceOf({ ...cues, noSpeech: 0.8 })).toBeLessThanOrEqual(base);
  });

  test('has no floor: what was expected and is hardly heard is doubted, nothing at all is not believed', () => {
    expect(confidenceOf({ ...cues, acoustic: -3, lowest: -6, deficit: 5, margin: 0 })).toBeLessThan(0.2);
    expect(confidenceOf({ ...cues, tokens: 0 })).toBe(0);
  });

  test('is a number from 0 to 1 for whatever a decoder gives', () => {
    for (const acoustic of [0, -Infinity, -100]) {
      const confidence = confidenceOf({
        ...cues,
        acoustic,
        lowest: acoustic,
        margin: Infinity,
        deficit: Infinity,
      });
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });
});

describe('expected sentences by name', () => {
  test('the same sentences have the same name, others another', () => {
    const name = (word: string, protect?: ProtectedWords) => expectedSentences([[[word]]], protect)?.id;
    expect(name('yes')).toBe(name('yes'));
    expect(new Set([name('yes'), name('no'), name('yes', PROTECT), name('yes', [])]).size).toBe(3);
  });

  test('names of thousands of lists differ', () => {
    const names = Array.from({ length: 5000 }, (_, i) => expectedSentences([[[`at ${i}`]]])?.id);
    expect(new Set(names).size).toBe(5000);
  });

  test('nothing expected has no name', () => expect(expectedSentences([])).toBeUndefined());
});

test('what was not used for longest gives way', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.get('a');
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
});
