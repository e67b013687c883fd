import { mentionsOf, said } from './reading.js';

describe('one day', () => {
  test.each([
    ['today', '2026-12-02'],
    ['the day after tomorrow', '2026-12-04'],
    ['thursday', '2026-12-03'],
    ['next friday', '2026-12-11'],
    ['this coming monday', '2026-12-07'],
    ['next week on tuesday', '2026-12-08'],
    ['wednesday of next week', '2026-12-09'],
    ['friday week', '2026-12-11'],
    ['a week on monday', '2026-12-14'],
    ['a week from friday', '2026-12-11'],
    ['the friday after next', '2026-12-11'],
    ['last monday', '2026-11-23'],
    ['december eighteenth', '2026-12-18'],
    ['the eighteenth of december', '2026-12-18'],
    ['18 December', '2026-12-18'],
    ['12/18', '2026-12-18'],
    ['18/12', '2026-12-18'],
    ['Oct. 2', '2027-10-02'],
    ['the third of next month', '2027-01-03'],
    ['may third nineteen ninety nine', '1999-05-03'],
    ['the first monday in february', '2027-02-01'],
    ['the last friday of the month', '2026-12-25'],
    ['last day of july', '2027-07-31'],
    ['in a week and two days', '2026-12-11'],
    ["in three weeks' time", '2026-12-23'],
    ['ten days from now', '2026-12-12'],
    ['two days before christmas', '2026-12-23'],
    ['the monday after christmas', '2026-12-28'],
    ['the monday before christmas', '2026-12-21'],
    ['the first monday after new year', '2027-01-04'],
    ['in four business days', '2026-12-08'],
    ['good friday', '2027-03-26'],
    ['labor day', '2027-09-06'],
    ['february 29th', '2028-02-29'],
  ])('%s: %s', (text, date) => expect(said(`could we do ${text}`)).toBe(date));

  test.each(['the 31st of february', 'the fifth tuesday of january', '2/30/2027'])(
    '"%s" does not exist',
    (text) => expect(said(text)).toBe('no such day'),
  );

  test.each([
    ['december fifteenth, a tuesday', '2026-12-15'],
    ['the fifteenth which is a tuesday', '2026-12-15'],
    ['december fifteenth tuesday', '2026-12-15'],
    ['tuesday, the fifteenth', '2026-12-15'],
    ['Tuesday. The fifteenth.', '2026-12-15'],
  ])('a weekday that fits belongs to its day: %s', (text, date) => expect(said(text)).toBe(date));

  test('a weekday that does not fit is told, with the days that it may be', () => {
    const [mention] = mentionsOf('tuesday the ninth');
    expect(mention?.value).toEqual({
      kind: 'date',
      date: '2026-12-09',
      saidWeekday: 2,
      alternatives: ['2026-12-08'],
    });
  });

  test('what can be two days names the other', () => {
    expect(mentionsOf('next friday')[0]?.value).toMatchObject({ alternatives: ['2026-12-04'] });
    expect(mentionsOf('wednesday')[0]?.value).toMatchObject({
      date: '2026-12-09',
      alternatives: ['2026-12-02'],
    });
    expect(mentionsOf('4/5')[0]?.value).toMatchObject({ date: '2027-04-05', alternatives: ['2027-05-04'] });
    expect(said('4/5', { order: 'day_first' })).toBe('2027-05-04');
  });
});

describe('no day at all', () => {
  test.each([
    'the ten thirty',
    'hold on a second',
    'held on a second',
    "that's the one",
    'one moment',
    'the second one',
    'the first question',
    'first of all',
    'the fifth floor',
    'I need two',
    'my name is April May',
    'give me a minute',
    'thirty people',
    'we marched on',
    'you may march',
  ])('"%s", although a day was asked for', (text) => {
    const days = mentionsOf(text, { expectsDate: true }).filter(({ value }) => value.kind !== 'time');
    expect(days).toEqual([]);
  });

  test.each([
    'I sat the exam',
    'the sun was out',
    'I wed my wife',
    'a second question',
    'the third time',
    'version 2.30',
    'it costs $2.30',
    'call 555 1234',
    'I have 30 of them',
  ])('"%s"', (text) => expect(said(text)).toBe(''));

  test('short forms count beside words of a date', () => {
    expect(said('sat at 3')).toBe('2026-12-05; 15:00|03:00');
    expect(said('mon thru wed')).toBe('2026-12-07..2026-12-09');
    expect(said('I sat the exam this morning')).toBe('2026-12-02; 00:00-12:00');
  });
});

describe('what was talked about', () => {
  test.each([
    ['the fourth then', { anchor: '2027-01-04' }, '2027-01-04'],
    ['the eleventh then', { anchor: '2027-01-04' }, '2027-01-11'],
    ['the day after that', { anchor: '2026-12-04' }, '2026-12-05'],
    ['the next day', { anchor: '2026-12-04' }, '2026-12-05'],
    ['the same day', { anchor: '2026-12-04' }, '2026-12-04'],
    ['a week later', { anchor: '2026-12-04' }, '2026-12-11'],
    ['the week after', { anchor: '2026-12-04' }, '2026-12-07..2026-12-13'],
    ['an hour later', { anchorMin: 600 }, '11:00'],
    ['half an hour earlier', { anchorMin: 600 }, '09:30'],
    ['same time', { anchorMin: 600 }, '10:00'],
    ['an hour later', {}, 'shift 0m 0d 60min'],
    ['a week earlier', {}, 'shift 0m -7d 0min'],
    ['tuesday', { within: { from: '2027-01-01', to: '2027-01-31' } }, '2027-01-05'],
    ['the fourth', { within: { from: '2027-02-01', to: '2027-02-28' } }, '2027-02-04'],
    ['the 24', { expectsDate: true }, '2026-12-24'],
    ['the 24', {}, ''],
    ['on thirty', { expectsDate: true }, '2026-12-03?'],
    ['a tuesday', { expectsDate: true }, 'weekdays 2'],
  ] as const)('%s %j: %s', (text, ref, read) => expect(said(text, ref)).toBe(read));
});
