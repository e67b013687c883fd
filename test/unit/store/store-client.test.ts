import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { StoreClient, type StoreLog } from '../../../src/store/store-client.js';
import { Spool } from '../../../src/store/journal/spool.js';
import { booking } from '../../contract/store/harness.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { MemoryFs } from './memory-fs.js';

interface CallMessage {
  readonly id: number;
  readonly method: string;
}

/** A worker thread that answers by script. */
class FakeWorker extends EventEmitter {
  readonly calls: CallMessage[] = [];
  terminated = false;

  constructor(private readonly answers: Readonly<Record<string, unknown>>) {
    super();
  }

  postMessage(message: CallMessage): void {
    this.calls.push(message);
    const answer = this.answers[message.method];
    if (answer === undefined) return;
    const reply =
      answer instanceof LeibnizError
        ? { error: { message: answer.message, code: answer.code } }
        : { value: answer === null ? undefined : answer };
    queueMicrotask(() => this.emit('message', { rpc: 'reply', id: message.id, ...reply }));
    if (message.method === 'close') queueMicrotask(() => this.emit('exit', 0));
  }

  async terminate(): Promise<number> {
    this.terminated = true;
    this.emit('exit', 1);
    return 1;
  }
}

const WELL = { open: null, close: null, abortOpenCalls: 0, writeLines: { written: 1, rejected: [] } };

class Time extends VirtualTime {
  override async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await super.advance(Math.min(50, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function setUp(scripts: readonly Readonly<Record<string, unknown>>[]) {
  const time = new Time();
  const workers: FakeWorker[] = [];
  const logged: string[] = [];
  const note = (_fields: unknown, message: string): void => void logged.push(message);
  const log: StoreLog = { info: note, warn: note, error: note };
  const client = new StoreClient({
    workerData: { databaseFolder: '/data/db', followup: {}, queue: {}, crawl: { hosts: [] } },
    spawn: () => {
      const worker = new FakeWorker(scripts[Math.min(workers.length, scripts.length - 1)] ?? WELL);
      workers.push(worker);
      return worker as unknown as Worker;
    },
    spool: new Spool({ folder: '/spool', fs: new MemoryFs() }),
    scheduler: time,
    log,
  });
  return { time, workers, client, logged };
}

describe('store client', () => {
  it('book, worker dies: unknown; a new worker is started and questions are answered again', async () => {
    const { time, workers, client, logged } = setUp([WELL, { ...WELL, findByKey: null }]);
    await client.start();
    const outcome = client.appointments.book(booking('k')).catch((error: unknown) => error);
    await time.advance(100);
    workers[0]?.emit('exit', 1);
    expect(await outcome).toMatchObject({ code: 'STORE_TIMEOUT' });
    expect(client.health()).toMatchObject({ databaseConnected: false });
    await expect(client.appointments.book(booking('k'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await time.advance(300);
    expect(workers).toHaveLength(2);
    expect(await client.appointments.findByKey('k')).toBeUndefined();
    expect(logged).toContain('store worker ended, starting it again');
    await client.close();
  });

  it('book, no answer: unknown at the deadline, not earlier', async () => {
    const { time, client } = setUp([WELL]);
    await client.start();
    let settled: unknown;
    client.appointments
      .book({ ...booking('k'), deadlineMs: 1500 })
      .catch((error: unknown) => (settled = error));
    await time.advance(1400);
    expect(settled).toBeUndefined();
    await time.advance(200);
    expect(settled).toMatchObject({ code: 'STORE_TIMEOUT' });
    await client.close();
  });

  it.each([
    ['STORE_DISK_FULL', 'STORE_UNAVAILABLE'],
    ['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE'],
    ['STORE_TIMEOUT', 'STORE_TIMEOUT'],
    ['INTERNAL', 'STORE_UNAVAILABLE'],
  ] as const)('book, worker answers %s: the caller gets %s', async (from, to) => {
    const { client } = setUp([{ ...WELL, book: new LeibnizError(from, 'x') }]);
    await client.start();
    await expect(client.appointments.book(booking('k'))).rejects.toMatchObject({ code: to });
    await client.close();
  });

  it('worker cannot start: the error comes out and the worker is gone', async () => {
    const { client, workers } = setUp([{ open: new LeibnizError('DATA_DIR_UNUSABLE', 'no space') }]);
    await expect(client.start()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    expect(workers[0]?.terminated).toBe(true);
  });

  it('worker dies again and again: restarts come at growing intervals', async () => {
    const { time, workers, client } = setUp([
      WELL,
      { open: new LeibnizError('DATA_DIR_UNUSABLE', 'no space') },
    ]);
    await client.start();
    workers[0]?.emit('exit', 70);
    await time.advance(60_000);
    expect(workers.length).toBeGreaterThan(5);
    expect(workers.length).toBeLessThan(16);
    await client.close();
  });

  it('state of a conversation above a mebibyte: refused', async () => {
    const { client, time } = setUp([WELL]);
    await client.start();
    const state = { text: 'x'.repeat(1024 * 1024) };
    await expect(client.conversations.save('c', state, time.wall())).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await client.close();
  });
});
