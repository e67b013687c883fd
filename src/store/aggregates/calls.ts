import type { Termination } from '../../kernel/vocab.js';
import type { Queryable, Row } from '../db/database.js';
import { storableJson, type CallEndedEvent, type CallStartedEvent } from '../journal-event.js';
import type { CallQuery, CallRecord, Page } from '../types.js';
import { Conditions, json, listPage, ms, num, optional, text } from './rows.js';

/** A started or ended event with the instance that wrote it. */
export interface Authored<E> {
  readonly by: string;
  readonly event: E;
}

const COLUMNS = `id, direction, started_at_ms, ended_at_ms, reason, stats, pii,
  (SELECT count(*) FROM leibniz.turns t WHERE t.call_id = calls.id) AS turn_count`;

const SEARCH = `(pii->>'from' ILIKE ? OR pii->>'to' ILIKE ? OR pii->>'displayName' ILIKE ?
  OR EXISTS (SELECT 1 FROM leibniz.turns t WHERE t.call_id = calls.id AND t.pii->>'text' ILIKE ?))`;

/** Records starts, and gives those that were new. A call whose end came first is completed; a second start changes nothing. */
export async function insertStarted(
  db: Queryable,
  items: readonly Authored<CallStartedEvent>[],
): Promise<CallStartedEvent[]> {
  if (items.length === 0) return [];
  const first = firstOfEachCall(items);
  const rows = first.map(({ by, event }) => ({
    id: event.callId,
    by,
    direction: event.direction,
    at: event.startedAt,
    pii: event.pii,
  }));
  const made = await db.query(
    `INSERT INTO leibniz.calls (id, instance_id, direction, started_at_ms, pii)
     SELECT id, by, direction, at, coalesce(pii, '{}')
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, by text, direction text, at bigint, pii jsonb)
     ON CONFLICT (id) DO UPDATE SET
       direction = EXCLUDED.direction, started_at_ms = EXCLUDED.started_at_ms, pii = EXCLUDED.pii
     WHERE calls.started_at_ms IS NULL
     RETURNING id`,
    [storableJson(rows)],
  );
  return ofRows(first, made.rows);
}

/** Records ends, and gives those that were new. The first real reason stays; `aborted` is a guess and gives way to it. */
export async function insertEnded(
  db: Queryable,
  items: readonly Authored<CallEndedEvent>[],
): Promise<CallEndedEvent[]> {
  if (items.length === 0) return [];
  const first = firstOfEachCall(items);
  const rows = first.map(({ by, event }) => ({
    id: event.callId,
    by,
    at: event.endedAt,
    reason: event.reason,
    stats: event.stats ?? null,
  }));
  const made = await db.query(
    `INSERT INTO leibniz.calls (id, instance_id, ended_at_ms, reason, stats)
     SELECT id, by, at, reason, stats
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, by text, at bigint, reason text, stats jsonb)
     ON CONFLICT (id) DO UPDATE SET
       ended_at_ms = EXCLUDED.ended_at_ms, reason = EXCLUDED.reason, stats = EXCLUDED.stats
     WHERE calls.reason IS NULL OR calls.reason = 'aborted'
     RETURNING id`,
    [storableJson(rows)],
  );
  return ofRows(first, made.rows);
}

function ofRows<E extends { readonly callId: string }>(
  items: readonly Authored<E>[],
  rows: readonly Row[],
): E[] {
  const ids = new Set(rows.map((row) => text(row, 'id')));
  return items.map(({ event }) => event).filter(({ callId }) => ids.has(callId));
}

/** Newest first. */
export function listCalls(db: Queryable, query: CallQuery): Promise<Page<CallRecord>> {
  const conditions = new Conditions()
    .raw('started_at_ms IS NOT NULL')
    .add('started_at_ms >= ?', query.fromMs)
    .add('started_at_ms < ?', query.toMs)
    .add('reason = ?', query.reason)
    .add('(reason IS NULL) = ?::boolean', query.open)
    .add(SEARCH, query.search === undefined ? undefined : `%${query.search.replace(/[\\%_]/g, '\\$&')}%`);
  return listPage(db, query, {
    table: 'calls',
    conditions,
    order: 'started_at_ms DESC, id',
    view: toCall,
    columns: COLUMNS,
  });
}

/** One call, or `undefined`. */
export async function findCall(db: Queryable, id: string): Promise<CallRecord | undefined> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM leibniz.calls WHERE id = $1 AND started_at_ms IS NOT NULL`,
    [id],
  );
  return rows[0] === undefined ? undefined : toCall(rows[0]);
}

/**
 * Closes open calls of instances that are gone; gives their ids.
 *
 * @param instanceId - whose calls are never touched
 * @param leaseSeconds - an instance that gave a sign of life within this time is alive; 0 when no other can be
 */
export async function abortOpenCalls(
  db: Queryable,
  instanceId: string,
  leaseSeconds: number,
): Promise<string[]> {
  const { rows } = await db.query(
    `UPDATE leibniz.calls c SET reason = 'aborted', ended_at_ms = greatest(
       c.started_at_ms, (SELECT max(t.at_ms) FROM leibniz.turns t WHERE t.call_id = c.id),
       c.started_at_ms + (SELECT floor(max(e.at_ms))::bigint FROM leibniz.events e WHERE e.call_id = c.id))
     WHERE c.reason IS NULL AND c.started_at_ms IS NOT NULL AND c.instance_id <> $1
       AND NOT EXISTS (SELECT 1 FROM leibniz.instances i
         WHERE i.id = c.instance_id AND i.beat_at > now() - make_interval(secs => $2::double precision))
     RETURNING c.id`,
    [instanceId, leaseSeconds],
  );
  return rows.map((row) => text(row, 'id'));
}

/** Records that an instance lives. */
export async function beat(db: Queryable, instanceId: string): Promise<void> {
  await db.query(
    `INSERT INTO leibniz.instances (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET beat_at = now()`,
    [instanceId],
  );
}

/** Forgets instances that have been silent for a day. */
export async function sweepInstances(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM leibniz.instances WHERE beat_at < now() - interval '1 day'`);
}

/** Forgets an instance that ends in order. */
export async function retire(db: Queryable, instanceId: string): Promise<void> {
  await db.query('DELETE FROM leibniz.instances WHERE id = $1', [instanceId]);
}

/** One statement may touch a row once only. */
function firstOfEachCall<E extends { readonly callId: string }>(
  items: readonly Authored<E>[],
): Authored<E>[] {
  return [...new Map(items.toReversed().map((item) => [item.event.callId, item])).values()];
}

function toCall(row: Row): CallRecord {
  return {
    id: text(row, 'id'),
    direction: text(row, 'direction'),
    startedAtMs: ms(row, 'started_at_ms'),
    ...optional(row, 'ended_at_ms', 'endedAtMs', ms),
    ...optional(row, 'reason', 'reason', (r, c) => text(r, c) as Termination),
    ...optional(row, 'stats', 'stats', json),
    turnCount: num(row, 'turn_count'),
    pii: json(row, 'pii') as CallRecord['pii'],
  };
}
