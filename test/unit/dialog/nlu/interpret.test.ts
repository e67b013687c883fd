import { assessCompleteness } from '../../../../src/dialog/core/nlu/completeness.js';
import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import type { Interpretation, OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { randomInt, seededRng } from '../../../../src/kernel/rng.js';
import { caseLexicon, READ_BACK, sentences, TIME } from '../../../eval/consent/answers.js';

const lexicon = caseLexicon();
const MATTER: OpenQuestion = { id: 'open', expects: 'matter', time: TIME };
const DATE: OpenQuestion = { id: 'book.date', expects: 'date', time: { ...TIME, expectsDate: true } };
const AT: OpenQuestion = { id: 'book.time', expects: 'time', time: { ...TIME, expectsTime: true } };
const NAME: OpenQuestion = { id: 'book.name', expects: 'name', time: TIME };
const ELSE: OpenQuestion = { id: 'anything_else', expects: 'yes_no', time: TIME };
const read = (text: string, question: OpenQuestion = MATTER): Interpretation =>
  interpret({ text, confidence: 1 }, question, lexicon);

describe('commands', () => {
  test.each([
    ['a human', 'person'],
    ['operator please', 'person'],
    ['can I talk to a real person', 'person'],
    ['stop talking to me robot get me a human', 'person'],
    ['I want to speak to an advisor', 'person'],
    ['what', 'repeat'],
    ['sorry', 'repeat'],
    ['could you say that again please', 'repeat'],
    ["I didn't catch that", 'repeat'],
    ['bye', 'goodbye'],
    ["that's all thanks bye", 'goodbye'],
    ['okay I have to go', 'goodbye'],
    ['have a nice day', 'goodbye'],
    ['okay hold on', 'wait'],
    ['let me ask my wife', 'wait'],
    ['are you still there', 'hello'],
    ['what are my options', 'help'],
    ['never mind', 'stop'],
    ['I changed my mind', 'stop'],
    ['let us start over', 'restart'],
    ['slow down please', 'slower'],
    ['hurry up', 'faster'],
    ['speak louder please', 'louder'],
    ['you are too loud', 'quieter'],
    ["don't call me again", 'opt_out'],
  ])('%s: %s', (text, command) => {
    expect(read(text, DATE)).toMatchObject({ act: 'command', command });
  });

  test.each([
    "I'd like to talk to an advisor about changing my plan",
    'can I come see someone',
    'I need to talk to someone about dropping a class',
    'are you a real person',
    'can I talk to a person on Tuesday',
    'awesome',
    'later',
    'thanks',
    'hi',
    'there is a fire',
    'Okay, thank you, and where do I get a parking permit?',
    'cancel my appointment',
    'hang on one more question',
    'wait where is your office',
  ])('no command at the open question: %s', (text) => {
    expect(read(text).command).toBeUndefined();
  });
});

describe('acts', () => {
  test.each([
    ['where do I park', 'question'],
    ['and on fridays', 'question'],
    ['what about parking', 'question'],
    ['is three possible', 'question'],
    ['I flunked a class can I take it over', 'question'],
    ['this is Maria I need an appointment', 'request'],
    ['book me in', 'request'],
    ['thank you', 'social'],
    ['good morning', 'social'],
    ['yes', 'affirm'],
    ['no', 'deny'],
    ['banana', 'inform'],
    ['um', 'none'],
  ])('%s: %s', (text, act) => {
    expect(read(text).act).toBe(act);
  });

  test('a turn of several clauses keeps each of them', () => {
    const said = read("no, it's Monday and where do I park", READ_BACK);
    expect(said.clauses.map(({ act }) => act)).toEqual(['deny', 'inform', 'question']);
    expect(said).toMatchObject({ act: 'inform', polarity: 'deny', aside: 'and where do I park' });
    expect(said.mentions).toHaveLength(1);
  });

  test('"that is all" ends at "anything else?" and says nothing at a read-back', () => {
    for (const text of ["that's all", 'nothing else thanks', "yes that's everything for now"]) {
      expect([text, read(text, ELSE).polarity]).toEqual([text, 'deny']);
    }
    expect(read("that's all", READ_BACK).polarity).toBeUndefined();
  });

  test.each([
    ['it might work', 'hedged'],
    ['if my boss agrees', 'conditional'],
    ['let me think about it', 'deferred'],
    ["I can't do that", 'negated'],
  ] as const)('%s: %s', (text, flag) => {
    expect(read(text, READ_BACK)[flag]).toBe(true);
  });

  test('thinking aloud is no answer', () => {
    expect(read('um let me see', DATE).thinking).toBe(true);
    expect(read('uh huh', READ_BACK)).toMatchObject({ thinking: false, act: 'affirm' });
  });
});

describe('alerts', () => {
  test.each([
    ["I think I'm having a heart attack", 'emergency'],
    ['there is smoke in the building', 'emergency'],
    ["my dad collapsed and he's not breathing", 'emergency'],
    ['please send an ambulance', 'emergency'],
    ["I can't do this anymore I don't want to live", 'self_harm'],
    ['everyone would be better off without me', 'self_harm'],
    ['I took all my pills', 'emergency'],
    ['someone has a gun', 'violence'],
    ['I am being followed', 'violence'],
    ['my boyfriend hits me', 'violence'],
  ])('%s: %s', (text, alert) => {
    for (const question of [MATTER, DATE, NAME, READ_BACK]) expect(read(text, question).alert).toBe(alert);
  });

  test.each([
    'this is killing me',
    'when is the next fire drill',
    'I nearly had a heart attack when I saw the bill',
    "I'm dying to know",
    'my phone died',
    "I can't do this friday",
    'I bombed the exam',
    'is there a fire extinguisher',
    'I need an emergency loan',
    'I shot him an email',
  ])('none: %s', (text) => {
    expect(read(text).alert).toBeUndefined();
  });
});

test.each([
  ['si claro', 'es'],
  ['no hablo ingles', 'es'],
  ["je m'appelle pierre", 'fr'],
  ['ich hätte gerne einen Termin', 'de'],
  ['queria marcar uma consulta', 'pt'],
  ['我想预约', 'zh'],
  ['мне нужна помощь', 'ru'],
])('%s is another language: %s', (text, language) => {
  expect(read(text).language).toBe(language);
});

test('English is no other language', async () => {
  const all = [...(await sentences('refusals')), ...(await sentences('agreements'))];
  const foreign = all.filter((text) => read(text).language !== undefined);
  expect(foreign.filter((text) => !/[íéç]|hablo|comprends/.test(text))).toEqual([]);
});

test.each([
  ['are you a robot', 'about_agent'],
  ["what's your name", 'about_agent'],
  ['is this call recorded', 'about_agent'],
  ['this is ridiculous', 'anger'],
  ['shut up', 'anger'],
  ['tell me a joke', 'chat'],
])('%s: %s', (text, social) => {
  expect(read(text).social).toBe(social);
});

describe('completeness', () => {
  test.each([
    [READ_BACK, 'Yes.', 'complete'],
    [READ_BACK, 'Yes,', 'unknown'],
    [READ_BACK, 'yes but', 'incomplete'],
    [READ_BACK, 'yes, um', 'incomplete'],
    [READ_BACK, 'it is', 'complete'],
    [READ_BACK, 'no', 'unknown'],
    [READ_BACK, 'no the', 'incomplete'],
    [ELSE, 'no', 'complete'],
    [DATE, 'december fifteenth', 'complete'],
    [DATE, 'Tuesday', 'unknown'],
    [DATE, 'I would like to come on', 'incomplete'],
    [AT, 'at ten', 'complete'],
    [AT, 'after', 'incomplete'],
    [NAME, 'Ada Lovelace', 'complete'],
    [NAME, 'Ada', 'unknown'],
    [NAME, 'my name is', 'incomplete'],
    [MATTER, 'bye', 'unknown'],
    [MATTER, 'operator', 'complete'],
    [MATTER, 'where is', 'incomplete'],
    [MATTER, '', 'incomplete'],
  ] as const)('%j %s: %s', (question, text, judged) => {
    expect(assessCompleteness(text, question, lexicon)).toBe(judged);
  });
});

test('no text throws, and what is kept of it is bounded', async () => {
  const rng = seededRng(7);
  const words = [...(await sentences('refusals')), ...(await sentences('agreements'))].flatMap((text) =>
    text.split(' '),
  );
  const marks = [
    "'",
    '…',
    '¿',
    '\u0000',
    '😀',
    '-',
    '@',
    '<',
    '(',
    '*',
    '\n',
    '١',
    '1/1/1',
    '99:99',
    '\uD800',
  ];
  for (let run = 0; run < 1500; run++) {
    const parts = Array.from({ length: randomInt(rng, 0, 30) }, () => {
      const source = rng.float() < 0.2 ? marks : words;
      return source[randomInt(rng, 0, source.length - 1)];
    });
    const question = [MATTER, DATE, AT, NAME, ELSE, READ_BACK][randomInt(rng, 0, 5)] as OpenQuestion;
    const said = read(parts.join(rng.float() < 0.8 ? ' ' : ''), question);
    expect(said.clauses.length).toBeGreaterThan(0);
  }
  const long = read('yes but no and the day is wrong, '.repeat(3000), READ_BACK);
  expect(long.text.length).toBeLessThanOrEqual(1000);
  expect(long.clauses.length).toBeLessThanOrEqual(80);
});

test('a reading crosses threads as plain data', () => {
  const said = read('no, Monday at ten for my daughter', READ_BACK);
  expect(JSON.parse(JSON.stringify(said))).toEqual(said);
});
