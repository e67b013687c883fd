import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';
import { beat, retire, sweepInstances } from './aggregates/calls.js';
import { sweepConversations } from './aggregates/conversations.js';
import { sweepQuestions } from './aggregates/questions.js';
import { sweepTallies } from './aggregates/roll-ups.js';
import { sharedNowMs, toDatabaseError, type Database } from './db/database.js';
import { backupFacts, countRows, lostTables, writeBackup, type Dumpable } from './db/embedded-backup.js';
import { migrate } from './db/migrate.js';
import { PgDatabase } from './db/pg-database.js';
import { PgliteDatabase } from './db/pglite-database.js';
import { MIGRATIONS } from './migrations/index.js';
import { StoreServer } from './store-server.js';

/** A write this often shows that the database still takes them. */
const BEAT_MS = 2000;
/** A write that takes longer than this counts as failed until it is done. */
const WRITE_PATIENCE_MS = 1500;
/** Beats from one sweep of what has expired to the next. */
const SWEEP_EVERY = 5;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;

/** Settings of the worker's half of the store. */
export interface StoreRuntimeOptions {
  readonly instanceId: string;
  /** Folder of the embedded database. */
  readonly databaseFolder: string;
  /** Folder for a copy of the embedded database at each orderly end; none unless told. */
  readonly backupFolder?: string;
  /** Use this PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string;
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
  #lastWriteFailed = false;
  #writingSince: number | undefined;
  #beats = 0;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly db: Database,
    readonly server: StoreServer,
    private readonly o: StoreRuntimeOptions,
    private readonly embedded: Dumpable | undefined,
  ) {}

  /**
   * Opens the database. An embedded one is ready on return; a server that does not answer is tried again until it
   * does, and operations are refused until then.
   *
   * @throws LeibnizError DATA_DIR_UNUSABLE - the embedded database cannot be opened
   * @throws LeibnizError CONFIG_INVALID - the server refuses the login, or the schema is of another version
   */
  static async open(options: StoreRuntimeOptions): Promise<StoreRuntime> {
    const embedded = options.databaseUrl === undefined ? await openEmbedded(options) : undefined;
    const db: Database = embedded ?? new PgDatabase(options.databaseUrl ?? '');
    const server = new StoreServer({
      db,
      isReady: () => runtime.ready,
      instanceId: options.instanceId,
      wallNow: Date.now,
      onOutbox: options.onOutbox,
    });
    const runtime: StoreRuntime = new StoreRuntime(db, server, options, embedded);
    await runtime.#prepare(RETRY_MIN_MS);
    return runtime;
  }

  /** True when the schema is in place. */
  get ready(): boolean {
    return this.#ready;
  }

  /** True when the last write was taken and none has been waiting for long. */
  get writable(): boolean {
    const since = this.#writingSince;
    const waits = since !== undefined && sharedNowMs() - since > WRITE_PATIENCE_MS;
    return this.#ready && !this.#lastWriteFailed && !waits;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    if (this.#ready) await retire(this.db, this.o.instanceId).catch(() => undefined);
    if (this.#ready) await this.#backUp();
    await this.db.close().catch(() => undefined);
  }

  /** A copy to go back to. A stop does not fail for want of it. */
  async #backUp(): Promise<void> {
    const { backupFolder } = this.o;
    if (this.embedded === undefined || backupFolder === undefined) return;
    try {
      if (await writeBackup(this.embedded, backupFolder, new Date())) return;
      this.o.log('warn', {}, 'the embedded database is too large for a copy; use a PostgreSQL server');
    } catch (error) {
      this.o.log('error', { error: nameOf(error) }, 'no copy of the embedded database was made at this stop');
    }
  }

  /** Rows that were there at the last stop are still there. */
  async #compareWithBackup(): Promise<void> {
    const { backupFolder } = this.o;
    const before = backupFolder === undefined ? undefined : backupFacts(backupFolder);
    if (this.embedded === undefined || before === undefined) return;
    const lost = await countRows(this.embedded).then(
      (now) => lostTables(before.rows, now),
      () => ['a table that cannot be read'],
    );
    if (lost.length > 0) {
      throw damaged(this.o.databaseFolder, backupFolder, `rows are missing: ${lost.join(', ')}`);
    }
  }

  async #prepare(retryMs: number): Promise<void> {
    try {
      await migrate(this.db, MIGRATIONS);
      await this.#compareWithBackup();
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
    this.#writingSince = sharedNowMs();
    try {
      await beat(this.db, this.o.instanceId);
      this.#lastWriteFailed = false;
      this.#beats++;
      if (this.#beats % SWEEP_EVERY === 0) {
        await sweepInstances(this.db);
        await sweepConversations(this.db, Date.now());
        await sweepTallies(this.db, Date.now());
        await sweepQuestions(this.db);
      }
    } catch {
      // The next beat tries again.
      this.#lastWriteFailed = true;
    }
    this.#writingSince = undefined;
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

async function openEmbedded(options: StoreRuntimeOptions): Promise<PgliteDatabase> {
  const { databaseFolder: folder, backupFolder, onBroken } = options;
  const isNew = !existsSync(join(folder, 'PG_VERSION'));
  try {
    if (isNew) await createEmbedded(folder);
    return await PgliteDatabase.open(folder, onBroken);
  } catch (error) {
    const { code } = (error ?? {}) as { code?: unknown };
    if (!isNew && code === undefined) throw damaged(folder, backupFolder, describe(error));
    throw new LeibnizError(
      'DATA_DIR_UNUSABLE',
      `The embedded database in ${folder} cannot be opened (${describe(error)}); free disk space, or set DATA_DIR to ` +
        'another folder.',
      { field: 'DATA_DIR' },
    );
  }
}

function damaged(folder: string, backupFolder: string | undefined, what: string): LeibnizError {
  const copy = backupFolder === undefined ? undefined : backupFacts(backupFolder);
  const remedy =
    copy === undefined
      ? 'there is no copy of it: move the folder away to start anew, and keep it'
      : `run "leibniz restore" to go back to the copy of ${copy.at}, or move the folder away to start anew`;
  return new LeibnizError(
    'DATA_DIR_UNUSABLE',
    `The embedded database in ${folder} is damaged (${what}); ${remedy}.`,
    { field: 'DATA_DIR' },
  );
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

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'error');

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
