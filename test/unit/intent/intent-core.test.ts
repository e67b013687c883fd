import { catalogueOf, OUT_OF_SCOPE, type Intents } from '../../../src/dialog/intent/core/catalogue.js';
import { decideIntent, trainIntents } from '../../../src/dialog/intent/core/classifier.js';
import { callerSituation, extractEntities } from '../../../src/dialog/intent/core/entities.js';
import { featuresOf, WORD_SLOTS } from '../../../src/dialog/intent/core/features.js';
import { pairFeatures, readActs, readRelevance } from '../../../src/dialog/intent/core/heads.js';
import { loadHeads, saveHeads } from '../../../src/dialog/intent/load-heads.js';
import { normalized } from '../../../src/dialog/knowledge/core/vector.js';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../src/threads/project-root.js';
import { lexicon } from '../dialog/nlu/readers-support.js';
import { packCatalogue } from '../../support/root-catalogue.js';

/** Without a sentence encoder the words alone tell. */
const noVector = new Float32Array(0);

describe('catalogueOf', () => {
  const intents: Intents = {
    intents: [
      { id: 'BOOK', does: 'book', examples: ['i need a haircut'], not: ['i cut my finger'] },
      { id: 'FORM_COLOUR', does: 'form:colour', examples: ['change my colour'], not: [] },
    ],
    outOfScope: ['order a pizza'],
  };
  const clinic = { ...lexicon, appointmentWords: ['visit', 'examination'], personWords: ['stylist'] };

  it('adds the examples of the locale in the words of the trade', () => {
    const { ids, examples, answers } = catalogueOf(intents, clinic);
    expect(ids).toEqual(['BOOK', 'FORM_COLOUR', OUT_OF_SCOPE]);
    expect(answers).toEqual([]);
    const booked = examples.filter((one) => one.intent === 'BOOK' && one.not !== true).map((one) => one.text);
    expect(booked).toEqual(
      expect.arrayContaining([
        'i need a haircut',
        'i need a visit',
        'i need an examination',
        'i need to see a stylist',
      ]),
    );
    expect(booked.join(' ')).not.toMatch(/[{}]/);
  });

  it('keeps what is not meant, and puts the rest out of scope', () => {
    const { examples } = catalogueOf(intents, clinic);
    expect(examples).toContainEqual({ text: 'i cut my finger', intent: 'BOOK', not: true });
    expect(examples).toContainEqual({ text: 'order a pizza', intent: OUT_OF_SCOPE });
    expect(examples.find((one) => one.text === 'goodbye')).toBeUndefined();
  });
});

describe('a head learned from examples', () => {
  const catalogue = packCatalogue();
  const model = trainIntents(
    catalogue,
    catalogue.examples.map(() => noVector),
    0,
  );
  const intentOf = (text: string): string => decideIntent(model, featuresOf(text, noVector), 0.5).intent;

  it('tells its own examples apart', () => {
    const wrong = catalogue.examples.filter((one) => one.not !== true && intentOf(one.text) !== one.intent);
    expect(wrong.length / catalogue.examples.length).toBeLessThan(0.02);
  });

  it.each([
    ['i need an appointment next week', 'APPOINTMENT_SCHEDULING'],
    ['please cancel my appointment on monday', 'APPOINTMENT_CANCEL'],
    ['can we move my appointment to friday', 'APPOINTMENT_CHANGE'],
    ['when is my appointment please', 'APPOINTMENT_FIND'],
  ])('%s: %s', (text, intent) => expect(intentOf(text)).toBe(intent));

  it('gives probabilities, the runner-up below the first', () => {
    const { confidence, second } = decideIntent(model, featuresOf('i need an appointment', noVector), 0.5);
    expect(confidence).toBeGreaterThan(0.5);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(second?.confidence ?? 1).toBeLessThan(confidence);
  });

  it('a knowledge base with the answer speaks for a question, and none against it', () => {
    const share = (answer: number): number => {
      const decision = decideIntent(model, featuresOf('is there a pool', noVector), answer);
      return decision.intent === 'RAG_QUERY' ? decision.confidence : 1 - decision.confidence;
    };
    expect(share(0.95)).toBeGreaterThan(share(0.05));
  });

  it('any text gives a decision', () => {
    for (const text of ['', '?!', '日本語', 'x'.repeat(5000)]) {
      const { confidence } = decideIntent(model, featuresOf(text, noVector), 0);
      expect(confidence).toBeGreaterThan(0);
    }
  });

  it('the same examples give the same weights', () => {
    const again = trainIntents(
      catalogue,
      catalogue.examples.map(() => noVector),
      0,
    );
    expect(again.head.weights).toEqual(model.head.weights);
  });

  it('a sentence of the wide world that is near to an example of the pack is not held against it', () => {
    const own = normalized([1, 0.1]);
    const small = {
      ids: ['BOOK', OUT_OF_SCOPE],
      answers: [],
      examples: [
        { text: 'pay a bill', intent: 'BOOK' },
        { text: 'sing', intent: OUT_OF_SCOPE },
      ],
    };
    const trained = trainIntents(small, [own, normalized([0, 1])], 2, [
      normalized([1, 0.12]),
      normalized([0.1, 1]),
    ]);
    expect(decideIntent(trained, featuresOf('pay a bill', own), 0.5).intent).toBe('BOOK');
  });
});

