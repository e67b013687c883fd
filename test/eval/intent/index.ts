import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrationError } from '../../../training/heads/measures.js';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { loadHeads } from '../../../src/dialog/intent/load-heads.js';
import { openUseEmbedder } from '../../../src/dialog/knowledge/embedder.js';
import { KnowledgeEngine } from '../../../src/dialog/knowledge/knowledge-engine.js';
import { exactIndex, loadHnswIndex } from '../../../src/dialog/knowledge/vector-index.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { packCatalogue } from '../../support/root-catalogue.js';
import { clinc150, nluPlusPlus, openers, ownUtterances, questions, type Utterance } from './datasets.js';

/** One classified sentence. */
export interface Classified extends Utterance {
  readonly intent: string;
  readonly confidence: number;
  /** True when the knowledge base would have answered it. */
  readonly answered: boolean;
  readonly ms: number;
}

/**
 * Intent recognition: the own sentences (development and held-out halves), CLINC150 and NLU++ from `dataDir`
 * where it holds them.
 */
export async function run(options: { json: boolean; dataDir: string | undefined }): Promise<BenchReport> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'leibniz-eval-intent-'));
  try {
    const classify = await openClassifier(cacheDir);
    const sets: [string, Utterance[]][] = [
      ['own_dev', ownUtterances('dev')],
      ['own_test', ownUtterances('test')],
    ];
    const { dataDir } = options;
    if (dataDir !== undefined && readdirSync(dataDir).includes('intent')) {
      sets.push(['clinc150', clinc150(dataDir)], ['nlupp', nluPlusPlus(dataDir)]);
    }
    const casesDir = process.env['LEIBNIZ_CASES_DIR'] ?? join(projectRoot(), 'test/eval/cases');
    if (existsSync(join(casesDir, 'conversations'))) {
      sets.push(['openers', openers(casesDir)], ['questions', questions(casesDir)]);
    }
    const metrics: Record<string, BenchMetrics> = {};
    let n = 0;
    for (const [name, utterances] of sets) {
      const results: Classified[] = [];
      for (const utterance of utterances) results.push(await classify(utterance));
      metrics[name] = summarise(results);
      n += results.length;
    }
    return { name: 'intent', n, metrics };
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

/** The classifier as a call meets it. */
export async function openClassifier(
  cacheDir: string,
): Promise<(utterance: Utterance) => Promise<Classified>> {
  const engine = await KnowledgeEngine.open(
    {
      ...{ knowledgeBaseDir: join(projectRoot(), 'knowledge_base'), cacheDir, roots: [] },
      catalogue: packCatalogue(),
      heads: loadHeads(join(projectRoot(), 'locales/en-US/heads.json')),
    },
    {
      embedder: await openUseEmbedder(),
      createIndex: (await loadHnswIndex()) ?? exactIndex,
      wall: Date.now,
      now: () => performance.now(),
    },
  );
  return async (utterance) => {
    const start = performance.now();
    const { intent, confidence } = await engine.classify(utterance.text);
    const ms = performance.now() - start;
    const answered = intent === 'RAG_QUERY' && (await engine.query(utterance.text)).found;
    return { ...utterance, intent, confidence, answered, ms };
  };
}

/** Figures over classified sentences. */
export function summarise(results: readonly Classified[]): BenchMetrics {
  const share = (part: readonly Classified[], of: readonly Classified[]): number =>
    part.length / Math.max(1, of.length);
  const isRight = (result: Classified): boolean => result.accepted.includes(result.intent);
  const inside = results.filter((result) => result.accepted[0] !== 'OUT_OF_SCOPE');
  const outside = results.filter((result) => result.accepted[0] === 'OUT_OF_SCOPE');
  const recall: Record<string, number> = {};
  const precision: Record<string, number> = {};
  for (const name of new Set(results.flatMap((result) => [result.accepted[0], result.intent]))) {
    const wanted = results.filter((result) => result.accepted[0] === name);
    const given = results.filter((result) => result.intent === name);
    if (wanted.length > 0) recall[name.toLowerCase()] = share(wanted.filter(isRight), wanted);
    if (given.length > 0) precision[name.toLowerCase()] = share(given.filter(isRight), given);
  }
  const times = results.map((result) => result.ms);
  times.sort((a, b) => a - b);
  return {
    sentences: results.length,
    accuracy: share(results.filter(isRight), results),
    in_scope_accuracy: share(inside.filter(isRight), inside),
    out_of_scope_recall: share(outside.filter(isRight), outside),
    // A question that the knowledge base then declines does no harm.
    out_of_scope_harmless: share(
      outside.filter((result) => isRight(result) || (result.intent === 'RAG_QUERY' && !result.answered)),
      outside,
    ),
    starts_booking_wrongly: share(
      results.filter((result) => result.intent === 'APPOINTMENT_SCHEDULING' && !isRight(result)),
      results,
    ),
    calibration_error: calibrationError(
      results.map((result) => ({ value: result.confidence, target: Number(isRight(result)) })),
    ),
    recall,
    precision,
    embedding_p50_ms: times[Math.floor(times.length / 2)] ?? 0,
  };
}
