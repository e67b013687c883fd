import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../src/threads/project-root.js';
import { AgentProcess } from './agent-process.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { round } from './speech-audio.js';

/** Calls that begin in a second, one measurement each. */
const RATES = (process.env['BENCH_RATES'] ?? '50,100,250').split(',').map(Number);
/** Length of a measurement. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 8);
const CALL_MS = 200;
const WARM_UP_CALLS = 200;
/** From the last call to the measurement of memory. */
const SETTLE_MS = 3000;

/** A process under test. */
interface Answerer {
  readonly port: number;
  readonly pid: number;
}

/**
 * Short calls in which nobody speaks: processor time of one from INVITE to BYE, and what is sent twice because the answer
 * comes late. Beside the agent a bare drachtio-srf application on the same SIP server, in the same run. Needs SIPp.
 */
export async function run(): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-bench-'));
  const ports = { sip: 18_360, http: 18_380, rtp: 20_000 };
  const agent = await AgentProcess.start(ports, { MAX_CALLS: '400', RTP_PORT_MAX: '21999' });
  const bare = spawn(process.execPath, [join(projectRoot(), 'dist/bench/bare-app.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const metrics: Record<string, BenchMetrics> = {};
  try {
    const answerers = {
      agent: { port: ports.sip, pid: agent.pid },
      bare: { port: await portOf(bare), pid: bare.pid ?? 0 },
    };
    for (const answerer of Object.values(answerers)) await calls(folder, answerer, 50, WARM_UP_CALLS);
    for (const rate of RATES) {
      for (const [name, answerer] of Object.entries(answerers)) {
        metrics[`${name}_at_${rate}`] = await measure(folder, answerer, rate);
        process.stderr.write(`  ${name} at ${rate}: ${JSON.stringify(metrics[`${name}_at_${rate}`])}\n`);
      }
    }
  } finally {
    bare.kill('SIGKILL');
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return { name: 'call-cost', n: RATES.reduce((sum, rate) => sum + rate * SECONDS, 0), metrics };
}

async function measure(folder: string, answerer: Answerer, rate: number): Promise<BenchMetrics> {
  const count = rate * SECONDS;
  const before = cpuSeconds(answerer.pid);
  const stats = await calls(folder, answerer, rate, count);
  await sleep(SETTLE_MS);
  return {
    answered: Number(stats['SuccessfulCall(C)'] ?? 0),
    failed: Number(stats['FailedCall(C)'] ?? 0),
    retransmissions: Number(stats['Retransmissions(C)'] ?? 0),
    cpu_ms_per_call: round((1000 * (cpuSeconds(answerer.pid) - before)) / count),
    memory_mb: residentMb(answerer.pid),
  };
}

/** Runs SIPp; gives the last line of its statistics by column. */
async function calls(
  folder: string,
  { port }: Answerer,
  rate: number,
  count: number,
): Promise<Record<string, string>> {
  const text = readFileSync(join(projectRoot(), 'sip/scenarios/uac-bye-at-once.xml'), 'utf8');
  const bye = text.lastIndexOf('<send');
  writeFileSync(
    join(folder, 'short.xml'),
    `${text.slice(0, bye)}<pause milliseconds="${CALL_MS}"/>${text.slice(bye)}`,
  );
  for (const name of readdirSync(folder)) if (name.endsWith('.csv')) rmSync(join(folder, name));
  // A port for each call: one source may not begin so many.
  const where = [
    `127.0.0.1:${port}`,
    '-sf',
    'short.xml',
    '-i',
    '127.0.0.1',
    '-t',
    'un',
    '-max_socket',
    '900',
  ];
  const how = ['-r', String(rate), '-m', String(count), '-l', '400', '-nostdin', '-timeout', '60'];
  const sipp = spawn('sipp', [...where, ...how, '-trace_stat', '-stf', 'calls.csv', '-fd', '1'], {
    cwd: folder,
    stdio: 'ignore',
  });
  await new Promise((resolve) => sipp.once('close', resolve));
  const lines = readFileSync(join(folder, 'calls.csv'), 'utf8').trim().split('\n');
  const values = (lines.at(-1) ?? '').split(';');
  return Object.fromEntries((lines[0] ?? '').split(';').map((name, index) => [name, values[index] ?? '']));
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(Number(/port (\d+)/.exec(data.toString())?.[1])));
    child.once('exit', () => reject(new Error('the bare application ended')));
  });
}

/** User and system time of a process, seconds. Linux only. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory, MB. Linux only. */
function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kb ?? 0) / 1024);
}
