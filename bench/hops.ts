import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceEndpoint } from '../src/app/services/endpoint.js';
import { KnowledgeService } from '../src/app/services/knowledge-service.js';
import { SttService } from '../src/app/services/stt-service.js';
import { TtsService } from '../src/app/services/tts-service.js';
import { openKnowledge, type Knowledge } from '../src/dialog/open-knowledge.js';
import { loadPack } from '../src/dialog/pack/load.js';
import { requestId } from '../src/kernel/ids.js';
import { openStt, openTts } from '../src/speech/index.js';
import type { SttEngine, TtsEngine } from '../src/speech/ports.js';
import { projectRoot } from '../src/threads/project-root.js';
import type { BenchMetrics, BenchReport } from './report.js';
import { quantile, SENTENCE } from './speech-audio.js';

const ROUNDS = 40;
/** Computed vectors, kept from one run to the next. */
const EMBEDDINGS = join(tmpdir(), 'leibniz-bench-embeddings');

/** The same engine in this process and in a role of its own on this machine. */
interface Both<Engine> {
  readonly embedded: Engine;
  readonly http: Engine;
}

/**
 * What a hop to a role costs: recognition, synthesis, intents and answers in process and over HTTP, cached and not.
 * The difference of two medians is the hop, audio included.
 */
export async function run(): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-hops-'));
  const roles = await Promise.all(['stt', 'tts', 'intent'].map((name) => Role.start(name, folder)));
  const [stt, tts, intent] = roles as [Role, Role, Role];
  const pack = await loadPack(projectRoot());
  const { knowledgeBaseDir } = pack;
  const engines = {
    stt: { embedded: await openStt(), http: new SttService(new ServiceEndpoint(stt.url, undefined)) },
    tts: { embedded: await openTts(), http: new TtsService(new ServiceEndpoint(tts.url, undefined)) },
    knowledge: {
      embedded: await openKnowledge({ pack, knowledgeBaseDir, cacheDir: EMBEDDINGS }),
      http: new KnowledgeService(new ServiceEndpoint(intent.url, undefined)),
    },
  };
  try {
    const metrics: Record<string, BenchMetrics> = {
      ...(await measureTts(engines.tts)),
      stt: await measureStt(engines.stt, engines.tts.embedded),
      ...(await measureKnowledge(engines.knowledge)),
    };
    return { name: 'hops', n: ROUNDS, metrics };
  } finally {
    await Promise.all(
      Object.values(engines).flatMap(({ embedded, http }) => [embedded.close(), http.close()]),
    );
    await Promise.all(roles.map((role) => role.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureStt({ embedded, http }: Both<SttEngine>, tts: TtsEngine): Promise<BenchMetrics> {
  const spoken = await tts.synthesize({ requestId: requestId('bench'), text: SENTENCE, sampleRateHz: 8000 });
  if (!spoken.ok) throw new Error(spoken.error.message);
  const { pcm } = spoken.value;
  const ask = (stt: SttEngine) => async (round: number) => {
    const id = requestId(`b${round}`);
    const result = await stt.transcribe({ requestId: id, pcm, sampleRateHz: 8000, kind: 'final' });
    if (!result.ok) throw new Error(result.error.message);
  };
  return compared(ask(embedded), ask(http));
}

async function measureTts({ embedded, http }: Both<TtsEngine>): Promise<Record<string, BenchMetrics>> {
  const say = (tts: TtsEngine, text: (round: number) => string) => async (round: number) => {
    const id = requestId(`b${round}`);
    const result = await tts.synthesize({ requestId: id, text: text(round), sampleRateHz: 8000 });
    if (!result.ok) throw new Error(result.error.message);
  };
  const fresh = (round: number): string =>
    `Your appointment number ${round} is on Thursday at half past two.`;
  return {
    tts_uncached: await compared(say(embedded, fresh), say(http, fresh)),
    tts_cached: await compared(
      say(embedded, () => SENTENCE),
      say(http, () => SENTENCE),
    ),
  };
}

async function measureKnowledge({ embedded, http }: Both<Knowledge>): Promise<Record<string, BenchMetrics>> {
  const fresh = (round: number): string => `what are your opening hours on the day number ${round}`;
  const classify = (knowledge: Knowledge, text: (round: number) => string) => async (round: number) => {
    await knowledge.classify(text(round), {}, { timeoutMs: 10_000 });
  };
  const query = (knowledge: Knowledge, text: (round: number) => string) => async (round: number) => {
    await knowledge.query(text(round), {}, { timeoutMs: 10_000 });
  };
  // Another sentence for answers: those that were classified before are embedded already.
  const asked = (round: number): string => `where is the office, I ask for the time number ${round}`;
  const known = (): string => 'where can i park';
  return {
    intent_uncached: await compared(classify(embedded, fresh), classify(http, fresh)),
    intent_cached: await compared(classify(embedded, known), classify(http, known)),
    rag_uncached: await compared(query(embedded, asked), query(http, asked)),
    rag_cached: await compared(query(embedded, known), query(http, known)),
  };
}

type Work = (round: number) => Promise<void>;

/** Both in turns, so that what else the machine does falls on both; the first of each warms up. */
async function compared(embedded: Work, http: Work): Promise<BenchMetrics> {
  const times = { embedded: [] as number[], http: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries({ embedded, http }) as ['embedded' | 'http', Work][]) {
      const begin = performance.now();
      await work(round);
      if (round > 0) times[name].push(performance.now() - begin);
    }
  }
  const p50 = { embedded: quantile(times.embedded, 0.5), http: quantile(times.http, 0.5) };
  return {
    ...{ embedded_ms_p50: p50.embedded, http_ms_p50: p50.http },
    hop_ms_p50: Math.round(100 * (p50.http - p50.embedded)) / 100,
    ...{ embedded_ms_p95: quantile(times.embedded, 0.95), http_ms_p95: quantile(times.http, 0.95) },
  };
}

/** One role in a process of its own. */
class Role {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(name: string, folder: string): Promise<Role> {
    if (existsSync(EMBEDDINGS)) cpSync(EMBEDDINGS, join(folder, 'embeddings'), { recursive: true });
    const main = join(projectRoot(), 'dist/src/cli/main.js');
    const env = { ...process.env, DATA_DIR: folder, STT_WORKERS: '1', LOG_LEVEL: 'error' };
    const child = spawn(process.execPath, [main, 'serve', name, '--port', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /HTTP API at (http:\/\/[^,\s]+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => reject(new Error(`the role ${name} ended: ${text}`)));
    });
    return new Role(child, url);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
