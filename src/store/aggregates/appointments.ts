import type { Queryable, Row } from '../db/database.js';
import { storableJson, storableText } from '../journal-event.js';
import { matchCount, phoneDigits, plainReference } from '../matching.js';
import type {
  Appointment,
  AppointmentQuery,
  BookingRequest,
  CancelRequest,
  ChangeOutcome,
  FindQuery,
  MoveRequest,
  Page,
  Slot,
} from '../types.js';
import { Conditions, json, listPage, ms, num, optional, text, rowBy } from './rows.js';

/** First number of the advisory locks of this file; spells BOOK. */
const LOCK_SPACE = 0x424f4f4b;

/** Most appointments that {@link findAppointments} gives. */
export const MAX_FOUND = 20;
/** Rows that a search by name looks at in one statement, and statements of one search. */
const SCAN_ROWS = 500;
const SCAN_PAGES = 40;

/** Makes transactions about one idempotency key wait for each other until their end. */
export async function lockKey(tx: Queryable, idempotencyKey: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [
    LOCK_SPACE,
    storableText(idempotencyKey),
  ]);
}

/**
 * Makes changes of the calendar wait for each other, so that each sees the seats that the one before has taken. The
 * exclusion constraint holds without it, but would find concurrent bookings only by a failed insert or a deadlock.
 */
export async function lockCalendar(tx: Queryable): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE + 1, 0]);
}

/** The appointment booked under a key. */
export async function findByKey(db: Queryable, idempotencyKey: string): Promise<Appointment | undefined> {
  const row = await rowBy(db, 'appointments', 'idempotency_key', idempotencyKey);
  return row === undefined ? undefined : toAppointment(row);
}

/** The appointment with an id. */
export async function findAppointment(db: Queryable, id: string): Promise<Appointment | undefined> {
  const row = await rowBy(db, 'appointments', 'id', id);
  return row === undefined ? undefined : toAppointment(row);
}

/** True when a booked appointment has the reference. */
export async function isReferenceTaken(tx: Queryable, reference: string): Promise<boolean> {
  const { rows } = await tx.query(
    "SELECT 1 FROM leibniz.appointments WHERE reference = $1 AND status = 'booked'",
    [reference],
  );
  return rows.length > 0;
}

/** What the store adds to a booking. */
export interface BookingFacts {
  readonly id: string;
  readonly reference: string;
  readonly nowMs: number;
}

/** Inserts an appointment. */
export async function insertAppointment(
  tx: Queryable,
  request: BookingRequest,
  { id, reference, nowMs }: BookingFacts,
): Promise<Appointment> {
  const { rows } = await tx.query(
    `INSERT INTO leibniz.appointments (id, idempotency_key, call_id, reference, resource, starts_at_ms,
       ends_at_ms, occupied_until_ms, local_date, local_time, timezone, service_id, purpose, consented_at_ms,
       created_at_ms, updated_at_ms, pii)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16::jsonb) RETURNING *`,
    [
      id,
      storableText(request.idempotencyKey),
      orNull(request.callId),
      reference,
      ...placeOf(request),
      orNull(request.serviceId),
      storableText(request.purpose),
      request.consentedAtMs ?? null,
      Math.trunc(nowMs),
      storableJson(request.pii),
    ],
  );
  return toAppointment(rows[0] ?? {});
}

/** Columns of where and when, in the order of both statements. */
const placeOf = (slot: Slot): unknown[] => [
  storableText(slot.resource),
  ...[slot.startsAtMs, slot.endsAtMs, slot.occupiedUntilMs, slot.date, slot.time, slot.timezone],
];

/** Gives an appointment another time; everything that follows from a change is counted up. */
export async function moveAppointment(
  tx: Queryable,
  request: MoveRequest,
  nowMs: number,
): Promise<Appointment> {
  const { rows } = await tx.query(
    `UPDATE leibniz.appointments SET version = version + 1, sequence = sequence + 1, updated_at_ms = $2,
       moved_from_ms = starts_at_ms, resource = $3, starts_at_ms = $4, ends_at_ms = $5,
       occupied_until_ms = $6, local_date = $7, local_time = $8, timezone = $9,
       service_id = coalesce($10, service_id), purpose = coalesce($11, purpose)
     WHERE id = $1 RETURNING *`,
    [request.id, Math.trunc(nowMs), ...placeOf(request), orNull(request.serviceId), orNull(request.purpose)],
  );
  return toAppointment(rows[0] ?? {});
}

/** Marks an appointment as cancelled. */
export async function cancelAppointment(
  tx: Queryable,
  { id, reason }: CancelRequest,
  nowMs: number,
): Promise<Appointment> {
  const { rows } = await tx.query(
    `UPDATE leibniz.appointments SET status = 'cancelled', version = version + 1, sequence = sequence + 1,
       updated_at_ms = $2, cancelled_at_ms = $2, cancel_reason = $3 WHERE id = $1 RETURNING *`,
    [id, Math.trunc(nowMs), orNull(reason)],
  );
  return toAppointment(rows[0] ?? {});
}

