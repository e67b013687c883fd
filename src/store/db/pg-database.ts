import pg from 'pg';
import {
  DatabaseError,
  sharedNowMs,
  toDatabaseError,
  type Database,
  type PoolLike,
  type Queryable,
  type QueryResult,
  type TransactionOptions,
} from './database.js';
import { queuePool } from './queue-pool.js';

/** Longest wait for a connection. */
const CONNECT_TIMEOUT_MS = 2000;
/** Longest wait for a reply before the connection counts as dead. */
const REPLY_TIMEOUT_MS = 10_000;
const POOL_SIZE = 6;

/** A PostgreSQL server through a pool. Connections that break are replaced; nothing here waits without a bound. */
export class PgDatabase implements Database {
  readonly mode = 'postgres';
  readonly #pool: pg.Pool;
  #connected = false;

  /** @param url - `postgres://user:password@host:port/database` */
  constructor(private readonly url: string) {
    this.#pool = new pg.Pool({ ...this.#options(), max: POOL_SIZE, statement_timeout: REPLY_TIMEOUT_MS });
    this.#pool.on('error', () => {
      this.#connected = false;
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  async query<R>(sql: string, params: readonly unknown[] = []): Promise<QueryResult<R>> {
    const client = await this.#connect(REPLY_TIMEOUT_MS);
    return this.#use(client, (run) => run<R>(sql, params, sharedNowMs() + REPLY_TIMEOUT_MS));
  }

  async transaction<T>(run: (tx: Queryable) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const deadlineAtMs = options.deadlineAtMs ?? sharedNowMs() + 3 * REPLY_TIMEOUT_MS;
    const client = await this.#connect(deadlineAtMs - sharedNowMs());
    return this.#use(client, async (send) => {
      await send('BEGIN', [], deadlineAtMs);
      let result: T;
      try {
        if (options.deadlineAtMs !== undefined) {
          const leftMs = Math.max(1, Math.floor(deadlineAtMs - sharedNowMs()));
          await send(`SET LOCAL statement_timeout = ${leftMs}`, [], deadlineAtMs);
        }
        result = await run({ query: (sql, params = []) => send(sql, params, deadlineAtMs) });
        if (sharedNowMs() >= deadlineAtMs) throw new DatabaseError('timeout', '');
      } catch (error) {
        await send('ROLLBACK', [], sharedNowMs() + CONNECT_TIMEOUT_MS).catch(() => undefined);
        throw error;
      }
      await this.#commit(send, deadlineAtMs);
      return result;
    });
  }

  async script(sql: string): Promise<void> {
    await this.query(sql);
  }

  openPool(schema: string): PoolLike {
    const pool = new pg.Pool({
      ...this.#options(),
      max: 4,
      query_timeout: REPLY_TIMEOUT_MS,
      options: `-c search_path="${schema}",public`,
    });
    pool.on('error', () => undefined);
    return queuePool(pool);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #options(): pg.PoolConfig {
    return {
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'leibniz',
    };
  }

  async #connect(withinMs: number): Promise<pg.PoolClient> {
    if (withinMs <= 0) throw new DatabaseError('timeout', '');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new DatabaseError('timeout', '')), withinMs);
    });
    const checkout = this.#pool.connect();
    try {
      const client = await Promise.race([checkout, late]);
      this.#connected = true;
      return client;
    } catch (error) {
      // A client that comes after all goes back to the pool.
      checkout.then((client) => client.release()).catch(() => undefined);
      const failure = toDatabaseError(error);
      if (failure.kind !== 'timeout') this.#connected = false;
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lends a client for one unit of work. A client whose connection failed is destroyed, not handed on. */
  async #use<T>(client: pg.PoolClient, work: (send: Send) => Promise<T>): Promise<T> {
    let broken = false;
    const onError = (): void => {
      broken = true;
    };
    client.on('error', onError);
    const send: Send = async (sql, params, deadlineAtMs) => {
      if (broken) throw new DatabaseError('unavailable', '');
      try {
        return await withDeadline(client.query(sql, [...params]), deadlineAtMs);
      } catch (cause) {
        const error = toDatabaseError(cause);
        // 57014 is the server's own cancel of one statement; its connection is sound.
        if (error.kind === 'unavailable' || (error.kind === 'timeout' && error.sqlState === '')) {
          broken = true;
        }
        throw error;
      }
    };
    try {
      return await work(send);
    } finally {
      client.removeListener('error', onError);
      if (broken) this.#connected = false;
      if (broken) client.on('error', () => undefined);
      client.release(broken);
    }
  }

  async #commit(send: Send, deadlineAtMs: number): Promise<void> {
    try {
      await send('COMMIT', [], deadlineAtMs);
    } catch (error) {
      const { kind, sqlState } = toDatabaseError(error);
      if (kind === 'unavailable' || kind === 'timeout') throw new DatabaseError('commit_unknown', sqlState);
      throw error;
    }
  }
}

type Send = <R>(sql: string, params: readonly unknown[], deadlineAtMs: number) => Promise<QueryResult<R>>;

async function withDeadline<R>(
  reply: Promise<pg.QueryResult>,
  deadlineAtMs: number,
): Promise<QueryResult<R>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new DatabaseError('timeout', '')),
      Math.max(0, Math.min(deadlineAtMs - sharedNowMs(), REPLY_TIMEOUT_MS)),
    );
  });
  try {
    const { rows, rowCount } = await Promise.race([reply, late]);
    return { rows: rows as R[], rowCount: rowCount ?? rows.length };
  } catch (error) {
    reply.catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
