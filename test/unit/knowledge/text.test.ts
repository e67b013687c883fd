import { answerType, holdsAnswer } from '../../../src/dialog/knowledge/core/answer-type.js';
import { splitSentences, wrapSentence } from '../../../src/dialog/knowledge/core/sentences.js';
import { stem } from '../../../src/dialog/knowledge/core/stem.js';
import { terms } from '../../../src/dialog/knowledge/core/terms.js';
import { createAnalyzer } from '../../../src/dialog/knowledge/core/thesaurus.js';

describe('splitSentences', () => {
  it.each([
    ['One. Two! Three?', ['One.', 'Two!', 'Three?']],
    [
      'We open at 9 a.m. and close at 5 p.m. on weekdays.',
      ['We open at 9 a.m. and close at 5 p.m. on weekdays.'],
    ],
    ['We close at 5 p.m. The library stays open.', ['We close at 5 p.m.', 'The library stays open.']],
    ['Ask Dr. Miller or J. Smith. They know.', ['Ask Dr. Miller or J. Smith.', 'They know.']],
    ['A fee of 2.5 percent. No more.', ['A fee of 2.5 percent.', 'No more.']],
    ['Bring papers, e.g. a passport. Thank you.', ['Bring papers, e.g. a passport.', 'Thank you.']],
    ['He said "stop." Then he left.', ['He said "stop."', 'Then he left.']],
    ['So did I. We left.', ['So did I.', 'We left.']],
    ['no end mark', ['no end mark']],
    ['  line one\nline two.  ', ['line one line two.']],
    ['', []],
  ])('%j', (paragraph, sentences) => {
    expect(splitSentences(paragraph)).toEqual(sentences);
  });

  it('cuts a sentence without end at word borders, and a word without end inside', () => {
    const parts = wrapSentence('word '.repeat(100).trim(), 80);
    expect(parts.every((part) => part.length <= 80 && !/^\s|\s$/.test(part))).toBe(true);
    expect(parts.join(' ')).toBe('word '.repeat(100).trim());
    expect(wrapSentence('x'.repeat(200), 80).map((part) => part.length)).toEqual([80, 80, 40]);
  });
});

describe('terms', () => {
  // Rows of the published vocabulary of the Porter stemmer.
  it.each([
    ['caresses', 'caress'],
    ['ponies', 'poni'],
    ['cats', 'cat'],
    ['agreed', 'agre'],
    ['plastered', 'plaster'],
    ['motoring', 'motor'],
    ['hopping', 'hop'],
    ['filing', 'file'],
    ['happy', 'happi'],
    ['relational', 'relat'],
    ['registration', 'registr'],
    ['electrical', 'electr'],
    ['adjustment', 'adjust'],
    ['adoption', 'adopt'],
    ['probate', 'probat'],
    ['rate', 'rate'],
    ['controlling', 'control'],
    ['sky', 'sky'],
  ])('%s is stemmed to %s', (word, expected) => {
    expect(stem(word)).toBe(expected);
  });

  it('keeps content words only, whatever the case and the apostrophes', () => {
    expect(terms("What's the DEADLINE for the students' courses?")).toEqual(['deadlin', 'student', 'cours']);
    expect(terms('when are you')).toEqual([]);
  });
});

describe('thesaurus', () => {
  const analyze = createAnalyzer([
    ['dorm', 'residence hall', 'dormitory'],
    ['gpa', 'grade point average', 'g.p.a'],
  ]);

  it('makes callers and documents meet', () => {
    expect(analyze('Residence halls')).toEqual(analyze('the dorms'));
    expect(analyze('my grade-point average')).toEqual(analyze('GPA'));
  });

  it('leaves other words alone, also those that hold a member', () => {
    expect(analyze('dormant')).toEqual(terms('dormant'));
    expect(createAnalyzer([])('the dorms')).toEqual(terms('the dorms'));
  });
});

describe('answer type', () => {
  it.each([
    ['how much does a permit cost', 'money', 'A permit costs forty dollars.', 'You buy it online.'],
    ["when's the last day to drop", 'time', 'You can drop until the third week.', 'Ask your advisor.'],
    ['where is the office', 'place', 'It is in room two ten.', 'Advisors are friendly.'],
    ['how many guests can I bring', 'count', 'You get six tickets.', 'Guests are welcome.'],
    ['how long does it take', 'duration', 'It takes about three weeks.', 'You apply online.'],
    ['who can help me', 'person', 'The registrar helps you.', 'It rains.'],
  ] as const)('%s asks for %s', (question, type, yes, no) => {
    const words = { person: ['registrar'], place: ['portal'] };
    expect(answerType(question, words)).toBe(type);
    expect(holdsAnswer(type, yes, words)).toBe(true);
    expect(holdsAnswer(type, no, words)).toBe(false);
  });

  it('words of a trade name answers and numbers', () => {
    expect(holdsAnswer('person', 'The registrar does that.')).toBe(false);
    expect(holdsAnswer('person', 'The registrar does that.', { person: ['registrar'] })).toBe(true);
    expect(answerType('what gpa do i need', { count: ['gpa'] })).toBe('count');
    expect(answerType('what gpa do i need')).not.toBe('count');
  });

  it('has no opinion on a statement', () => {
    expect(answerType('my transcript')).toBeUndefined();
  });
});
