import { findMentions } from '../../../src/dialog/core/language/mentions.js';
import { tokenize } from '../../../src/dialog/core/language/tokens.js';
import { clockTime } from '../../../src/dialog/core/spoken.js';

/** A Monday. */
const TODAY = '2026-11-23';

function read(text: string, expected: 'date' | 'time' | 'none' = 'none'): string {
  const ref = { today: TODAY, expected: expected === 'date', timeExpected: expected === 'time' };
  return findMentions(tokenize(text), ref)
    .map(({ value, negated }) => {
      const not = negated ? 'not ' : '';
      switch (value.kind) {
        case 'date': {
          return `${not}${value.date}${value.saidWeekday === undefined ? '' : ' mismatch'}${value.guess === true ? ' guess' : ''}`;
        }
        case 'days': {
          return `${not}${value.from}..${value.to}`;
        }
        case 'time': {
          return `${not}${value.minutes.map(clockTime).join('|')}${value.guess === true ? ' guess' : ''}`;
        }
        case 'window': {
          return `${not}${clockTime(value.fromMin)}-${clockTime(value.toMin)}`;
        }
        case 'from_now': {
          return `+${value.minutes}min`;
        }
        case 'shift': {
          return `shift ${value.days ?? 0}d ${value.minutes ?? 0}min`;
        }
        case 'no_such_day': {
          return 'no such day';
        }
        default: {
          return value;
        }
      }
    })
    .join(', ');
}

describe('days', () => {
  test.each([
    ['today', '2026-11-23'],
    ['tomorrow', '2026-11-24'],
    ['To-morrow.', '2026-11-24'],
    ['the day after tomorrow', '2026-11-25'],
    ['Tuesday', '2026-11-24'],
    ['on Monday', '2026-11-30'],
    ['this Friday', '2026-11-27'],
    ['this coming Friday', '2026-11-27'],
    ['next Friday', '2026-12-04'],
    ['Friday next week', '2026-12-04'],
    ['next week Friday', '2026-12-04'],
    ['next week on Friday', '2026-12-04'],
    ['Tuesday of next week', '2026-12-01'],
    ['Tuesday after next', '2026-12-01'],
    ['a week from Tuesday', '2026-12-01'],
    ['two weeks from today', '2026-12-07'],
    ['in three days', '2026-11-26'],
    ['in a couple of days', '2026-11-25'],
    ['four business days from now', '2026-11-27'],
    ['November twenty fourth', '2026-11-24'],
    ['the twenty fourth of November', '2026-11-24'],
    ['the 24th', '2026-11-24'],
    ['December 3rd', '2026-12-03'],
    ['3 December', '2026-12-03'],
    ['December the third', '2026-12-03'],
    ['the third of next month', '2026-12-03'],
    ['January 5th twenty twenty seven', '2027-01-05'],
    ['January 5th', '2027-01-05'],
    ['11/24', '2026-11-24'],
    ['12-3-2026', '2026-12-03'],
    ['2026-12-03', '2026-12-03'],
    ['Tuesday, November 24th', '2026-11-24'],
    ['Tuesday the twenty fourth', '2026-11-24'],
    ['Friday the 4th', '2026-12-04'],
    ['Friday, November 24th', '2026-11-24 mismatch'],
    ['the first Friday of December', '2026-12-04'],
    ['the last Monday in December', '2026-12-28'],
    ['Thanksgiving', '2026-11-26'],
    ['the day after Thanksgiving', '2026-11-27'],
    ['next week', '2026-11-30..2026-12-06'],
    ['this week', '2026-11-23..2026-11-29'],
    ['next month', '2026-12-01..2026-12-31'],
    ['some time in December', '2026-12-01..2026-12-31'],
    ['February 30th', 'no such day'],
    ['not Tuesday', 'not 2026-11-24'],
    ['not Tuesday, Wednesday', 'not 2026-11-24, 2026-11-25'],
    ['instead of Tuesday', 'not 2026-11-24'],
    ['a day later', 'shift 1d 0min'],
    ['the next day', 'shift 1d 0min'],
    ['Thirsday', '2026-11-26'],
    ['wensday', '2026-11-25'],
    ['Tusday', '2026-11-24'],
    ['Unthirsty.', '2026-11-26'],
    ['Next to Tuesday.', '2026-12-01'],
    ['Novmber 24th', '2026-11-24'],
  ])('%s: %s', (text, expected) => expect(read(text)).toBe(expected));

  test.each([
    ['the 24', '2026-11-24'],
    ['on 24', '2026-11-24'],
    ['with a twenty-third', '2026-11-23'],
    ['on thirty', '2026-11-26 guess'],
  ])('where a day was asked for, %s: %s', (text, expected) => expect(read(text, 'date')).toBe(expected));

  test.each([
    'one second please',
    'my first year',
    'I have two questions',
    'a second major',
    'I may come',
    'I am in the third semester',
  ])('no day in "%s"', (text) => expect(read(text)).toBe(''));
});

