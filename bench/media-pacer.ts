import { setTimeout as sleep } from 'node:timers/promises';
import { utteranceId } from '../src/kernel/ids.js';
import { Pacer } from '../src/media/pacer.js';
import { RtpPortPool } from '../src/media/rtp-port-pool.js';
import { realScheduler } from '../src/threads/real-scheduler.js';
import type { BenchReport } from './report.js';
import { connectPair, HOST } from './rtp-calls.js';

const CALLS = 25;
const SECONDS = 10;
const FIRST_PORT = 22_400;

/**
 * 25 calls over real sockets, both ends in this process, everybody talking: how late the pacer is, what a call costs,
 * and whether every packet arrives.
 */
export async function run(): Promise<BenchReport> {
  const pool = new RtpPortPool({ host: HOST, min: FIRST_PORT, max: FIRST_PORT + CALLS * 4 + 1, restMs: 0 });
  const pacer = new Pacer(realScheduler);
  const pairs: Awaited<ReturnType<typeof connectPair>>[] = [];
  for (let n = 0; n < CALLS; n++) pairs.push(await connectPair(pool, pacer));
  const speech = Int16Array.from({ length: SECONDS * 8000 + 8000 }, (_, i) => 5000 * Math.sin(i / 7));
  for (const [caller, agent] of pairs) {
    caller.enqueue({ utteranceId: utteranceId('c'), pcm: speech, last: true });
    agent.enqueue({ utteranceId: utteranceId('a'), pcm: speech, last: true });
  }
  await sleep(500);
  pacer.resetStats();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await sleep(SECONDS * 1000);
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const lateness = pacer.stats();
  const ends = pairs.flat();
  const received = ends.map((end) => end.stats().received);
  const sum = (pick: (stats: (typeof received)[number]) => number): number =>
    received.reduce((total, stats) => total + pick(stats), 0);
  for (const end of ends) await end.close();
  pacer.close();
  await pool.close();
  const cpuSeconds = (used.user + used.system) / 1e6;
  return {
    name: 'media-pacer',
    n: CALLS,
    metrics: {
      lateness_ms: {
        p50: lateness.p50Ms,
        p99: lateness.p99Ms,
        p999: lateness.p999Ms,
        max: Math.round(lateness.maxMs * 100) / 100,
      },
      ticks: lateness.count,
      ticks_skipped: lateness.skipped,
      cpu_ms_per_stream_second: Math.round((cpuSeconds / seconds / ends.length) * 1e5) / 100,
      packets_received: sum((stats) => stats.packets),
      packets_lost: sum((stats) => stats.lost),
      packets_late: sum((stats) => stats.late),
    },
  };
}
