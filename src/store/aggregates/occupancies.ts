import type { Queryable, Row } from '../db/database.js';
import { seatAll, type Taken } from '../seats.js';
import { storableJson } from '../journal-event.js';
import type { BusySpan } from '../types.js';
import { ms, num, text } from './rows.js';

/** Constraint that refuses two occupancies of one seat; it holds whatever locks are taken. */
export const NO_OVERLAP = 'occupancies_no_overlap';

/** Statements that look for the stretches which hang together with a new one. */
const SPREAD_ROUNDS = 100;

/** Who wants a seat, for when. Appointments have the id of their appointment; holds end by themselves. */
export interface Claim {
  readonly id: string;
  readonly resource: string;
  readonly capacity: number;
  readonly startsAtMs: number;
  readonly occupiedUntilMs: number;
  /** Holds of this call for the same time are no obstacle, and end. */
  readonly callId?: string | undefined;
  /** Nor is this hold. */
  readonly holdId?: string | undefined;
  /** Only holds have one. */
  readonly expiresAtMs?: number;
}

/**
 * True in SQL for what is no obstacle to a claim and ends when it gets its seat: its own row ($4), its hold ($5), and
 * holds of its call ($6) that overlap it.
 */
const IS_OWN = `coalesce(id = $4 OR expires_at_ms IS NOT NULL AND (id = $5
  OR call_id = $6 AND resource = $1 AND starts_at_ms < $3 AND until_ms > $2), false)`;

/**
 * Takes a seat for a claim in place of what it held before. Call it under the calendar's lock.
 *
 * @returns false when no seat is free for all of the time; then nothing has changed
 */
export async function takeSeat(tx: Queryable, claim: Claim, nowMs: number): Promise<boolean> {
  // Holds that have run out are forgotten here, so that the constraint does not see them.
  await tx.query('DELETE FROM leibniz.occupancies WHERE expires_at_ms <= $1', [Math.trunc(nowMs)]);
  const seats = (await freeSeat(tx, claim)) ?? (await seatsByMoving(tx, claim));
  if (seats === undefined) return false;
  await tx.query(`DELETE FROM leibniz.occupancies WHERE ${IS_OWN}`, ownParams(claim));
  const moved = [...seats.keys()].filter((id) => id !== claim.id);
  const own = {
    id: claim.id,
    resource: claim.resource,
    starts_at_ms: claim.startsAtMs,
    until_ms: claim.occupiedUntilMs,
    call_id: claim.callId ?? null,
    expires_at_ms: claim.expiresAtMs ?? null,
  };
  // All who change places stand up before one of them sits down.
  const standing = moved.length === 0 ? [] : await standUp(tx, moved);
  const rows = [own, ...standing].map((row) => ({ ...row, seat: seats.get(String(row.id)) }));
  await tx.query(
    `INSERT INTO leibniz.occupancies (id, resource, seat, starts_at_ms, until_ms, call_id, expires_at_ms)
     SELECT id, resource, seat, starts_at_ms, until_ms, call_id, expires_at_ms
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, resource text, seat integer, starts_at_ms bigint,
       until_ms bigint, call_id text, expires_at_ms bigint)`,
    [storableJson(rows)],
  );
  return true;
}

/** Gives a seat back. */
export async function vacate(tx: Queryable, id: string): Promise<void> {
  await tx.query('DELETE FROM leibniz.occupancies WHERE id = $1', [id]);
}

/** Ends a hold; false when there was none, or it had run out. */
export async function releaseHold(tx: Queryable, holdId: string, nowMs: number): Promise<boolean> {
  const { rows } = await tx.query(
    'DELETE FROM leibniz.occupancies WHERE id = $1 AND expires_at_ms IS NOT NULL RETURNING expires_at_ms',
    [holdId],
  );
  return rows[0] !== undefined && num(rows[0], 'expires_at_ms') > nowMs;
}

