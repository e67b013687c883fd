import { chmod, mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import {
  DatabaseError,
  sharedNowMs,
  toDatabaseError,
  type PoolLike,
  type Queryable,
  type QueryResult,
  type TransactionOptions,
} from './database.js';
import { DURABLE_PARAMS, DurableFs } from './durable-fs.js';
import type { Dumpable } from './embedded-backup.js';
import { Mutex } from './mutex.js';
import { PglitePool } from './pglite-pool.js';

/**
 * PGlite in this thread. It is one session for everybody, so a lock is held from BEGIN to COMMIT and for the length
 * of every statement outside a transaction.
 */
export class PgliteDatabase implements Dumpable {
  readonly mode = 'pglite';
  readonly #session = new Mutex();
  #connected = true;
  #broken = false;

  private constructor(
    private readonly db: PGlite,
    private readonly onBroken: () => void,
  ) {}

  /**
   * Opens the database in a folder, creating it when the folder is empty or missing (seconds).
   *
   * @param folder - the database's own folder; nobody else may have it open
   * @param onBroken - called once when the engine itself has crashed; this object is of no use from then on
   */
  static async open(folder: string, onBroken: () => void = () => undefined): Promise<PgliteDatabase> {
    await mkdir(folder, { recursive: true });
    // Callers are in it; whatever the umask of whoever starts it, nobody else gets in.
    await chmod(folder, 0o700);
    const db = await PGlite.create({ fs: new DurableFs(folder), startParams: [...DURABLE_PARAMS] });
    return new PgliteDatabase(db, onBroken);
  }

  get connected(): boolean {
    return this.#connected;
  }

  query<R>(sql: string, params: readonly unknown[] = []): Promise<QueryResult<R>> {
    return this.#session.run(() => this.#run<R>(sql, params));
  }

  async transaction<T>(run: (tx: Queryable) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#session.run(async () => {
      assertBefore(options.deadlineAtMs);
      await this.#run('BEGIN', []);
      try {
        const result = await run({ query: (sql, params = []) => this.#run(sql, params) });
        assertBefore(options.deadlineAtMs);
        await this.#commit();
        return result;
      } catch (error) {
        await this.#run('ROLLBACK', []).catch(() => undefined);
        throw error;
      }
    });
  }

  async script(sql: string): Promise<void> {
    await this.#session.run(() => this.#guard(() => this.db.exec(sql)));
  }

  openPool(schema: string): PoolLike {
    return new PglitePool(this.db, this.#session, schema);
  }

  /** The whole database as a gzipped tar. */
  dump(): Promise<Blob> {
    return this.#session.run(() =>
      this.#guard(async () => {
        await this.db.exec('CHECKPOINT');
        return this.db.dumpDataDir('gzip');
      }),
    );
  }

  async close(): Promise<void> {
    await this.#session.run(() => this.db.close());
  }

  async #commit(): Promise<void> {
    try {
      await this.#run('COMMIT', []);
    } catch (error) {
      const { kind, sqlState } = toDatabaseError(error);
      throw new DatabaseError(
        kind === 'unavailable' || kind === 'disk_full' ? 'commit_unknown' : kind,
        sqlState,
      );
    }
  }

  async #run<R>(sql: string, params: readonly unknown[]): Promise<QueryResult<R>> {
    const { rows, affectedRows, rowCount } = await this.#guard(() => this.db.query<R>(sql, [...params]));
    return { rows, rowCount: rowCount ?? affectedRows ?? rows.length };
  }

  async #guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      this.#connected = true;
      return result;
    } catch (cause) {
      const error = toDatabaseError(cause);
      if (error.kind === 'unavailable' || error.kind === 'disk_full') this.#connected = false;
      // A failing statement has an SQLSTATE; without one the engine has stopped.
      if (error.sqlState === '' && !this.db.closed) this.#break();
      throw error;
    }
  }

  #break(): void {
    if (!this.#broken) this.onBroken();
    this.#broken = true;
  }
}

function assertBefore(deadlineAtMs: number | undefined): void {
  if (deadlineAtMs !== undefined && sharedNowMs() >= deadlineAtMs) throw new DatabaseError('timeout', '');
}
