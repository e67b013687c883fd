import { join } from 'node:path';
import { openMcp } from '../../../src/dialog/llm/tools/mcp.js';
import { joinTools, type ToolSource } from '../../../src/dialog/llm/tools/types.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { modelContext } from '../../support/model-context.js';
import { OpenAiStandIn } from '../../support/providers/llm/openai.js';
import { openModel } from '../../../src/dialog/llm/open-model.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { shippedContext } from '../../support/shipped-context.js';
import { Talk } from '../../support/talk.js';
import { execFileSync } from 'node:child_process';

const EVERYTHING = join(projectRoot(), 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const server = {
  name: 'every',
  command: process.execPath,
  args: [EVERYTHING, 'stdio'],
  reads: ['echo', 'get-sum', 'trigger-long-running-operation'],
};

/** Ends the server that this process has started. */
function killServer(): void {
  const list = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  for (const line of list.split('\n')) {
    if (line.includes('server-everything')) process.kill(Number(line.trim().split(/\s+/)[0]), 'SIGKILL');
  }
}

async function until(check: () => boolean): Promise<void> {
  for (let waited = 0; !check() && waited < 15_000; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let tools: ToolSource;
afterEach(() => tools.close());

test('tools of a server from npm: listed, called, and called with wrong arguments', async () => {
  tools = await openMcp(server);
  const names = tools.tools().map(({ name }) => name);
  expect(names).toContain('every_echo');
  expect(await tools.call('every_echo', { message: 'hello' })).toMatchObject({
    type: 'tool',
    value: expect.stringContaining('hello') as unknown,
  });
  expect(await tools.call('every_get-sum', { a: 'x' })).not.toMatchObject({ type: 'failed', why: 'timeout' });
  expect(await tools.call('every_nothing', {})).toEqual({ type: 'failed', why: 'unavailable' });
}, 30_000);

test('a tool that takes too long is given up', async () => {
  tools = await openMcp(server, { callMs: 300 });
  const began = performance.now();
  const result = await tools.call('every_trigger-long-running-operation', { duration: 10, steps: 2 });
  expect(result).toEqual({ type: 'failed', why: 'timeout' });
  expect(performance.now() - began).toBeLessThan(8000);
}, 30_000);

test('a server that is not there offers nothing, and harms nobody', async () => {
  tools = joinTools([await openMcp({ name: 'gone', url: 'http://127.0.0.1:9/mcp' }, { connectMs: 500 })]);
  expect(tools.tools()).toEqual([]);
  expect(await tools.call('gone_x', {})).toEqual({ type: 'failed', why: 'refused' });
}, 30_000);

test('used in a call, killed in the middle of it: the call goes on, and the server is there again later', async () => {
  const lost: string[] = [];
  tools = await openMcp(server, { retryMs: 200, onLost: (name) => lost.push(name) });
  const standIn = await new OpenAiStandIn().listen();
  const model = openModel({
    specs: [{ kind: 'openai', profile: 'vllm', url: standIn.url, model: 'm' }],
    sampling: { maxTokens: 512, temperature: 0.7, topP: 0.9 },
    limits: { concurrency: 4, perMinute: 0, queued: 8 },
    hedgeMs: 1000,
    cacheTtlMs: 0,
    prices: {},
    scheduler: realScheduler,
  });
  const context = await modelContext({
    tools: tools.tools(),
    budget: { firstMs: 2000, idleMs: 2000, totalMs: 5000 },
  });
  const talk = new Talk({
    context: { ...(await shippedContext()), model: context },
    model,
    tools: { call: (name, args) => tools.call(name, args) },
  });
  await talk.start();
  const echo = { calls: [{ name: 'every_echo', args: '{"message":"sunny and warm"}' }] };
  standIn.scripts = [echo, { words: ['It is sunny and warm.'] }];
  expect(await talk.say('Could you tell me how it is outside there')).toContain('sunny and warm');
  expect(JSON.stringify(standIn.seen[1]?.body['messages'])).toContain('Echo: sunny and warm');

  killServer();
  await until(() => lost.length > 0);
  standIn.scripts = [echo, { words: ['I cannot tell you that now.'] }];
  expect(await talk.say('Could you tell me how it is outside there once more')).toContain(
    'I cannot tell you that now',
  );
  expect(JSON.stringify(standIn.seen.at(-1)?.body['messages'])).toContain('does not answer');

  await until(() => tools.tools().length > 0);
  expect(await tools.call('every_echo', { message: 'back' })).toMatchObject({ type: 'tool' });
  await model.close();
  await standIn.close();
}, 60_000);
