import { randomUUID } from 'node:crypto';
import { mayDial, refusalOf, type DispatchFacts, type HouseLimits } from '../../../outbound/core/dispatch.js';
import type { NumberZones } from '../../../outbound/core/zones.js';
import { wallMs } from '../../../kernel/time.js';
import type { Database, Queryable, Row } from '../../db/database.js';
import { LEASE_MS, type Contact, type Lease, type LeaseAnswer } from '../../outbound-types.js';
import type { Appointment } from '../../types.js';
import { findAppointment } from '../appointments.js';
import { json, ms, num, optional, text } from '../rows.js';
import { isOnList } from './do-not-call.js';
import { closeFinished } from './finish.js';
import { consentIn, lockDispatch, rulesOf } from './views.js';

/** Contacts that are looked at in one transaction. */
const MAX_LOOKED_AT = 25;
/** How far back attempts on a number are looked at. */
const ATTEMPTS_SINCE_MS = 30 * 86_400_000;
const SECOND_MS = 1000;

/** A contact with the campaign it belongs to. */
const DUE = `SELECT c.*, k.purpose, k.topic, k.rules FROM leibniz.contacts c
  JOIN leibniz.campaigns k ON k.id = c.campaign_id`;

/** Gives leave to dial the first who may be called now. */
export function lease(
  db: Database,
  limits: HouseLimits,
  table: NumberZones,
  nowMs: number,
): Promise<LeaseAnswer> {
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    await expireLeases(tx, nowMs);
    const live = await liveCalls(tx, nowMs);
    if (live.all >= limits.maxCalls || live.lastSecond >= limits.callsPerSecond) {
      return { type: 'none', why: 'full' };
    }
    const due = await dueContacts(tx, nowMs);
    for (const row of due) {
      if ((live.byCampaign.get(text(row, 'campaign_id')) ?? 0) >= rulesOf(row).maxConcurrent) continue;
      const appointment = await appointmentOf(tx, row);
      const facts = await factsOf(tx, row, appointment, nowMs);
      const verdict = mayDial(facts, limits, table);
      if (verdict.type === 'dial') return { type: 'lease', lease: await take(tx, row, appointment, nowMs) };
      if (verdict.type === 'later') {
        await tx.query('UPDATE leibniz.contacts SET next_at_ms = $2 WHERE id = $1', [
          text(row, 'id'),
          Math.ceil(verdict.atMs),
        ]);
      } else await refuse(tx, row, verdict.reason, nowMs);
    }
    return { type: 'none', why: due.length === MAX_LOOKED_AT ? 'more' : 'idle' };
  });
}

/** Confirms a leave just before the INVITE; what may have changed since is looked at again. */
export function begin(db: Database, attemptId: string, limits: HouseLimits, nowMs: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    const { rows } = await tx.query(
      `SELECT c.*, k.purpose, k.topic, k.rules, k.status AS campaign_status FROM leibniz.attempts a
       JOIN leibniz.contacts c ON c.id = a.contact_id JOIN leibniz.campaigns k ON k.id = c.campaign_id
       WHERE a.id = $1 AND a.state = 'leased' AND a.until_ms > $2`,
      [attemptId, nowMs],
    );
    const [row] = rows;
    if (row === undefined) return false;
    const facts = await factsOf(tx, row, await appointmentOf(tx, row), nowMs);
    const reason = refusalOf(facts, limits);
    if (reason !== undefined || row['campaign_status'] !== 'running') {
      await endLease(tx, attemptId, nowMs);
      if (reason !== undefined) await refuse(tx, row, reason, nowMs);
      else await waitAgain(tx, row, nowMs);
      return false;
    }
    await tx.query(
      "UPDATE leibniz.attempts SET state = 'dialling', dialled_at_ms = $2, until_ms = $3 WHERE id = $1",
      [attemptId, nowMs, nowMs + LEASE_MS],
    );
    return true;
  });
}

