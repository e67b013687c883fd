import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { WorkerPool, type PoolOptions } from '../../../src/speech/worker-pool.js';
import { VirtualTime } from '../../support/virtual-time.js';

/** A thread that does only what the test says. */
class ScriptedWorker extends EventEmitter {
  readonly received: { type: string; jobId?: number }[] = [];
  terminated = false;

  postMessage(message: { type: string; jobId?: number }): void {
    this.received.push(message);
    if (message.type === 'close') this.emit('exit', 0);
  }

  terminate(): Promise<number> {
    this.terminated = true;
    this.emit('exit', 1);
    return Promise.resolve(1);
  }
}

interface Bench {
  readonly time: VirtualTime;
  readonly pool: WorkerPool<{ work: string }, string>;
  readonly workers: ScriptedWorker[];
  readonly flags: Int32Array[];
  readonly log: string[];
}

function bench(options: Partial<PoolOptions> = {}): Bench {
  const time = new VirtualTime();
  const workers: ScriptedWorker[] = [];
  const flags: Int32Array[] = [];
  const log: string[] = [];
  const pool = new WorkerPool<{ work: string }, string>(
    {
      size: 1,
      scheduler: time,
      start: (flag) => {
        const worker = new ScriptedWorker();
        workers.push(worker);
        flags.push(flag);
        return worker as unknown as Worker;
      },
      ...options,
    },
    {
      onIdle: () => log.push('idle'),
      onResult: (id, result) => log.push(`result ${id} ${result}`),
      onFailure: (id, message) => log.push(`failure ${id} ${message}`),
    },
  );
  return { time, pool, workers, flags, log };
}

async function opened(options: Partial<PoolOptions> = {}): Promise<Bench> {
  const it = bench(options);
  const open = it.pool.open();
  for (const worker of it.workers) worker.emit('message', { type: 'ready' });
  await open;
  it.log.length = 0;
  return it;
}

test('ready, job, result, idle', async () => {
  const { pool, workers, log } = await opened();
  expect(pool.submit(7, { work: 'a' }, [])).toBe(true);
  expect(pool.submit(8, { work: 'b' }, [])).toBe(false);
  expect(pool.busy).toBe(1);
  workers[0]?.emit('message', { type: 'result', jobId: 7, result: 'done' });
  expect(log).toEqual(['result 7 done', 'idle']);
  expect(pool.submit(8, { work: 'b' }, [])).toBe(true);
});

test('refused at the start: open rejects with the error, the other workers are closed, none is started again', async () => {
  const { pool, workers, time } = bench({ size: 2 });
  const open = pool.open();
  workers[1]?.emit('message', { type: 'ready' });
  workers[0]?.emit('message', {
    type: 'refused',
    error: { message: 'broken', code: 'MODEL_BROKEN', field: 'x.onnx' },
  });
  workers[0]?.emit('exit', 0);
  await expect(open).rejects.toMatchObject({ code: 'MODEL_BROKEN', field: 'x.onnx' });
  expect(workers[1]?.received.at(-1)).toEqual({ type: 'close' });
  await time.advance(60_000);
  expect(workers.length).toBe(2);
});

test('death with a job: failure, restart after 250 ms', async () => {
  const { pool, workers, time, log } = await opened();
  pool.submit(7, { work: 'a' }, []);
  workers[0]?.emit('error', new Error('out of memory'));
  workers[0]?.emit('exit', 1);
  expect(log).toEqual(['failure 7 out of memory']);
  expect(pool.submit(8, { work: 'b' }, [])).toBe(false);
  await time.advance(249);
  expect(workers.length).toBe(1);
  await time.advance(1);
  expect([workers.length, pool.restarts]).toEqual([2, 1]);
  workers[1]?.emit('message', { type: 'ready' });
  expect(pool.submit(8, { work: 'b' }, [])).toBe(true);
});

test('death, death, death: the pause doubles up to its limit; a finished job makes it short again', async () => {
  const { pool, workers, time } = await opened({ maxRestartMs: 1000 });
  const pauses: number[] = [];
  for (let round = 0; round < 5; round++) {
    workers.at(-1)?.emit('exit', 1);
    const before = workers.length;
    let waited = 0;
    for (; workers.length === before; waited += 50) await time.advance(50);
    pauses.push(waited);
  }
  expect(pauses).toEqual([250, 500, 1000, 1000, 1000]);
  workers.at(-1)?.emit('message', { type: 'ready' });
  pool.submit(1, { work: 'a' }, []);
  workers.at(-1)?.emit('message', { type: 'result', jobId: 1, result: 'done' });
  workers.at(-1)?.emit('exit', 1);
  const before = workers.length;
  await time.advance(250);
  expect(workers.length).toBe(before + 1);
});

test('cancel, comes back: the flag names the job, the worker stays', async () => {
  const { pool, workers, flags, time } = await opened();
  pool.submit(7, { work: 'a' }, []);
  pool.cancel(7);
  expect(flags[0]?.[0]).toBe(7);
  workers[0]?.emit('message', { type: 'result', jobId: 7, result: 'given up' });
  await time.advance(60_000);
  expect(workers[0]?.terminated).toBe(false);
});

test('cancel, never comes back: the worker is replaced', async () => {
  const { pool, workers, time, log } = await opened();
  pool.submit(7, { work: 'a' }, []);
  pool.cancel(7);
  pool.cancel(7);
  await time.advance(5000);
  expect(workers[0]?.terminated).toBe(true);
  expect(log).toEqual(['failure 7 the worker ended']);
  await time.advance(250);
  expect(workers.length).toBe(2);
});

test('cancel of a job that is not running does nothing', async () => {
  const { pool, flags } = await opened();
  pool.cancel(99);
  expect(flags[0]?.[0]).toBe(0);
});

test('a late message of an old job is dropped', async () => {
  const { pool, workers, log } = await opened();
  pool.submit(7, { work: 'a' }, []);
  workers[0]?.emit('message', { type: 'result', jobId: 6, result: 'old' });
  expect(log).toEqual([]);
});

test('close: every worker is asked and waited for, none is started again', async () => {
  const { pool, workers, time } = await opened({ size: 2 });
  await pool.close();
  expect(workers.map((worker) => worker.received.at(-1)?.type)).toEqual(['close', 'close']);
  await time.advance(60_000);
  expect(workers.length).toBe(2);
  await pool.close();
});

test('close while a worker waits for its restart: it is not started', async () => {
  const { pool, workers, time } = await opened();
  workers[0]?.emit('exit', 1);
  await pool.close();
  await time.advance(60_000);
  expect(workers.length).toBe(1);
});
