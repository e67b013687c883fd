import type { Expectation, ExpectationKind, ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { assessCompleteness } from '../../../src/dialog/core/completeness.js';
import { expectedSpeech } from '../../../src/dialog/core/expected-speech.js';
import { findMentions } from '../../../src/dialog/core/language/mentions.js';
import { tokenize } from '../../../src/dialog/core/language/tokens.js';
import { office } from './conversation.js';

const TODAY = '2026-11-23';
const expectation = (kind: ExpectationKind, decision = false): Expectation => ({ kind, decision });
const expected = (kind: ExpectationKind, decision = false): ExpectedSpeech =>
  expectedSpeech(expectation(kind, decision), { business: office, today: TODAY });

/** True when the sentence, in these very words, is one of the alternatives. */
function contains(speech: ExpectedSpeech, sentence: string): boolean {
  const matches = (places: ExpectedSpeech[number], rest: string): boolean => {
    const [choices, ...others] = places;
    if (choices === undefined) return rest === '';
    return choices.some((phrase) => {
      if (phrase === '') return matches(others, rest);
      if (!rest.toLowerCase().startsWith(phrase.toLowerCase())) return false;
      return matches(others, rest.slice(phrase.length).trimStart());
    });
  };
  return speech.some((places) => matches(places, sentence));
}

test.each<[string, ExpectationKind, boolean, string]>([
  ['a day', 'date', false, 'Tuesday, December first'],
  ['a day with its time', 'date', false, 'on December 1st at ten a.m. please'],
  ['a time', 'time', false, 'at half past two in the afternoon'],
  ['a time that was corrected', 'time', false, 'no at three thirty p.m.'],
  ['a place in the list', 'choice', false, 'the second one please'],
  ['a topic', 'purpose', false, 'it is about transfer credits'],
  ['a name', 'name', false, 'my name is Mary Johnson'],
  ['a yes', 'yes_no', false, 'yes, that is right'],
  ['a topic that was corrected', 'yes_no', true, 'no it is about degree planning'],
  ['a name after "what should I change?"', 'correction', false, 'my name is Mary Johnson'],
  ['a question', 'free', false, 'wait where is your office'],
  ['a farewell', 'free', false, 'no thank you goodbye'],
])('%s is expected: %s', (_what, kind, decision, sentence) => {
  expect(contains(expected(kind, decision), sentence)).toBe(true);
});

test('weekday and date of an expected day always fit together', () => {
  expect(contains(expected('date'), 'Tuesday, December first')).toBe(true);
  expect(contains(expected('date'), 'Monday, December first')).toBe(false);
});

test('a day beyond the last bookable one is not named by its date', () => {
  const soon = { ...office, horizonDays: 5 };
  const speech = expectedSpeech(expectation('date'), { business: soon, today: TODAY });
  expect(contains(speech, 'November twenty eighth')).toBe(true);
  expect(contains(speech, 'November thirtieth')).toBe(false);
});

test('every expected day and time is one that the dialog understands', () => {
  const [days = [], times = []] = [expected('date')[0]?.[2], expected('time')[0]?.[2]];
  const open = ['next week', 'as soon as possible'];
  const ref = { today: TODAY, expected: true, timeExpected: true };
  const unread = [...days, ...times].filter(
    (phrase) => !open.includes(phrase) && findMentions(tokenize(phrase), ref).length !== 1,
  );
  expect(unread).toEqual([]);
});

test('digits are keyed in or read out: nothing is expected', () => expect(expected('digits')).toEqual([]));

test.each([
  ['Tuesday', 'unknown'],
  ['Tuesday, December eighth', 'complete'],
  ['tomorrow', 'complete'],
])('"%s" as an answer to what day is %s', (text, completeness) => {
  expect(assessCompleteness(text, expectation('date'), { today: TODAY, services: [] })).toBe(completeness);
});
