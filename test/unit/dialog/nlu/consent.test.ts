import {
  consentByAlert,
  consentByRequest,
  consentFrom,
  type Asked,
} from '../../../../src/dialog/core/consent.js';
import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import type { Interpretation, OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { seededRng, type Rng } from '../../../../src/kernel/rng.js';
import { caseLexicon, READ_BACK, sentences, TIME, verdictOn } from '../../../eval/consent/answers.js';

const lexicon = caseLexicon();
const ASKED: Asked = {
  questionId: READ_BACK.id,
  ...(READ_BACK.asked === undefined ? {} : { values: READ_BACK.asked }),
  heardToEnd: true,
};
const read = (text: string, question: OpenQuestion = READ_BACK): Interpretation =>
  interpret({ text, confidence: 1 }, question, lexicon);
const kindOf = (text: string, question: OpenQuestion = READ_BACK): string => {
  const verdict = verdictOn(text, question, lexicon);
  return verdict.kind === 'unclear' ? verdict.why : verdict.kind;
};

const agreements = await sentences('agreements');
const refusals = await sentences('refusals');

test('every plain agreement agrees to what was read back', () => {
  expect(agreements.length).toBeGreaterThan(150);
  expect(agreements.filter((text) => kindOf(text) !== 'agreed')).toEqual([]);
});

test('no refusal, doubt, correction, question or stray talk agrees', async () => {
  const all = [...refusals, ...(await sentences('refusals-held'))];
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter((text) => kindOf(text) === 'agreed')).toEqual([]);
});

const REST = [
  'earlier',
  'not that day',
  'with somebody else',
  'the time is wrong',
  'I have to work',
  'it rains',
];
/** What takes an agreement back, by what it is. */
const SPOILERS: Readonly<Record<string, readonly string[]>> = {
  contrast: ['but', 'except', 'although', 'only', 'however', 'just not', 'though'].flatMap((word) =>
    REST.map((rest) => `${word} ${rest}`),
  ),
  condition: ['if', 'unless', 'as long as', 'provided', 'assuming', 'only if', 'in case'].flatMap((word) =>
    REST.map((rest) => `${word} ${rest}`),
  ),
  hedge: [
    'maybe',
    'I guess',
    'I think',
    'probably',
    'I suppose',
    'perhaps',
    'kind of',
    'not sure',
    'I believe',
  ],
  negation: [
    'not really',
    'I can not',
    'never',
    "I don't want it",
    'it is not',
    "that won't work",
    'please do not',
  ],
  value: ['on Thursday', 'at eleven', 'december fifth', 'at half past two', 'tomorrow', 'for Grace Hopper'],
  deferral: [
    'let me check',
    'hold on',
    'one second',
    'I need to ask my wife',
    'not yet',
    'I will call you back',
  ],
  unread: ['zebra', 'umbrella', 'my son', 'the bus', 'grandma', 'blorp', 'the other lady', 'insurance'],
};

const pick = <T>(rng: Rng, items: readonly T[]): T => items[Math.floor(rng.float() * items.length)] as T;

function spoiled(rng: Rng, kind: string): string {
  const agreement = pick(
    rng,
    agreements.filter((text) => !text.includes('?')),
  ).replace(/[.!]+$/, '');
  const spoiler = pick(rng, SPOILERS[kind] ?? []);
  const forms = [`${agreement}, ${spoiler}`, `${agreement} ${spoiler}`, `${agreement}. ${spoiler}.`];
  if (kind !== 'contrast' && kind !== 'condition') {
    forms.push(`${spoiler}, ${agreement}`, `${spoiler} ${agreement}`);
  }
  return pick(rng, forms);
}

