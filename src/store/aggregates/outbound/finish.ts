import type { Decided, Outcome } from '../../../outbound/core/outcome.js';
import { afterAttempt } from '../../../outbound/core/progress.js';
import { counts } from '../../../outbound/core/retry.js';
import { stopReason, type StopReason } from '../../../outbound/core/rules.js';
import type { Database, Queryable } from '../../db/database.js';
import { REMINDERS_ID, type AttemptEnd, type Contact } from '../../outbound-types.js';
import { json, ms, num, text } from '../rows.js';
import { addToList } from './do-not-call.js';
import { lockDispatch, rulesOf } from './views.js';

/** Writes down how an attempt ended, and what follows from it. */
export function finish(
  db: Database,
  attemptId: string,
  end: AttemptEnd,
  now: { readonly nowMs: number; readonly random: () => number },
): Promise<void> {
  const { decided, callId, status, q850, result } = end;
  const { nowMs, random } = now;
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    const { rows } = await tx.query(
      `SELECT a.contact_id, c.campaign_id, c.expires_at_ms, c.pii, k.rules, k.status AS campaign_status
       FROM leibniz.attempts a JOIN leibniz.contacts c ON c.id = a.contact_id
       JOIN leibniz.campaigns k ON k.id = c.campaign_id
       WHERE a.id = $1 AND (a.state IN ('dialling', 'answered') OR a.outcome = 'unknown')`,
      [attemptId],
    );
    const [row] = rows;
    if (row === undefined) return;
    const rules = rulesOf(row);
    const [contactId, campaignId] = [text(row, 'contact_id'), text(row, 'campaign_id')];
    await tx.query(
      `UPDATE leibniz.attempts SET state = 'ended', ended_at_ms = $2, outcome = $3, source = $4, counts = $5,
         call_id = coalesce($6, call_id), status = $7, q850 = $8, result = $9 WHERE id = $1`,
      [
        ...[attemptId, nowMs, decided.outcome, decided.source, counts(decided.outcome, rules.retry)],
        ...[callId ?? null, status ?? null, q850 ?? null, result ?? null],
      ],
    );
    const { number } = json(row, 'pii') as Contact['pii'];
    if (decided.outcome === 'opted_out' || decided.outcome === 'unwanted') {
      const source = decided.outcome === 'unwanted' ? 'network' : 'words';
      await addToList(tx, { source, pii: { number }, ...(callId === undefined ? {} : { callId }) }, nowMs);
    }
    const after = afterAttempt(await historyOf(tx, contactId), decided, {
      ...{ rules, nowMs, random },
      expiresAtMs: ms(row, 'expires_at_ms'),
    });
    const isOver = after.state === 'waiting' && row['campaign_status'] === 'cancelled';
    await tx.query(
      'UPDATE leibniz.contacts SET state = $2, outcome = $3, result = $4, next_at_ms = $5 WHERE id = $1',
      [
        ...[contactId, isOver ? 'cancelled' : after.state, decided.outcome, result ?? null],
        after.state === 'waiting' ? after.nextAtMs : nowMs,
      ],
    );
    await judge(tx, campaignId, decided, nowMs, rules);
    await closeFinished(tx, campaignId, nowMs);
  });
}

async function historyOf(tx: Queryable, contactId: string): Promise<readonly Outcome[]> {
  const { rows } = await tx.query(
    `SELECT outcome FROM leibniz.attempts WHERE contact_id = $1 AND state = 'ended'
       AND outcome NOT IN ('unknown', 'not_dialled') ORDER BY ended_at_ms, id`,
    [contactId],
  );
  return rows.map((one) => text(one, 'outcome') as Outcome);
}

/** A campaign that bothers people stops; a trunk that refuses us stops them all. */
async function judge(
  tx: Queryable,
  campaignId: string,
  { outcome }: Decided,
  nowMs: number,
  rules: Parameters<typeof stopReason>[1],
): Promise<void> {
  if (outcome === 'account') {
    await pause(tx, 'trunk_refused', nowMs, undefined);
    return;
  }
  const { rows } = await tx.query(
    `SELECT count(*) FILTER (WHERE counts) AS attempts, count(answered_at_ms) AS answered,
       count(*) FILTER (WHERE outcome = 'human_short') AS short
     FROM leibniz.attempts WHERE campaign_id = $1 AND state = 'ended'`,
    [campaignId],
  );
  const [tally = {}] = rows;
  const reason = stopReason(
    { attempts: num(tally, 'attempts'), answered: num(tally, 'answered'), short: num(tally, 'short') },
    rules,
  );
  if (reason !== undefined) await pause(tx, reason, nowMs, campaignId);
}

async function pause(
  tx: Queryable,
  reason: StopReason,
  nowMs: number,
  campaignId: string | undefined,
): Promise<void> {
  await tx.query(
    `UPDATE leibniz.campaigns SET status = 'paused', stopped = $1, updated_at_ms = $2
     WHERE status = 'running' AND ($3::text IS NULL OR id = $3)`,
    [reason, nowMs, campaignId ?? null],
  );
}

/** A campaign without anybody left to call is done. */
export async function closeFinished(tx: Queryable, campaignId: string, nowMs: number): Promise<void> {
  await tx.query(
    `UPDATE leibniz.campaigns SET status = 'done', updated_at_ms = $2 WHERE id = $1 AND id <> '${REMINDERS_ID}'
       AND status IN ('running', 'paused') AND NOT EXISTS (SELECT 1 FROM leibniz.contacts
         WHERE campaign_id = $1 AND state IN ('waiting', 'calling'))`,
    [campaignId, nowMs],
  );
}
