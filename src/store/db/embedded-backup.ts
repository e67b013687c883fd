import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { LeibnizError } from '../../kernel/errors.js';
import type { Database } from './database.js';
import { DURABLE_PARAMS, DurableFs } from './durable-fs.js';

/** Larger databases are not copied at a stop: they belong on a server with a backup of its own. */
const MAX_BYTES = 256 * 1024 * 1024;
const COPY = 'leibniz-db.tar.gz';
const FACTS = 'leibniz-db.json';

/** Rows of these tables are never removed: there can be more of them than at the last stop, not fewer. */
const KEPT_TABLES = ['calls', 'turns', 'appointments', 'callbacks', 'jobs'] as const;

/** Rows by table. */
export type RowCounts = Readonly<Record<string, number>>;

/** What is known of a copy. */
export interface BackupFacts {
  /** When it was made, ISO 8601. */
  readonly at: string;
  readonly rows: RowCounts;
}

/** A database that can give itself as one file. */
export interface Dumpable extends Database {
  /** A gzipped tar of the whole database. */
  dump(): Promise<Blob>;
}

/** Rows of the tables that only grow; reads each of their pages, so that a damaged one is found. */
export async function countRows(db: Pick<Database, 'query'>): Promise<RowCounts> {
  const rows: Record<string, number> = {};
  for (const table of KEPT_TABLES) {
    const { rows: found } = await db.query<{ n: unknown }>(`SELECT count(*) AS n FROM leibniz.${table}`);
    rows[table] = Number(found[0]?.n);
  }
  return rows;
}

/** Tables that have fewer rows than at the last clean stop. */
export function lostTables(before: RowCounts, now: RowCounts): readonly string[] {
  return Object.keys(before).filter((table) => (now[table] ?? 0) < (before[table] ?? 0));
}

/** What is known of the copy in a folder; `undefined` where there is none. */
export function backupFacts(folder: string): BackupFacts | undefined {
  if (!existsSync(join(folder, COPY))) return undefined;
  try {
    return JSON.parse(readFileSync(join(folder, FACTS), 'utf8')) as BackupFacts;
  } catch {
    return undefined;
  }
}

/**
 * Copies the database into a folder and proves the copy: it is opened in memory and its rows are counted. The copy before
 * stays until then.
 *
 * @returns false when the database is too large for a copy
 * @throws Error when the copy cannot be written, or is not as the database is
 */
export async function writeBackup(db: Dumpable, folder: string, at: Date): Promise<boolean> {
  const { rows } = await db.query<{ n: unknown }>('SELECT pg_database_size(current_database()) AS n');
  if (Number(rows[0]?.n) > MAX_BYTES) return false;
  const counts = await countRows(db);
  const copy = await db.dump();
  await proveCopy(copy, counts);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(join(folder, COPY), new Uint8Array(await copy.arrayBuffer()));
  const facts: BackupFacts = { at: at.toISOString(), rows: counts };
  await writeDurably(join(folder, FACTS), Buffer.from(`${JSON.stringify(facts)}\n`));
  return true;
}

async function proveCopy(copy: Blob, counts: RowCounts): Promise<void> {
  const db = await PGlite.create({ loadDataDir: copy });
  try {
    const found = await countRows({
      query: async <R>(sql: string) => {
        const { rows } = await db.query<R>(sql);
        return { rows, rowCount: rows.length };
      },
    });
    if (JSON.stringify(found) !== JSON.stringify(counts)) throw new Error('the copy has other rows');
  } finally {
    await db.close();
  }
}

/**
 * Puts the copy in place of the database, which is kept beside it under another name.
 *
 * @returns where the database that was in place is now, if there was one
 * @throws LeibnizError DATA_DIR_UNUSABLE - there is no copy, or it cannot be opened
 */
export async function restoreBackup(
  backupFolder: string,
  databaseFolder: string,
  at: Date,
): Promise<string | undefined> {
  const facts = backupFacts(backupFolder);
  if (facts === undefined) {
    throw new LeibnizError('DATA_DIR_UNUSABLE', `There is no copy of the database in ${backupFolder}.`, {
      field: 'DATA_DIR',
    });
  }
  const draft = `${databaseFolder}.restored`;
  await rm(draft, { recursive: true, force: true });
  try {
    const copy = new Blob([new Uint8Array(await readFile(join(backupFolder, COPY)))]);
    await proveCopy(copy, facts.rows);
    const db = await PGlite.create({
      fs: new DurableFs(draft),
      startParams: [...DURABLE_PARAMS],
      loadDataDir: copy,
    });
    await db.close();
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new LeibnizError('DATA_DIR_UNUSABLE', `The copy in ${backupFolder} cannot be opened.`, {
      field: 'DATA_DIR',
      cause: error,
    });
  }
  const aside = `${databaseFolder}.damaged-${at.toISOString().replace(/[:.]/g, '-')}`;
  const had = existsSync(databaseFolder);
  if (had) await rename(databaseFolder, aside);
  await rename(draft, databaseFolder);
  return had ? aside : undefined;
}

async function writeDurably(file: string, data: Uint8Array): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
