import { join } from 'node:path';
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

/** Voices whose words the recogniser knows well over G.711; see docs/speech.md. */
const VOICES = ['rms', 'awb', 'kal16'] as const;
const TURNS = Number(process.env['BENCH_TURNS'] ?? 300);
/** Calls at once: enough to fill the time in which one caller speaks, too few to queue for the recogniser. */
const PARALLEL = 2;

/**
 * Response gap on the wire: last audible sample the caller sent to the first one it received, over real SIP and RTP on
 * loopback. Callers cut off are counted in the same calls: a third of the free sentences have a pause in the middle.
 */
export async function run(): Promise<BenchReport> {
  const agent = await AgentProcess.start({ sip: 35_060, http: 35_080, rtp: 36_000 });
  const line = await CallerLine.open('127.0.0.1');
  const script = loadScript(join(projectRoot(), 'test/eval/scenarios/response-gap.yaml'));
  const { business } = await loadOffice(loadConfig(readEnvironment()));
  const reports: CallReport[] = [];
  let seed = 1;
  const turns = (): number => reports.reduce((sum, report) => sum + report.responseGaps.length, 0);
  const caller = async (): Promise<void> => {
    while (turns() < TURNS) {
      const own = seed++;
      const vars = scriptVariables(script, business, wallMs(Date.now()), seededRng(own));
      const voice = VOICES[own % VOICES.length] ?? 'rms';
      const impairment = { lossPercent: 0, jitterMs: 0 };
      reports.push(
        await line.call({
          uri: agent.uri,
          script,
          vars,
          voice,
          from: `+1555010${own}`,
          impairment,
          seed: own,
        }),
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, caller));
  } finally {
    await line.close();
    await agent.stop();
  }
  const spoken = reports.reduce((sum, report) => sum + report.turns, 0);
  const cutOffs = reports.reduce((sum, report) => sum + report.cutOffs, 0);
  return {
    name: 'response-gap',
    n: turns(),
    metrics: {
      complete: gaps(reports, 'complete'),
      free: gaps(reports, 'free'),
      free_with_pause: gaps(reports, 'free_paused'),
      cut_off_share: round(cutOffs / Math.max(1, spoken), 3),
      cut_offs: cutOffs,
      turns_spoken: spoken,
      unanswered: spoken - turns(),
      calls: reports.length,
    },
  };
}

function gaps(reports: readonly CallReport[], tag: string): BenchMetrics {
  const ms = reports.flatMap((report) =>
    report.responseGaps.filter((gap) => gap.tag === tag).map((gap) => gap.ms),
  );
  return {
    n: ms.length,
    p50_ms: round(percentile(ms, 50) ?? 0, 0),
    p95_ms: round(percentile(ms, 95) ?? 0, 0),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
