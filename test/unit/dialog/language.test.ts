import type { ExpectationKind } from '../../../src/kernel/vocab.js';
import { assessCompleteness } from '../../../src/dialog/core/completeness.js';
import { isQuestion, readCommand } from '../../../src/dialog/core/language/commands.js';
import { findIntroducedName, MAX_NAME_CHARS, readName } from '../../../src/dialog/core/language/names.js';
import { findPurpose, MAX_PURPOSE_CHARS, readPurpose } from '../../../src/dialog/core/language/purposes.js';
import { readYesNo } from '../../../src/dialog/core/language/yes-no.js';
import { spokenKeys, spokenList, spokenOn, spokenTime } from '../../../src/dialog/core/spoken.js';
import { office } from './conversation.js';

describe('names', () => {
  test.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['ada lovelace.', 'Ada Lovelace'],
    ["It's Ada Lovelace", 'Ada Lovelace'],
    ['my name is Ada Lovelace, thank you', 'Ada Lovelace'],
    ['um, yes, this is Grace Hopper speaking', 'Grace Hopper'],
    ['A D A', 'Ada'],
    ['A. D. A.', 'Ada'],
    ['Ada, A D A', 'Ada'],
    ['Aida, A, D, A, Lovelace, L O V E L A C E', 'Ada Lovelace'],
    ['H O double P E R', 'Hopper'],
    ['B as in Bravo, O, B', 'Bob'],
    ['jay ay en ee', 'Jane'],
    ["Conor O'Brien", "Conor O'Brien"],
    ['Bob love-lace', 'Bob Lovelace'],
    ['Mary Smith-Jones', 'Mary Smith-Jones'],
    ['Ana María López', 'Ana María López'],
    ['My name is Christian, Boyd.', 'Christian Boyd'],
    ['No, my name is Robert. Martin.', 'Robert Martin'],
    ['Ada, thank you.', 'Ada'],
    ['L. A. U. R. A. T. H. O. M. P. S. O. N.', 'Laura Thompson'],
    ['G. I. U. S. E. P. P. E.', 'Giuseppe'],
  ])('%s: %s', (said, name) => expect(readName(said)).toBe(name));

  test.each(['yes', 'what do you mean', 'I want to book', 'tomorrow at ten', 'x', '', 'three'])(
    '"%s" is no name',
    (said) => expect(readName(said)).toBeUndefined(),
  );

  test('a name is bounded', () =>
    expect((readName('a'.repeat(500)) ?? '').length).toBeLessThanOrEqual(MAX_NAME_CHARS));

  test('a name inside a sentence needs its introduction', () => {
    expect(findIntroducedName('book me tomorrow, my name is Ada Lovelace and I am new')).toBe('Ada Lovelace');
    expect(findIntroducedName('I would like to book an appointment')).toBeUndefined();
    expect(findIntroducedName('this is about my grades')).toBeUndefined();
  });
});

describe('purposes', () => {
  test.each([
    ['about transferring credits', 'transfer-credit'],
    ['I want to change my major', 'major-change'],
    ['registering for spring classes', 'course-registration'],
    ["I'm not sure yet", 'general-advising'],
    ["I don't know", 'general-advising'],
  ])('%s: %s', (said, id) => expect(readPurpose(said, office.services)?.serviceId).toBe(id));

  test('other words are kept', () =>
    expect(readPurpose("It's about my scholarship letter, please", office.services)).toEqual({
      text: 'scholarship letter',
    }));

  test('a purpose is bounded at a word', () => {
    const { text } = readPurpose('about '.concat('very long stories '.repeat(40)), office.services) ?? {
      text: '',
    };
    expect(text.length).toBeLessThanOrEqual(MAX_PURPOSE_CHARS);
    expect(text).toMatch(/(?:very|long|stories)$/);
  });

  test('a time is no purpose', () =>
    expect(findPurpose('is it possible to ask about tomorrow', office.services)).toBeUndefined());
});

describe('yes and no', () => {
  test.each([
    ['yes', 'yes', ''],
    ['Yeah, that works for me.', 'yes', ''],
    ["That's right.", 'yes', ''],
    ['That right.', 'yes', ''],
    ['no problem', 'yes', ''],
    ['uh, yes please', 'yes', ''],
    ['yes but make it three', 'yes', 'but make it three'],
    ['no', 'no', ''],
    ['Nope.', 'no', ''],
    ["that's not right", 'no', ''],
    ["I don't think so", 'no', ''],
    ['no, Thursday', 'no', 'thursday'],
    ['right, no', 'no', ''],
    ['yes, no problem', 'yes', ''],
    ['no no no', 'no', ''],
    ['know', 'no', ''],
  ])('%s: %s', (said, answer, rest) => expect(readYesNo(said)).toEqual({ answer, rest }));

  test.each(['on Tuesday', 'yesterday', 'nobody', 'noon', 'north', ''])('"%s" is neither', (said) =>
    expect(readYesNo(said)).toBeUndefined(),
  );
});

