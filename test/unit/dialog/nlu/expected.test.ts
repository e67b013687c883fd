import type { ExpectedSet, ExpectedSpeech } from '../../../../src/kernel/vocab.js';
import { expectedFor } from '../../../../src/dialog/core/nlu/expected.js';
import { findTimeMentions } from '../../../../src/dialog/core/nlu/time/mentions.js';
import { tokenize } from '../../../../src/dialog/core/nlu/tokens.js';
import type { Expects } from '../../../../src/dialog/core/nlu/types.js';
import { lexicon, question, read } from './readers-support.js';

const expected = (expects: Expects): ExpectedSet =>
  expectedFor(question(expects), lexicon, { horizonDays: 90 });

/** True when the sentence, in these very words, is one of the alternatives. */
function contains(speech: ExpectedSpeech, sentence: string): boolean {
  const matches = (places: ExpectedSpeech[number], rest: string): boolean => {
    const [choices, ...others] = places;
    if (choices === undefined) return rest === '';
    return choices.some((phrase) => {
      if (phrase === '') return matches(others, rest);
      const after = rest.slice(phrase.length);
      if (!rest.toLowerCase().startsWith(phrase.toLowerCase()) || /^\S/.test(after)) return false;
      return matches(others, after.trimStart());
    });
  };
  return speech.some((places) => matches(places, sentence));
}

test.each<[Expects, string]>([
  ['date', 'Tuesday, December eighth'],
  ['date', 'on December 15th at ten a.m. please'],
  ['time', 'at half past two in the afternoon'],
  ['time', 'no at three thirty p.m.'],
  ['time', 'ten fifty'],
  ['time', 'nine oh five'],
  ['offer', 'the second one please'],
  ['offer', 'neither'],
  ['service', 'it is about transfer credits'],
  ['name', 'my name is Mary Johnson'],
  ['name', 'Mary'],
  ['yes_no', 'yes, that is right'],
  ['yes_no', 'no it is about degree planning'],
  ['correction', 'my name is Mary Johnson'],
  ['matter', 'hi I would like to book an appointment please'],
  ['matter', 'I need to cancel my appointment'],
  ['matter', 'wait where is your office'],
])('%s: "%s" is expected', (expects, sentence) =>
  expect(contains(expected(expects).sentences, sentence)).toBe(true),
);

test.each([
  'nah',
  'not quite',
  'almost',
  'hold on',
  'I guess',
  'maybe',
  'never',
  'wait a minute',
  'yes but later',
  'I am sorry'.slice(5),
  'know',
])('at a yes or no, "%s" stands beside the agreements', (said) =>
  expect(contains(expected('yes_no').sentences, said)).toBe(true),
);

test.each(['goodbye', 'bye', 'no thank you goodbye', "that's all", 'thank you goodbye'])(
  'no farewell where a matter is asked: "%s"',
  (said) => {
    for (const expects of ['matter', 'yes_no'] as const) {
      expect(contains(expected(expects).sentences, said)).toBe(false);
    }
  },
);

test('weekday and date of an expected day always fit together, up to the last bookable day', () => {
  const { sentences } = expected('date');
  expect(contains(sentences, 'Tuesday, December eighth')).toBe(true);
  expect(contains(sentences, 'Monday, December eighth')).toBe(false);
  const soon = expectedFor(question('date'), lexicon, { horizonDays: 5 });
  expect(contains(soon.sentences, 'December seventh')).toBe(true);
  expect(contains(soon.sentences, 'December tenth')).toBe(false);
});

test('every expected time is one that the dialog reads', () => {
  const times = expected('time').sentences[0]?.[2] ?? [];
  const open = new Set([...(lexicon.locale.phrases['expect_times'] ?? [])]);
  const ref = question('time').time;
  const unread = times.filter(
    (phrase) =>
      !open.has(phrase) &&
      findTimeMentions(tokenize(phrase, lexicon.locale.calendar), ref, lexicon.locale.calendar).length !== 1,
  );
  expect(times.length).toBeGreaterThan(400);
  expect(unread).toEqual([]);
});

test('every expected service is one that the dialog reads', () => {
  const services = expected('service').sentences[0]?.[2] ?? [];
  const unread = services.filter(
    (phrase) => !read(phrase, question('service')).some((one) => one.type === 'service'),
  );
  expect(unread).toEqual([]);
});

test('options are expected by their words', () => {
  const asked = question('option', {
    options: [
      { id: 'p', words: ['by phone'] },
      { id: 'd', words: ['at the desk'] },
    ],
  });
  expect(contains(expectedFor(asked, lexicon).sentences, 'at the desk')).toBe(true);
});

test('nothing is expected of digits, letters and own words', () => {
  for (const expects of ['phone', 'digits', 'email', 'amount', 'number', 'address', 'words'] as const) {
    expect(expected(expects)).toMatchObject({ sentences: [], protect: [] });
  }
});

test('no word stands in two protected groups, and opposites stand in different ones', () => {
  const { protect } = expected('yes_no');
  const groupOf = (word: string): number => protect.findIndex((group) => group.includes(word));
  for (const [one, other] of [
    ['yes', 'no'],
    ['right', 'wrong'],
    ['yes', 'maybe'],
    ['tuesday', 'thursday'],
    ['fifteen', 'fifty'],
    ['am', 'pm'],
    ['june', 'july'],
  ] as const) {
    expect(groupOf(one)).toBeGreaterThanOrEqual(0);
    expect(groupOf(other)).toBeGreaterThanOrEqual(0);
    expect(groupOf(one)).not.toBe(groupOf(other));
  }
  const all = protect.flat();
  expect(all.filter((word, k) => all.indexOf(word) !== k)).toEqual([]);
});

test('a set is made once a day; the same content has the same id, another day another', () => {
  expect(expected('date')).toBe(expected('date'));
  const tomorrow = expectedFor(question('date', { time: { today: '2026-12-03', nowMin: 0 } }), lexicon, {
    horizonDays: 90,
  });
  expect(tomorrow.id).not.toBe(expected('date').id);
  expect(expectedFor(question('date'), { ...lexicon }, { horizonDays: 90 }).id).toBe(expected('date').id);
});
