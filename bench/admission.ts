import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, readEnvironment } from '../src/app/config/index.js';
import { loadOffice } from '../src/app/engines.js';
import { percentile, type CallReport } from '../src/cli/caller/report.js';
import { CallerLine } from '../src/cli/caller/run-call.js';
import { loadScript } from '../src/cli/caller/script.js';
import { scriptVariables } from '../src/cli/caller/vars.js';
import { seededRng } from '../src/kernel/rng.js';
import { wallMs } from '../src/kernel/time.js';
import { projectRoot } from '../src/threads/project-root.js';
import { AgentProcess } from './agent-process.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { round } from './speech-audio.js';

const VOICES = ['rms', 'awb', 'kal16'] as const;
/** Calls offered together, one measurement each. */
const OFFERED = (process.env['BENCH_CALLS'] ?? '10,20,40,60').split(',').map(Number);
/** Callers come one after another, as they do on a telephone. */
const APART_MS = 250;
/** Between two measurements, so that the load of one is over when the next begins. */
const REST_MS = 6000;

/**
 * How many of the calls offered are taken, and how long those wait for answers. The limits are the agent's own:
 * MAX_CALLS stays unset. Callers are simulated on the same machine and take their share of its cores.
 */
export async function run(): Promise<BenchReport> {
  const agent = await AgentProcess.start({ sip: 18_260, http: 18_280, rtp: 19_000 });
  const line = await CallerLine.open('127.0.0.1');
  const metrics: Record<string, BenchMetrics> = {};
  try {
    await offer(agent, line, 1);
    for (const count of OFFERED) {
      await sleep(REST_MS);
      const before = agent.cpuSeconds();
      const startedAt = performance.now();
      const reports = await offer(agent, line, count);
      const cores = (1000 * (agent.cpuSeconds() - before)) / (performance.now() - startedAt);
      metrics[`offered_${count}`] = summary(reports, cores);
      process.stderr.write(`  ${count} offered: ${JSON.stringify(metrics[`offered_${count}`])}\n`);
    }
  } finally {
    await line.close();
    await agent.stop();
  }
  return { name: 'admission', n: OFFERED.reduce((sum, count) => sum + count, 0), metrics };
}

async function offer(agent: AgentProcess, line: CallerLine, count: number): Promise<CallReport[]> {
  const script = loadScript(join(projectRoot(), 'test/eval/scenarios/response-gap.yaml'));
  const { business } = (await loadOffice(loadConfig(readEnvironment()))).office;
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await sleep(n * APART_MS);
      return line.call({
        uri: agent.uri,
        script,
        vars: scriptVariables(script, business, wallMs(Date.now()), seededRng(n)),
        voice: VOICES[n % VOICES.length] ?? 'rms',
        from: `+1212555${String(1000 + n)}`,
        impairment: { lossPercent: 0, jitterMs: 0 },
        seed: n,
      });
    }),
  );
}

function summary(reports: readonly CallReport[], cores: number): BenchMetrics {
  const taken = reports.filter(({ answered }) => answered);
  const gaps = taken.flatMap(({ responseGaps }) => responseGaps.map(({ ms }) => ms));
  const spoken = taken.reduce((sum, { turns }) => sum + turns, 0);
  return {
    taken: taken.length,
    refused: reports.length - taken.length,
    turns: spoken,
    answered_share: round(gaps.length / Math.max(1, spoken)),
    gap_p50_ms: Math.round(percentile(gaps, 50) ?? 0),
    gap_p95_ms: Math.round(percentile(gaps, 95) ?? 0),
    agent_cores: round(cores),
  };
}