describe('requests that always work', () => {
  test.each([
    ['I would like to speak to a person', 'person'],
    ['Operator!', 'person'],
    ['can I talk to a real human please', 'person'],
    ['Could he repeat that?', 'repeat'],
    ['sorry, what was that?', 'repeat'],
    ['No thanks, good-by.', 'goodbye'],
    ['bye bye', 'goodbye'],
    ['never mind', 'stop'],
    ['hold on a second', 'wait'],
    ['are you there?', 'hello'],
    ['one moment please', 'wait'],
  ])('%s: %s', (said, command) => expect(readCommand(said)).toBe(command));

  test.each([
    'one',
    'I was told to stop by',
    'my person of trust',
    'wait times in the office',
    'cancel my appointment',
    'Ada Byeford',
  ])('"%s" is none', (said) => expect(readCommand(said)).toBeUndefined());

  test.each([
    'before that, where is your office?',
    'what do I need to bring',
    'yes, and how long does it take',
  ])('"%s" is a question', (said) => expect(isQuestion(said)).toBe(true));

  test.each(['next Tuesday', 'ten thirty', 'about how grades work'])('"%s" is no question', (said) =>
    expect(isQuestion(said)).toBe(false),
  );
});

describe('completeness', () => {
  test.each<[ExpectationKind, string, string]>([
    ['yes_no', 'yes', 'complete'],
    ['yes_no', 'no thank you', 'complete'],
    ['yes_no', 'yes but', 'incomplete'],
    ['yes_no', 'the thing', 'unknown'],
    ['date', 'next tuesday', 'complete'],
    ['date', 'next', 'incomplete'],
    ['date', 'on the', 'incomplete'],
    ['date', 'next week', 'unknown'],
    ['date', 'tuesday at ten', 'complete'],
    ['date', 'tuesday at', 'incomplete'],
    ['date', 'as soon as possible', 'complete'],
    ['time', 'half past', 'incomplete'],
    ['time', 'half past two', 'complete'],
    ['time', 'at three', 'complete'],
    ['time', 'at for', 'complete'],
    ['time', 'at', 'incomplete'],
    ['time', 'three um', 'incomplete'],
    ['choice', 'the', 'incomplete'],
    ['correction', 'the time', 'unknown'],
    ['correction', 'My name is Ada Lovelace.', 'complete'],
    ['correction', 'My name is', 'incomplete'],
    ['correction', 'It is about transfer credits.', 'complete'],
    ['correction', 'Wednesday, December second.', 'complete'],
    ['name', 'Ada Lovelace', 'complete'],
    ['name', 'Ada', 'unknown'],
    ['name', 'my name is', 'incomplete'],
    ['name', 'A D', 'unknown'],
    ['purpose', 'about my', 'incomplete'],
    ['purpose', 'Course registration.', 'complete'],
    ['purpose', 'Something else.', 'unknown'],
    ['purpose', 'transferring credits from my old school', 'complete'],
    ['free', 'I would like to', 'incomplete'],
    ['free', 'I would like to book an appointment and', 'incomplete'],
    ['free', 'Where is your office?', 'unknown'],
    ['free', 'I would like to know.', 'incomplete'],
    ['free', 'Can you tell me?', 'incomplete'],
    ['free', 'I wonder whether', 'incomplete'],
    ['free', 'goodbye', 'complete'],
    ['digits', 'two oh two', 'unknown'],
    ['yes_no', '', 'incomplete'],
  ])('%s: "%s" is %s', (kind, text, expected) =>
    expect(
      assessCompleteness(text, { kind, decision: false }, { today: '2026-11-23', services: office.services }),
    ).toBe(expected),
  );

  test('a bare "no" at a decision may go on with what is wrong, a "yes" ends', () => {
    const ctx = { today: '2026-11-23', services: office.services };
    const at = (text: string, decision: boolean): string =>
      assessCompleteness(text, { kind: 'yes_no', decision }, ctx);
    expect([at('no', true), at('yes', true), at('no', false)]).toEqual(['unknown', 'complete', 'complete']);
  });
});

describe('spoken forms', () => {
  test.each([
    [0, 'midnight'],
    [540, '9 AM'],
    [720, 'noon'],
    [750, '12:30 PM'],
    [870, '2:30 PM'],
    [1020, '5 PM'],
  ])('minute %i is %s', (minute, spoken) => expect(spokenTime(minute)).toBe(spoken));

  test('days are named with their weekday, and today and tomorrow as such', () => {
    expect(spokenOn('2026-12-01', '2026-11-23')).toBe('on Tuesday, December 1st');
    expect(spokenOn('2026-11-24', '2026-11-23')).toBe('tomorrow, Tuesday, November 24th');
    expect(spokenOn('2026-11-23', '2026-11-23')).toBe('today, Monday, November 23rd');
    expect(spokenOn('2026-12-12', '2026-11-23')).toBe('on Saturday, December 12th');
  });

  test('lists and keys', () => {
    expect(spokenList(['2 PM', '3 PM', '4 PM'])).toBe('2 PM, 3 PM or 4 PM');
    expect(spokenKeys(['Monday', 'Tuesday'])).toBe('press 1 for Monday, 2 for Tuesday');
  });
});