/** Gives unused leave back. */
export function giveBack(db: Database, attemptId: string, nowMs: number): Promise<void> {
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    const { rows } = await tx.query(
      `SELECT c.*, k.status AS campaign_status FROM leibniz.attempts a JOIN leibniz.contacts c ON c.id = a.contact_id
       JOIN leibniz.campaigns k ON k.id = c.campaign_id WHERE a.id = $1 AND a.state = 'leased'`,
      [attemptId],
    );
    const [row] = rows;
    if (row === undefined) return;
    await endLease(tx, attemptId, nowMs);
    await waitAgain(tx, row, nowMs);
  });
}

/** Calls that are going on keep their leases. */
export async function renew(db: Queryable, attemptIds: readonly string[], nowMs: number): Promise<void> {
  await db.query(
    "UPDATE leibniz.attempts SET until_ms = $2 WHERE id = ANY($1::text[]) AND state IN ('dialling', 'answered')",
    [attemptIds, nowMs + LEASE_MS],
  );
}

/** Notes the answer. */
export async function noteAnswer(
  db: Queryable,
  attemptId: string,
  callId: string,
  nowMs: number,
): Promise<void> {
  await db.query(
    `UPDATE leibniz.attempts SET state = 'answered', answered_at_ms = $3, call_id = $2, until_ms = $4
     WHERE id = $1 AND state = 'dialling'`,
    [attemptId, callId, nowMs, nowMs + LEASE_MS],
  );
}

/** Leases of programs that are gone: who was dialled is not dialled again, who was not waits again. */
async function expireLeases(tx: Queryable, nowMs: number): Promise<void> {
  const { rows } = await tx.query(
    `UPDATE leibniz.attempts SET ended_at_ms = $1, outcome = CASE state WHEN 'leased' THEN 'not_dialled'
       ELSE 'unknown' END, counts = state <> 'leased', state = 'ended'
     WHERE state <> 'ended' AND until_ms <= $1 RETURNING contact_id, campaign_id, outcome`,
    [nowMs],
  );
  for (const row of rows) {
    const id = text(row, 'contact_id');
    if (row['outcome'] === 'not_dialled') {
      const found = await tx.query(
        `SELECT c.*, k.status AS campaign_status FROM leibniz.contacts c
         JOIN leibniz.campaigns k ON k.id = c.campaign_id WHERE c.id = $1`,
        [id],
      );
      if (found.rows[0] !== undefined) await waitAgain(tx, found.rows[0], nowMs);
      continue;
    }
    await tx.query("UPDATE leibniz.contacts SET state = 'done', outcome = 'unknown' WHERE id = $1", [id]);
    await closeFinished(tx, text(row, 'campaign_id'), nowMs);
  }
}

async function endLease(tx: Queryable, attemptId: string, nowMs: number): Promise<void> {
  await tx.query(
    `UPDATE leibniz.attempts SET state = 'ended', ended_at_ms = $2, outcome = 'not_dialled', counts = false
     WHERE id = $1`,
    [attemptId, nowMs],
  );
}

async function waitAgain(tx: Queryable, row: Row, nowMs: number): Promise<void> {
  const state = row['campaign_status'] === 'cancelled' ? 'cancelled' : 'waiting';
  await tx.query('UPDATE leibniz.contacts SET state = $2, next_at_ms = $3 WHERE id = $1', [
    text(row, 'id'),
    state,
    nowMs,
  ]);
}

interface LiveCalls {
  readonly all: number;
  readonly lastSecond: number;
  readonly byCampaign: ReadonlyMap<string, number>;
}

async function liveCalls(tx: Queryable, nowMs: number): Promise<LiveCalls> {
  const { rows } = await tx.query(
    `SELECT campaign_id, count(*) AS n FROM leibniz.attempts WHERE state <> 'ended' GROUP BY campaign_id`,
  );
  const begun = await tx.query('SELECT count(*) AS n FROM leibniz.attempts WHERE leased_at_ms > $1', [
    nowMs - SECOND_MS,
  ]);
  return {
    all: rows.reduce((sum, row) => sum + num(row, 'n'), 0),
    lastSecond: num(begun.rows[0] ?? {}, 'n'),
    byCampaign: new Map(rows.map((row) => [text(row, 'campaign_id'), num(row, 'n')])),
  };
}

