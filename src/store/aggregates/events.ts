import type { Queryable, Row } from '../db/database.js';
import { storableJson, type CallLogEvent } from '../journal-event.js';
import type { EventRecord } from '../types.js';
import { freshOf, json, num, text } from './rows.js';

/** Most events that {@link eventsOf} gives of one call. */
export const MAX_EVENTS_READ = 20_000;

/** Records entries of event logs, and gives those that were new; one that is already there stays as it is. */
export async function insertEvents(
  db: Queryable,
  events: readonly { readonly version: number; readonly event: CallLogEvent }[],
): Promise<CallLogEvent[]> {
  if (events.length === 0) return [];
  const rows = events.map(({ version, event }) => ({
    call_id: event.callId,
    seq: event.seq,
    at_ms: event.atMs,
    version,
    type: event.type,
    payload: event.payload,
  }));
  const made = await db.query(
    `INSERT INTO leibniz.events (call_id, seq, at_ms, version, type, payload)
     SELECT call_id, seq, at_ms, version, type, coalesce(payload, 'null')
     FROM jsonb_to_recordset($1::jsonb) AS r(call_id text, seq integer, at_ms double precision, version smallint,
       type text, payload jsonb)
     ON CONFLICT DO NOTHING RETURNING call_id, seq`,
    [storableJson(rows)],
  );
  const written = events.map(({ event }) => event);
  return freshOf(written, made.rows, 'seq', ({ callId, seq }) => [callId, seq]);
}

/** The event log of a call in order, from its start. */
export async function eventsOf(
  db: Queryable,
  callId: string,
): Promise<{ readonly events: EventRecord[]; readonly truncated: boolean }> {
  const { rows } = await db.query(
    `SELECT seq, at_ms, version, type, payload FROM leibniz.events
     WHERE call_id = $1 ORDER BY seq LIMIT ${MAX_EVENTS_READ + 1}`,
    [callId],
  );
  return { events: rows.slice(0, MAX_EVENTS_READ).map(toEvent), truncated: rows.length > MAX_EVENTS_READ };
}

function toEvent(row: Row): EventRecord {
  return {
    seq: num(row, 'seq'),
    atMs: num(row, 'at_ms'),
    type: text(row, 'type'),
    version: num(row, 'version'),
    payload: json(row, 'payload'),
  };
}
