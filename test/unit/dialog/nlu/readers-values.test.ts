import type { Mention, OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { MAX_MENTIONS, soundsLike } from '../../../../src/dialog/core/nlu/readers/index.js';
import { randomInt, seededRng } from '../../../../src/kernel/rng.js';
import { question, read } from './readers-support.js';

/** Mentions of one kind. */
const only = <T extends Mention['type']>(
  type: T,
  text: string,
  asked: OpenQuestion,
): readonly Extract<Mention, { type: T }>[] =>
  read(text, asked).filter((mention): mention is Extract<Mention, { type: T }> => mention.type === type);

describe('phone numbers and digits', () => {
  test.each([
    ['five five five one two three four five six seven', '5551234567'],
    ['555-123-4567', '5551234567'],
    ['it is 555 123 4567', '5551234567'],
    ['triple five one two three double four six seven', '5551234467'],
    ['double oh seven five five five one two', '007555' + '12'],
    ['plus one six one seven five five five oh one two three', '+16175550123'],
    ['six one seven, five five five, oh one hundred', '617555' + '0100'],
    ['my number is area code six one seven five five five oh one two three', '6175550123'],
    ['five five five um one two one two', '5551212'],
  ])('%s: %s', (said, digits) =>
    expect(only('phone', said, question('phone')).map((one) => one.digits)).toEqual([digits]),
  );

  test.each([
    ['one two three four', '1234'],
    ['nineteen eighty four', '1984'],
    ['four seven oh nine', '4709'],
    ['1 2 3 4 5 6 7 8 9', '123456789'],
  ])('asked for digits, %s: %s', (said, digits) =>
    expect(only('digits', said, question('digits')).map((one) => one.digits)).toEqual([digits]),
  );

  test('an hour or a count is no digits', () => {
    expect(only('digits', 'two or three of us', question('matter'))).toEqual([]);
    expect(only('digits', 'ten thirty', question('time'))).toEqual([]);
    expect(only('phone', 'the fifteenth at ten thirty', question('yes_no'))).toEqual([]);
  });

  test('a long read-out is bounded', () =>
    expect(only('digits', 'one '.repeat(200), question('digits'))[0]?.digits.length).toBeLessThanOrEqual(32));
});

describe('letters', () => {
  test.each([
    ['m a r i a', ['maria']],
    ['M as in Mike', ['m']],
    ["that's G as in George", ['g']],
    ['k for kilo, double e', ['kee']],
    ['it is a nice day', []],
    ['i am in a hurry', []],
    ['o apostrophe n e i l l', ["o'neill"]],
    ['w as in whiskey u', ['wu']],
  ])('%s: %j', (said, found) =>
    expect(only('letters', said, question('words')).map((one) => one.letters)).toEqual(found),
  );
});

describe('e-mail addresses', () => {
  test.each([
    ['john dot smith at gmail dot com', 'john.smith@gmail.com'],
    ['my email is ada at example dot co dot uk', 'ada@example.co.uk'],
    ['it is j smith forty two at example dot org thanks', 'jsmith42@example.org'],
    ['write to Jo_Ann@example.com please', 'jo_ann@example.com'],
    ['mary underscore lee at north state dot edu', 'mary_lee@northstate.edu'],
  ])('%s: %s', (said, address) =>
    expect(only('email', said, question('email')).map((one) => one.address)).toEqual([address]),
  );

  test.each(['meet me at noon', 'I am at work', 'at ten dot', 'friday at ten'])('"%s" is none', (said) =>
    expect(only('email', said, question('email'))).toEqual([]),
  );
});

describe('amounts and numbers', () => {
  test.each([
    ['twenty five dollars', 25, 'USD'],
    ['$2.50', 2.5, 'USD'],
    ['a hundred and fifty bucks', 150, 'USD'],
    ['twelve dollars and fifty cents', 12.5, 'USD'],
    ['two thousand three hundred euros', 2300, 'EUR'],
    ['fifty cents', 0.5, undefined],
  ])('%s', (said, value, currency) =>
    expect(only('amount', said, question('matter'))).toEqual([
      expect.objectContaining({ value, ...(currency === undefined ? {} : { currency }) }),
    ]),
  );

  test('a bare number is one where a number was asked', () => {
    expect(only('number', 'there are twenty two of us', question('number'))).toEqual([
      expect.objectContaining({ value: 22 }),
    ]);
    expect(only('number', 'twenty two', question('matter'))).toEqual([]);
    expect(only('amount', 'three hundred', question('amount'))).toEqual([
      expect.objectContaining({ value: 300 }),
    ]);
  });
});

describe('services', () => {
  test.each([
    ['about transferring credits', ['transfer-credit']],
    ['I want to change my major', ['major-change']],
    ['registering for spring classes', ['course-registration']],
    ['i need an appointment for a degree audit', ['degree-planning']],
    ["i'm on probation", ['academic-probation']],
    ['yes', []],
    ['there is a fire', []],
    ['no not ten', []],
    ['tomorrow at ten please', []],
    ['i would like to make an appointment', []],
    ['can you change that to four', []],
  ])('%s: %j', (said, ids) =>
    expect(only('service', said, question('matter')).map((one) => one.id)).toEqual(ids),
  );

  test.each([
    ['classes', 'course-registration'],
    ["I don't know", 'general-advising'],
    ["i'm not sure yet", 'general-advising'],
    ['nothing special', 'general-advising'],
    ['graduating', 'degree-planning'],
    ['just general stuff', 'general-advising'],
    ["i'm not sure about my major", 'major-change'],
  ])('asked for, %s: %s', (said, id) =>
    expect(only('service', said, question('service')).map((one) => one.id)).toContain(id),
  );

  test('what is not wanted is excluded', () => {
    const found = only('service', 'not transfer credits, degree planning', question('yes_no'));
    expect(found.map(({ id, excluded }) => [id, excluded])).toEqual([
      ['transfer-credit', true],
      ['degree-planning', false],
    ]);
  });
});

test.each([
  ['can i see dr chen', ['chen'], false],
  ['with Miss Lee please', ['lee'], false],
  ['anyone but doctor chen', ['chen'], true],
  ['is there parking', [], false],
])('staff: %s', (said, ids, excluded) => {
  const found = only('staff', said, question('matter'));
  expect(found.map((one) => one.id)).toEqual(ids);
  expect(found.every((one) => one.excluded === excluded)).toBe(true);
});

describe('places among offers', () => {
  const offers = [600, 660, 840].map((minute) => ({ date: '2026-12-04', minute }));
  const offer = question('offer', { offers });
  test.each<[string, readonly unknown[]]>([
    ['the first one', [0]],
    ['the second', [1]],
    ['the middle one please', ['middle']],
    ['the later one', ['last']],
    ['the last one', ['last']],
    ['option two', [1]],
    ['number three', [2]],
    ['either is fine', ['any']],
    ['none of those', ['none']],
    ['neither', ['none']],
    ["let's do the third option", [2]],
    ["that's the one", []],
    ['two', []],
    ['the fourth of january', []],
    ['yes', []],
  ])('%s: %j', (said, places) => expect(only('place', said, offer).map((one) => one.place)).toEqual(places));

  test.each([
    ['something later', 'later'],
    ['anything earlier', 'earlier'],
    ['a different day', 'different'],
    ['all of them are too early', 'later'],
    ['do you have other times', 'different'],
    ['sooner would be better', 'earlier'],
  ])('%s: %s', (said, direction) =>
    expect(only('other', said, offer)).toEqual([expect.objectContaining({ direction })]),
  );

  test('without anything to choose from there is no place', () =>
    expect(only('place', 'the first one', question('date'))).toEqual([]));
});

test('options by their words', () => {
  const choice = question('option', {
    options: [
      { id: 'phone', words: ['by phone', 'phone', 'a call'] },
      { id: 'desk', words: ['in person', 'at the desk'] },
    ],
  });
  expect(only('option', 'in person please', choice)).toEqual([expect.objectContaining({ id: 'desk' })]);
  expect(only('option', 'a phone call', choice)).toEqual([expect.objectContaining({ id: 'phone' })]);
  expect(only('option', 'not by phone', choice)).toEqual([
    expect.objectContaining({ id: 'phone', excluded: true }),
  ]);
  expect(only('option', 'whatever', choice)).toEqual([]);
});

describe('fields of what was read back', () => {
  const fields = {
    time: ['time', 'hour'],
    date: ['day', 'date'],
    topic: ['topic', 'subject'],
    name: ['name'],
  };
  const confirm = question('yes_no', { fields, asked: { date: '2026-12-08', minute: 840 } });
  test.each([
    ['the time is wrong', ['time']],
    ['it is the wrong day', ['date']],
    ['wrong name', ['name']],
    ['can we change the topic', ['topic']],
    ['the time', ['time']],
    ['no the day', ['date']],
    ['what time was that', []],
    ['the same time every day', []],
    ['it is about time', []],
    ['have a good day', []],
    ['yes', []],
  ])('%s: %j', (said, found) => expect(only('field', said, confirm).map((one) => one.field)).toEqual(found));

  test('a field keeps its value', () => {
    const time = read('the time should be four', confirm);
    expect(time).toContainEqual(expect.objectContaining({ type: 'field', field: 'time' }));
    expect(time).toContainEqual(
      expect.objectContaining({ type: 'time', value: { kind: 'time', minutes: [960, 240] } }),
    );
    expect(only('field', 'the topic should be housing', confirm)).toEqual([
      expect.objectContaining({ field: 'topic', text: 'housing' }),
    ]);
  });
});

test('names that sound alike', () => {
  for (const [a, b] of [
    ['Smith', 'Smyth'],
    ['Catherine Lee', 'Kathryn'],
    ['Lopez', 'Oopez'],
  ] as const) {
    expect(soundsLike(a, b)).toBe(true);
  }
  expect(soundsLike('Smith', 'Garcia')).toBe(false);
});

test('no text throws, and mentions are bounded and in order', () => {
  const rng = seededRng(7);
  const pieces =
    "the first last name is not for a b 5 five oh @ . , ' ’ - dot at double maria smith d'a é 日本 😀 $ third one time should be double triple plus \u0000 Mc van".split(
      ' ',
    );
  const kinds = [
    'matter',
    'yes_no',
    'date',
    'time',
    'name',
    'service',
    'offer',
    'option',
    'correction',
    'phone',
    'digits',
    'email',
    'amount',
    'number',
    'address',
    'words',
  ] as const;
  for (let round = 0; round < 1500; round++) {
    const text = Array.from(
      { length: randomInt(rng, 0, 25) },
      () => pieces[randomInt(rng, 0, pieces.length - 1)],
    ).join(' ');
    const expects = kinds[randomInt(rng, 0, kinds.length - 1)] ?? 'matter';
    const found = read(
      text,
      question(expects, { offers: [], fields: { time: ['time'] }, asked: { name: 'Ada Lee' } }),
    );
    expect(found.length).toBeLessThanOrEqual(MAX_MENTIONS);
    for (const [k, mention] of found.entries()) {
      expect(mention.from).toBeLessThan(mention.to);
      expect(mention.from).toBeGreaterThanOrEqual(found[k - 1]?.from ?? 0);
    }
  }
});
