import { createHash } from 'node:crypto';
import { LeibnizError } from '../../kernel/errors.js';
import type { Migration } from '../migrations/index.js';
import type { Database } from './database.js';

/** Spells LEIB; every process that migrates the same database takes this advisory lock. */
const ADVISORY_LOCK_KEY = 0x4c454942;

/**
 * Brings the schema up to the last of `migrations`: one transaction each, under an advisory lock, so that processes
 * that start together apply each once.
 *
 * @returns numbers of the migrations applied now
 * @throws LeibnizError CONFIG_INVALID - the database has another history than this version of Leibniz knows
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<readonly number[]> {
  const applied: number[] = [];
  for (const migration of migrations) {
    const checksum = createHash('sha256').update(migration.sql).digest('hex');
    const done = await db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK_KEY]);
      await tx.query('CREATE SCHEMA IF NOT EXISTS leibniz');
      await tx.query(
        `CREATE TABLE IF NOT EXISTS leibniz.migrations (
           number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
           applied_at timestamptz NOT NULL DEFAULT now())`,
      );
      const { rows } = await tx.query<{ checksum: string }>(
        'SELECT checksum FROM leibniz.migrations WHERE number = $1',
        [migration.number],
      );
      const known = rows[0];
      if (known !== undefined) {
        if (known.checksum !== checksum) throw changed(migration);
        return false;
      }
      for (const statement of migration.sql.split(/;\s*\n/)) {
        if (statement.trim() !== '') await tx.query(statement);
      }
      await tx.query('INSERT INTO leibniz.migrations (number, name, checksum) VALUES ($1, $2, $3)', [
        migration.number,
        migration.name,
        checksum,
      ]);
      return true;
    });
    if (done) applied.push(migration.number);
  }
  await refuseNewer(db, migrations);
  return applied;
}

async function refuseNewer(db: Database, migrations: readonly Migration[]): Promise<void> {
  const last = migrations.at(-1)?.number ?? 0;
  const { rows } = await db.query<{ newest: number | null }>(
    'SELECT max(number) AS newest FROM leibniz.migrations',
  );
  const newest = Number(rows[0]?.newest ?? 0);
  if (newest <= last) return;
  throw new LeibnizError(
    'CONFIG_INVALID',
    `The database was used by a newer version of Leibniz (schema ${newest}, this version knows ${last}); ` +
      'start that version, or point DATABASE_URL or DATA_DIR elsewhere.',
    { field: 'DATABASE_URL' },
  );
}

function changed(migration: Migration): LeibnizError {
  return new LeibnizError(
    'CONFIG_INVALID',
    `Migration ${migration.number} (${migration.name}) was applied to this database with other content; ` +
      'restore the release that made the database, or point DATABASE_URL or DATA_DIR elsewhere.',
    { field: 'DATABASE_URL' },
  );
}
