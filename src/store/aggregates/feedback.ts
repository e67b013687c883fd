import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../../kernel/errors.js';
import type { Database, Queryable, Row } from '../db/database.js';
import { storableJson } from '../journal-event.js';
import {
  MAX_NOTES,
  type Insights,
  type NewNote,
  type NewRating,
  type Note,
  type Rating,
} from '../insight-types.js';
import { hoursOf } from './roll-ups.js';
import { listQuestions, settleQuestion } from './questions.js';
import { json, ms, num, optional, text } from './rows.js';

/** What is learned from calls, over a database. */
export function insightsOf(db: Database, wallNow: () => number): Insights {
  return {
    hours: (query) => hoursOf(db, query),
    questions: (query) => listQuestions(db, query),
    settleQuestion: (id, status, materialId) => settleQuestion(db, id, status, materialId),
    rate: (rating) => insertRating(db, rating, wallNow()),
    unrate: async (callId, userId, turnId) => {
      const { rowCount } = await db.query(
        'DELETE FROM leibniz.ratings WHERE call_id = $1 AND user_id = $2 AND turn_id = $3',
        [callId, userId, turnId ?? ''],
      );
      return rowCount > 0;
    },
    addNote: (note) => db.transaction((tx) => insertNote(tx, note, wallNow())),
    removeNote: async (callId, noteId, userId) => {
      const { rowCount } = await db.query(
        'DELETE FROM leibniz.notes WHERE call_id = $1 AND id = $2 AND user_id = $3',
        [callId, noteId, userId],
      );
      return rowCount > 0;
    },
    feedback: async (callId) => {
      const of = async (table: string): Promise<Row[]> =>
        (await db.query(`SELECT * FROM leibniz.${table} WHERE call_id = $1 ORDER BY at_ms, id`, [callId]))
          .rows;
      return { ratings: (await of('ratings')).map(toRating), notes: (await of('notes')).map(toNote) };
    },
  };
}

async function insertRating(db: Queryable, rating: NewRating, nowMs: number): Promise<Rating | undefined> {
  const { callId, turnId, userId, score, reasons, pii } = rating;
  const { rows } = await db.query(
    `INSERT INTO leibniz.ratings (id, call_id, turn_id, user_id, score, reasons, at_ms, pii)
     SELECT $1, c.id, $3, $4, $5, $6::jsonb, $7, $8::jsonb FROM leibniz.calls c WHERE c.id = $2
     ON CONFLICT (call_id, turn_id, user_id) DO UPDATE SET
       score = EXCLUDED.score, reasons = EXCLUDED.reasons, at_ms = EXCLUDED.at_ms, pii = EXCLUDED.pii
     RETURNING *`,
    [
      ...[randomUUID(), callId, turnId ?? '', userId, score],
      ...[storableJson(reasons), Math.trunc(nowMs), storableJson(pii)],
    ],
  );
  return rows[0] === undefined ? undefined : toRating(rows[0]);
}

async function insertNote(tx: Queryable, note: NewNote, nowMs: number): Promise<Note | undefined> {
  const { callId, userId, offsetMs, pii } = note;
  const call = await tx.query('SELECT id FROM leibniz.calls WHERE id = $1 FOR UPDATE', [callId]);
  if (call.rows[0] === undefined) return undefined;
  const held = await tx.query('SELECT count(*) AS n FROM leibniz.notes WHERE call_id = $1', [callId]);
  if (num(held.rows[0] ?? {}, 'n') >= MAX_NOTES) {
    throw new LeibnizError('CAPACITY_FULL', `A call takes ${MAX_NOTES} notes at most.`);
  }
  const { rows } = await tx.query(
    `INSERT INTO leibniz.notes (id, call_id, user_id, at_ms, offset_ms, pii)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb) RETURNING *`,
    [randomUUID(), callId, userId, Math.trunc(nowMs), offsetMs ?? null, storableJson(pii)],
  );
  return rows[0] === undefined ? undefined : toNote(rows[0]);
}

function toRating(row: Row): Rating {
  const turnId = text(row, 'turn_id');
  return {
    id: text(row, 'id'),
    callId: text(row, 'call_id'),
    ...(turnId === '' ? {} : { turnId }),
    userId: text(row, 'user_id'),
    score: num(row, 'score'),
    reasons: json(row, 'reasons') as readonly string[],
    atMs: ms(row, 'at_ms'),
    pii: json(row, 'pii') as Rating['pii'],
  };
}

function toNote(row: Row): Note {
  return {
    id: text(row, 'id'),
    callId: text(row, 'call_id'),
    userId: text(row, 'user_id'),
    atMs: ms(row, 'at_ms'),
    ...optional(row, 'offset_ms', 'offsetMs', num),
    pii: json(row, 'pii') as Note['pii'],
  };
}
