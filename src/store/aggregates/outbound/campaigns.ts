import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../../../kernel/errors.js';
import { dueReminder } from '../../../outbound/core/progress.js';
import type { Database, Queryable } from '../../db/database.js';
import { storableJson, storableText, type JsonValue } from '../../journal-event.js';
import {
  MAX_CONTACTS,
  REMINDERS_ID,
  type Campaign,
  type CampaignQuery,
  type Contact,
  type ContactQuery,
  type NewCampaign,
  type NewContact,
  type ReminderPlan,
} from '../../outbound-types.js';
import type { Page } from '../../types.js';
import { lockKey } from '../appointments.js';
import { Conditions, json, listPage, ms, text } from '../rows.js';
import { lockDispatch, viewCampaigns, viewContacts } from './views.js';

/** Appointments that are looked at for reminders at once. */
const MAX_DUE = 2000;
/** The calendar's reminders have no end of their own. */
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER;

/** Writes a campaign with its contacts; the same key again gives the one that is there. */
export async function createCampaign(db: Database, campaign: NewCampaign, nowMs: number): Promise<Campaign> {
  const { contacts, idempotencyKey, startsAtMs = nowMs } = campaign;
  if (contacts.length === 0 || contacts.length > MAX_CONTACTS) {
    throw new LeibnizError('BAD_REQUEST', `A campaign has 1 to ${MAX_CONTACTS} contacts.`, {
      field: 'contacts',
    });
  }
  return db.transaction(async (tx) => {
    await lockKey(tx, idempotencyKey);
    const known = await tx.query('SELECT * FROM leibniz.campaigns WHERE idempotency_key = $1', [
      storableText(idempotencyKey),
    ]);
    if (known.rows[0] !== undefined) return viewOne(tx, text(known.rows[0], 'id'));
    const id = randomUUID();
    await insertCampaign(tx, { ...campaign, id }, nowMs);
    const firstAtMs = Math.max(nowMs, startsAtMs);
    await insertContacts(tx, id, await Promise.all(contacts.map((one) => withAppointment(tx, one))), {
      firstAtMs,
      expiresAtMs: campaign.expiresAtMs,
    });
    return viewOne(tx, id);
  });
}

async function viewOne(db: Queryable, id: string): Promise<Campaign> {
  const found = await findCampaign(db, id);
  if (found === undefined) throw new LeibnizError('INTERNAL', 'The campaign is not there.');
  return found;
}

/** The campaign with an id. */
export async function findCampaign(db: Queryable, id: string): Promise<Campaign | undefined> {
  const { rows } = await db.query('SELECT * FROM leibniz.campaigns WHERE id = $1', [storableText(id)]);
  return (await viewCampaigns(db, rows))[0];
}

/** Newest first. */
export async function listCampaigns(db: Queryable, query: CampaignQuery): Promise<Page<Campaign>> {
  const conditions = new Conditions().add('status = ?', query.status).add('origin = ?', query.origin);
  const order = 'created_at_ms DESC, id';
  const page = await listPage(db, query, { table: 'campaigns', conditions, order, view: (row) => row });
  return { items: await viewCampaigns(db, page.items), total: page.total };
}

/** In the order in which they came. */
export async function listContacts(
  db: Queryable,
  campaignId: string,
  query: ContactQuery,
): Promise<Page<Contact>> {
  const conditions = new Conditions()
    .add('campaign_id = ?', storableText(campaignId))
    .add('state = ?', query.state)
    .add('outcome = ?', query.outcome);
  const order = 'position';
  const page = await listPage(db, query, { table: 'contacts', conditions, order, view: (row) => row });
  return { items: await viewContacts(db, page.items), total: page.total };
}

/** The contact with an id. */
export async function findContact(db: Queryable, id: string): Promise<Contact | undefined> {
  const { rows } = await db.query('SELECT * FROM leibniz.contacts WHERE id = $1', [storableText(id)]);
  return (await viewContacts(db, rows))[0];
}

/** Pauses, resumes or cancels. */
export function changeCampaign(
  db: Database,
  id: string,
  to: 'running' | 'paused' | 'cancelled',
  nowMs: number,
): Promise<Campaign | undefined> {
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    const before = await findCampaign(tx, id);
    if (before === undefined || before.status === to) return before;
    if (before.status === 'cancelled' || before.status === 'done') {
      throw new LeibnizError('CONFLICT', 'The campaign is over; what is over does not begin again.', {
        field: 'id',
      });
    }
    await tx.query(
      'UPDATE leibniz.campaigns SET status = $2, stopped = NULL, updated_at_ms = $3 WHERE id = $1',
      [id, to, nowMs],
    );
    if (to === 'cancelled') {
      await tx.query(
        "UPDATE leibniz.contacts SET state = 'cancelled' WHERE campaign_id = $1 AND state = 'waiting'",
        [id],
      );
    }
    return findCampaign(tx, id);
  });
}

