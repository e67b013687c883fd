import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../db/database.js';
import { storableJson, storableText } from '../../journal-event.js';
import type { DoNotCall, Outbound } from '../../outbound-types.js';
import type { Page, Paging } from '../../types.js';
import { Conditions, listPage } from '../rows.js';
import { toDoNotCall } from './views.js';

/** Puts a number on the list; one that is on it stays as it is. */
export async function addToList(
  db: Queryable,
  { source, callId, pii }: Parameters<Outbound['stopCalls']>[0],
  nowMs: number,
): Promise<DoNotCall> {
  await db.query(
    `INSERT INTO leibniz.do_not_call (id, source, call_id, created_at_ms, pii) VALUES ($1, $2, $3, $4, $5::jsonb)
     ON CONFLICT ((pii->>'number')) DO NOTHING`,
    [
      ...[randomUUID(), source, callId === undefined ? null : storableText(callId), nowMs],
      storableJson({ number: pii.number }),
    ],
  );
  const { rows } = await db.query("SELECT * FROM leibniz.do_not_call WHERE pii->>'number' = $1", [
    storableText(pii.number),
  ]);
  return toDoNotCall(rows[0] ?? {});
}

/** Whether a number is on the list. */
export async function isOnList(db: Queryable, number: string): Promise<boolean> {
  const { rows } = await db.query("SELECT 1 FROM leibniz.do_not_call WHERE pii->>'number' = $1", [
    storableText(number),
  ]);
  return rows.length > 0;
}

/** Newest first. */
export function listNumbers(
  db: Queryable,
  query: Paging & { readonly number?: string },
): Promise<Page<DoNotCall>> {
  const conditions = new Conditions().add("pii->>'number' = ?", query.number);
  const order = 'created_at_ms DESC, id';
  return listPage(db, query, { table: 'do_not_call', conditions, order, view: toDoNotCall });
}

/** Takes a number off the list. */
export async function removeFromList(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM leibniz.do_not_call WHERE id = $1', [storableText(id)]);
  return rowCount > 0;
}
