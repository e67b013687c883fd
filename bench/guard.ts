import { join } from 'node:path';
import { packGuard } from '../src/dialog/core/guard.js';
import { guardObjection, officeText } from '../src/dialog/guard/core/speech.js';
import { loadGuardHeads } from '../src/dialog/guard/load-guard-head.js';
import { loadPack } from '../src/dialog/pack/load.js';
import { projectRoot } from '../src/threads/project-root.js';
import type { BenchReport } from './report.js';

const ROUNDS = 400;
const WARM = 100;

const TURNS = {
  short: 'yes please, Tuesday at ten would be fine',
  long: 'so I was at the office last week and they told me that I should call about the form that I had filled in, because something was missing, and I wonder whether I have to come again or can send it by mail',
  longest: 'and then I went there again to ask about it. '.repeat(22).slice(0, 1000),
} as const;
const PASSAGES = ['The library is open from nine to five on weekdays. Call 212 555 0142. '.repeat(12)];

/** Time of a verdict in the thread of the calls. */
export async function run(): Promise<BenchReport> {
  const { guard: rules, lexicon, business } = await loadPack(projectRoot());
  const head = loadGuardHeads(join(projectRoot(), 'locales/en-US/guard.json')).pieces;
  const rails = { head, toxicity: true, pii: true };
  const guard = packGuard(rules, lexicon, rails);
  const metrics: Record<string, number> = {};
  const timed = (name: string, judge: () => unknown): void => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS + WARM; round++) {
      const startedAt = performance.now();
      judge();
      if (round >= WARM) times.push(performance.now() - startedAt);
    }
    times.sort((one, other) => one - other);
    const at = (share: number): number => Math.round((times[Math.floor(ROUNDS * share)] ?? 0) * 1000) / 1000;
    Object.assign(metrics, { [`${name}_p50_ms`]: at(0.5), [`${name}_p95_ms`]: at(0.95) });
  };
  for (const [name, text] of Object.entries(TURNS)) {
    timed(`input_${name}`, () => guard.input(text, TURNS.short));
  }
  const grounds = { evidence: PASSAGES, caller: TURNS.long, instructions: '' };
  const office = officeText(business);
  const clause = 'The library is open from nine to five on weekdays.';
  const context = { lexicon, guard: rules };
  timed('output_clause', () => guardObjection(clause, grounds, rails, context, office));
  return { name: 'guard', n: ROUNDS, metrics };
}
