import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { openModel } from '../src/dialog/llm/open-model.js';
import { ask } from '../src/dialog/llm/ask.js';
import { realScheduler } from '../src/threads/real-scheduler.js';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from './report.js';

const CHUNKS = 2000;
const ROUNDS = 12;
const WARM = 4;

/** A server that streams as fast as it can, in a thread of its own so that its work is not counted. */
function serve(): void {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const body = [
    chunk({ role: 'assistant', content: '' }),
    ...Array.from({ length: CHUNKS }, (_, k) => chunk({ content: `word${k} ` })),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ];
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let at = 0;
    const send = (): void => {
      if (at >= body.length) {
        response.end();
        return;
      }
      // A few events a packet, as a network gives them.
      response.write(body.slice(at, at + 4).join(''));
      at += 4;
      setImmediate(send);
    };
    send();
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

/** Processor time of this thread's work for each chunk, in microseconds: the median of the warm rounds. */
async function cpuPerChunk(run: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS + WARM; round++) {
    const before = performance.eventLoopUtilization();
    const chunks = await run();
    const { active } = performance.eventLoopUtilization(before);
    if (round >= WARM) times.push((active * 1000) / chunks);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** Cost of one streamed chunk, beside the client of the protocol's author on the same server. */
export async function run(): Promise<BenchReport> {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const model = openModel({
    specs: [{ kind: 'openai', profile: 'openai', url, model: 'm' }],
    sampling: { maxTokens: 512, temperature: 0.7, topP: 0.9 },
    limits: { concurrency: 4, perMinute: 0, queued: 8 },
    hedgeMs: 1000,
    cacheTtlMs: 0,
    prices: {},
    scheduler: realScheduler,
  });
  const messages = [{ role: 'user' as const, text: 'hello' }];
  const budget = { firstMs: 10_000, idleMs: 10_000, totalMs: 60_000 };
  const ours = await cpuPerChunk(async () => {
    const done = await ask(model, { messages, budget, personal: true });
    if (!done.ok) throw new Error(done.error.message);
    return CHUNKS;
  });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'k', maxRetries: 0 });
  const theirs = await cpuPerChunk(async () => {
    const stream = await client.chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    if (text === '') throw new Error('no text came');
    return CHUNKS;
  });
  await model.close();
  await worker.terminate();
  return {
    name: 'llm',
    n: CHUNKS * ROUNDS,
    metrics: { cpu_us_per_chunk: ours, cpu_us_per_chunk_openai: theirs, ratio: ours / theirs },
  };
}

if (!isMainThread) serve();
