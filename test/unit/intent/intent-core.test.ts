import { INTENT_NAMES } from '../../../src/dialog/core/types.js';
import { callerSituation, extractEntities } from '../../../src/dialog/intent/core/entities.js';
import { EXAMPLES } from '../../../src/dialog/intent/core/examples.js';
import {
  decideIntent,
  intentSimilarities,
  type IntentEvidence,
} from '../../../src/dialog/intent/core/nearest.js';
import {
  clauses,
  MAX_UTTERANCE_CHARS,
  normalizeUtterance,
} from '../../../src/dialog/intent/core/normalize.js';
import { normalized } from '../../../src/dialog/knowledge/core/vector.js';

describe('normalizeUtterance', () => {
  it.each([
    ["I'd like... um, an appointment!", 'i would like | an appointment'],
    ['I can’t, sorry', 'i can not | sorry'],
    ['At 3:30 p.m. please', 'at 330 pm'],
    ['the the office', 'the office'],
    ['well-known — really', 'well known | really'],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(normalizeUtterance(text)).toBe(expected);
  });

  it('looks at a bounded part', () => {
    expect(normalizeUtterance('word '.repeat(5000)).length).toBeLessThanOrEqual(MAX_UTTERANCE_CHARS);
  });
});

it('clauses end at punctuation, at "but" and where a wish begins, not within a question', () => {
  expect(clauses('hello | i do not want this but i want that')).toEqual([
    'hello',
    'i do not want this',
    'but',
    'i want that',
  ]);
  expect(clauses('what do i need for this')).toEqual(['what do i need for this']);
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
    ["I'm an international student", 'international student'],
    ['as a transfer student and a senior', 'transfer student, final-year student'],
    ['my daughter is sick', 'parent'],
    ['hello', undefined],
  ])('situation of "%s"', (text, expected) => {
    expect(callerSituation(text)).toBe(expected);
  });
});

describe('decideIntent', () => {
  const flat = Object.fromEntries(INTENT_NAMES.map((name) => [name, 0.3])) as IntentEvidence['similarity'];

  it('follows the nearest examples', () => {
    const decision = decideIntent({ similarity: { ...flat, HUMAN_HANDOFF: 0.8 }, answerConfidence: 0.1 });
    expect(decision.intent).toBe('HUMAN_HANDOFF');
    expect(decision.confidence).toBeGreaterThan(0.9);
  });

  it('is a question when the knowledge base answers it', () => {
    expect(decideIntent({ similarity: flat, answerConfidence: 0.95 }).intent).toBe('RAG_QUERY');
  });

  it('is out of scope when nothing speaks for it', () => {
    expect(decideIntent({ similarity: flat, answerConfidence: 0.02 }).intent).toBe('OUT_OF_SCOPE');
  });

  it.each([0, 1])('stays finite at an answer confidence of %d', (answerConfidence) => {
    const { confidence } = decideIntent({ similarity: flat, answerConfidence });
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
  });
});

it('similarity is the mean of the two nearest examples of an intent', () => {
  const axis = normalized([1, 0]);
  const other = normalized([0, 1]);
  const examples = [
    { intent: 'REPEAT' as const, vector: axis },
    { intent: 'REPEAT' as const, vector: other },
    { intent: 'REPEAT' as const, vector: other },
    { intent: 'GOODBYE' as const, vector: other },
  ];
  const similarity = intentSimilarities(axis, examples);
  expect(similarity.REPEAT).toBeCloseTo(0.5, 6);
  expect(similarity.GOODBYE).toBeCloseTo(0, 6);
  expect(similarity.GREETING).toBe(0);
});

it('every intent has examples, and none stands for two', () => {
  for (const name of INTENT_NAMES) expect(EXAMPLES[name].length).toBeGreaterThanOrEqual(7);
  const all = Object.values(EXAMPLES).flat();
  expect(new Set(all).size).toBe(all.length);
});
