import { join } from 'node:path';
import { randomInt, seededRng } from '../../../../../src/kernel/rng.js';
import { ROLES } from '../../../../../src/dialog/core/nlu/time/roles.js';
import { MAX_TEXT_CHARS, tokenize } from '../../../../../src/dialog/core/nlu/tokens.js';
import { loadLocale } from '../../../../../src/dialog/locale.js';
import { mentionsOf, words } from './reading.js';

describe('tokens', () => {
  test('numbers, ordinals, clocks and amounts', () => {
    const read = (text: string) =>
      tokenize(text, words).map(({ start: _start, end: _end, ...token }) => token);
    expect(read('twenty-third')).toEqual([{ word: 'twenty third', ord: 23 }]);
    expect(read('2.30')).toEqual([{ word: '2.30', clock: { hour: 2, minute: 30, padded: false } }]);
    for (const amount of ['$2.30', '2.30 dollars', '£2.30', '2.30%']) {
      expect(read(amount)[0]).toEqual({ word: '2.30', decimal: 2.3, digits: true });
    }
    expect(read('3p')).toEqual([{ word: '3', num: 3, digits: true }, { word: 'pm' }]);
    expect(read('9-11')[1]).toEqual({ word: '11', num: 11, digits: true, breakBefore: '-' });
    expect(read('wensday, tommorrow')).toEqual([
      { word: 'wednesday' },
      { word: 'tomorrow', breakBefore: ',' },
    ]);
    expect(read('María')).toEqual([{ word: 'maría' }]);
  });

  test('words that are words of their own are left as they were said', () =>
    expect(tokenize('I sat in the sun, may I pass', words).map(({ word }) => word)).toEqual([
      'i',
      'sat',
      'in',
      'the',
      'sun',
      'may',
      'i',
      'pass',
    ]));

  test('offsets point into the text, also where one word says two things', () => {
    const text = 'Meet me tonight';
    const tokens = tokenize(text, words);
    expect(tokens.map(({ word }) => word)).toEqual(['meet', 'me', 'this', 'night']);
    expect(text.slice(tokens[2]?.start, tokens[3]?.end)).toBe('tonight');
    expect(tokens[2]?.end).toBe(tokens[3]?.start);
  });

  test('long texts are cut', () => {
    const last = tokenize('seven '.repeat(1000), words).at(-1);
    expect(last?.end).toBeLessThanOrEqual(MAX_TEXT_CHARS);
  });
});

describe('whatever is said', () => {
  const vocabulary = [
    ...Object.values(words.roles).flat(),
    ...words.months.flat(),
    ...words.weekdays.flat(),
    ...Object.keys(words.numbers.units),
    ...Object.keys(words.numbers.ordinals),
    ...words.namedDays.flatMap((day) => day.words),
    ...words.units.flatMap((unit) => unit.words),
    '31',
    '1030',
    '2.30',
    '$',
    '-',
    '.',
    ',',
    '12/31',
    '2/30',
    '99999999999',
    '0',
    '2099',
    '10:30',
    'constructor',
    '__proto__',
  ];

  test('nothing throws; mentions are in order, apart, and hold days that exist', () => {
    const rng = seededRng(54);
    for (let round = 0; round < 1500; round++) {
      const length = randomInt(rng, 1, 25);
      const text = Array.from({ length }, () => vocabulary[randomInt(rng, 0, vocabulary.length - 1)]).join(
        ' ',
      );
      const expects = { expectsDate: rng.float() < 0.5, expectsTime: rng.float() < 0.5 };
      let end = 0;
      for (const { from, to, value } of mentionsOf(text, expects)) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        end = to;
        const dates =
          value.kind === 'date' ? [value.date] : value.kind === 'days' ? [value.from, value.to] : [];
        for (const date of dates) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
        if (value.kind === 'days') expect(value.from <= value.to).toBe(true);
        if (value.kind === 'time') {
          expect(value.minutes.every((minute) => minute >= 0 && minute < 1440)).toBe(true);
        }
        if (value.kind === 'window') expect(value.fromMin).toBeLessThanOrEqual(value.toMin);
      }
    }
  });

  test.each([
    'the day after ',
    'monday or ',
    'a week and ',
    'not before the ',
    'between the tenth and ',
    'one ',
    'half past ',
  ])('"%s" without end is read in bounds', (piece) =>
    expect(mentionsOf(piece.repeat(500)).length).toBeLessThan(MAX_TEXT_CHARS),
  );
});

describe('the locale', () => {
  test('holds a word for every role of the grammar', () =>
    expect(ROLES.filter((role) => words.roles[role].length === 0)).toEqual([]));

  test('is plain data', () => expect(JSON.parse(JSON.stringify(words))).toEqual(words));

  test('that is missing is named', () =>
    expect(() => loadLocale(join('nowhere', 'xx-XX'))).toThrow(/calendar\.yaml cannot be read/));
});