/** Every taken seat that touches `[fromMs, toMs)`, in order. */
export async function busySpans(
  db: Queryable,
  fromMs: number,
  toMs: number,
  nowMs: number,
  exceptCallId?: string,
): Promise<BusySpan[]> {
  const { rows } = await db.query(
    `SELECT resource, starts_at_ms, until_ms FROM leibniz.occupancies
     WHERE starts_at_ms < $2 AND until_ms > $1
       AND (expires_at_ms IS NULL OR expires_at_ms > $3 AND ($4::text IS NULL OR call_id IS DISTINCT FROM $4))
     ORDER BY starts_at_ms, until_ms, resource`,
    [Math.trunc(fromMs), Math.trunc(toMs), Math.trunc(nowMs), exceptCallId ?? null],
  );
  return rows.map((row) => ({
    resource: text(row, 'resource'),
    startsAtMs: ms(row, 'starts_at_ms'),
    endsAtMs: ms(row, 'until_ms'),
  }));
}

/** The lowest seat that nobody else has at any instant of the claim. */
async function freeSeat(tx: Queryable, claim: Claim): Promise<Map<string, number> | undefined> {
  const taken = new Set((await others(tx, claim, claim)).map(({ seat }) => seat));
  for (let seat = 0; seat < claim.capacity; seat++) {
    if (!taken.has(seat)) return new Map([[claim.id, seat]]);
  }
  return undefined;
}

/**
 * Seats of the claim and of those who make room for it: at every instant there may be a free seat although none is free
 * for all of the claim. The seats of a resource are alike, so nobody notices.
 */
async function seatsByMoving(tx: Queryable, claim: Claim): Promise<Map<string, number> | undefined> {
  if (claim.capacity === 1) return undefined;
  let window: Pick<Claim, 'startsAtMs' | 'occupiedUntilMs'> = claim;
  for (let round = 0; round < SPREAD_ROUNDS; round++) {
    const cluster = await others(tx, claim, window);
    const spread = [...cluster, window];
    const startsAtMs = Math.min(...spread.map((o) => o.startsAtMs));
    const occupiedUntilMs = Math.max(...spread.map((o) => o.occupiedUntilMs));
    if (startsAtMs === window.startsAtMs && occupiedUntilMs === window.occupiedUntilMs) {
      const seats = seatAll([...cluster, claim], claim.capacity);
      const stays = (id: string, seat: number): boolean =>
        cluster.some((o) => o.id === id && o.seat === seat);
      return seats && new Map([...seats].filter(([id, seat]) => !stays(id, seat)));
    }
    window = { startsAtMs, occupiedUntilMs };
  }
  return undefined;
}

/** What others have of the claim's resource within a window. */
async function others(
  tx: Queryable,
  claim: Claim,
  window: Pick<Claim, 'startsAtMs' | 'occupiedUntilMs'>,
): Promise<Taken[]> {
  const { rows } = await tx.query(
    `SELECT id, seat, starts_at_ms, until_ms FROM leibniz.occupancies
     WHERE resource = $1 AND starts_at_ms < $8 AND until_ms > $7 AND NOT ${IS_OWN}`,
    [...ownParams(claim), window.startsAtMs, window.occupiedUntilMs],
  );
  return rows.map((row) => ({
    id: text(row, 'id'),
    seat: num(row, 'seat'),
    startsAtMs: num(row, 'starts_at_ms'),
    occupiedUntilMs: num(row, 'until_ms'),
  }));
}

async function standUp(tx: Queryable, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await tx.query(
    `DELETE FROM leibniz.occupancies WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
     RETURNING id, resource, starts_at_ms, until_ms, call_id, expires_at_ms`,
    [storableJson(ids)],
  );
  return rows;
}

function ownParams({ resource, startsAtMs, occupiedUntilMs, id, holdId, callId }: Claim): unknown[] {
  return [resource, startsAtMs, occupiedUntilMs, id, holdId ?? null, callId ?? null];
}
