import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { percentile } from '../../../src/cli/caller/report.js';
import { bookings } from './bookings.js';
import { humanAnswers } from './human-answers.js';
import { humanCalls } from './human-calls.js';
import { inParallel } from './in-parallel.js';
import { Office, type FinishedCall } from './office.js';

/** Bookings for each voice at each loss. */
const CALLS_PER_CELL = Number(process.env['EVAL_CALLS'] ?? 4);
/** Calls at once. More share the recogniser and the caller's machine, and are answered later. */
const PARALLEL = Number(process.env['EVAL_PARALLEL'] ?? 2);
const VOICES = ['rms', 'awb', 'kal16'];

/** A scenario that passes by what the agent said and by how many appointments it left. */
interface Sketch {
  readonly name: string;
  readonly script: string;
  readonly appointments: 0 | 1;
}

const SKETCHES: readonly Sketch[] = [
  { name: 'refuse', script: 'refuse.yaml', appointments: 0 },
  { name: 'abandon', script: 'abandon.yaml', appointments: 0 },
  { name: 'question', script: 'question.yaml', appointments: 0 },
  { name: 'barge_in', script: 'bargein.yaml', appointments: 0 },
  { name: 'keypad', script: 'dtmf.yaml', appointments: 1 },
];

/**
 * Whole calls over real SIP and RTP against an agent with an empty calendar, checked in its API.
 *
 * @param options - `dataDir`: `LEIBNIZ_DATA_DIR`, for the recordings of people; their part is left out without it
 */
export async function run(options: {
  readonly json: boolean;
  readonly dataDir: string | undefined;
}): Promise<BenchReport> {
  const progress = (text: string): void => console.error(text);
  const only = process.env['EVAL_ONLY']?.split(',');
  const wanted = (name: string): boolean => only === undefined || only.includes(name);
  const metrics: Record<string, BenchMetrics> = {};
  const { dataDir } = options;
  if (dataDir !== undefined && wanted('human_yes_no')) {
    metrics['human_yes_no'] = await humanAnswers(dataDir, progress);
  }
  const office = await Office.open();
  let n = 0;
  try {
    for (const sketch of SKETCHES.filter(({ name }) => wanted(name))) {
      metrics[sketch.name] = await play(office, sketch, progress);
      n += VOICES.length;
    }
    if (dataDir !== undefined && wanted('human_calls')) {
      metrics['human_calls'] = await humanCalls(office, dataDir, PARALLEL, progress);
    }
    if (wanted('booking')) {
      const booked = await bookings(office, CALLS_PER_CELL, PARALLEL, progress);
      metrics['booking'] = booked;
      n += Number(booked['n']);
    }
  } finally {
    await office.close();
  }
  return { name: 'scenarios', n, metrics };
}

/** One call with each voice. */
async function play(office: Office, sketch: Sketch, progress: (text: string) => void): Promise<BenchMetrics> {
  const calls = await inParallel(PARALLEL, VOICES, async (voice) => {
    const call = await office.call({
      script: sketch.script,
      voice,
      lossPercent: 0,
      seed: 500 + VOICES.indexOf(voice),
    });
    tell(sketch, voice, call, progress);
    return call;
  });
  const stops = calls.flatMap(({ report }) => report.bargeInStopMs);
  return {
    n: calls.length,
    passed: calls.filter((call) => passed(sketch, call)).length,
    appointments: calls.reduce((sum, call) => sum + call.appointments.length, 0),
    ...(stops.length === 0
      ? {}
      : {
          stop_ms: {
            p50: Math.round(percentile(stops, 50) ?? 0),
            max: Math.round(Math.max(...stops)),
          },
        }),
  };
}

function passed(sketch: Sketch, { report, appointments }: FinishedCall): boolean {
  return report.failures.length === 0 && appointments.length === sketch.appointments;
}

function tell(sketch: Sketch, voice: string, call: FinishedCall, progress: (text: string) => void): void {
  const { report, appointments } = call;
  if (passed(sketch, call)) {
    progress(`  ${sketch.name} ${voice}: passed, ${(report.durationMs / 1000).toFixed(0)} s`);
    return;
  }
  progress(`  ${sketch.name} ${voice}: ${appointments.length} appointments; ${report.failures.join('; ')}`);
  for (const { who, text } of report.lines) progress(`    ${who.padEnd(6)} ${text}`);
  for (const text of call.heard) progress(`    heard  ${text}`);
}
