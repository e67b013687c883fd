import { join } from 'node:path';
import { confidenceFeatures } from '../../../src/dialog/knowledge/core/confidence.js';
import { loadKnowledge } from '../../../src/dialog/knowledge/documents.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { ownQuestions, xquad, type QuestionSet } from './datasets.js';
import { openSearcher, type Searcher } from './harness.js';

/**
 * Fits the logistic weights of `src/dialog/knowledge/core/confidence.ts` on the development questions (and the
 * XQuAD half in `LEIBNIZ_DATA_DIR`, where it is set) and prints them:
 * `npm run build && node dist/test/eval/retrieval/calibrate.js`.
 */
interface Row {
  readonly x: readonly number[];
  /** 1 when the extracted answer is right, so that a wrong answer counts like no answer. */
  readonly y: 0 | 1;
  readonly weight: number;
}

const FEATURES = ['sentence', 'nearest', 'coverage'] as const;

const LEARNING_RATE = 0.5;
const STEPS = 20_000;
const RIDGE = 0.0005;

async function rowsOf(searcher: Searcher, set: QuestionSet, weight: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { question, documents, isRight } of set.answerable) {
    const { hits, answer, answeredBy, evidence } = await searcher.ask(question);
    const good = isRight(answer) && documents.includes(hits[answeredBy]?.chunk.documentId ?? '');
    rows.push({ x: [1, ...confidenceFeatures(evidence)], y: good ? 1 : 0, weight });
  }
  for (const question of set.unanswerable) {
    const { evidence } = await searcher.ask(question);
    rows.push({ x: [1, ...confidenceFeatures(evidence)], y: 0, weight });
  }
  return rows;
}

function fit(rows: readonly Row[]): number[] {
  const weights = [0, ...FEATURES.map(() => 0)];
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((value, index) => (index === 0 ? 0 : RIDGE * value));
    for (const { x, y, weight } of rows) {
      const z = x.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0);
      const error = (weight * (1 / (1 + Math.exp(-z)) - y)) / total;
      x.forEach((value, index) => {
        gradient[index] = (gradient[index] ?? 0) + error * value;
      });
    }
    gradient.forEach((value, index) => {
      weights[index] = (weights[index] ?? 0) - LEARNING_RATE * value * 4;
    });
  }
  return weights;
}

const own = await openSearcher('own', await loadKnowledge(join(projectRoot(), 'knowledge_base')));
const rows = await rowsOf(own, ownQuestions('dev'), 1);
const dataDir = process.env['LEIBNIZ_DATA_DIR'];
if (dataDir !== undefined) {
  const squad = xquad(dataDir);
  // The own domain counts as much as the foreign one, which has more questions.
  rows.push(
    ...(await rowsOf(await openSearcher('xquad', { documents: squad.documents, synonyms: [] }), squad, 0.2)),
  );
}
const [bias, ...weights] = fit(rows);
process.stdout.write(
  JSON.stringify({ bias, ...Object.fromEntries(FEATURES.map((name, index) => [name, weights[index]])) }) +
    '\n',
);
