import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import type { OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { shippedContext } from '../../../support/shipped-context.js';

const { lexicon } = await shippedContext();
const clinic = (await shippedContext('packs/clinic')).lexicon;
const time = { today: '2026-12-02', nowMin: 600 };
const QUESTIONS: readonly OpenQuestion[] = [
  { id: 'open', expects: 'matter', time },
  { id: 'book.time', expects: 'time', time },
  { id: 'book.name', expects: 'name', time },
  { id: 'book.confirm', expects: 'yes_no', time, asked: { date: '2026-12-04', minute: 600 } },
];

const alertsOf = (text: string, words = lexicon): ReadonlySet<string | undefined> =>
  new Set(QUESTIONS.map((question) => interpret({ text, confidence: 1 }, question, words).alert));

test.each([
  'I cannot see any sense in going on',
  'nobody would even miss me',
  'they would be happier if I was gone',
  'she says she is going to jump',
  'we all feel so hopeless',
  'I am afraid that I will do something to myself',
  'I hold a rope in my hand',
  'no one cares if I live',
  'she is standing on the ledge',
])('self-harm at any question: "%s"', (text) => expect([...alertsOf(text)]).toEqual(['self_harm']));

test.each([
  'the whole place is shaking',
  'part of the roof has come down',
  'bleach in her eyes',
  'we are trapped in the lift',
  'he took fifteen painkillers',
  'her tongue is swelling',
  'I think he is having a reaction to the shot',
  'emergency please',
  'fire',
  'somebody help me',
])('an emergency at any question: "%s"', (text) => expect([...alertsOf(text)]).toEqual(['emergency']));

test('harm of the trade', () => {
  expect([...alertsOf('I think I inhaled my crown', clinic)]).toEqual(['emergency']);
});

test.each([
  'we are drowning in emails',
  'I had an anxiety attack before the test in May',
  'she had a stroke a few years ago and I missed a term',
  'I am hopeless at statistics',
  'is there any way out of my meal plan',
  'can I jump into the second course',
  'I do not want to live off campus',
  'I was hit by a late fee',
  'we took too many classes',
  'help me choose a class',
  'just killing some time',
  'what is the point of this form',
])('a figure of speech, long over, or everyday: "%s"', (text) =>
  expect([...alertsOf(text)]).toEqual([undefined]),
);
