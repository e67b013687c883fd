import type { Queryable, Row } from '../db/database.js';
import { storableJson, storableText } from '../journal-event.js';
import type { Appointment, AppointmentQuery, BookingRequest, BusyInterval, Page } from '../types.js';
import { wallMs, type WallMs } from '../../kernel/time.js';
import { Conditions, json, ms, num, optional, page, text } from './rows.js';

/** First number of the advisory locks of this file; spells BOOK. */
const LOCK_SPACE = 0x424f4f4b;

/** Makes transactions about one idempotency key wait for each other until their end. */
export async function lockKey(tx: Queryable, idempotencyKey: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_SPACE, idempotencyKey]);
}

/**
 * Makes bookings wait for each other, so that each sees the advisors that the one before has taken. The exclusion
 * constraint holds without it, but would find concurrent bookings only by a failed insert or a deadlock.
 */
export async function lockCalendar(tx: Queryable): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE + 1, 0]);
}

/** The appointment booked under a key. */
export async function findByKey(db: Queryable, idempotencyKey: string): Promise<Appointment | undefined> {
  const { rows } = await db.query('SELECT * FROM leibniz.appointments WHERE idempotency_key = $1', [
    storableText(idempotencyKey),
  ]);
  return rows[0] === undefined ? undefined : toAppointment(rows[0]);
}

/** The appointment with an id. */
export async function findAppointment(db: Queryable, id: string): Promise<Appointment | undefined> {
  const { rows } = await db.query('SELECT * FROM leibniz.appointments WHERE id = $1', [id]);
  return rows[0] === undefined ? undefined : toAppointment(rows[0]);
}

/** The lowest advisor who is free in the interval, or `undefined`. */
export async function freeAdvisor(
  tx: Queryable,
  startsAtMs: number,
  endsAtMs: number,
  capacity: number,
): Promise<number | undefined> {
  const { rows } = await tx.query(
    `SELECT advisor FROM leibniz.appointments
     WHERE status = 'booked' AND starts_at_ms < $2 AND ends_at_ms > $1`,
    [startsAtMs, endsAtMs],
  );
  const taken = new Set(rows.map((row) => num(row, 'advisor')));
  for (let advisor = 0; advisor < capacity; advisor++) if (!taken.has(advisor)) return advisor;
  return undefined;
}

/** Inserts an appointment; the exclusion constraint refuses an overlap. */
export async function insertAppointment(
  tx: Queryable,
  id: string,
  request: BookingRequest,
  advisor: number,
  nowMs: number,
): Promise<Appointment> {
  const { rows } = await tx.query(
    `INSERT INTO leibniz.appointments (id, idempotency_key, call_id, advisor, starts_at_ms, ends_at_ms, local_date,
       local_time, timezone, purpose, created_at_ms, pii)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb) RETURNING *`,
    [
      id,
      storableText(request.idempotencyKey),
      request.callId ?? null,
      advisor,
      request.startsAtMs,
      request.endsAtMs,
      request.date,
      request.time,
      request.timezone,
      storableText(request.purpose),
      Math.trunc(nowMs),
      storableJson(request.pii),
    ],
  );
  return toAppointment(rows[0] ?? {});
}

/** Keeps the iCalendar file with its appointment. */
export async function saveCalendar(db: Queryable, id: string, calendar: string): Promise<void> {
  await db.query('UPDATE leibniz.appointments SET calendar = $2 WHERE id = $1', [id, calendar]);
}

/** In order of start. */
export async function listAppointments(db: Queryable, query: AppointmentQuery): Promise<Page<Appointment>> {
  const { limit, offset } = page(query);
  const { params, where } = new Conditions()
    .add('ends_at_ms > ?', query.fromMs)
    .add('starts_at_ms < ?', query.toMs)
    .add('status = ?', query.status)
    .add('call_id = ?', query.callId);
  const total = await db.query(`SELECT count(*) AS n FROM leibniz.appointments ${where}`, params);
  const { rows } = await db.query(
    `SELECT * FROM leibniz.appointments ${where} ORDER BY starts_at_ms, id LIMIT ${limit} OFFSET ${offset}`,
    params,
  );
  return { items: rows.map(toAppointment), total: num(total.rows[0] ?? {}, 'n') };
}

/** Start and end of every booked appointment that touches `[fromMs, toMs)`. */
export async function bookedIntervals(db: Queryable, fromMs: number, toMs: number): Promise<BusyInterval[]> {
  const { rows } = await db.query(
    `SELECT starts_at_ms, ends_at_ms FROM leibniz.appointments
     WHERE status = 'booked' AND ends_at_ms > $1 AND starts_at_ms < $2`,
    [Math.trunc(fromMs), Math.trunc(toMs)],
  );
  return rows.map((row) => ({ startsAtMs: ms(row, 'starts_at_ms'), endsAtMs: ms(row, 'ends_at_ms') }));
}

/** Where at least `capacity` of the given intervals overlap, within `[fromMs, toMs)`, in order, merged. */
export function fullIntervals(
  booked: readonly BusyInterval[],
  capacity: number,
  fromMs: WallMs,
  toMs: WallMs,
): BusyInterval[] {
  const edges: { at: number; change: number }[] = [];
  for (const { startsAtMs, endsAtMs } of booked) {
    const start = Math.max(startsAtMs, fromMs);
    const end = Math.min(endsAtMs, toMs);
    if (start < end) edges.push({ at: start, change: 1 }, { at: end, change: -1 });
  }
  // Starts first: intervals that touch merge, and a full stretch of no length is not listed.
  edges.sort((a, b) => a.at - b.at || b.change - a.change);
  const full: BusyInterval[] = [];
  let load = 0;
  let since: number | undefined;
  for (const { at, change } of edges) {
    load += change;
    if (load >= capacity) {
      since ??= at;
    } else if (since !== undefined) {
      if (at > since) full.push({ startsAtMs: wallMs(since), endsAtMs: wallMs(at) });
      since = undefined;
    }
  }
  return full;
}

function toAppointment(row: Row): Appointment {
  return {
    id: text(row, 'id'),
    idempotencyKey: text(row, 'idempotency_key'),
    startsAtMs: ms(row, 'starts_at_ms'),
    endsAtMs: ms(row, 'ends_at_ms'),
    date: text(row, 'local_date'),
    time: text(row, 'local_time'),
    timezone: text(row, 'timezone'),
    purpose: text(row, 'purpose'),
    advisor: num(row, 'advisor'),
    status: text(row, 'status') as Appointment['status'],
    createdAtMs: ms(row, 'created_at_ms'),
    ...optional(row, 'call_id', 'callId', text),
    pii: json(row, 'pii') as Appointment['pii'],
    ...optional(row, 'calendar', 'calendar', text),
  };
}
