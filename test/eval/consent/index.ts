import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import type { OpenQuestion } from '../../../src/dialog/core/nlu/types.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { shareOf } from '../share.js';
import { caseLexicon, linesOf, READ_BACK, sentences, TIME, verdictOn } from './answers.js';

/** One answer with what it must come to. */
interface Row {
  readonly set: string;
  readonly text: string;
  readonly agrees: boolean;
  readonly question: OpenQuestion;
}

/**
 * Agreements found, and what was taken for one.
 *
 * @param options - `dataDir`: folder with `acts/` (turns of people who confirm and refuse); `json`: nothing but the report is printed
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string | undefined;
}): Promise<BenchReport> {
  const lexicon = caseLexicon();
  const rows = [...(await ownRows()), ...(await caseRows())];
  if (options.dataDir !== undefined) rows.push(...(await corpusRows(options.dataDir)));
  const sets = new Map<string, { agreements: number; found: number; others: number; wrong: number }>();
  const startedAt = performance.now();
  for (const { set, text, agrees, question } of rows) {
    const score = sets.get(set) ?? { agreements: 0, found: 0, others: 0, wrong: 0 };
    const isAgreed = verdictOn(text, question, lexicon).kind === 'agreed';
    score[agrees ? 'agreements' : 'others']++;
    if (isAgreed) score[agrees ? 'found' : 'wrong']++;
    if (!options.json && isAgreed !== agrees) {
      console.error(`${set}: ${agrees ? 'agreement missed' : 'TAKEN FOR AN AGREEMENT'}: ${text}`);
    }
    sets.set(set, score);
  }
  const turnMs = (performance.now() - startedAt) / Math.max(1, rows.length);
  const metrics: Record<string, BenchMetrics | number> = { turn_ms: Number(turnMs.toFixed(3)) };
  for (const [set, score] of sets) {
    metrics[set] = {
      ...score,
      ...shareOf('found_share', score.found, score.agreements),
      ...shareOf('wrong_share', score.wrong, score.others),
    };
  }
  return { name: 'consent', n: rows.length, metrics };
}

/** Own sentences: the word lists were written against the first two files; those that end in "-held" came after. */
async function ownRows(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of ['agreements', 'refusals', 'agreements-held', 'refusals-held']) {
    for (const text of await sentences(name)) {
      rows.push({
        set: name.endsWith('-held') ? 'own_held' : 'own_tuned',
        text,
        agrees: name.startsWith('agreements'),
        question: READ_BACK,
      });
    }
  }
  return rows;
}

async function caseRows(): Promise<readonly Row[]> {
  const folder = process.env['LEIBNIZ_CASES_DIR'] || join(projectRoot(), 'test', 'eval', 'cases');
  const consent = (await linesOf(join(folder, 'consent.tsv'))).slice(1).map((line) => line.split('\t'));
  const readBack = (await linesOf(join(folder, 'conversations', 'read-back.tsv')))
    .slice(1)
    .map((line) => line.split('\t'));
  return [
    ...consent.map(([text = '', right = '']) => ({
      set: 'cases_consent',
      text,
      agrees: right.startsWith('agrees'),
      question: READ_BACK,
    })),
    ...readBack.map(([kind, text = '']) => ({
      set: 'cases_read_back',
      text,
      agrees: kind === 'agreement',
      question: READ_BACK,
    })),
  ];
}

type CorpusRow = readonly [
  system: string,
  systemActs: readonly string[],
  user: string,
  acts: readonly string[],
];

const actsOf = (acts: readonly string[]): ReadonlySet<string> =>
  new Set(acts.map((act) => act.split(':')[0] ?? ''));

/** Acts that leave an agreement one. */
const AGREEING: ReadonlySet<string> = new Set(['AFFIRM', 'AFFIRM_INTENT', 'THANK_YOU']);
/** Acts of which each makes a turn no plain agreement. */
const OTHER: ReadonlySet<string> = new Set([
  'NEGATE',
  'NEGATE_INTENT',
  'INFORM',
  'REQUEST_ALTS',
  'INFORM_INTENT',
]);

/** Turns of the Schema-Guided Dialogue corpus (dev) after a read-back, an offer, or "anything else?". */
async function corpusRows(dataDir: string): Promise<readonly Row[]> {
  const file = await readFile(join(dataDir, 'acts', 'sgd_dev_user_turns.jsonl.gz'));
  const rows: Row[] = [];
  for (const line of gunzipSync(file).toString('utf8').split('\n')) {
    if (line === '') continue;
    const [, systemActs, text, userActs] = JSON.parse(line) as CorpusRow;
    const system = actsOf(systemActs);
    const acts = actsOf(userActs);
    const isReadBack = system.has('CONFIRM');
    if (!isReadBack && !system.has('REQ_MORE') && !system.has('OFFER_INTENT')) continue;
    const agrees =
      [...acts].every((act) => AGREEING.has(act)) && (acts.has('AFFIRM') || acts.has('AFFIRM_INTENT'));
    if (!agrees && ![...acts].some((act) => OTHER.has(act))) continue;
    rows.push({
      set: isReadBack ? 'sgd_read_back' : system.has('OFFER_INTENT') ? 'sgd_offer' : 'sgd_anything_else',
      text,
      agrees,
      question: {
        id: isReadBack ? 'book.confirm' : 'offer',
        expects: 'yes_no',
        time: TIME,
        ...(isReadBack ? { asked: {} } : {}),
      },
    });
  }
  return rows;
}
