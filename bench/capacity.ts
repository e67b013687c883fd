import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallReport } from '../src/cli/caller/report.js';
import { CallerLine } from '../src/cli/caller/run-call.js';
import { parseScript, type CallScript } from '../src/cli/caller/script.js';
import { AgentProcess } from './agent-process.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { round } from './speech-audio.js';

const PORTS = { sip: 35_160, http: 35_180, rtp: 38_000 } as const;
const PARALLEL = [1, 10] as const;
/** The greeting and its echo in the caches are over after this; the first "are you there?" comes 12 s later. */
const GREETING_S = 9;
const IDLE_S = 9;
/** Measured without calls, s. */
const REST_S = 10;
/** Turns of a talking call; one takes about eight seconds. */
const TALK_TURNS = Number(process.env['BENCH_TALK_TURNS'] ?? 8);
/** Share of a core that is planned with: the rest absorbs callers who speak at the same moment. */
const PLANNED_LOAD = 0.7;

/** Long enough that the caller speaks about half the time. */
const SENTENCES = [
  'Hello, I am a student in my second year, I have just come back from a semester in another country, and because I would like to talk to somebody soon I want to know what your opening hours are this week.',
  'I have been thinking about it for quite some time, I talked to my parents and to my roommate as well, and now I would like to ask you when the deadline to drop a class is.',
  'My friend told me that you might know this, because she called you last month about something similar, so can you please tell me how I get a transcript sent to my new employer?',
  'I have just moved to the city with my family and I do not know my way around yet, and I also do not have a car at the moment, so could you please tell me where your office is?',
];

/** What calls cost the agent: start-up, memory, and processor time per minute of call, silent and talking. */
export async function run(): Promise<BenchReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'leibniz-bench-'));
  const first = await AgentProcess.start(PORTS, {}, dataDir);
  await first.stop(true);
  const agent = await AgentProcess.start(PORTS, {}, dataDir);
  try {
    const startMb = agent.residentMb();
    const line = await CallerLine.open('127.0.0.1');
    try {
      // The first call pays for code that has not been compiled yet and for prompts that are in no cache.
      await talking(agent, line, 1);
      const atRest = await cpuPerSecond(agent, REST_S);
      const metrics: Record<string, BenchMetrics> = {};
      for (const calls of PARALLEL) {
        metrics[`calls_${calls}`] = {
          idle: await idle(agent, line, calls),
          talking: await talking(agent, line, calls),
        };
      }
      return {
        name: 'capacity',
        n: PARALLEL.reduce((sum: number, calls) => sum + 2 * calls, 0),
        metrics: {
          start_new_data_ms: Math.round(first.startMs),
          start_again_ms: Math.round(agent.startMs),
          memory_at_start_mb: startMb,
          cpu_s_per_minute_without_calls: round(60 * atRest),
          ...metrics,
        },
      };
    } finally {
      await line.close();
    }
  } finally {
    await agent.stop(true);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Answered calls in which nobody speaks, between the greeting and the first question after silence. */
async function idle(agent: AgentProcess, line: CallerLine, count: number): Promise<BenchMetrics> {
  const script = parseScript(
    {
      name: 'silent',
      listen: false,
      steps: [{ say: 'Goodbye.', when: '^never$' }],
      max_ms: (GREETING_S + IDLE_S + 1) * 1000,
    },
    'of the benchmark',
  );
  const calls = callAtOnce(agent, line, script, count);
  await sleep(GREETING_S * 1000);
  const perSecond = await cpuPerSecond(agent, IDLE_S);
  const memoryMb = agent.residentMb();
  const answered = (await calls).filter((report) => report.answered).length;
  return {
    answered,
    cpu_s_per_call_minute: round((60 * perSecond) / Math.max(1, answered)),
    memory_mb: memoryMb,
  };
}

/** Calls in which the caller asks one thing after another. */
async function talking(agent: AgentProcess, line: CallerLine, count: number): Promise<BenchMetrics> {
  const steps = Array.from({ length: TALK_TURNS }, (_, turn) => ({
    say: SENTENCES[turn % SENTENCES.length],
  }));
  const script = parseScript({ name: 'talking', listen: false, steps, max_ms: 600_000 }, 'of the benchmark');
  const before = agent.cpuSeconds();
  const memory = watchMemory(agent);
  const reports = await callAtOnce(agent, line, script, count);
  const used = agent.cpuSeconds() - before;
  const peakMb = memory.stop();
  const minutes = reports.reduce((sum, report) => sum + report.durationMs, 0) / 60_000;
  const spokenMs = reports
    .flatMap((report) => report.lines.filter(({ who }) => who === 'caller'))
    .reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const perMinute = used / minutes;
  return {
    answered: reports.filter((report) => report.answered).length,
    call_minutes: round(minutes),
    caller_talks_share: round(spokenMs / 60_000 / minutes),
    turns: reports.reduce((sum, report) => sum + report.turns, 0),
    cpu_s_per_call_minute: round(perMinute),
    calls_per_core_at_70_percent: round((60 / perMinute) * PLANNED_LOAD),
    memory_peak_mb: peakMb,
  };
}

function callAtOnce(
  agent: AgentProcess,
  line: CallerLine,
  script: CallScript,
  count: number,
): Promise<CallReport[]> {
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      line.call({
        uri: agent.uri,
        script,
        vars: {},
        voice: 'rms',
        from: `+1212555${String(1000 + n)}`,
        impairment: { lossPercent: 0, jitterMs: 0 },
        seed: n,
      }),
    ),
  );
}

async function cpuPerSecond(agent: AgentProcess, seconds: number): Promise<number> {
  const before = agent.cpuSeconds();
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  return (agent.cpuSeconds() - before) / ((performance.now() - startedAt) / 1000);
}

function watchMemory(agent: AgentProcess): { stop(): number } {
  let peak = agent.residentMb();
  const timer = setInterval(() => {
    peak = Math.max(peak, agent.residentMb());
  }, 1000);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.max(peak, agent.residentMb());
    },
  };
}