it('words are hashed into their table', () => {
  const { words, weight } = featuresOf('I need an appointment', noVector);
  expect(words.every((slot) => slot >= 0 && slot < WORD_SLOTS)).toBe(true);
  expect(weight * Math.sqrt(words.length)).toBeCloseTo(0.7, 6);
});

describe('heads of the locale', () => {
  const heads = loadHeads(join(projectRoot(), 'locales/en-US/heads.json'));
  const vector = normalized(Array.from({ length: 512 }, (_one, k) => Math.sin(k)));

  it('give a probability for every act, and for relevance', () => {
    const acts = readActs(heads, featuresOf('yes please', vector));
    expect(Object.keys(acts)).toEqual(
      expect.arrayContaining(['AFFIRM', 'NEGATE', 'INFORM', 'REQUEST', 'THANK_YOU', 'GOODBYE']),
    );
    for (const value of Object.values(acts)) expect(value >= 0 && value <= 1).toBe(true);
    const relevance = readRelevance(heads, featuresOf('yes please', vector), vector);
    expect(relevance >= 0 && relevance <= 1).toBe(true);
    expect(pairFeatures(featuresOf('a', vector), vector).vector).toHaveLength(1536);
  });

  it('are the same after they were saved and read again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heads-'));
    const file = join(folder, 'heads.json');
    saveHeads(file, heads);
    const again = loadHeads(file);
    expect(again.acts.head.labels).toEqual(heads.acts.head.labels);
    heads.acts.head.weights.forEach((value, k) => {
      expect(again.acts.head.weights[k]).toBeCloseTo(value, 5);
    });
    expect(again.background).toHaveLength(heads.background.length);
    await truncate(join(folder, 'heads.bin'), 100);
    expect(() => loadHeads(file)).toThrow(/heads\.bin is too short/);
    await rm(join(folder, 'heads.bin'));
    expect(() => loadHeads(file)).toThrow(/heads\.bin is missing/);
    await rm(folder, { recursive: true });
  });

  it('a missing or broken file is named', () => {
    expect(() => loadHeads('/nowhere/heads.json')).toThrow('/nowhere/heads.json is missing');
    expect(() => loadHeads(join(projectRoot(), 'package.json'))).toThrow(/package\.json .*again/);
  });
});

describe('entities', () => {
  const services = [
    { id: 'r', name: 'course registration', aliases: ['register for a course'] },
    { id: 'm', name: 'changing a major', aliases: ['major', 'change my major'] },
  ];

  it.each([
    ['I need help to register for a course', { service: 'course registration' }],
    ['I want to change my major, I think', { service: 'changing a major' }],
    ['majors', { service: 'changing a major' }],
    ['the majority', {}],
    ['', {}],
  ])('%s', (text, expected) => {
    expect(extractEntities(text, services)).toEqual(expected);
  });

  it.each([
    ["I'm a new client", 'new client'],
    ['as a new client and a parent', 'new client, parent'],
    ['hello', undefined],
  ])('situation of "%s"', (text, expected) => {
    expect(callerSituation(text, { 'new client': ['new client'], parent: ['parent', 'my daughter'] })).toBe(
      expected,
    );
  });
});
