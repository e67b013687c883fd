import { createHash } from 'node:crypto';
import { objectOf } from '../../kernel/json.js';
import type { Queryable, Row } from '../db/database.js';
import { storableJson, type CallLogEvent } from '../journal-event.js';
import { MAX_QUESTIONS, type Question, type QuestionQuery, type QuestionStatus } from '../insight-types.js';
import type { Page } from '../paging.js';
import { Conditions, json, listPage, ms, num, optional, text } from './rows.js';

/** Longest question that is kept. */
const MAX_CHARS = 300;

interface Asked {
  readonly id: string;
  readonly question: string;
  readonly callId: string;
  readonly times: number;
}

/** Notes the questions without an answer among events that were not there before. An outage of the search is none of them. */
export async function noteQuestions(
  tx: Queryable,
  events: readonly CallLogEvent[],
  nowMs: number,
): Promise<void> {
  const asked = new Map<string, Asked>();
  for (const { type, payload, callId } of events) {
    const fields = objectOf(payload);
    const said = objectOf(fields?.['pii'])?.['question'];
    if (type !== 'knowledge' || fields?.['found'] !== false || typeof said !== 'string') continue;
    const question = said.slice(0, MAX_CHARS).trim();
    const id = questionId(question);
    if (id !== undefined) asked.set(id, { id, question, callId, times: (asked.get(id)?.times ?? 0) + 1 });
  }
  if (asked.size === 0) return;
  await tx.query(
    `INSERT INTO leibniz.questions (id, count, status, first_at_ms, last_at_ms, last_call_id, pii)
     SELECT id, times, 'open', $2, $2, "callId", jsonb_build_object('question', question)
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, question text, "callId" text, times integer) ORDER BY id
     ON CONFLICT (id) DO UPDATE SET count = questions.count + EXCLUDED.count, last_at_ms = EXCLUDED.last_at_ms,
       last_call_id = EXCLUDED.last_call_id,
       status = CASE questions.status WHEN 'written' THEN 'open' ELSE questions.status END`,
    [storableJson([...asked.values()]), Math.trunc(nowMs)],
  );
}

/** The same for the same words, whatever their case, marks and spaces; `undefined` when there are no words. */
function questionId(question: string): string | undefined {
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  if (words === null) return undefined;
  return createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 24);
}

/** Forgets questions beyond {@link MAX_QUESTIONS}: those that were asked seldom and long ago. */
export async function sweepQuestions(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM leibniz.questions WHERE id IN
       (SELECT id FROM leibniz.questions ORDER BY count DESC, last_at_ms DESC OFFSET ${MAX_QUESTIONS})`,
  );
}

/** See {@link Insights.questions}. */
export function listQuestions(db: Queryable, query: QuestionQuery = {}): Promise<Page<Question>> {
  const conditions = new Conditions().add('status = ?', query.status);
  const order = 'count DESC, last_at_ms DESC, id';
  return listPage(db, query, { table: 'questions', conditions, order, view: toQuestion });
}

/** See {@link Insights.settleQuestion}. */
export async function settleQuestion(
  db: Queryable,
  id: string,
  status: QuestionStatus,
  materialId: string | undefined,
): Promise<Question | undefined> {
  const { rows } = await db.query(
    `UPDATE leibniz.questions SET status = $2,
       material_id = (SELECT m.id FROM leibniz.materials m WHERE m.id = $3)
     WHERE id = $1 RETURNING *`,
    [id, status, materialId ?? null],
  );
  return rows[0] === undefined ? undefined : toQuestion(rows[0]);
}

function toQuestion(row: Row): Question {
  return {
    id: text(row, 'id'),
    count: num(row, 'count'),
    status: text(row, 'status') as QuestionStatus,
    ...optional(row, 'material_id', 'materialId', text),
    firstAtMs: ms(row, 'first_at_ms'),
    lastAtMs: ms(row, 'last_at_ms'),
    lastCallId: text(row, 'last_call_id'),
    pii: json(row, 'pii') as Question['pii'],
  };
}
