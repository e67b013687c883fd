import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { WorkerHost } from '../../../src/dialog/knowledge/worker-host.js';
import { exposeRpc, type PortLike } from '../../../src/threads/rpc.js';
import { VirtualTime } from '../../support/virtual-time.js';

/** A thread that is not one: serves the worker's methods through the same messages. */
class FakeWorker extends EventEmitter {
  readonly inside = new EventEmitter();
  terminated = false;

  constructor(methods: object) {
    super();
    const port: PortLike = {
      postMessage: (message) => queueMicrotask(() => this.emit('message', message)),
      on: (event, listener) => this.inside.on(event, listener),
    };
    exposeRpc(port, { close: () => queueMicrotask(() => this.emit('exit', 0)), ...methods });
  }

  postMessage(message: unknown): void {
    queueMicrotask(() => this.inside.emit('message', message));
  }

  async terminate(): Promise<number> {
    this.terminated = true;
    this.emit('exit', 1);
    return 1;
  }
}

function setUp(methods: () => object = () => ({ ready: () => ({ index_version: 'v' }) })): {
  time: VirtualTime;
  host: WorkerHost;
  workers: FakeWorker[];
  crashes: string[];
} {
  const time = new VirtualTime();
  const workers: FakeWorker[] = [];
  const crashes: string[] = [];
  const host = new WorkerHost({
    start: () => {
      const worker = new FakeWorker(methods());
      workers.push(worker);
      return worker as unknown as Worker;
    },
    scheduler: time,
    onCrash: (error) => crashes.push(error.message),
  });
  return { time, host, workers, crashes };
}

it('open, crash, pause, open: calls fail meanwhile and work afterwards', async () => {
  const { time, host, workers, crashes } = setUp(() => ({
    ready: () => ({ index_version: 'v' }),
    query: () => new Promise(() => undefined),
  }));
  await host.open();
  expect(host.indexVersion).toBe('v');
  const lost = expect(host.engine().query('x', {})).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  workers[0]?.emit('error', new Error('boom'));
  workers[0]?.emit('exit', 1);
  await lost;
  expect(() => host.engine()).toThrow(/knowledge worker does not answer/);
  expect(crashes).toEqual(['boom']);
  await time.advance(500);
  expect(workers).toHaveLength(2);
  expect(host.restarts).toBe(1);
  expect(() => host.engine()).not.toThrow();
});

it('crash, failing starts: the pauses grow', async () => {
  let healthy = true;
  const { time, host, workers } = setUp(() => ({
    ready: () => {
      if (!healthy) throw new Error('no memory');
      return { index_version: 'v' };
    },
  }));
  await host.open();
  healthy = false;
  workers[0]?.emit('exit', 1);
  await time.advance(500);
  expect(workers).toHaveLength(2);
  await time.advance(1999);
  expect(workers).toHaveLength(2);
  await time.advance(1);
  expect(workers).toHaveLength(3);
  healthy = true;
  await time.advance(10_000);
  expect(workers).toHaveLength(4);
  expect(() => host.engine()).not.toThrow();
});

it('a first start that fails: the reason reaches the caller and the thread is ended', async () => {
  const { host, workers } = setUp(() => ({
    ready: () => {
      throw new Error('document broken');
    },
  }));
  await expect(host.open()).rejects.toThrow('document broken');
  expect(workers[0]?.terminated).toBe(true);
});

it('close waits for the thread, which is not started again', async () => {
  const { time, host, workers, crashes } = setUp();
  await host.open();
  await host.close();
  await time.advance(60_000);
  expect(workers).toHaveLength(1);
  expect(crashes).toEqual([]);
  expect(() => host.engine()).toThrow();
});

it('close, no reaction: the thread is ended by force', async () => {
  const { time, host, workers } = setUp(() => ({
    ready: () => ({ index_version: 'v' }),
    close: () => undefined,
  }));
  await host.open();
  const closed = host.close();
  await time.advance(5000);
  await closed;
  expect(workers[0]?.terminated).toBe(true);
});

it('close while a start is pending: no thread comes back', async () => {
  const { time, host, workers } = setUp();
  await host.open();
  workers[0]?.emit('exit', 1);
  await host.close();
  await time.advance(60_000);
  expect(workers).toHaveLength(1);
});
