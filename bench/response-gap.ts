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
import { buildCommit } from './commit-build.js';
import type { BenchMetrics, BenchReport } from './report.js';

/** Voices whose words the recogniser knows well over G.711; see docs/speech.md. */
const VOICES = ['rms', 'awb', 'kal16'] as const;
const TURNS = Number(process.env['BENCH_TURNS'] ?? 300);
/** Calls at once: enough to fill the time in which one caller speaks, too few to queue for the recogniser. */
const PARALLEL = 2;
/** Both sides put the end of the caller's words within this of each other, ms. */
const SAME_TURN_MS = 600;
/** Wait for the last lines of a transcript to reach the database, ms. */
const RECORD_WAIT_MS = 10_000;
const PORTS = { sip: 35_060, http: 35_080, rtp: 36_000 } as const;
const OTHER_PORTS = { sip: 35_062, http: 35_082, rtp: 37_000 } as const;
/** Draws of the bootstrap. */
const DRAWS = 1000;

interface Turn {
  readonly tag: string;
  /** As the caller measured it, on its side of the wire. */
  readonly wireMs: number;
  /** As the agent's ledger has it; `undefined` where it counts something else (a filler, a prompt after silence). */
  readonly ledgerMs: number | undefined;
  /** The end of the caller's words as the agent has it, less as the caller has it. */
  readonly endOffsetMs: number;
  /** The beginning of the reply as the agent has it, less as the caller has it. */
  readonly replyOffsetMs: number;
  /** The agent's own segments of the gap. */
  readonly segments: Readonly<Record<string, number>>;
  /** What the agent understood. */
  readonly heard: string;
}

/** Critical path of a reply, and the recogniser's lag beside it, as the transcript names them. */
const SEGMENTS = [
  'vad_hangover_ms',
  'endpoint_wait_ms',
  'plan_ms',
  'audio_ms',
  'playout_ms',
  'stt_lag_ms',
] as const;

interface Call {
  readonly seed: number;
  readonly report: CallReport;
  readonly turns: readonly Turn[];
}

/** An agent and the calls it has taken. */
interface Side {
  readonly agent: AgentProcess;
  readonly calls: Call[];
}

/**
 * Response gap on the wire: last audible sample the caller sent to the first one it received, over real SIP and RTP on
 * loopback. Callers cut off are counted in the same calls: some of the free sentences have a pause in the middle.
 * The agent's own ledger is compared turn by turn.
 *
 * @param options - `against`: a commit that takes the same calls in the same run, one by one in turns with this tree
 */
export async function run({ against }: { readonly against?: string | undefined }): Promise<BenchReport> {
  const other = against === undefined ? undefined : buildCommit(against);
  const sides: Side[] = [{ agent: await AgentProcess.start(PORTS), calls: [] }];
  try {
    if (other !== undefined) {
      const agent = await AgentProcess.start(OTHER_PORTS, {}, undefined, other.root);
      sides.push({ agent, calls: [] });
    }
    await makeCalls(sides);
  } finally {
    await Promise.all(sides.map(({ agent }) => agent.stop()));
    other?.remove();
  }
  const [own, before] = sides;
  const calls = own?.calls ?? [];
  explainSlow(calls.flatMap((call) => call.turns));
  const report = summary(calls);
  if (before === undefined) return report;
  const { metrics } = summary(before.calls);
  return {
    ...report,
    metrics: { ...report.metrics, before: metrics, difference: differences(calls, before.calls) },
  };
}