/** Adds reminders that are due, and takes those away whose appointment is no longer what it was. */
export function planReminders(db: Database, plan: ReminderPlan, nowMs: number): Promise<number> {
  return db.transaction(async (tx) => {
    await lockDispatch(tx);
    await tx.query(
      `UPDATE leibniz.contacts c SET state = 'refused', refusal = 'no_longer_true'
       WHERE campaign_id = $1 AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM leibniz.appointments a
         WHERE a.id = c.appointment_id AND a.status = 'booked' AND a.starts_at_ms = c.appointment_at_ms)`,
      [REMINDERS_ID],
    );
    if (plan.beforeMin.length === 0) return 0;
    const { rows } = await tx.query(
      `SELECT id, starts_at_ms, updated_at_ms, created_at_ms, pii FROM leibniz.appointments
       WHERE status = 'booked' AND starts_at_ms > $1 AND starts_at_ms <= $2 AND pii->>'callerNumber' IS NOT NULL
       ORDER BY starts_at_ms LIMIT ${MAX_DUE}`,
      [nowMs, nowMs + Math.max(...plan.beforeMin) * 60_000],
    );
    const due = rows.flatMap((row) => {
      const [id, startsAtMs, updatedAtMs] = [
        text(row, 'id'),
        ms(row, 'starts_at_ms'),
        ms(row, 'updated_at_ms'),
      ];
      const reminder = dueReminder({ id, startsAtMs, updatedAtMs }, plan.beforeMin, nowMs);
      if (reminder === undefined) return [];
      const { callerNumber = '', userName } = json(row, 'pii') as {
        readonly callerNumber?: string;
        readonly userName: string;
      };
      const consent = { source: 'appointment', atMs: ms(row, 'created_at_ms') };
      return [
        {
          ...reminder,
          ...{ appointmentId: id, appointmentAtMs: startsAtMs, consent },
          pii: { number: callerNumber, name: userName },
        },
      ];
    });
    if (due.length === 0) return 0;
    await ensureReminders(tx, plan, nowMs);
    return insertContacts(tx, REMINDERS_ID, due, { firstAtMs: nowMs, expiresAtMs: FOR_EVER_MS });
  });
}

/** The campaign of the calendar; its rules are those of the settings. */
async function ensureReminders(tx: Queryable, { rules }: ReminderPlan, nowMs: number): Promise<void> {
  await insertCampaign(
    tx,
    {
      id: REMINDERS_ID,
      idempotencyKey: REMINDERS_ID,
      name: 'Reminders',
      origin: 'reminders',
      purpose: 'reminder',
      rules,
      expiresAtMs: FOR_EVER_MS,
    },
    nowMs,
    'ON CONFLICT (id) DO UPDATE SET rules = excluded.rules',
  );
}

type CampaignRow = Omit<NewCampaign, 'contacts' | 'origin' | 'expiresAtMs'> & {
  readonly id: string;
  readonly origin: Campaign['origin'];
  readonly expiresAtMs: number;
};

async function insertCampaign(
  tx: Queryable,
  row: CampaignRow,
  nowMs: number,
  onConflict = '',
): Promise<void> {
  const { id, idempotencyKey, name, origin, purpose, topic, rules, startsAtMs, expiresAtMs } = row;
  await tx.query(
    `INSERT INTO leibniz.campaigns (id, idempotency_key, name, origin, purpose, topic, rules, starts_at_ms,
       expires_at_ms, created_at_ms, updated_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $10) ${onConflict}`,
    [
      ...[id, storableText(idempotencyKey), storableText(name), origin, purpose],
      topic === undefined ? null : storableText(topic),
      storableJson(rules as unknown as JsonValue),
      ...[startsAtMs ?? null, expiresAtMs, nowMs],
    ],
  );
}

type ContactRow = NewContact & { readonly appointmentAtMs?: number; readonly expiresAtMs?: number };

/** A reminder holds for the time that its appointment has now. */
async function withAppointment(tx: Queryable, contact: NewContact): Promise<ContactRow> {
  if (contact.appointmentId === undefined) return contact;
  const { rows } = await tx.query('SELECT starts_at_ms FROM leibniz.appointments WHERE id = $1', [
    storableText(contact.appointmentId),
  ]);
  if (rows[0] === undefined) return contact;
  const appointmentAtMs = ms(rows[0], 'starts_at_ms');
  return { ...contact, appointmentAtMs };
}

async function insertContacts(
  tx: Queryable,
  campaignId: string,
  contacts: readonly ContactRow[],
  { firstAtMs, expiresAtMs }: { readonly firstAtMs: number; readonly expiresAtMs: number },
): Promise<number> {
  const rows = contacts.map((contact) => ({
    id: randomUUID(),
    key: contact.key ?? contact.pii.number,
    expires_at_ms: Math.min(expiresAtMs, contact.expiresAtMs ?? contact.appointmentAtMs ?? expiresAtMs),
    zone: contact.zone ?? null,
    consent: contact.consent ?? null,
    appointment_id: contact.appointmentId ?? null,
    appointment_at_ms: contact.appointmentAtMs ?? null,
    pii: contact.pii,
  }));
  const { rowCount } = await tx.query(
    `INSERT INTO leibniz.contacts (id, campaign_id, key, next_at_ms, expires_at_ms, zone, consent, appointment_id,
       appointment_at_ms, pii)
     SELECT id, $1, key, $2, expires_at_ms, zone, nullif(consent, 'null'), appointment_id, appointment_at_ms, pii
       FROM jsonb_to_recordset($3::jsonb) AS x(id text, key text, expires_at_ms bigint, zone text, consent jsonb,
         appointment_id text, appointment_at_ms bigint, pii jsonb)
     ON CONFLICT (campaign_id, key) DO NOTHING`,
    [campaignId, Math.trunc(firstAtMs), storableJson(rows as unknown as JsonValue)],
  );
  return rowCount;
}
