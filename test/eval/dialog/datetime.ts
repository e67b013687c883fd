import { join } from 'node:path';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { findTimeMentions } from '../../../src/dialog/core/nlu/time/mentions.js';
import { tokenize } from '../../../src/dialog/core/nlu/tokens.js';
import { loadLocale } from '../../../src/dialog/locale.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { allCases, type Case } from './datetime-cases.js';
import { judge, type Verdict } from './datetime-score.js';

interface Tally {
  right: number;
  of: number;
}

/**
 * Accuracy of spoken dates and times on public sets, for the half that was looked at and the half that was held out.
 *
 * @param options - `dataDir`: folder with `dialogs/` and `datetime/`; `json`: nothing but the report is printed
 * @returns per set and half `{right, of, share, by_kind, unsayable}`; what the types cannot say counts as wrong
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string;
}): Promise<BenchReport> {
  const words = loadLocale(join(projectRoot(), 'locales', 'en-US')).calendar;
  const cases = await allCases(options.dataDir);
  const judged = cases.map((one) => ({ one, verdict: judge(one, words) }));
  if (!options.json) {
    for (const { one, verdict } of judged) if (!verdict.right && !one.held) console.error(line(one, verdict));
  }
  const metrics: Record<string, BenchMetrics | number> = {};
  for (const set of ['sgd', 'recognizers', 'duckling'] as const) {
    const mine = judged.filter(({ one }) => one.set === set);
    metrics[set] = {
      ...tallied(mine),
      seen: tallied(mine.filter(({ one }) => !one.held)),
      held: tallied(mine.filter(({ one }) => one.held)),
    };
  }
  metrics['us_per_sentence'] = microseconds(cases, words);
  return { name: 'eval.datetime', n: cases.length, metrics };
}

const line = (one: Case, { kind, unsayable, got }: Verdict): string =>
  [
    one.set,
    one.part,
    kind,
    unsayable ?? '',
    one.text,
    `want ${one.wanted.map(({ values, start, end }) => `[${one.text.slice(start, end)}] ${values.map((value) => JSON.stringify(value)).join('|')}`).join(' ')}`,
    `got ${got}`,
  ].join('\t');

function tallied(judged: readonly { readonly verdict: Verdict }[]): BenchMetrics {
  const byKind = new Map<string, Tally>();
  const unsayable = new Map<string, number>();
  let right = 0;
  for (const { verdict } of judged) {
    const tally = byKind.get(verdict.kind) ?? { right: 0, of: 0 };
    tally.of += 1;
    if (verdict.right) tally.right += 1;
    if (verdict.right) right += 1;
    byKind.set(verdict.kind, tally);
    if (verdict.unsayable !== undefined) {
      unsayable.set(verdict.unsayable, (unsayable.get(verdict.unsayable) ?? 0) + 1);
    }
  }
  return {
    right,
    of: judged.length,
    share: share(right, judged.length),
    by_kind: Object.fromEntries(
      [...byKind].map(([kind, tally]) => [kind, { ...tally, share: share(tally.right, tally.of) }]),
    ),
    unsayable: Object.fromEntries(unsayable),
  };
}

const share = (right: number, of: number): number => (of === 0 ? 0 : Math.round((right / of) * 1000) / 1000);

/** Average processor time to read one sentence of twenty words, after warming up. */
function microseconds(cases: readonly Case[], words: ReturnType<typeof loadLocale>['calendar']): number {
  const text = cases.map((one) => one.text).join(' ');
  const pieces = text.split(/\s+/);
  const sentences = Array.from({ length: Math.floor(pieces.length / 20) }, (_, k) =>
    pieces.slice(20 * k, 20 * k + 20).join(' '),
  );
  const ref = { today: '2026-12-02', nowMin: 615 };
  const once = (): void => {
    for (const sentence of sentences) findTimeMentions(tokenize(sentence, words), ref, words);
  };
  once();
  once();
  const { user } = process.cpuUsage();
  once();
  return Math.round((process.cpuUsage().user - user) / Math.max(1, sentences.length));
}