/** The same callers call every agent, who comes first taking turns. */
async function makeCalls(sides: readonly Side[]): Promise<void> {
  const line = await CallerLine.open('127.0.0.1');
  const script = loadScript(join(projectRoot(), 'test/eval/scenarios/response-gap.yaml'));
  const {
    office: { business },
  } = await loadOffice(loadConfig(readEnvironment()));
  let seed = 1;
  const turns = (): number =>
    (sides[0]?.calls ?? []).reduce((sum, { report }) => sum + report.responseGaps.length, 0);
  const caller = async (): Promise<void> => {
    while (turns() < TURNS) {
      const own = seed++;
      const from = `+1212555${String(1000 + own)}`;
      for (const { agent, calls } of own % 2 === 0 ? sides : sides.toReversed()) {
        const report = await line.call({
          uri: agent.uri,
          script,
          vars: scriptVariables(script, business, wallMs(Date.now()), seededRng(own)),
          voice: VOICES[own % VOICES.length] ?? 'rms',
          from,
          impairment: { lossPercent: 0, jitterMs: 0 },
          seed: own,
        });
        calls.push({ seed: own, report, turns: joined(report, await ledgerOf(agent, from)) });
      }
      process.stderr.write(`  ${turns()} of ${TURNS} turns\n`);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, caller));
  } finally {
    await line.close();
  }
}

/** This tree less the other, turn by turn of the same callers; the intervals draw whole calls. */
function differences(calls: readonly Call[], before: readonly Call[]): BenchMetrics {
  const pairs = calls.flatMap(({ seed, report: { responseGaps: now } }) => {
    const then = before.find((call) => call.seed === seed)?.report.responseGaps ?? [];
    // A turn that one of them did not answer puts all later ones out of step.
    return then.length === now.length
      ? [now.map(({ tag, ms }, index) => ({ tag, ms: ms - (then[index]?.ms ?? ms) }))]
      : [];
  });
  const medianOf = (drawn: typeof pairs, tag: string): number =>
    percentile(
      drawn.flat().flatMap((turn) => (turn.tag === tag ? turn.ms : [])),
      50,
    ) ?? 0;
  const tags = { complete: 'complete', free: 'free', free_with_pause: 'free_paused' };
  return Object.fromEntries([
    ['calls', pairs.length],
    ...Object.entries(tags).map(([name, tag]) => {
      const rng = seededRng(1);
      const drawn = Array.from({ length: DRAWS }, () =>
        medianOf(
          pairs.map(() => pairs[Math.floor(rng.float() * pairs.length)] ?? []),
          tag,
        ),
      );
      const p50 = {
        p50_ms: medianOf(pairs, tag),
        low_ms: percentile(drawn, 2.5),
        high_ms: percentile(drawn, 97.5),
      };
      return [name, Object.fromEntries(Object.entries(p50).map(([key, ms]) => [key, round(ms ?? 0, 0)]))];
    }),
  ]) as BenchMetrics;
}

/** Says on standard error what the slowest tenth of the complete answers waited for. */
function explainSlow(turns: readonly Turn[]): void {
  const complete = turns.filter(({ tag }) => tag === 'complete').sort((a, b) => b.wireMs - a.wireMs);
  for (const { wireMs, ledgerMs, heard, segments } of complete.slice(0, Math.ceil(complete.length / 10))) {
    const parts = SEGMENTS.map((name) => `${name} ${round(segments[name] ?? 0, 0)}`).join(', ');
    const why = ledgerMs === undefined ? 'no turn of the agent' : `heard "${heard}" (${parts})`;
    process.stderr.write(`  slow: ${round(wireMs, 0)} ms, ${why}\n`);
  }
}

function summary(calls: readonly Call[]): BenchReport {
  const reports = calls.map(({ report }) => report);
  const all = calls.flatMap(({ turns }) => turns);
  const spoken = reports.reduce((sum, report) => sum + report.turns, 0);
  const cutOffs = reports.reduce((sum, report) => sum + report.cutOffs, 0);
  return {
    name: 'response-gap',
    n: all.length,
    metrics: {
      complete: { ...gaps(all, 'complete'), segments_p50: segments(all, 'complete') },
      free: gaps(all, 'free'),
      free_with_pause: gaps(all, 'free_paused'),
      cut_off_share: round(cutOffs / Math.max(1, spoken), 3),
      cut_offs: cutOffs,
      turns_spoken: spoken,
      unanswered: spoken - all.length,
      calls: reports.length,
      ledger: agreement(all),
    },
  };
}