/** Those whose turn it is: single calls first, then in order of time; campaigns that are full are left out. */
async function dueContacts(tx: Queryable, nowMs: number): Promise<readonly Row[]> {
  const { rows } = await tx.query(
    `${DUE} WHERE c.state = 'waiting' AND c.next_at_ms <= $1 AND k.status = 'running'
       AND (SELECT count(*) FROM leibniz.attempts a WHERE a.campaign_id = k.id AND a.state <> 'ended')
         < (k.rules->>'maxConcurrent')::integer
     ORDER BY (k.origin = 'call') DESC, c.next_at_ms, c.position LIMIT ${MAX_LOOKED_AT}`,
    [nowMs],
  );
  return rows;
}

async function appointmentOf(tx: Queryable, row: Row): Promise<Appointment | undefined> {
  return row['appointment_id'] === null ? undefined : findAppointment(tx, text(row, 'appointment_id'));
}

async function factsOf(
  tx: Queryable,
  row: Row,
  appointment: Appointment | undefined,
  nowMs: number,
): Promise<DispatchFacts> {
  const { number } = json(row, 'pii') as Contact['pii'];
  // The lease of the contact itself is no call to somebody else.
  const { rows } = await tx.query(
    `SELECT leased_at_ms, state, outcome, counts FROM leibniz.attempts WHERE pii->>'number' = $1
       AND leased_at_ms > $2 AND NOT (contact_id = $3 AND state = 'leased')`,
    [number, nowMs - ATTEMPTS_SINCE_MS, text(row, 'id')],
  );
  const holds =
    row['purpose'] !== 'reminder' ||
    (appointment?.status === 'booked' &&
      appointment.startsAtMs > nowMs &&
      appointment.startsAtMs === num(row, 'appointment_at_ms'));
  return {
    nowMs,
    number,
    ...optional(row, 'zone', 'zone', text),
    ...optional(row, 'consent', 'consent', consentIn),
    expiresAtMs: ms(row, 'expires_at_ms'),
    isOnDoNotCallList: await isOnList(tx, number),
    stillHolds: holds,
    attempts: rows.map((one) => ({
      atMs: ms(one, 'leased_at_ms'),
      outcome:
        one['state'] === 'ended'
          ? (text(one, 'outcome') as DispatchFacts['attempts'][number]['outcome'])
          : 'live',
      counts: one['counts'] === true,
    })),
    rules: rulesOf(row),
  };
}

/** What will not be dialled has an end of its own; one that was tried keeps what that came to. */
async function refuse(
  tx: Queryable,
  row: Row,
  reason: NonNullable<Contact['refusal']>,
  nowMs: number,
): Promise<void> {
  if (reason === 'expired') {
    await tx.query(
      "UPDATE leibniz.contacts SET state = 'done', outcome = coalesce(outcome, 'expired') WHERE id = $1",
      [text(row, 'id')],
    );
  } else {
    await tx.query("UPDATE leibniz.contacts SET state = 'refused', refusal = $2 WHERE id = $1", [
      text(row, 'id'),
      reason,
    ]);
  }
  await closeFinished(tx, text(row, 'campaign_id'), nowMs);
}

async function take(
  tx: Queryable,
  row: Row,
  appointment: Appointment | undefined,
  nowMs: number,
): Promise<Lease> {
  const [attemptId, contactId, campaignId] = [randomUUID(), text(row, 'id'), text(row, 'campaign_id')];
  const pii = json(row, 'pii') as Contact['pii'];
  await tx.query(
    `INSERT INTO leibniz.attempts (id, contact_id, campaign_id, state, until_ms, leased_at_ms, pii)
     VALUES ($1, $2, $3, 'leased', $4, $5, jsonb_build_object('number', $6::text))`,
    [attemptId, contactId, campaignId, nowMs + LEASE_MS, nowMs, pii.number],
  );
  await tx.query("UPDATE leibniz.contacts SET state = 'calling' WHERE id = $1", [contactId]);
  return {
    ...{ attemptId, contactId, campaignId, pii },
    purpose: text(row, 'purpose') as Lease['purpose'],
    ...optional(row, 'topic', 'topic', text),
    ringMs: rulesOf(row).ringMs,
    untilMs: wallMs(nowMs + LEASE_MS),
    ...(appointment === undefined ? {} : { appointment }),
  };
}
