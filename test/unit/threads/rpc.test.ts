import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { connectRpc, exposeRpc } from '../../../src/threads/rpc.js';

const open: MessagePort[] = [];

function channel(): { near: MessagePort; far: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return { near: port1, far: port2 };
}

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

class Service {
  readonly #base = 10;
  add(a: number, b: number): number {
    return this.#base + a + b;
  }
  async refuse(): Promise<void> {
    throw new LeibnizError('STORE_TIMEOUT', 'Too late.', { field: 'store' });
  }
  fail(): never {
    throw new TypeError('broken');
  }
  notClonable(): unknown {
    return { callback: () => undefined };
  }
  never(): Promise<void> {
    return new Promise(() => undefined);
  }
  greet(port: MessagePort): void {
    port.postMessage('hello');
    port.close();
  }
}

function connect() {
  const { near, far } = channel();
  exposeRpc(far, new Service());
  return connectRpc<Service>(near);
}

test('a method gets its arguments and its own object', async () => {
  expect(await connect().remote.add(1, 2)).toBe(13);
});

test('many calls at once get their own answers', async () => {
  const { remote } = connect();
  expect(await Promise.all([1, 2, 3].map((n) => remote.add(n, 0)))).toEqual([11, 12, 13]);
});

test('an error keeps its code and field across the boundary', async () => {
  await expect(connect().remote.refuse()).rejects.toMatchObject({
    name: 'LeibnizError',
    code: 'STORE_TIMEOUT',
    field: 'store',
    category: 'timeout',
    message: 'Too late.',
  });
});

test('another error keeps its message only', async () => {
  const error = await connect()
    .remote.fail()
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: 'broken', name: 'Error' });
});

test('a method that does not exist is refused', async () => {
  const { near, far } = channel();
  exposeRpc(far, {});
  await expect(connectRpc<Service>(near).remote.add(1, 2)).rejects.toThrow('no method add');
});

test('a result that cannot be cloned is an error for the caller, not silence', async () => {
  await expect(connect().remote.notClonable()).rejects.toThrow(/could not be cloned/);
});

test('arguments that cannot be cloned are refused and leave nothing open', async () => {
  const client = connect();
  await expect(client.remote.add((() => 1) as unknown as number, 1)).rejects.toThrow(/could not be cloned/);
  expect(client.pending()).toBe(0);
  expect(await client.remote.add(1, 1)).toBe(12);
});

test('message ports among the arguments are transferred', async () => {
  const { near, far } = channel();
  const heard = once(near, 'message');
  await connect().remote.greet(far);
  expect(await heard).toEqual(['hello']);
});

test('when the thread has died, open and later calls are rejected', async () => {
  const client = connect();
  const pending = client.remote.never();
  expect(client.pending()).toBe(1);
  client.fail(new LeibnizError('WORKER_CRASHED', 'gone'));
  await expect(pending).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  await expect(client.remote.add(1, 2)).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  expect(client.pending()).toBe(0);
});

test('other messages on the same port are left alone', async () => {
  const { near, far } = channel();
  exposeRpc(far, new Service());
  const { remote } = connectRpc<Service>(near);
  for (const message of [null, 5, 'text', { rpc: 'other' }, { rpc: 'reply', id: 999 }]) {
    far.postMessage(message);
    near.postMessage(message);
  }
  expect(await remote.add(0, 0)).toBe(10);
});

test('the remote is not taken for a promise', async () => {
  const { remote } = connect();
  expect(await Promise.resolve(remote)).toBe(remote);
});

test('both ends may serve and call on one port', async () => {
  const { near, far } = channel();
  exposeRpc(far, new Service());
  exposeRpc(near, { twice: (n: number) => n * 2 });
  const there = connectRpc<Service>(near);
  const back = connectRpc<{ twice(n: number): number }>(far);
  expect(await Promise.all([there.remote.add(1, 1), back.remote.twice(4)])).toEqual([12, 8]);
});
