import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { ANSWER_THRESHOLD } from '../../../src/dialog/knowledge/core/confidence.js';
import { loadKnowledge } from '../../../src/dialog/knowledge/documents.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { medquad, ownQuestions, xquad, type QuestionSet } from './datasets.js';
import { openSearcher, type Searcher } from './harness.js';

/**
 * Retrieval and answering: the own questions over `knowledge_base/` (development and held-out halves), XQuAD and
 * MedQuAD from `dataDir` where it holds them, and the questions of both as callers off the topic.
 */
export async function run(options: { json: boolean; dataDir: string | undefined }): Promise<BenchReport> {
  const metrics: Record<string, BenchMetrics> = {};
  let n = 0;
  const add = async (name: string, searcher: Searcher, set: QuestionSet): Promise<void> => {
    metrics[name] = await measure(searcher, set);
    n += set.answerable.length + set.unanswerable.length;
  };
  const own = await openSearcher('own', await loadKnowledge(join(projectRoot(), 'knowledge_base')));
  await add('own_dev', own, ownQuestions('dev'));
  await add('own_test', own, ownQuestions('test'));
  const { dataDir } = options;
  if (dataDir !== undefined && readdirSync(dataDir).includes('retrieval')) {
    const squad = xquad(dataDir);
    await add('xquad', await openSearcher('xquad', { documents: squad.documents, synonyms: [] }), squad);
    const health = medquad(dataDir);
    await add(
      'medquad',
      await openSearcher('medquad', { documents: health.documents, synonyms: [] }),
      health,
    );
    const foreign = [squad, health].flatMap((set) => set.answerable.map(({ question }) => question));
    await add('own_off_topic', own, { answerable: [], unanswerable: [...foreign, ...squad.unanswerable] });
  }
  return { name: 'retrieval', n, metrics };
}

async function measure(searcher: Searcher, set: QuestionSet): Promise<BenchMetrics> {
  const ranks: number[] = [];
  const times: number[] = [];
  const right: number[] = [];
  let answered = 0;
  let wrong = 0;
  let rightAnyway = 0;
  let sentences = 0;
  for (const { question, documents, isRight } of set.answerable) {
    const start = performance.now();
    const { hits, answer, confidence, answeredBy } = await searcher.ask(question);
    times.push(performance.now() - start);
    ranks.push(hits.findIndex((hit) => documents.includes(hit.chunk.documentId)));
    const good = isRight(answer) && documents.includes(hits[answeredBy]?.chunk.documentId ?? '');
    if (good) rightAnyway++;
    if (confidence < ANSWER_THRESHOLD) continue;
    answered++;
    sentences += (answer.match(/[.!?](?:\s|$)/g) ?? ['']).length;
    if (good) right.push(confidence);
    else wrong++;
  }
  let falseAnswers = 0;
  for (const question of set.unanswerable) {
    if ((await searcher.ask(question)).confidence >= ANSWER_THRESHOLD) falseAnswers++;
  }
  const total = Math.max(1, set.answerable.length);
  const within = (k: number): number => ranks.filter((rank) => rank >= 0 && rank < k).length / total;
  times.sort((a, b) => a - b);
  return {
    passages: searcher.passages,
    ...(set.answerable.length === 0
      ? {}
      : {
          questions: total,
          recall_at_1: within(1),
          recall_at_3: within(3),
          recall_at_5: within(5),
          right_sentence: rightAnyway / total,
          answered_right: right.length / total,
          answered_wrong: wrong / total,
          abstained: 1 - answered / total,
          sentences_per_answer: sentences / Math.max(1, answered),
          p50_ms: times[Math.floor(times.length / 2)] ?? 0,
          p95_ms: times[Math.floor(times.length * 0.95)] ?? 0,
        }),
    ...(set.unanswerable.length === 0
      ? {}
      : {
          unanswerable_questions: set.unanswerable.length,
          unanswerable_refused: 1 - falseAnswers / set.unanswerable.length,
        }),
  };
}
