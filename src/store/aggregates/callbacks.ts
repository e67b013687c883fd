import type { Queryable, Row } from '../db/database.js';
import { storableJson, storableText } from '../journal-event.js';
import type {
  Callback,
  CallbackKind,
  CallbackOutcome,
  CallbackQuery,
  CallbackRequest,
  Page,
} from '../types.js';
import { Conditions, json, listPage, ms, optional, text, rowBy } from './rows.js';

/** Writes a promise down. */
export async function insertCallback(
  tx: Queryable,
  id: string,
  request: CallbackRequest,
  nowMs: number,
): Promise<Callback> {
  const { idempotencyKey, kind, callId, reason, dueAtMs, pii } = request;
  const { rows } = await tx.query(
    `INSERT INTO leibniz.callbacks (id, idempotency_key, kind, call_id, reason, due_at_ms, created_at_ms, pii)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb) RETURNING *`,
    [
      id,
      storableText(idempotencyKey),
      kind,
      callId === undefined ? null : storableText(callId),
      storableText(reason),
      dueAtMs ?? null,
      Math.trunc(nowMs),
      storableJson(pii),
    ],
  );
  return toCallback(rows[0] ?? {});
}

/** Writes down what an open promise is to be from now on; what has ended stays as it is. */
export async function changeCallback(
  tx: Queryable,
  id: string,
  { kind, pii }: Pick<CallbackRequest, 'kind' | 'pii'>,
): Promise<Callback | undefined> {
  await tx.query(
    `UPDATE leibniz.callbacks SET kind = $2, pii = $3::jsonb WHERE id = $1 AND status = 'open'`,
    [storableText(id), kind, storableJson(pii)],
  );
  return findCallback(tx, id);
}

/** The one written under a key. */
export async function callbackByKey(db: Queryable, idempotencyKey: string): Promise<Callback | undefined> {
  const row = await rowBy(db, 'callbacks', 'idempotency_key', idempotencyKey);
  return row === undefined ? undefined : toCallback(row);
}

/** The one with an id. */
export async function findCallback(db: Queryable, id: string): Promise<Callback | undefined> {
  const row = await rowBy(db, 'callbacks', 'id', id);
  return row === undefined ? undefined : toCallback(row);
}

const ORDER = `(status = 'open') DESC, (status = 'open' AND kind = 'emergency') DESC,
  CASE status WHEN 'open' THEN created_at_ms ELSE -completed_at_ms END, id`;

/** Open ones first: emergencies, then the oldest. Completed ones newest first. */
export function listCallbacks(db: Queryable, query: CallbackQuery): Promise<Page<Callback>> {
  const conditions = new Conditions()
    .add('status = ?', query.status)
    .add('kind = ?', query.kind)
    .add('call_id = ?', query.callId);
  return listPage(db, query, { table: 'callbacks', conditions, order: ORDER, view: toCallback });
}

/** Records how it ended; what has ended stays as it is. */
export async function completeCallback(
  db: Queryable,
  id: string,
  { outcome, note }: { readonly outcome: CallbackOutcome; readonly note?: string },
  nowMs: number,
): Promise<Callback | undefined> {
  await db.query(
    `UPDATE leibniz.callbacks SET status = 'completed', outcome = $2, completed_at_ms = $3, pii = pii || $4::jsonb
     WHERE id = $1 AND status = 'open'`,
    [storableText(id), outcome, Math.trunc(nowMs), storableJson(note === undefined ? {} : { note })],
  );
  return findCallback(db, id);
}

function toCallback(row: Row): Callback {
  return {
    id: text(row, 'id'),
    idempotencyKey: text(row, 'idempotency_key'),
    kind: text(row, 'kind') as CallbackKind,
    status: text(row, 'status') as Callback['status'],
    ...optional(row, 'call_id', 'callId', text),
    reason: text(row, 'reason'),
    ...optional(row, 'due_at_ms', 'dueAtMs', ms),
    createdAtMs: ms(row, 'created_at_ms'),
    ...optional(row, 'completed_at_ms', 'completedAtMs', ms),
    ...optional(row, 'outcome', 'outcome', (r, column) => text(r, column) as CallbackOutcome),
    pii: json(row, 'pii') as Callback['pii'],
  };
}
