import { randomUUID } from 'node:crypto';
import type { Database, Queryable, Row } from '../db/database.js';
import type { Accounts, ApiToken, LinkPurpose, RotationOutcome, SignIn } from '../account-types.js';
import { storableJson, storableText } from '../journal-event.js';
import { json, ms, num, optional, text } from './rows.js';

type SignIns = Pick<
  Accounts,
  | 'signIn'
  | 'rotate'
  | 'sessions'
  | 'signOut'
  | 'isSignedIn'
  | 'makeLink'
  | 'useLink'
  | 'addToken'
  | 'useToken'
  | 'tokens'
  | 'removeToken'
>;

const MAX_SESSIONS = 50;

/** Where people and programs are signed in. */
export function signInsOf(db: Database, wallNow: () => number): SignIns {
  return {
    signIn: (userId, session) => db.transaction((tx) => signIn(tx, userId, session, wallNow())),
    rotate: (oldHash, newHash, times) =>
      db.transaction((tx) => rotate(tx, oldHash, newHash, times, wallNow())),
    sessions: async (userId) => {
      const { rows } = await db.query(
        `SELECT * FROM leibniz.sessions WHERE user_id = $1 AND revoked_at_ms IS NULL AND expires_at_ms > $2
         ORDER BY last_seen_at_ms DESC LIMIT ${MAX_SESSIONS}`,
        [userId, wallNow()],
      );
      return rows.map(toSession);
    },
    signOut: async (userId, sessionId) => {
      const { rowCount } = await db.query(
        'UPDATE leibniz.sessions SET revoked_at_ms = $3 WHERE user_id = $1 AND revoked_at_ms IS NULL AND id = coalesce($2, id)',
        [userId, sessionId ?? null, wallNow()],
      );
      return rowCount;
    },
    isSignedIn: async (sessionId) => {
      const { rows } = await db.query(
        'SELECT 1 FROM leibniz.sessions WHERE id = $1 AND revoked_at_ms IS NULL AND expires_at_ms > $2',
        [storableText(sessionId), wallNow()],
      );
      return rows.length > 0;
    },
    makeLink: async ({ hash, purpose, userId, expiresAtMs }) => {
      await db.query('DELETE FROM leibniz.one_time_tokens WHERE expires_at_ms < $1', [wallNow()]);
      await db.query(
        'INSERT INTO leibniz.one_time_tokens (hash, purpose, user_id, expires_at_ms) VALUES ($1, $2, $3, $4)',
        [hash, purpose, userId ?? null, Math.trunc(expiresAtMs)],
      );
    },
    useLink: (hash, purpose) => useLink(db, hash, purpose, wallNow()),
    addToken: async ({ userId, hash, name, permissions, expiresAtMs }) => {
      const { rows } = await db.query(
        `INSERT INTO leibniz.api_tokens (id, user_id, hash, name, permissions, created_at_ms, expires_at_ms)
         VALUES ($1, $2, $3, $4, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)), $6, $7) RETURNING *`,
        [
          randomUUID(),
          userId,
          hash,
          storableText(name),
          storableJson(permissions),
          wallNow(),
          expiresAtMs ?? null,
        ],
      );
      return toToken(rows[0] ?? {});
    },
    useToken: async (hash) => {
      const { rows } = await db.query(
        `UPDATE leibniz.api_tokens SET last_used_at_ms = $2
         WHERE hash = $1 AND (expires_at_ms IS NULL OR expires_at_ms > $2) RETURNING *`,
        [hash, wallNow()],
      );
      return rows[0] === undefined ? undefined : toToken(rows[0]);
    },
    tokens: async (userId) => {
      const { rows } = await db.query(
        'SELECT * FROM leibniz.api_tokens WHERE user_id = $1 ORDER BY created_at_ms',
        [userId],
      );
      return rows.map(toToken);
    },
    removeToken: async (userId, id) => {
      const { rowCount } = await db.query('DELETE FROM leibniz.api_tokens WHERE user_id = $1 AND id = $2', [
        userId,
        storableText(id),
      ]);
      return rowCount > 0;
    },
  };
}