test.each(Object.keys(SPOILERS))('an agreement beside a %s is none', (kind) => {
  const rng = seededRng(20261202);
  const wrong: string[] = [];
  for (let run = 0; run < 500; run++) {
    const text = spoiled(rng, kind);
    if (kindOf(text) === 'agreed') wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test('repeating what was asked agrees; another value corrects', () => {
  for (const text of [
    'yes Friday at ten for Ada Lovelace',
    'Friday at ten for Ada Lovelace is right',
    'Yes, my name is Ada Lovelace.',
  ]) {
    expect([text, kindOf(text)]).toEqual([text, 'agreed']);
  }
  for (const text of [
    'yes Thursday',
    'yes at eleven',
    "no, it's Monday",
    'I am Carla Byron',
    'yes December fifth',
  ]) {
    expect([text, kindOf(text)]).toEqual([text, 'corrected']);
  }
});

test('a question beside a clean agreement is asked on top of it', () => {
  const said = read('Yes, and where do I park?');
  expect(consentFrom(said, ASKED).kind).toBe('agreed');
  expect(said.aside).toBe('and where do I park');
  for (const text of [
    'yes but where do I park',
    'yes when I get my car back',
    'yes, can you make it earlier',
  ]) {
    expect([text, kindOf(text) === 'agreed']).toEqual([text, false]);
  }
});

test('"no, that is fine" agrees at a read-back and declines an offer', () => {
  const offer: OpenQuestion = { id: 'handoff.offer', expects: 'yes_no', time: TIME };
  const cancel: OpenQuestion = { ...READ_BACK, id: 'cancel.confirm' };
  for (const text of ["no, that's fine", "no no that's okay", "nope, it's all good"]) {
    expect([text, kindOf(text), kindOf(text, offer), kindOf(text, cancel)]).toEqual([
      text,
      'agreed',
      'refused',
      'refused',
    ]);
  }
});

test('the very thing that was asked about agrees, another one does not', () => {
  const cancel: OpenQuestion = { ...READ_BACK, id: 'cancel.confirm' };
  expect(kindOf('please cancel it', cancel)).toBe('agreed');
  expect(kindOf('please cancel it')).toBe('refused');
  expect(kindOf('yes book it')).toBe('agreed');
  expect(kindOf('yes book it', cancel)).not.toBe('agreed');
  expect(kindOf('keep it', cancel)).toBe('refused');
});

test.each([
  ['not heard to its end', { heardToEnd: false }, { confidence: 1 }, 'not_heard'],
  ['heard badly', { heardToEnd: true }, { confidence: 0.2 }, 'unsure'],
  ['as near to a refusal', { heardToEnd: true }, { confidence: 0.9, margin: 0.2 }, 'unsure'],
  ['without a figure', { heardToEnd: true }, { confidence: Number.NaN }, 'unsure'],
])('a yes that was %s is asked for again', (_name, asked, heard, why) => {
  expect(consentFrom({ ...read('yes'), ...heard }, { ...ASKED, ...asked })).toEqual({ kind: 'unclear', why });
});

test('a free reading that refuses leaves no margin to the expected yes', () => {
  const hypotheses = [
    { text: 'yes', acoustic: -1, source: 'biased' as const },
    { text: 'guess', acoustic: -0.4, source: 'free' as const },
  ];
  const said = interpret(
    { text: 'yes', confidence: 0.9, evidence: { hypotheses, margin: 5 } },
    READ_BACK,
    lexicon,
  );
  expect(consentFrom(said, ASKED)).toEqual({ kind: 'unclear', why: 'unsure' });
});

test('asking for the thing itself is a consent, unless it is denied, doubted or hardly heard', () => {
  expect(consentByRequest(read('get me a human please'), 'person')).toMatchObject({ by: 'request' });
  expect(consentByRequest(read("I don't want to talk to a person"), 'person')).toBeUndefined();
  expect(consentByRequest(read('bye'), 'goodbye')).toBeDefined();
  expect(consentByRequest({ ...read('bye'), confidence: 0.5 }, 'goodbye')).toBeUndefined();
  expect(consentByRequest(read('thanks'), 'goodbye')).toBeUndefined();
  expect(consentByAlert(read('there is a fire'))).toMatchObject({ by: 'alert' });
  expect(consentByAlert(read('yes'))).toBeUndefined();
});
