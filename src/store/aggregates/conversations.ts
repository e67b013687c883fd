import type { Queryable } from '../db/database.js';
import type { JsonValue } from '../journal-event.js';
import { json } from './rows.js';

/** Saves a session's state, replacing the one before. */
export async function saveConversation(
  db: Queryable,
  id: string,
  stateJson: string,
  expiresAtMs: number,
): Promise<void> {
  await db.query(
    `INSERT INTO leibniz.conversations (id, state, expires_at_ms) VALUES ($1, $2::jsonb, $3)
     ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, expires_at_ms = EXCLUDED.expires_at_ms`,
    [id, stateJson, Math.trunc(expiresAtMs)],
  );
}

/** A session's state, unless it has expired. */
export async function loadConversation(
  db: Queryable,
  id: string,
  nowMs: number,
): Promise<JsonValue | undefined> {
  const { rows } = await db.query(
    'SELECT state FROM leibniz.conversations WHERE id = $1 AND expires_at_ms > $2',
    [id, Math.trunc(nowMs)],
  );
  return rows[0] === undefined ? undefined : json(rows[0], 'state');
}

/** Removes a session. */
export async function deleteConversation(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM leibniz.conversations WHERE id = $1', [id]);
  return rowCount > 0;
}

/** Removes what has expired. */
export async function sweepConversations(db: Queryable, nowMs: number): Promise<number> {
  const { rowCount } = await db.query('DELETE FROM leibniz.conversations WHERE expires_at_ms <= $1', [
    Math.trunc(nowMs),
  ]);
  return rowCount;
}

/** Removes the sessions whose ids begin with a prefix. */
export async function deleteConversations(db: Queryable, prefix: string): Promise<number> {
  const { rowCount } = await db.query('DELETE FROM leibniz.conversations WHERE starts_with(id, $1)', [
    prefix,
  ]);
  return rowCount;
}
