import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../src/jobs/open-store.js';
import { requestId, utteranceId } from '../src/kernel/ids.js';
import { wallMs } from '../src/kernel/time.js';
import { Pacer } from '../src/media/pacer.js';
import type { RtpMediaSession } from '../src/media/rtp-media-session.js';
import { RtpPortPool } from '../src/media/rtp-port-pool.js';
import { openSpeech, type Speech } from '../src/speech/index.js';
import type { Store } from '../src/store/types.js';
import { realScheduler } from '../src/threads/real-scheduler.js';
import { stolenSeconds } from './host-time.js';
import { LatenessShares } from './lateness-shares.js';
import type { BenchReport } from './report.js';
import { connectPair, HOST } from './rtp-calls.js';
import { round, SENTENCE, spokenAudio } from './speech-audio.js';

const FIRST_PORT = 37_000;
/** An even number: calls are connected in pairs, so that each sends one stream and receives one. */
const CALLS = 26;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 60);
const STT_WORKERS = 2;
const BOOKINGS_PER_S = 5;
const JOURNAL_EVENTS_PER_S = 250;

interface Load {
  readonly stop: () => Promise<void>;
  readonly counts: { transcripts: number; syntheses: number; bookings: number; events: number };
}

/**
 * May media stay on the call thread? 26 calls with voice activity detection on the main thread, as in the program,
 * beside both recogniser threads and the synthesiser flat out, and the store with its jobs in its worker.
 */