/** How far the agent's ledger is from the wire, and at which of its two ends. */
function agreement(turns: readonly Turn[]): BenchMetrics {
  const both = turns.flatMap(({ ledgerMs, ...turn }) =>
    ledgerMs === undefined ? [] : [{ ...turn, difference: ledgerMs - turn.wireMs }],
  );
  const at = (p: number, value: (turn: (typeof both)[number]) => number): number =>
    round(percentile(both.map(value), p) ?? 0, 1);
  return {
    compared: both.length,
    absolute_difference_p50_ms: at(50, ({ difference }) => Math.abs(difference)),
    absolute_difference_p95_ms: at(95, ({ difference }) => Math.abs(difference)),
    // Positive: the agent takes the caller to have spoken longer than the loudness of the caller's audio says.
    speech_end_offset_p50_ms: at(50, ({ endOffsetMs }) => endOffsetMs),
    reply_start_offset_p50_ms: at(50, ({ replyOffsetMs }) => replyOffsetMs),
  };
}

interface LedgerTurn {
  readonly heard: string;
  /** End of the caller's words, wall clock. */
  readonly spokeUntil: number;
  readonly gapMs: number;
  readonly timings: Readonly<Record<string, number>>;
}

interface TranscriptLine {
  readonly turn_id: string;
  readonly role: string;
  readonly text: string;
  readonly at: string;
  readonly timings: Readonly<Record<string, number>>;
}

/** The turns of a call in the agent's own records. */
async function ledgerOf(agent: AgentProcess, from: string): Promise<readonly LedgerTurn[]> {
  const deadline = performance.now() + RECORD_WAIT_MS;
  for (;;) {
    const calls = await agent.items<{ id: string; from: string; ended_at: string | null }>(
      '/api/v1/calls?limit=20',
    );
    const call = calls.find((one) => one.from === from);
    if (call !== undefined && call.ended_at !== null) {
      const { transcript } = (await agent.get(`/api/v1/calls/${call.id}`)) as {
        transcript: readonly TranscriptLine[];
      };
      return transcript.flatMap((line) => ledgerTurn(line, transcript));
    }
    if (performance.now() > deadline) return [];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function ledgerTurn(line: TranscriptLine, transcript: readonly TranscriptLine[]): LedgerTurn[] {
  const { response_gap_ms: gapMs, vad_hangover_ms: hangover, endpoint_wait_ms: wait } = line.timings;
  const asked = transcript.find(({ role, turn_id: id }) => role === 'user' && id === line.turn_id);
  if (gapMs === undefined || hangover === undefined || wait === undefined || asked === undefined) return [];
  const spokeUntil = Date.parse(asked.at) - hangover - wait;
  return [{ heard: asked.text, spokeUntil, gapMs, timings: line.timings }];
}

function joined(report: CallReport, ledger: readonly LedgerTurn[]): Turn[] {
  return report.responseGaps.map(({ tag, ms, spokeUntil }) => {
    const near = ledger.find((turn) => Math.abs(turn.spokeUntil - spokeUntil) < SAME_TURN_MS);
    const endOffsetMs = near === undefined ? 0 : near.spokeUntil - spokeUntil;
    const replyOffsetMs = near === undefined ? 0 : endOffsetMs + near.gapMs - ms;
    const segments = near?.timings ?? {};
    const heard = near?.heard ?? '';
    return { tag, wireMs: ms, ledgerMs: near?.gapMs, endOffsetMs, replyOffsetMs, segments, heard };
  });
}

function gaps(turns: readonly Turn[], tag: string): BenchMetrics {
  const ms = turns.filter((turn) => turn.tag === tag).map(({ wireMs }) => wireMs);
  return {
    n: ms.length,
    p50_ms: round(percentile(ms, 50) ?? 0, 0),
    p95_ms: round(percentile(ms, 95) ?? 0, 0),
  };
}

/** Median of each segment; they need not add up to the median of the gap. */
function segments(turns: readonly Turn[], tag: string): BenchMetrics {
  const own = turns.filter((turn) => turn.tag === tag);
  return Object.fromEntries(
    SEGMENTS.map((name) => {
      const values = own.flatMap((turn) => turn.segments[name] ?? []);
      return [name, round(percentile(values, 50) ?? 0, 0)];
    }),
  );
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
