import type { Queryable } from '../db/database.js';
import { num, text } from './rows.js';

/** A job that the queue has not accepted yet. */
export interface OutboxEntry {
  readonly jobId: string;
  /** Counts how often the job was put to work anew; part of its id in the queue. */
  readonly round: number;
  readonly priority: number;
  readonly type: string;
}

/** Asks for a job to be handed to the queue; write it in the transaction that makes the job necessary. */
export async function addToOutbox(db: Queryable, jobId: string, round: number, nowMs: number): Promise<void> {
  await db.query(
    'INSERT INTO leibniz.outbox (job_id, round, created_at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [jobId, round, Math.trunc(nowMs)],
  );
}

/** The oldest entries. Relays that share a database may see the same ones; the queue takes a job id once. */
export async function takeFromOutbox(db: Queryable, limit: number): Promise<OutboxEntry[]> {
  const { rows } = await db.query(
    `SELECT o.job_id, o.round, j.priority, j.type FROM leibniz.outbox o JOIN leibniz.jobs j ON j.id = o.job_id
     ORDER BY o.created_at_ms LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    jobId: text(row, 'job_id'),
    round: num(row, 'round'),
    priority: num(row, 'priority'),
    type: text(row, 'type'),
  }));
}

/** Removes an entry that the queue has accepted. */
export async function removeFromOutbox(db: Queryable, entry: OutboxEntry): Promise<void> {
  await db.query('DELETE FROM leibniz.outbox WHERE job_id = $1 AND round = $2', [entry.jobId, entry.round]);
}

/** Entries that the queue has not accepted yet. */
export async function outboxSize(db: Queryable): Promise<number> {
  const { rows } = await db.query('SELECT count(*) AS n FROM leibniz.outbox');
  return num(rows[0] ?? {}, 'n');
}