describe('times', () => {
  test.each([
    ['half past two', '02:30|14:30'],
    ['half passed two', '02:30|14:30'],
    ['half-past two', '02:30|14:30'],
    ['half two', '02:30|14:30'],
    ['quarter to three', '02:45|14:45'],
    ['a quarter past four', '04:15|16:15'],
    ['ten to three', '02:50|14:50'],
    ['twenty past nine', '09:20|21:20'],
    ['two thirty', '02:30|14:30'],
    ['too thirty', '02:30|14:30'],
    ['To thirty p. m..', '14:30'],
    ['two thirty p m', '14:30'],
    ['Two thirty p M..', '14:30'],
    ['2:30 PM', '14:30'],
    ['2.30 pm', '14:30'],
    ['230 pm', '14:30'],
    ['14:30', '14:30'],
    ['fifteen thirty', '15:30'],
    ['three oh five pm', '15:05'],
    ['at three', '03:00|15:00'],
    ["three o'clock", '03:00|15:00'],
    ['three o clock in the afternoon', '15:00'],
    ['3 in the afternoon', '15:00'],
    ['nine a.m.', '09:00'],
    ['ten, fifteen in the morning', '10:15'],
    ['in the morning at ten', '10:00'],
    ['noon', '12:00'],
    ['twelve noon', '12:00'],
    ['quarter to noon', '11:45'],
    ['midnight', '00:00'],
    ['eleven thirty sharp in the morning', '11:30'],
    ['for thirty', '04:30|16:30'],
    ['ate thirty', '08:30|20:30'],
    ['around three', '03:00|15:00'],
    ['in the afternoon', '12:00-18:00'],
    ['tomorrow morning', '2026-11-24, 00:00-12:00'],
    ['after three', '15:00-24:00'],
    ['before eleven', '00:00-11:00'],
    ['between two and four', '14:00-16:00'],
    ['from 9 to 11', '09:00-11:00'],
    ['after lunch', '13:00-24:00'],
    ['in two hours', '+120min'],
    ['an hour later', 'shift 0d 60min'],
    ['half an hour earlier', 'shift 0d -30min'],
    ['make it three', '03:00|15:00'],
    ['how about eleven', '11:00|23:00'],
    ['tomorrow at ten', '2026-11-24, 10:00|22:00'],
    ['two thirty on Tuesday the first of December', '02:30|14:30, 2026-12-01'],
    ['on December 3rd at half past ten', '2026-12-03, 10:30|22:30'],
  ])('%s: %s', (text, expected) => expect(read(text)).toBe(expected));

  test.each([
    ['three', '03:00|15:00'],
    ['at for', '04:00|16:00 guess'],
    ['That free,', '03:00|15:00 guess'],
    ['Act four.', '04:00|16:00'],
    ['1030', '10:30|22:30'],
  ])('where a time was asked for, %s: %s', (text, expected) => expect(read(text, 'time')).toBe(expected));

  test.each([
    'the first one',
    'two weeks',
    'I have 12 credits',
    'three of my classes',
    'for me',
    'to book',
    'I am here',
  ])('no time in "%s"', (text) => expect(read(text)).toBe(''));
});
