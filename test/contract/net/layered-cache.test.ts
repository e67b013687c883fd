import { Redis } from 'ioredis';
import { databaseLayer } from '../../../src/app/caches.js';
import { LayeredCache, keyOf, type Cached } from '../../../src/net/cache/layered-cache.js';
import { RedisLayer } from '../../../src/net/cache/redis-layer.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { REDIS_URL, requires } from '../../support/requires.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { TcpProxy } from '../store/tcp-proxy.js';

const asked = <T>(on: string, make: () => Promise<T>, more: Partial<Cached<T>> = {}): Cached<T> => ({
  ...{ cache: 'intent', on: [on], ttlMs: 1000, make },
  ...more,
});

describe('one process', () => {
  const setUp = (bounds = {}) => {
    const time = new VirtualTime();
    return { time, cache: new LayeredCache({ scheduler: time, ...bounds }) };
  };

  test('kept for its time and no longer; the rate is that of the look-ups', async () => {
    const { time, cache } = setUp();
    let made = 0;
    const look = () => cache.through(asked('a', () => Promise.resolve(++made)));
    expect([await look(), await look()]).toEqual([
      { value: 1, layer: undefined },
      { value: 1, layer: 'process' },
    ]);
    await time.advance(1000);
    expect(await look()).toEqual({ value: 2, layer: undefined });
    expect(cache.stats('intent')).toMatchObject({ size: 1, hits: 1, misses: 2, by_layer: { process: 1 } });
  });

  test('however many wait, a value is made once; an error is everybody’s and is not kept', async () => {
    const { cache } = setUp();
    let made = 0;
    const slow = () => new Promise<number>((resolve) => setImmediate(() => resolve(++made)));
    const all = await Promise.all(Array.from({ length: 50 }, () => cache.through(asked('a', slow))));
    expect([made, new Set(all.map(({ value }) => value))]).toEqual([1, new Set([1])]);
    const fails = () => Promise.reject(new Error('down'));
    await expect(cache.through(asked('b', fails))).rejects.toThrow('down');
    expect((await cache.through(asked('b', slow))).value).toBe(2);
  });

  test('bounded in entries and in bytes; what was not used for longest gives way', async () => {
    const { cache } = setUp({ maxEntries: 3, maxBytes: 1000 });
    const look = async (on: string, text = on) =>
      (await cache.through(asked(on, () => Promise.resolve(text)))).layer;
    for (const on of ['a', 'b', 'c', 'a', 'd']) await look(on);
    expect([await look('a'), await look('b')]).toEqual(['process', undefined]);
    await look('large', 'x'.repeat(5000));
    expect(await look('large')).toBeUndefined();
    expect(cache.stats('intent').bytes).toBeLessThanOrEqual(1000);
  });

  test('what is made while the cache is emptied is not kept', async () => {
    const { cache } = setUp();
    let finish: (value: number) => void = () => undefined;
    const first = cache.through(asked('a', () => new Promise<number>((resolve) => (finish = resolve))));
    await new Promise((resolve) => setImmediate(resolve));
    await cache.clear();
    finish(1);
    await first;
    expect((await cache.through(asked('a', () => Promise.resolve(2)))).value).toBe(2);
  });

  test('a value is kept under what it turned out to depend on', async () => {
    const { cache } = setUp();
    const make = () => Promise.resolve('new');
    await cache.through(asked('version 1', make, { madeOn: () => ['version 2'] }));
    expect((await cache.through(asked('version 2', make))).layer).toBe('process');
  });
});

test('the database as a layer: another process finds what one has made, until it is emptied', async () => {
  const store = new FakeStore({ scheduler: realScheduler });
  const shared = [databaseLayer(store.conversations)];
  const [one, two] = [1, 2].map(() => new LayeredCache({ scheduler: realScheduler, shared }));
  const look = async (cache: LayeredCache | undefined) =>
    (await cache?.through(asked('a', () => Promise.resolve('hello'), { ttlMs: 60_000 })))?.layer;
  expect(await look(one)).toBeUndefined();
  await new Promise((resolve) => setImmediate(resolve));
  expect(await look(two)).toBe('postgres');
  await two?.clear('intent');
  const three = new LayeredCache({ scheduler: realScheduler, shared });
  expect(await look(three)).toBeUndefined();
});

(await requires.redis())('Redis as a layer', () => {
  const url = Object.assign(new URL(REDIS_URL), { pathname: '/12' });
  const prefix = `leibniz-test-${process.pid}`;
  let proxy: TcpProxy;
  let layers: RedisLayer[] = [];
  const lookups: string[] = [];

  beforeEach(async () => {
    proxy = new TcpProxy(url);
    await proxy.up();
    lookups.length = 0;
  });
  afterEach(async () => {
    await Promise.all(layers.map((layer) => layer.close()));
    layers = [];
    await proxy.down();
    const redis = new Redis(url.href);
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  });

  const openCache = async (): Promise<LayeredCache> => {
    const layer = new RedisLayer(proxy.url, prefix);
    layers.push(layer);
    while (!layer.connected) await new Promise((resolve) => setTimeout(resolve, 5));
    return new LayeredCache({
      scheduler: realScheduler,
      shared: [layer],
      onLookup: (_cache, name, result) => lookups.push(`${name} ${result}`),
    });
  };
  const look = async (cache: LayeredCache, on: string) =>
    (await cache.through(asked(on, () => Promise.resolve({ text: on }), { ttlMs: 1_800_000 }))).layer;

  test('a second process finds it, with the time that is left, under the documented key', async () => {
    const [one, two] = [await openCache(), await openCache()];
    expect(await look(one, 'a')).toBeUndefined();
    const redis = new Redis(url.href);
    const key = `${prefix}:cache:${keyOf('intent', ['a'])}`;
    while ((await redis.exists(key)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await redis.pttl(key)).toBeGreaterThan(1_790_000);
    redis.disconnect();
    expect([await look(two, 'a'), await look(two, 'a')]).toEqual(['redis', 'process']);
    await one.clear('intent');
    expect(await look(await openCache(), 'a')).toBeUndefined();
  });

  test('Redis goes: the process keeps its own, each look-up is counted, nobody notices; and it comes back', async () => {
    const cache = await openCache();
    await look(cache, 'a');
    await proxy.down();
    const before = performance.now();
    expect([await look(cache, 'a'), await look(cache, 'b'), await look(cache, 'b')]).toEqual([
      'process',
      undefined,
      'process',
    ]);
    expect(performance.now() - before).toBeLessThan(500);
    expect(lookups).toContain('redis error');
    expect(cache.layers()).toMatchObject([{ layer: 'process' }, { layer: 'redis', connected: false }]);
    await proxy.up();
    while (cache.layers()[1]?.connected !== true) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await look(cache, 'c')).toBeUndefined();
    expect(lookups.at(-1)).toBe('redis miss');
  });

  test('what is no entry of ours counts as none', async () => {
    const cache = await openCache();
    const redis = new Redis(url.href);
    await redis.set(`${prefix}:cache:${keyOf('intent', ['a'])}`, '{"until":');
    redis.disconnect();
    expect(await look(cache, 'a')).toBeUndefined();
  });
});
