import { said } from './reading.js';

test.each([
  ['three', '15:00|03:00'],
  ['nine', '09:00|21:00'],
  ['three pm', '15:00'],
  ['10:30 a m', '10:30'],
  ['2.30', '14:30|02:30'],
  ['two thirty', '14:30|02:30'],
  ['half past ten', '10:30|22:30'],
  ['half ten', '10:30|22:30'],
  ['quarter of three', '14:45|02:45'],
  ['a quarter after two', '14:15|02:15'],
  ['twenty five past two', '14:25|02:25'],
  ['ten to four', '15:50|03:50'],
  ['1030', '10:30|22:30'],
  ['the ten thirty', '10:30|22:30'],
  ['five oh five', '17:05|05:05'],
  ['14:45', '14:45'],
  ['noon-ish', '12:00'],
  ['around tenish', '10:00|22:00'],
  ['three in the afternoon', '15:00'],
  ['in the morning at ten', '10:00'],
  ['ten at night', '22:00'],
  ['the three o"clock', '15:00|03:00'],
  ['half an hour before two', '13:30|01:30'],
  ['at free', '15:00|03:00?'],
  ['too thirty', '14:30|02:30?'],
])('a time was asked for: %s is %s', (text, read) => expect(said(text, { expectsTime: true })).toBe(read));

test.each([
  ['in the late afternoon', '15:00-18:00'],
  ['first thing', '00:00-10:00'],
  ['after three', '15:00-24:00'],
  ['after 2.30', '14:30-24:00'],
  ['before eleven', '00:00-11:00'],
  ['between two and four', '14:00-16:00'],
  ['from nine to five', '09:00-17:00'],
  ['between 8 and 10 pm', '20:00-22:00'],
  ['from eleven to twelve', '11:00-12:00'],
  ['after my class at two', '14:00-24:00'],
  ['not before ten', '10:00-24:00'],
  ['after lunch', '13:00-24:00'],
  ['any time', '00:00-24:00'],
  ['any time after three', '15:00-24:00'],
  ['around lunchtime', '12:00-14:00'],
])('windows: %s is %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  ['tonight at eight', '2026-12-02; 20:00'],
  ['next tuesday morning at 9', '2026-12-08; 09:00'],
  ['nine tomorrow morning', '09:00; 2026-12-03; 00:00-12:00'],
  ['december twenty second at quarter past eleven', '2026-12-22; 11:15|23:15'],
  ['friday between two and four', '2026-12-04; 14:00-16:00'],
  ['no sorry half past two', '14:30|02:30'],
  ['can you change that to four', '16:00|04:00'],
  ['the time should be four', '16:00|04:00'],
])('day and time are two mentions: %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  'I need two',
  'three of them',
  'I have four questions',
  'five five five one two',
  'in 30 days or so I had ten',
])('a number is no time where none was asked for: %s', (text) => expect(said(text)).not.toMatch(/\d\d:\d\d/));
