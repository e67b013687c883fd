import { interpret } from '../../../../../src/dialog/core/nlu/interpret.js';
import type { OpenQuestion } from '../../../../../src/dialog/core/nlu/types.js';
import { caseLexicon, READ_BACK, TIME, verdictOn } from '../../../../eval/consent/answers.js';

const lexicon = caseLexicon();
const question = (expects: 'date' | 'time', today = TIME.today): OpenQuestion => ({
  id: `test.${expects}`,
  expects,
  time: { ...TIME, today, ...(expects === 'date' ? { expectsDate: true } : { expectsTime: true }) },
});
const timesIn = (text: string, asked: OpenQuestion): readonly object[] =>
  interpret({ text, confidence: 1 }, asked, lexicon).mentions.map((mention) =>
    mention.type === 'time'
      ? { ...mention.value, ...(mention.either === true ? { either: true } : {}) }
      : { type: mention.type },
  );

test.each([
  ['time', 'nine or eleven', [540, 1260], [660, 1380]],
  ['time', 'at nine, or maybe at eleven in the morning', [540], [660]],
  ['time', 'one or two pm', [780], [840]],
])('%s: "%s" keeps both times', (expects, text, first, second) => {
  expect(timesIn(text, question(expects as 'time'))).toEqual([
    { kind: 'time', minutes: first, either: true },
    { kind: 'time', minutes: second, either: true },
  ]);
});

test('days that are joined by "or" are kept, those that are refused are no choice', () => {
  expect(timesIn('the ninth or on the eleventh', question('date'))).toMatchObject([
    { date: '2026-12-09', either: true },
    { date: '2026-12-11', either: true },
  ]);
  const refused = timesIn('not Tuesday or Thursday', question('date'));
  expect(refused).toHaveLength(2);
  expect(refused.every((value) => !('either' in value))).toBe(true);
  expect(timesIn('Friday at ten', question('date')).some((value) => 'either' in value)).toBe(false);
});

test.each([
  ['between one and three', 780, 900],
  ['from 1 to half past two', 780, 870],
  ['between 10 and 12', 600, 720],
  ['some time between 2 and 5', 840, 1020],
])('"%s" is a window of the office\'s day, and no amount', (text, fromMin, toMin) => {
  for (const expects of ['date', 'time'] as const) {
    expect(timesIn(text, question(expects))).toEqual([{ kind: 'window', fromMin, toMin }]);
  }
});

test.each([
  ['2026-11-20', 'Thanksgiving', '2026-11-26'],
  ['2026-11-28', 'Thanksgiving', '2027-11-25'],
  ['2026-11-28', 'Thanksgiving 2026', '2026-11-26'],
  ['2026-11-20', 'the Friday after Thanksgiving', '2026-11-27'],
  ['2026-11-20', 'the Monday before Thanksgiving', '2026-11-23'],
  ['2026-12-02', 'December 9th, 2026', '2026-12-09'],
  ['2026-12-02', '9 December 2026', '2026-12-09'],
  ['2026-12-02', '12/9/2026', '2026-12-09'],
  ['2026-12-02', 'the ninth of December twenty twenty six', '2026-12-09'],
])('on %s "%s" is %s', (today, text, date) => {
  expect(timesIn(text, question('date', today))).toMatchObject([{ kind: 'date', date }]);
});

test.each([
  'on the eleventh but at three',
  'right day, but make it half past two',
  'for the 4th, only at eleven',
])('"%s" corrects what was read back', (text) => {
  expect(verdictOn(text, READ_BACK, lexicon).kind).toBe('corrected');
});