export async function run(): Promise<BenchReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'leibniz-bench-'));
  const speech = await openSpeech({ sttWorkers: STT_WORKERS, ttsWorkers: 1 });
  const store = await openStore({ dataDir, scheduler: realScheduler });
  const pool = new RtpPortPool({ host: HOST, min: FIRST_PORT, max: FIRST_PORT + CALLS * 2 + 1, restMs: 0 });
  const shares = new LatenessShares();
  const pacer = new Pacer(realScheduler, undefined, (ms) => shares.record(ms));
  const gc = watchGc();
  try {
    const audio = await spokenAudio(speech.tts, 4);
    const sessions = await openCalls(pool, pacer, speech, audio);
    await sleep(1000);
    const idle = await measure(pacer, shares, gc, Math.max(2, SECONDS / 3));
    const load = startLoad(speech, store, audio);
    await sleep(1000);
    const loaded = await measure(pacer, shares, gc, SECONDS);
    await load.stop();
    const lost = sessions.reduce((sum, session) => sum + session.stats().received.lost, 0);
    for (const session of sessions) await session.close();
    return {
      name: 'threads',
      n: CALLS,
      metrics: {
        engines_idle: idle,
        engines_flat_out: loaded,
        work_done: { ...load.counts, seconds: SECONDS },
        packets_lost: lost,
        limit_p999_ms: 10,
      },
    };
  } finally {
    gc.stop();
    pacer.close();
    shares.close();
    await pool.close();
    await speech.close();
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function openCalls(
  pool: RtpPortPool,
  pacer: Pacer,
  speech: Speech,
  audio: Int16Array,
): Promise<RtpMediaSession[]> {
  const sessions: RtpMediaSession[] = [];
  for (let n = 0; n < CALLS; n += 2) sessions.push(...(await connectPair(pool, pacer)));
  for (const session of sessions) {
    const vad = speech.vad.open(() => undefined);
    session.subscribe((event) => {
      if (event.type === 'audio') vad.push(event.pcm, event.startSample);
      else if (event.type === 'playout' && event.event === 'finished') speak(session, audio);
    });
    speak(session, audio);
  }
  return sessions;
}

let utterances = 0;

function speak(session: RtpMediaSession, pcm: Int16Array): void {
  session.enqueue({ utteranceId: utteranceId(`bench-${utterances++}`), pcm, last: true });
}

/** Keeps every engine busy until stopped. */
function startLoad(speech: Speech, store: Store, audio: Int16Array): Load {
  const counts = { transcripts: 0, syntheses: 0, bookings: 0, events: 0 };
  let running = true;
  const loops = [
    // One request more than there are workers, so that none waits for its next.
    ...Array.from({ length: STT_WORKERS + 1 }, () =>
      until(async () => {
        const pcm = audio.slice();
        const id = requestId('bench');
        const result = await speech.stt.transcribe({
          requestId: id,
          pcm,
          sampleRateHz: 8000,
          kind: 'final',
        });
        if (result.ok) counts.transcripts++;
      }),
    ),
    until(async () => {
      // A text of its own keeps the cache out of it.
      const text = `${SENTENCE} Number ${counts.syntheses}.`;
      const result = await speech.tts.synthesize({
        requestId: requestId('bench'),
        text,
        sampleRateHz: 8000,
      });
      if (result.ok) counts.syntheses++;
    }),
    until(async () => {
      await book(store, counts.bookings++);
      await sleep(1000 / BOOKINGS_PER_S);
    }),
    until(async () => {
      for (let n = 0; n < JOURNAL_EVENTS_PER_S / 10; n++) append(store, counts.events++);
      await sleep(100);
    }),
  ];
  async function until(work: () => Promise<void>): Promise<void> {
    while (running) await work();
  }
  return {
    counts,
    stop: async () => {
      running = false;
      await Promise.all(loops);
    },
  };
}

/** Books a slot that nobody has, so that every booking commits and gets its follow-up job. */
async function book(store: Store, n: number): Promise<void> {
  const startsAtMs = wallMs(Date.UTC(2030, 0, 1) + n * 1_800_000);
  const iso = new Date(startsAtMs).toISOString();
  await store.appointments.book({
    idempotencyKey: `bench-${n}`,
    startsAtMs,
    endsAtMs: wallMs(startsAtMs + 1_800_000),
    occupiedUntilMs: wallMs(startsAtMs + 1_800_000),
    resource: 'office',
    capacity: 1,
    date: iso.slice(0, 10),
    time: iso.slice(11, 16),
    timezone: 'UTC',
    purpose: 'course registration',
    pii: { userName: 'Mary Johnson' },
    deadlineMs: 30_000,
  });
}

function append(store: Store, n: number): void {
  store.journal.append({
    kind: 'event',
    callId: `bench-${n % CALLS}`,
    seq: Math.floor(n / CALLS),
    atMs: n,
    type: 'bench',
    payload: { text: SENTENCE, n },
  });
}

interface GcWatch {
  /** Pauses since the last call, ms. */
  take(): number[];
  stop(): void;
}

/** Garbage collection of this thread's heap; those of workers stop only themselves. */
function watchGc(): GcWatch {
  let pauses: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) pauses.push(entry.duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    take: () => {
      const taken = pauses;
      pauses = [];
      return taken;
    },
    stop: () => observer.disconnect(),
  };
}

async function measure(
  pacer: Pacer,
  shares: LatenessShares,
  gc: GcWatch,
  seconds: number,
): Promise<Record<string, number>> {
  gc.take();
  pacer.resetStats();
  shares.reset();
  const cpu = process.cpuUsage();
  const stolen = stolenSeconds();
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  const took = (performance.now() - startedAt) / 1000;
  const used = process.cpuUsage(cpu);
  const { p50Ms, p99Ms, p999Ms, maxMs, count, skipped } = pacer.stats();
  const pauses = gc.take();
  return {
    lateness_p50_ms: round(p50Ms),
    lateness_p99_ms: round(p99Ms),
    lateness_p999_ms: round(p999Ms),
    lateness_max_ms: round(maxMs),
    ...shares.summary(),
    ticks: count,
    ticks_skipped: skipped,
    gc_pauses: pauses.length,
    gc_max_ms: round(Math.max(0, ...pauses)),
    gc_ms_per_s: round(pauses.reduce((sum, ms) => sum + ms, 0) / took),
    cores_busy: round((used.user + used.system) / 1e6 / took),
    stolen_ms_per_s: round(((stolenSeconds() - stolen) * 1000) / took),
  };
}
