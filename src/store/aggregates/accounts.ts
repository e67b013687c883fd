import { randomUUID } from 'node:crypto';
import { DatabaseError, type Database, type Queryable, type Row } from '../db/database.js';
import type { Account, AccountChange, AccountOutcome, Accounts, NewAccount } from '../account-types.js';
import { storableJson, storableText } from '../journal-event.js';
import type { Page, Paging } from '../paging.js';
import { lockKey } from './appointments.js';
import { json, listPage, ms, num, optional, text } from './rows.js';

type People = Pick<Accounts, 'count' | 'create' | 'get' | 'byEmail' | 'list' | 'change' | 'remove'>;

/** The people who sign in. */
export function peopleOf(db: Database, wallNow: () => number): People {
  return {
    count: async () => {
      const { rows } = await db.query(
        'SELECT count(*) AS n FROM leibniz.users WHERE password_hash IS NOT NULL',
      );
      return num(rows[0] ?? {}, 'n');
    },
    create: (account) => insert(db, account, wallNow()),
    get: (id) => accountWhere(db, 'id = $1', id),
    byEmail: (email) => accountWhere(db, "lower(pii->>'email') = lower($1)", email),
    list: (query) => list(db, query),
    change: (id, change) => locked(db, (tx) => update(tx, id, change, wallNow())),
    remove: (id) => locked(db, (tx) => remove(tx, id)),
  };
}

async function insert(db: Queryable, account: NewAccount, nowMs: number): Promise<AccountOutcome> {
  const { email, name, roles, lines = [], passwordHash, emailVerified } = account;
  try {
    const { rows } = await db.query(
      `INSERT INTO leibniz.users (id, roles, lines, password_hash, email_verified_at_ms, created_at_ms, pii)
       VALUES ($1, ${textArray(2)}, ${textArray(3)}, $4, $5, $6, $7::jsonb) RETURNING *`,
      [
        randomUUID(),
        storableJson(roles),
        storableJson(lines),
        passwordHash ?? null,
        emailVerified === true ? nowMs : null,
        nowMs,
        storableJson({ email, name }),
      ],
    );
    return { ok: true, account: toAccount(rows[0] ?? {}) };
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'constraint') {
      return { ok: false, why: 'email_taken' };
    }
    throw error;
  }
}

async function accountWhere(db: Queryable, where: string, value: string): Promise<Account | undefined> {
  const { rows } = await db.query(`SELECT * FROM leibniz.users WHERE ${where}`, [storableText(value)]);
  return rows[0] === undefined ? undefined : toAccount(rows[0]);
}

function list(db: Queryable, query: Paging): Promise<Page<Account>> {
  return listPage(db, query, { table: 'users', order: "lower(pii->>'email')", view: toAccount });
}

async function update(
  tx: Queryable,
  id: string,
  change: AccountChange,
  nowMs: number,
): Promise<AccountOutcome> {
  const before = await accountWhere(tx, 'id = $1', id);
  if (before === undefined) return { ok: false, why: 'not_found' };
  if (change.version !== undefined && change.version !== before.version) return { ok: false, why: 'stale' };
  const { roles = before.roles, status = before.status, lines = before.lines, prefs = before.prefs } = change;
  const demoted = !roles.includes('admin') || status === 'disabled';
  if (demoted && (await isLastAdmin(tx, before))) return { ok: false, why: 'last_admin' };
  const signOut = change.signOut === true || status === 'disabled' || change.passwordHash !== undefined;
  const bumped = signOut || change.roles !== undefined || change.lines !== undefined;
  const { rows } = await tx.query(
    `UPDATE leibniz.users SET roles = ${textArray(2)}, lines = ${textArray(3)}, status = $4, prefs = $5::jsonb,
       password_hash = coalesce($6, password_hash), pii = pii || $7::jsonb,
       email_verified_at_ms = coalesce(email_verified_at_ms, $8),
       token_version = token_version + $9, version = version + 1
     WHERE id = $1 RETURNING *`,
    [
      id,
      storableJson(roles),
      storableJson(lines),
      status,
      storableJson(prefs),
      change.passwordHash ?? null,
      storableJson(change.name === undefined ? {} : { name: change.name }),
      change.emailVerified === true ? nowMs : null,
      bumped ? 1 : 0,
    ],
  );
  if (signOut) {
    await tx.query(
      'UPDATE leibniz.sessions SET revoked_at_ms = $2 WHERE user_id = $1 AND revoked_at_ms IS NULL',
      [id, nowMs],
    );
  }
  return { ok: true, account: toAccount(rows[0] ?? {}) };
}

async function remove(tx: Queryable, id: string): Promise<AccountOutcome> {
  const account = await accountWhere(tx, 'id = $1', id);
  if (account === undefined) return { ok: false, why: 'not_found' };
  if (await isLastAdmin(tx, account)) return { ok: false, why: 'last_admin' };
  await tx.query('DELETE FROM leibniz.users WHERE id = $1', [id]);
  return { ok: true, account };
}

async function isLastAdmin(tx: Queryable, account: Account): Promise<boolean> {
  if (!account.roles.includes('admin') || account.status === 'disabled') return false;
  const { rows } = await tx.query(
    "SELECT 1 FROM leibniz.users WHERE 'admin' = ANY (roles) AND status = 'active' AND id <> $1 LIMIT 1",
    [account.id],
  );
  return rows.length === 0;
}

/** Changes of accounts one after the other: two admins who demote each other leave one. */
function locked<T>(db: Database, run: (tx: Queryable) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await lockKey(tx, 'leibniz.users');
    return run(tx);
  });
}

/** A parameter of JSON as an array of text, which both drivers write alike. */
const textArray = (parameter: number): string =>
  `ARRAY(SELECT jsonb_array_elements_text($${parameter}::jsonb))`;

function toAccount(row: Row): Account {
  return {
    id: text(row, 'id'),
    status: text(row, 'status') as Account['status'],
    roles: row['roles'] as string[],
    lines: row['lines'] as string[],
    ...optional(row, 'password_hash', 'passwordHash', text),
    ...optional(row, 'email_verified_at_ms', 'emailVerifiedAtMs', ms),
    tokenVersion: num(row, 'token_version'),
    prefs: json(row, 'prefs'),
    createdAtMs: ms(row, 'created_at_ms'),
    ...optional(row, 'last_login_at_ms', 'lastLoginAtMs', ms),
    version: num(row, 'version'),
    pii: json(row, 'pii') as Account['pii'],
  };
}
