import type { Queryable, Row } from '../db/database.js';
import { localTime, OFFER_STANDS_MS, OFFICE, offerTo } from '../freed.js';
import { storableJson, storableText } from '../journal-event.js';
import type { FreedSlot, Page, WaitingEntry, WaitingMatch, WaitingQuery, WaitingRequest } from '../types.js';
import { Conditions, json, listPage, ms, num, optional, text, rowBy } from './rows.js';

/** Most entries that {@link matchingEntries} gives. */
export const MAX_MATCHES = 100;

/** Adds an entry at the end. */
export async function insertEntry(
  tx: Queryable,
  id: string,
  request: WaitingRequest,
  nowMs: number,
): Promise<WaitingEntry> {
  const { rows } = await tx.query(
    `INSERT INTO leibniz.waiting_list (id, idempotency_key, service_id, resource, from_date, to_date, from_min, to_min,
       duration_min, call_id, created_at_ms, pii)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb) RETURNING *`,
    [
      id,
      storableText(request.idempotencyKey),
      request.serviceId === undefined ? null : storableText(request.serviceId),
      request.resource === undefined ? null : storableText(request.resource),
      request.from,
      request.to,
      request.fromMin ?? null,
      request.toMin ?? null,
      request.durationMin,
      request.callId === undefined ? null : storableText(request.callId),
      Math.trunc(nowMs),
      storableJson(request.pii),
    ],
  );
  return toEntry(rows[0] ?? {});
}

/** The one written under a key. */
export async function entryByKey(db: Queryable, idempotencyKey: string): Promise<WaitingEntry | undefined> {
  const row = await rowBy(db, 'waiting_list', 'idempotency_key', idempotencyKey);
  return row === undefined ? undefined : toEntry(row);
}

/** The one with an id. */
export async function findEntry(db: Queryable, id: string): Promise<WaitingEntry | undefined> {
  const row = await rowBy(db, 'waiting_list', 'id', id);
  return row === undefined ? undefined : toEntry(row);
}

/** In order of arrival. */
export function listEntries(db: Queryable, query: WaitingQuery): Promise<Page<WaitingEntry>> {
  const conditions = new Conditions()
    .add('to_date >= ?', query.onOrAfter)
    .add('service_id = ?', query.serviceId)
    .add('call_id = ?', query.callId);
  return listPage(db, query, {
    table: 'waiting_list',
    conditions,
    order: 'created_at_ms, id',
    view: toEntry,
  });
}

/** Takes an entry off the list. */
export async function deleteEntry(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM leibniz.waiting_list WHERE id = $1', [storableText(id)]);
  return rowCount > 0;
}

/** Entries that fit a freed stretch, in order of arrival. */
export async function matchingEntries(
  db: Queryable,
  freed: FreedSlot,
  nowMs: number,
): Promise<WaitingMatch[]> {
  const { date } = localTime(freed.startsAtMs, freed.timezone);
  const { rows } = await db.query(
    `SELECT * FROM leibniz.waiting_list
     WHERE from_date <= $1 AND to_date >= $1 AND duration_min <= $2
       AND (offered_at_ms IS NULL OR offered_at_ms <= $3)
       AND (resource = $4 OR resource IS NULL AND ($4 = '${OFFICE}' OR service_id IS NULL OR service_id = $5))
     ORDER BY created_at_ms, id LIMIT ${MAX_MATCHES}`,
    [
      date,
      Math.floor((freed.occupiedUntilMs - freed.startsAtMs) / 60_000),
      Math.trunc(nowMs - OFFER_STANDS_MS),
      freed.resource,
      freed.serviceId ?? null,
    ],
  );
  return rows.flatMap((row) => offerTo(toEntry(row), freed, nowMs) ?? []);
}

/** Notes what an entry was offered. */
export async function noteOffer(
  tx: Queryable,
  { entry, startsAtMs }: WaitingMatch,
  resource: string,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `UPDATE leibniz.waiting_list SET offer_resource = $2, offer_starts_at_ms = $3, offered_at_ms = $4 WHERE id = $1`,
    [entry.id, resource, startsAtMs, Math.trunc(nowMs)],
  );
}

function toEntry(row: Row): WaitingEntry {
  const offered = row['offered_at_ms'] !== null && row['offered_at_ms'] !== undefined;
  return {
    id: text(row, 'id'),
    idempotencyKey: text(row, 'idempotency_key'),
    ...optional(row, 'service_id', 'serviceId', text),
    ...optional(row, 'resource', 'resource', text),
    from: text(row, 'from_date'),
    to: text(row, 'to_date'),
    ...optional(row, 'from_min', 'fromMin', num),
    ...optional(row, 'to_min', 'toMin', num),
    durationMin: num(row, 'duration_min'),
    ...optional(row, 'call_id', 'callId', text),
    createdAtMs: ms(row, 'created_at_ms'),
    ...(offered
      ? {
          offer: {
            resource: text(row, 'offer_resource'),
            startsAtMs: ms(row, 'offer_starts_at_ms'),
            offeredAtMs: ms(row, 'offered_at_ms'),
          },
        }
      : {}),
    pii: json(row, 'pii') as unknown as WaitingEntry['pii'],
  };
}
