import { lexiconOf } from '../../../src/speech/core/pronunciations.js';
import { cardinal, designation, ordinal, spellDigits, year } from '../../../src/speech/core/numbers.js';
import { speakable, spokenLine } from '../../../src/speech/core/speakable.js';

const said = (text: string): string => spokenLine(speakable(text));

describe('numbers in words', () => {
  test.each([
    ['0', 'zero'],
    ['007', 'seven'],
    ['13', 'thirteen'],
    ['40', 'forty'],
    ['99', 'ninety nine'],
    ['100', 'one hundred'],
    ['1205', 'one thousand two hundred five'],
    ['1000000', 'one million'],
    ['2000001', 'two million one'],
    ['9999999999999999', spellDigits('9999999999999999')],
  ])('cardinal %s', (digits, words) => expect(cardinal(digits)).toBe(words));

  test.each([
    ['1', 'first'],
    ['2', 'second'],
    ['3', 'third'],
    ['12', 'twelfth'],
    ['20', 'twentieth'],
    ['21', 'twenty first'],
    ['100', 'one hundredth'],
  ])('ordinal %s', (digits, words) => expect(ordinal(digits)).toBe(words));

  test.each([
    ['2026', 'twenty twenty six'],
    ['2005', 'two thousand five'],
    ['1900', 'nineteen hundred'],
    ['1905', 'nineteen oh five'],
    ['2000', 'two thousand'],
  ])('year %s', (digits, words) => expect(year(digits)).toBe(words));

  test.each([
    ['7', 'seven'],
    ['12', 'twelve'],
    ['204', 'two oh four'],
    ['240', 'two forty'],
    ['300', 'three hundred'],
    ['1204', 'twelve oh four'],
    ['1200', 'twelve hundred'],
    ['007', 'oh oh seven'],
  ])('room %s', (digits, words) => expect(designation(digits)).toBe(words));
});

describe('speakable', () => {
  test.each([
    // Times.
    ['It is 2:30 PM.', 'It is two thirty P M.'],
    ['at 9am today', 'at nine A M today.'],
    ['at 9 a.m. today', 'at nine A M today.'],
    ['Come at 2 p.m. Bring a form.', 'Come at two P M. Bring a form.'],
    ['10:05', 'ten oh five.'],
    ['9:00 AM', 'nine A M.'],
    ['14:00', 'fourteen hundred hours.'],
    ["12:00 o'clock", "twelve o'clock o'clock."],
    ['open 9am-5pm', 'open nine A M to five P M.'],
    ['from 9-5', 'from nine to five.'],
    ['a 4:1 ratio', 'a four, one ratio.'],
    ['I am here', 'I am here.'],
    // Dates.
    ['on 2026-11-23', 'on November twenty third twenty twenty six.'],
    ['on 3/4/2026', 'on March fourth twenty twenty six.'],
    ['on 13/45', 'on thirteen forty five.'],
    ['Nov. 3rd', 'November third.'],
    ['Thursday, November 26', 'Thursday, November twenty sixth.'],
    ['November 26, 2026', 'November twenty sixth, twenty twenty six.'],
    ['in 2027', 'in twenty twenty seven.'],
    ['2027 students', 'two thousand twenty seven students.'],
    ['you may 5', 'you may five.'],
    ['Mon. and Tue. only', 'Monday and Tuesday only.'],
    // Money and quantities.
    ['$45.50', 'forty five dollars fifty cents.'],
    ['$1', 'one dollar.'],
    ['$1,200', 'one thousand two hundred dollars.'],
    ['€2.01', 'two euros one cent.'],
    ['£3.20', 'three pounds twenty pence.'],
    ['50%', 'fifty percent.'],
    ['3.14', 'three point one four.'],
    ['12,500 students', 'twelve thousand five hundred students.'],
    // Rooms, telephones, codes.
    ['Room 204B', 'Room two oh four B.'],
    ['room 12', 'room twelve.'],
    ['ext. 1204', 'extension twelve oh four.'],
    ['CS101', 'C S one oh one.'],
    ['call 555-0123-456', 'call five five five, zero one two three, four five six.'],
    ['+1 (555) 012-3456', 'one, five five five, zero one two, three four five six.'],
    ['90210', 'nine zero two one zero.'],
    ['007', 'zero zero seven.'],
    // Addresses on the net.
    ['jo.smith@uni.edu', 'jo dot smith at uni dot E D U.'],
    ['see www.uni.edu/help', 'see W W W dot uni dot E D U slash help.'],
    ['https://uni.edu', 'uni dot E D U.'],
    // Abbreviations and signs.
    ['Dr. Smith', 'doctor Smith.'],
    ['Main St. is closed', 'Main street is closed.'],
    ['e.g. a form', 'for example a form.'],
    ['a Ph.D. in CS', 'a P H D in C S.'],
    ['45 min.', 'forty five minutes.'],
    ['your GPA', 'your G P A.'],
    ['the U.S. office', 'the U S office.'],
    ['Q&A', 'Q and A.'],
    ['No. I do not.', 'No. I do not.'],
    ['OK', 'OK.'],
    // Punctuation.
    ['Yes!', 'Yes.'],
    ['Really?', 'Really?'],
    ['well - yes', 'well, yes.'],
    ['a well-known office', 'a well known office.'],
    ['don’t', "don't."],
    ['(maybe) later', 'maybe, later.'],
    ['wait… what', 'wait. what.'],
  ])('%s', (text, words) => expect(said(text)).toBe(words));

  test('words of a lexicon come before every rule, whole words alone, the longest first', () => {
    const lexicon = lexiconOf([
      { word: 'NATO', say: 'nato' },
      { word: 'NATO HQ', say: 'nato headquarters' },
      { word: 'gif', say: 'jif' },
      { word: 'Prof.', say: 'professor' },
    ]);
    const text = 'Prof. Gray sent a GIF to NATO HQ, not to NATOX, nato or SNATO.';
    const tokens = speakable(text, lexicon);
    expect(spokenLine(tokens)).toBe(
      'professor Gray sent a jif to nato headquarters, not to N A T O X, nato or S N A T O.',
    );
    expect(tokens.map(({ charStart, charEnd }) => text.slice(charStart, charEnd))).toContain('NATO HQ');
  });

  test('every token knows its place in the text', () => {
    const text = 'Meet Dr. Jones at 2:30 PM in room 204B, please.';
    const tokens = speakable(text);
    expect(tokens.map(({ charStart, charEnd }) => text.slice(charStart, charEnd))).toEqual([
      'Meet',
      'Dr.',
      'Jones',
      'at',
      '2:30 PM',
      'in',
      'room',
      '204',
      'B',
      'please',
    ]);
  });

  test('signs without meaning are silent, and nothing throws', () => {
    expect(speakable('*** \u0000 ~~ 🙂 ')).toEqual([]);
    expect(speakable('')).toEqual([]);
    expect(said('naïve café 日本')).toBe('naïve café 日本.');
  });
});
