import type { Queryable, Row } from '../db/database.js';
import { storableJson, type TurnEvent } from '../journal-event.js';
import type { TurnRecord } from '../types.js';
import { freshOf, json, ms, num, optional, text } from './rows.js';

/** Records turns, and gives those that were new; one that is already there stays as it is. */
export async function insertTurns(db: Queryable, turns: readonly TurnEvent[]): Promise<TurnEvent[]> {
  if (turns.length === 0) return [];
  const rows = turns.map((turn) => ({
    call_id: turn.callId,
    idx: turn.index,
    turn_id: turn.turnId,
    role: turn.role,
    at_ms: turn.at,
    confidence: turn.confidence,
    timings: turn.timings ?? {},
    sources: turn.sources ?? [],
    start_ms: turn.startMs,
    end_ms: turn.endMs,
    pii: turn.pii,
  }));
  const made = await db.query(
    `INSERT INTO leibniz.turns (call_id, idx, turn_id, role, at_ms, confidence, timings, sources, start_ms, end_ms, pii)
     SELECT call_id, idx, turn_id, role, at_ms, confidence, timings, sources, start_ms, end_ms, pii
     FROM jsonb_to_recordset($1::jsonb) AS r(call_id text, idx integer, turn_id text, role text, at_ms bigint,
       confidence real, timings jsonb, sources jsonb, start_ms bigint, end_ms bigint, pii jsonb)
     ON CONFLICT DO NOTHING RETURNING call_id, idx`,
    [storableJson(rows)],
  );
  return freshOf(turns, made.rows, 'idx', ({ callId, index }) => [callId, index]);
}

/** The transcript of a call, in order. */
export async function turnsOf(db: Queryable, callId: string): Promise<TurnRecord[]> {
  const { rows } = await db.query('SELECT * FROM leibniz.turns WHERE call_id = $1 ORDER BY idx', [callId]);
  return rows.map(toTurn);
}

function toTurn(row: Row): TurnRecord {
  return {
    index: num(row, 'idx'),
    turnId: text(row, 'turn_id'),
    role: text(row, 'role') as TurnRecord['role'],
    atMs: ms(row, 'at_ms'),
    ...optional(row, 'confidence', 'confidence', num),
    timings: json(row, 'timings') as Record<string, number>,
    sources: json(row, 'sources') as string[],
    ...optional(row, 'start_ms', 'startMs', num),
    ...optional(row, 'end_ms', 'endMs', num),
    pii: json(row, 'pii') as TurnRecord['pii'],
  };
}