async function signIn(
  tx: Queryable,
  userId: string,
  { refreshHash, expiresAtMs, pii }: Parameters<Accounts['signIn']>[1],
  nowMs: number,
): Promise<SignIn> {
  const id = randomUUID();
  const { rows } = await tx.query(
    `INSERT INTO leibniz.sessions (id, user_id, created_at_ms, last_seen_at_ms, expires_at_ms, pii)
     VALUES ($1, $2, $3, $3, $4, $5::jsonb) RETURNING *`,
    [id, userId, nowMs, Math.trunc(expiresAtMs), storableJson(pii)],
  );
  await insertRefresh(tx, refreshHash, id, nowMs, expiresAtMs);
  await tx.query('UPDATE leibniz.users SET last_login_at_ms = $2 WHERE id = $1', [userId, nowMs]);
  await tx.query('DELETE FROM leibniz.sessions WHERE user_id = $1 AND expires_at_ms < $2', [userId, nowMs]);
  return toSession(rows[0] ?? {});
}

/** The token is spent by one statement, so that of two tabs one wins. */
async function rotate(
  tx: Queryable,
  oldHash: string,
  newHash: string,
  { expiresAtMs, graceMs }: { readonly expiresAtMs: number; readonly graceMs: number },
  nowMs: number,
): Promise<RotationOutcome> {
  const spent = await tx.query(
    `UPDATE leibniz.refresh_tokens t SET rotated_at_ms = $2 FROM leibniz.sessions s
     WHERE t.hash = $1 AND t.rotated_at_ms IS NULL AND t.expires_at_ms > $2
       AND s.id = t.session_id AND s.revoked_at_ms IS NULL RETURNING s.id, s.user_id`,
    [oldHash, nowMs],
  );
  const session = spent.rows[0];
  if (session !== undefined) {
    const sessionId = text(session, 'id');
    await insertRefresh(tx, newHash, sessionId, nowMs, expiresAtMs);
    await tx.query('UPDATE leibniz.sessions SET last_seen_at_ms = $2, expires_at_ms = $3 WHERE id = $1', [
      sessionId,
      nowMs,
      Math.trunc(expiresAtMs),
    ]);
    return { status: 'rotated', sessionId, userId: text(session, 'user_id') };
  }
  const { rows } = await tx.query(
    `SELECT t.rotated_at_ms, s.id, s.user_id, s.revoked_at_ms FROM leibniz.refresh_tokens t
     JOIN leibniz.sessions s ON s.id = t.session_id WHERE t.hash = $1`,
    [oldHash],
  );
  const known = rows[0];
  if (known === undefined || known['revoked_at_ms'] !== null || known['rotated_at_ms'] === null) {
    return { status: 'invalid' };
  }
  if (nowMs - num(known, 'rotated_at_ms') <= graceMs) return { status: 'raced' };
  await tx.query('UPDATE leibniz.sessions SET revoked_at_ms = $2 WHERE id = $1', [text(known, 'id'), nowMs]);
  return { status: 'reused', userId: text(known, 'user_id') };
}

async function insertRefresh(
  tx: Queryable,
  hash: string,
  sessionId: string,
  nowMs: number,
  expiresAtMs: number,
): Promise<void> {
  await tx.query(
    'INSERT INTO leibniz.refresh_tokens (hash, session_id, issued_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)',
    [hash, sessionId, nowMs, Math.trunc(expiresAtMs)],
  );
}

async function useLink(
  db: Queryable,
  hash: string,
  purpose: LinkPurpose,
  nowMs: number,
): Promise<{ readonly userId?: string } | undefined> {
  const { rows } = await db.query(
    `UPDATE leibniz.one_time_tokens SET used_at_ms = $3
     WHERE hash = $1 AND purpose = $2 AND used_at_ms IS NULL AND expires_at_ms > $3 RETURNING user_id`,
    [hash, purpose, nowMs],
  );
  return rows[0] === undefined ? undefined : optional(rows[0], 'user_id', 'userId', text);
}

function toSession(row: Row): SignIn {
  return {
    id: text(row, 'id'),
    userId: text(row, 'user_id'),
    createdAtMs: ms(row, 'created_at_ms'),
    lastSeenAtMs: ms(row, 'last_seen_at_ms'),
    expiresAtMs: ms(row, 'expires_at_ms'),
    pii: json(row, 'pii') as SignIn['pii'],
  };
}

function toToken(row: Row): ApiToken {
  return {
    id: text(row, 'id'),
    userId: text(row, 'user_id'),
    name: text(row, 'name'),
    permissions: row['permissions'] as string[],
    createdAtMs: ms(row, 'created_at_ms'),
    ...optional(row, 'expires_at_ms', 'expiresAtMs', ms),
    ...optional(row, 'last_used_at_ms', 'lastUsedAtMs', ms),
  };
}
