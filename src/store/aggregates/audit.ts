import { createHash } from 'node:crypto';
import type { Database, Queryable, Row } from '../db/database.js';
import type { Accounts, AuditEntry, AuditQuery, AuditRecord } from '../account-types.js';
import { storableJson, storableText } from '../journal-event.js';
import type { Page } from '../paging.js';
import { lockKey } from './appointments.js';
import { Conditions, json, listPage, ms, num, optional, text } from './rows.js';

const FIRST_HASH = '0'.repeat(64);
const CHECKED_AT_ONCE = 1000;

/** The trail of what was done. Rows are only ever added. */
export function trailOf(db: Database, wallNow: () => number): Pick<Accounts, 'audit' | 'trail' | 'brokenAt'> {
  return {
    audit: (entry) => db.transaction((tx) => appendAudit(tx, entry, wallNow())),
    trail: (query) => list(db, query),
    brokenAt: () => firstBroken(db),
  };
}

/** Adds an entry to the trail within the transaction of what it tells of. */
export async function appendAudit(tx: Queryable, entry: AuditEntry, atMs: number): Promise<void> {
  await lockKey(tx, 'leibniz.audit');
  const { rows } = await tx.query('SELECT seq, hash FROM leibniz.audit ORDER BY seq DESC LIMIT 1');
  const last = rows[0];
  const seq = last === undefined ? 1 : num(last, 'seq') + 1;
  const prevHash = last === undefined ? FIRST_HASH : text(last, 'hash');
  const { actorId, actorKind, action, objectType, objectId, callId, outcome, detail = {}, pii = {} } = entry;
  const optionalText = (value: string | undefined): string | null =>
    value === undefined ? null : storableText(value);
  await tx.query(
    `INSERT INTO leibniz.audit (seq, at_ms, actor_id, actor_kind, action, object_type, object_id, call_id, outcome,
         detail, pii, prev_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, $13)`,
    [
      seq,
      atMs,
      optionalText(actorId),
      actorKind,
      storableText(action),
      optionalText(objectType),
      optionalText(objectId),
      optionalText(callId),
      outcome,
      storableJson(detail),
      storableJson(pii),
      prevHash,
      hashOf({ ...entry, detail, pii, seq, atMs, prevHash }),
    ],
  );
}

function list(db: Database, query: AuditQuery): Promise<Page<AuditRecord>> {
  const conditions = new Conditions()
    .add('at_ms >= ?', query.fromMs)
    .add('at_ms < ?', query.toMs)
    .add('actor_id = ?', query.actorId)
    .add('action = ?', query.action)
    .add('call_id = ?', query.callId);
  return listPage(db, query, { table: 'audit', conditions, order: 'seq DESC', view: toRecord });
}

async function firstBroken(db: Database): Promise<number | undefined> {
  let prevHash: string | undefined;
  for (let after = 0; ;) {
    const { rows } = await db.query(
      `SELECT * FROM leibniz.audit WHERE seq > $1 ORDER BY seq LIMIT ${CHECKED_AT_ONCE}`,
      [after],
    );
    for (const row of rows) {
      const record = toRecord(row);
      // The oldest rows may have been removed by their age; the chain then begins later.
      const follows = prevHash === undefined || (record.prevHash === prevHash && record.seq === after + 1);
      if (!follows || hashOf(record) !== record.hash) return record.seq;
      prevHash = record.hash;
      after = record.seq;
    }
    if (rows.length < CHECKED_AT_ONCE) return undefined;
  }
}

/** What the hash of a row covers, in its order. */
const HASHED = [
  ...(['seq', 'atMs', 'actorId', 'actorKind', 'action', 'objectType', 'objectId', 'callId'] as const),
  ...(['outcome', 'detail', 'pii', 'prevHash'] as const),
];

function hashOf(record: Omit<AuditRecord, 'hash' | 'atMs'> & { readonly atMs: number }): string {
  return createHash('sha256')
    .update(canonical(HASHED.map((key) => record[key])))
    .digest('hex');
}

/** Keys in a fixed order at every depth: a database gives the keys of JSON back in an order of its own. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function toRecord(row: Row): AuditRecord {
  return {
    seq: num(row, 'seq'),
    atMs: ms(row, 'at_ms'),
    ...optional(row, 'actor_id', 'actorId', text),
    actorKind: text(row, 'actor_kind') as AuditRecord['actorKind'],
    action: text(row, 'action'),
    ...optional(row, 'object_type', 'objectType', text),
    ...optional(row, 'object_id', 'objectId', text),
    ...optional(row, 'call_id', 'callId', text),
    outcome: text(row, 'outcome') as AuditRecord['outcome'],
    detail: json(row, 'detail') as NonNullable<AuditEntry['detail']>,
    pii: json(row, 'pii') as NonNullable<AuditEntry['pii']>,
    prevHash: text(row, 'prev_hash'),
    hash: text(row, 'hash'),
  };
}
