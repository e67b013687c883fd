import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';
import { beat, retire } from './aggregates/calls.js';
import { sweepConversations } from './aggregates/conversations.js';
import { toDatabaseError, type Database } from './db/database.js';
import { migrate } from './db/migrate.js';
import { PgDatabase } from './db/pg-database.js';
import { PgliteDatabase } from './db/pglite-database.js';
import { MIGRATIONS } from './migrations/index.js';
import { StoreServer } from './store-server.js';

const BEAT_MS = 5000;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

/** Settings of the worker's half of the store. */
export interface StoreRuntimeOptions {
  readonly instanceId: string;
  /** Folder of the embedded database. */
  readonly databaseFolder: string;
  /** Use this PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string;
  readonly capacity: number;
  /** Called when the schema is in place, at the start or whenever the server is first reached. */
  readonly onReady: (db: Database) => Promise<void>;
  readonly onOutbox: () => void;
  /** Called once when the embedded database has crashed; only a new thread helps. */
  readonly onBroken: () => void;
  readonly log: (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) => void;
}

/** Opens the database, keeps its schema and its heartbeat, and serves {@link StoreServer}. */
export class StoreRuntime {
  #ready = false;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly db: Database,
    readonly server: StoreServer,
    private readonly o: StoreRuntimeOptions,
  ) {}

  /**
   * Opens the database. An embedded one is ready on return; a server that does not answer is tried again until it
   * does, and operations are refused until then.
   *
   * @throws LeibnizError DATA_DIR_UNUSABLE - the embedded database cannot be opened
   * @throws LeibnizError CONFIG_INVALID - the server refuses the login, or the schema is of another version
   */
  static async open(options: StoreRuntimeOptions): Promise<StoreRuntime> {
    const db =
      options.databaseUrl === undefined
        ? await openEmbedded(options.databaseFolder, options.onBroken)
        : new PgDatabase(options.databaseUrl);
    const server = new StoreServer({
      db,
      isReady: () => runtime.ready,
      instanceId: options.instanceId,
      capacity: options.capacity,
      wallNow: Date.now,
      onOutbox: options.onOutbox,
    });
    const runtime: StoreRuntime = new StoreRuntime(db, server, options);
    await runtime.#prepare(RETRY_MIN_MS);
    return runtime;
  }

  /** True when the schema is in place. */
  get ready(): boolean {
    return this.#ready;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    if (this.#ready) await retire(this.db, this.o.instanceId).catch(() => undefined);
    await this.db.close().catch(() => undefined);
  }

  async #prepare(retryMs: number): Promise<void> {
    try {
      await migrate(this.db, MIGRATIONS);
      await beat(this.db, this.o.instanceId);
      this.#ready = true;
      await this.o.onReady(this.db);
    } catch (error) {
      if (error instanceof LeibnizError) throw error;
      const { kind, sqlState } = toDatabaseError(error);
      if (kind === 'refused') throw refusedLogin(sqlState);
      this.o.log('warn', { sqlState, retryMs }, 'database cannot be reached, trying again');
      this.#later(retryMs, () => this.#prepare(Math.min(retryMs * 2, RETRY_MAX_MS)));
      return;
    }
    this.#later(BEAT_MS, () => this.#beat());
  }

  async #beat(): Promise<void> {
    try {
      await beat(this.db, this.o.instanceId);
      await sweepConversations(this.db, Date.now());
    } catch {
      // The failure shows as a lost connection; the next beat tries again.
    }
    this.#later(BEAT_MS, () => this.#beat());
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    if (this.#closing) return;
    this.#timer = setTimeout(() => {
      run().catch((error: unknown) => {
        const code = error instanceof LeibnizError ? error.code : 'INTERNAL';
        this.o.log('error', { code }, 'database cannot be used');
        this.#later(RETRY_MAX_MS, () => this.#prepare(RETRY_MAX_MS));
      });
    }, delayMs);
  }
}

async function openEmbedded(folder: string, onBroken: () => void): Promise<Database> {
  try {
    if (!existsSync(join(folder, 'PG_VERSION'))) await createEmbedded(folder);
    return await PgliteDatabase.open(folder, onBroken);
  } catch (error) {
    throw new LeibnizError(
      'DATA_DIR_UNUSABLE',
      `The embedded database in ${folder} cannot be opened (${describe(error)}); free disk space, or set DATA_DIR to ` +
        'another folder, or move this one away to start anew.',
      { field: 'DATA_DIR' },
    );
  }
}

/** Makes the database beside its place and moves it there whole: a start that is cut short leaves nothing behind. */
async function createEmbedded(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  try {
    const db = await PgliteDatabase.open(draft);
    await db.close();
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

function describe(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message).slice(0, 120);
}

function refusedLogin(sqlState: string): LeibnizError {
  return new LeibnizError(
    'CONFIG_INVALID',
    `The PostgreSQL server of DATABASE_URL refused the connection or the schema (SQLSTATE ${sqlState}); check user, ` +
      'password, database name and the right to create a schema.',
    { field: 'DATABASE_URL' },
  );
}
