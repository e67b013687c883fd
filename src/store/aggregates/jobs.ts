import { LeibnizError } from '../../kernel/errors.js';
import type { Queryable, Row } from '../db/database.js';
import { storableJson, storableText, type JsonValue } from '../journal-event.js';
import type { JobQuery, JobRecord, JobStatus, Page } from '../types.js';
import { addToOutbox } from './outbox.js';
import { Conditions, isoOrNull, json, listPage, num, text, rowBy } from './rows.js';

/** Attempts after the first, unless a job says otherwise. */
export const DEFAULT_MAX_RETRIES = 3;

/** Longest error text kept with a job. */
const MAX_ERROR_CHARS = 500;

/** A job to be done after a transaction. */
export interface NewJob {
  readonly id: string;
  readonly type: string;
  readonly payload: JsonValue;
  readonly priority?: number;
}

/** Writes a job and its outbox entry; call it in the transaction that makes the job necessary. */
export async function addJob(tx: Queryable, job: NewJob, nowMs: number): Promise<void> {
  await tx.query(
    `INSERT INTO leibniz.jobs (id, type, payload, priority, max_retries, created_at_ms, updated_at_ms)
     VALUES ($1, $2, $3::jsonb, $4, $5, $6, $6)`,
    [job.id, job.type, storableJson(job.payload), job.priority ?? 0, DEFAULT_MAX_RETRIES, Math.trunc(nowMs)],
  );
  await addToOutbox(tx, job.id, 0, nowMs);
}

/** Newest first. */
export function listJobs(db: Queryable, query: JobQuery): Promise<Page<JobRecord>> {
  const conditions = new Conditions().add('status = ?', query.status).add('type = ?', query.type);
  return listPage(db, query, { table: 'jobs', conditions, order: 'created_at_ms DESC, id', view: toJob });
}

/** One job, or `undefined`. */
export async function findJob(db: Queryable, id: string): Promise<JobRecord | undefined> {
  const row = await rowBy(db, 'jobs', 'id', id);
  return row === undefined ? undefined : toJob(row);
}

/** Puts a failed job back to work; call it in a transaction. */
export async function retryJob(tx: Queryable, id: string, nowMs: number): Promise<JobRecord> {
  const { rows } = await tx.query('SELECT status FROM leibniz.jobs WHERE id = $1 FOR UPDATE', [id]);
  if (rows[0] === undefined) {
    throw new LeibnizError('NOT_FOUND', 'There is no job with this id.', { field: 'id' });
  }
  if (rows[0]['status'] !== 'failed') {
    throw new LeibnizError('BAD_REQUEST', 'Only a failed job can be retried.', { field: 'id' });
  }
  const updated = await tx.query(
    `UPDATE leibniz.jobs SET status = 'pending', round = round + 1, retry_count = 0, error_message = NULL,
       completed_at_ms = NULL, updated_at_ms = $2 WHERE id = $1 RETURNING *`,
    [id, Math.trunc(nowMs)],
  );
  const row = updated.rows[0] ?? {};
  await addToOutbox(tx, id, num(row, 'round'), nowMs);
  return toJob(row);
}

/** What a worker found when it took a job. */
export interface StartedJob {
  readonly type: string;
  readonly payload: JsonValue;
}

/**
 * Marks a job as being worked on.
 *
 * @returns `undefined` when there is nothing to do: it is finished, or a later round has replaced this one
 */
export async function startJob(
  db: Queryable,
  id: string,
  round: number,
  nowMs: number,
): Promise<StartedJob | undefined> {
  const { rows } = await db.query(
    `UPDATE leibniz.jobs SET status = 'processing', started_at_ms = $3, updated_at_ms = $3
     WHERE id = $1 AND round = $2 AND status IN ('pending', 'processing') RETURNING type, payload`,
    [id, round, Math.trunc(nowMs)],
  );
  return rows[0] === undefined
    ? undefined
    : { type: text(rows[0], 'type'), payload: json(rows[0], 'payload') };
}

/** Marks a job as done. */
export async function completeJob(
  db: Queryable,
  id: string,
  result: JsonValue,
  nowMs: number,
): Promise<void> {
  await db.query(
    `UPDATE leibniz.jobs SET status = 'completed', result = $2::jsonb, error_message = NULL,
       completed_at_ms = $3, updated_at_ms = $3 WHERE id = $1`,
    [id, storableJson(result), Math.trunc(nowMs)],
  );
}

/** Records a failed attempt; a final one makes the job a dead letter. */
export async function failAttempt(
  db: Queryable,
  failure: { id: string; round: number; retryCount: number; final: boolean; message: string; nowMs: number },
): Promise<void> {
  await db.query(
    `UPDATE leibniz.jobs SET status = $3, retry_count = $4, error_message = $5,
       completed_at_ms = CASE WHEN $3 = 'failed' THEN $6::bigint END, updated_at_ms = $6
     WHERE id = $1 AND round = $2 AND status IN ('pending', 'processing')`,
    [
      failure.id,
      failure.round,
      failure.final ? 'failed' : 'pending',
      failure.retryCount,
      storableText(failure.message).slice(0, MAX_ERROR_CHARS),
      Math.trunc(failure.nowMs),
    ],
  );
}

/** Unfinished jobs without an outbox entry that nothing has touched since `beforeMs`. */
export async function quietJobs(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<{ readonly id: string; readonly round: number }[]> {
  const { rows } = await db.query(
    `SELECT id, round FROM leibniz.jobs j WHERE status IN ('pending', 'processing') AND updated_at_ms < $1
       AND NOT EXISTS (SELECT 1 FROM leibniz.outbox o WHERE o.job_id = j.id)
     ORDER BY updated_at_ms LIMIT ${limit}`,
    [Math.trunc(beforeMs)],
  );
  return rows.map((row) => ({ id: text(row, 'id'), round: num(row, 'round') }));
}

function toJob(row: Row): JobRecord {
  return {
    id: text(row, 'id'),
    type: text(row, 'type'),
    status: text(row, 'status') as JobStatus,
    priority: num(row, 'priority'),
    retry_count: num(row, 'retry_count'),
    max_retries: num(row, 'max_retries'),
    payload: json(row, 'payload'),
    result: json(row, 'result'),
    error_message: row['error_message'] === null ? null : text(row, 'error_message'),
    created_at: new Date(num(row, 'created_at_ms')).toISOString(),
    started_at: isoOrNull(row, 'started_at_ms'),
    completed_at: isoOrNull(row, 'completed_at_ms'),
  };
}
