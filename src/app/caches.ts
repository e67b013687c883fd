import type { CachePorts } from '../api/ports.js';
import { LayeredCache } from '../net/cache/layered-cache.js';
import type { SharedLayer } from '../net/cache/layers.js';
import { RedisLayer } from '../net/cache/redis-layer.js';
import type { Conversations } from '../store/types.js';
import type { Metrics } from '../telemetry/index.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { wallMs } from '../kernel/time.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';

/** Keeps cached values apart from sessions in the store. */
const STORE_PREFIX = 'cache:';

/**
 * The caches of this process: its memory, then Redis, then the database, as far as they are set.
 *
 * @param conversations - where the database keeps texts that expire; none in a role without a store
 */
export function openCache(
  config: Config,
  metrics: Metrics,
  log: AppLog,
  conversations?: Conversations,
): LayeredCache {
  const { redisUrl, redisPrefix, databaseUrl } = config.store;
  const shared: SharedLayer[] = [];
  if (config.cache.shared && redisUrl !== undefined) {
    shared.push(
      new RedisLayer(redisUrl, redisPrefix, (error) =>
        log.warn({ err: error }, 'the cache in Redis cannot be reached; this process keeps its own'),
      ),
    );
  }
  if (config.cache.shared && databaseUrl !== undefined && conversations !== undefined) {
    shared.push(databaseLayer(conversations));
  }
  return new LayeredCache({
    scheduler: realScheduler,
    shared,
    maxEntries: config.cache.maxEntries,
    maxBytes: config.cache.maxBytes,
    onLookup: (cache, layer, result) => metrics.increment('cache_requests_total', { cache, layer, result }),
  });
}

/** Postgres, by way of the store that expires what nobody asks for. */
export function databaseLayer(conversations: Conversations): SharedLayer {
  let connected = true;
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const value = await work;
      connected = true;
      return value;
    } catch (error) {
      connected = false;
      throw error;
    }
  };
  return {
    name: 'postgres',
    get connected() {
      return connected;
    },
    get: async (key) => {
      const text = await told(conversations.load(STORE_PREFIX + key));
      return typeof text === 'string' ? text : undefined;
    },
    set: (key, text, ttlMs) =>
      told(conversations.save(STORE_PREFIX + key, text, wallMs(realScheduler.wall() + ttlMs))),
    clear: (prefix) => told(conversations.deleteAll(STORE_PREFIX + prefix)),
    close: () => Promise.resolve(),
  };
}

/** Caches as operators see them. */
export function cachePorts(cache: LayeredCache): CachePorts {
  return {
    report: () =>
      Promise.resolve({
        caches: cache.names().map((name) => {
          const { size, ...rest } = cache.stats(name);
          return { cache: name, entries: size, ...rest };
        }),
        layers: cache.layers(),
      }),
    clear: (name) => cache.clear(name),
  };
}