/** Remembers the key of a change. */
export async function recordChange(
  tx: Queryable,
  change: {
    readonly idempotencyKey: string;
    readonly kind: ChangeOutcome['status'];
    readonly appointment: Appointment;
    readonly callId?: string | undefined;
  },
): Promise<void> {
  const { idempotencyKey, kind, appointment, callId } = change;
  await tx.query(
    `INSERT INTO leibniz.appointment_changes (idempotency_key, appointment_id, kind, version, call_id, at_ms)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      storableText(idempotencyKey),
      appointment.id,
      kind,
      appointment.version,
      orNull(callId),
      appointment.updatedAtMs,
    ],
  );
}

/** The change made under a key. */
export async function findChange(db: Queryable, idempotencyKey: string): Promise<ChangeOutcome | undefined> {
  const { rows } = await db.query(
    `SELECT c.kind, a.* FROM leibniz.appointment_changes c JOIN leibniz.appointments a ON a.id = c.appointment_id
     WHERE c.idempotency_key = $1`,
    [storableText(idempotencyKey)],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return { status: text(row, 'kind') as ChangeOutcome['status'], appointment: toAppointment(row) };
}

/** Keeps the iCalendar file with its appointment, unless a later version has left one already. */
export async function saveCalendar(
  db: Queryable,
  { id, sequence }: Appointment,
  calendar: string,
): Promise<void> {
  await db.query('UPDATE leibniz.appointments SET calendar = $2 WHERE id = $1 AND sequence = $3', [
    id,
    calendar,
    sequence,
  ]);
}

/** In order of start. */
export function listAppointments(db: Queryable, query: AppointmentQuery): Promise<Page<Appointment>> {
  const conditions = new Conditions()
    .add('ends_at_ms > ?', query.fromMs)
    .add('starts_at_ms < ?', query.toMs)
    .add('status = ?', query.status)
    .add('resource = ?', query.resource)
    .add('service_id = ?', query.serviceId)
    .add('call_id = ?', query.callId);
  return listPage(db, query, {
    table: 'appointments',
    conditions,
    order: 'starts_at_ms, id',
    view: toAppointment,
  });
}

/**
 * Booked appointments to come that have what is asked for; see {@link FindQuery}. Letters and marks are compared here
 * and not in the database, whose collations differ: a search by name reads what is booked, page by page.
 */
export async function findAppointments(db: Queryable, query: FindQuery): Promise<Appointment[]> {
  const found: { readonly appointment: Appointment; readonly matches: number }[] = [];
  let after: readonly [number, string] = [Number.MIN_SAFE_INTEGER, ''];
  for (let scanned = 0; scanned < SCAN_PAGES; scanned++) {
    const rows = await candidates(db, query, after);
    for (const appointment of rows) {
      const matches = matchCount({ reference: appointment.reference, ...appointment.pii }, query);
      if (matches > 0) found.push({ appointment, matches });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SCAN_ROWS) break;
    after = [last.startsAtMs, last.id];
  }
  const limit = Math.min(MAX_FOUND, Math.max(1, Math.trunc(query.limit ?? MAX_FOUND)));
  // What has more of what was asked for comes first; a stable sort keeps the order of start.
  const ranked = found.sort((a, b) => b.matches - a.matches).slice(0, limit);
  return ranked.map(({ appointment }) => appointment);
}

/** Rows that may match, after a place in the order of start. */
async function candidates(
  db: Queryable,
  { reference, phone, name, fromMs }: FindQuery,
  [afterMs, afterId]: readonly [number, string],
): Promise<Appointment[]> {
  const tail = phone === undefined ? '' : phoneDigits(phone).slice(-7);
  const { rows } = await db.query(
    `SELECT * FROM leibniz.appointments
     WHERE status = 'booked' AND ends_at_ms > $1 AND (starts_at_ms, id) > ($2, $3)
       AND ($4 OR reference = $5 OR right(regexp_replace(pii->>'callerNumber', '[^0-9]', '', 'g'), 7) = $6)
     ORDER BY starts_at_ms, id LIMIT ${SCAN_ROWS}`,
    [
      Math.trunc(fromMs),
      afterMs,
      afterId,
      name !== undefined,
      reference === undefined ? null : plainReference(reference),
      tail.length < 7 ? null : tail,
    ],
  );
  return rows.map(toAppointment);
}

const orNull = (value: string | undefined): string | null =>
  value === undefined ? null : storableText(value);

function toAppointment(row: Row): Appointment {
  return {
    id: text(row, 'id'),
    reference: text(row, 'reference'),
    idempotencyKey: text(row, 'idempotency_key'),
    version: num(row, 'version'),
    sequence: num(row, 'sequence'),
    status: text(row, 'status') as Appointment['status'],
    resource: text(row, 'resource'),
    startsAtMs: ms(row, 'starts_at_ms'),
    endsAtMs: ms(row, 'ends_at_ms'),
    occupiedUntilMs: ms(row, 'occupied_until_ms'),
    date: text(row, 'local_date'),
    time: text(row, 'local_time'),
    timezone: text(row, 'timezone'),
    ...optional(row, 'service_id', 'serviceId', text),
    purpose: text(row, 'purpose'),
    createdAtMs: ms(row, 'created_at_ms'),
    updatedAtMs: ms(row, 'updated_at_ms'),
    ...optional(row, 'consented_at_ms', 'consentedAtMs', ms),
    ...optional(row, 'cancelled_at_ms', 'cancelledAtMs', ms),
    ...optional(row, 'cancel_reason', 'cancelReason', text),
    ...optional(row, 'moved_from_ms', 'movedFromMs', ms),
    ...optional(row, 'call_id', 'callId', text),
    pii: json(row, 'pii') as unknown as Appointment['pii'],
    ...optional(row, 'calendar', 'calendar', text),
  };
}
