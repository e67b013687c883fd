import type pg from 'pg';
import { toDatabaseError, type PoolClientLike, type PoolLike } from './database.js';

/**
 * An error as BullMQ understands it. It waits before it repeats what failed with ECONNREFUSED and repeats anything
 * else at once; without this a database that answers nothing, or "shutting down", would spin its worker loop.
 */
export function asQueueError(error: unknown): unknown {
  const { kind, sqlState } = toDatabaseError(error);
  if (kind !== 'unavailable' && kind !== 'disk_full' && kind !== 'timeout') return error;
  return Object.assign(new Error(`ECONNREFUSED: database unavailable ${sqlState}`.trim()), {
    code: 'ECONNREFUSED',
  });
}

/** A `pg` pool for BullMQ, with its errors translated by {@link asQueueError}. */
export function queuePool(pool: pg.Pool): PoolLike {
  const methods = {
    query: (text: string, params?: readonly unknown[]) => translated(pool.query(text, params && [...params])),
    connect: async () => queueClient(await translated(pool.connect())),
  };
  return override(pool, methods);
}

function queueClient(client: pg.PoolClient): PoolClientLike {
  const query = (text: string, params?: readonly unknown[]): Promise<pg.QueryResult> =>
    translated(client.query(text, params && [...params]));
  return override(client, { query });
}

/** The same object with some methods replaced. */
function override<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (object, key) => {
      if (typeof key === 'string' && Object.hasOwn(methods, key)) return methods[key];
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(object) : value;
    },
  });
}

async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw asQueueError(error);
  }
}
