import type { GivenConsent, RefusalReason } from '../../../outbound/core/dispatch.js';
import type { Decided } from '../../../outbound/core/outcome.js';
import type { CampaignRules, StopReason } from '../../../outbound/core/rules.js';
import type { Queryable, Row } from '../../db/database.js';
import {
  CONTACT_STATES,
  type Attempt,
  type AttemptOutcome,
  type Campaign,
  type Contact,
  type ContactState,
  type DoNotCall,
} from '../../outbound-types.js';
import { json, ms, num, optional, text } from '../rows.js';

/** Advisory lock of everything that gives leave to dial; spells OUTB. */
const LOCK = 0x4f555442;

/** Makes decisions about whom to dial wait for each other. */
export async function lockDispatch(tx: Queryable): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

/** A column whose words the program itself has written. */
const word =
  <T extends string>() =>
  (row: Row, column: string): T =>
    text(row, column) as T;

/** Campaigns with the number of their contacts by state. */
export async function viewCampaigns(db: Queryable, rows: readonly Row[]): Promise<Campaign[]> {
  if (rows.length === 0) return [];
  const counted = await db.query(
    `SELECT campaign_id, state, count(*) AS n FROM leibniz.contacts WHERE campaign_id = ANY($1::text[])
     GROUP BY campaign_id, state`,
    [rows.map((row) => text(row, 'id'))],
  );
  return rows.map((row) => {
    const own = counted.rows.filter((count) => count['campaign_id'] === row['id']);
    const byState = CONTACT_STATES.map((state) => {
      const found = own.find((count) => count['state'] === state);
      return [state, found === undefined ? 0 : num(found, 'n')] as const;
    });
    return {
      ...campaignFacts(row),
      contacts: Object.fromEntries(byState) as Readonly<Record<ContactState, number>>,
    };
  });
}

/** A campaign without its contacts. */
export function campaignFacts(row: Row): Omit<Campaign, 'contacts'> {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    origin: text(row, 'origin') as Campaign['origin'],
    purpose: text(row, 'purpose') as Campaign['purpose'],
    ...optional(row, 'topic', 'topic', text),
    status: text(row, 'status') as Campaign['status'],
    ...optional(row, 'stopped', 'stopped', word<StopReason>()),
    rules: rulesOf(row),
    ...optional(row, 'starts_at_ms', 'startsAtMs', ms),
    expiresAtMs: ms(row, 'expires_at_ms'),
    createdAtMs: ms(row, 'created_at_ms'),
    updatedAtMs: ms(row, 'updated_at_ms'),
  };
}

/** The rules of a campaign. */
export const rulesOf = (row: Row): CampaignRules => json(row, 'rules') as unknown as CampaignRules;

/** Contacts with their attempts, oldest first. */
export async function viewContacts(db: Queryable, rows: readonly Row[]): Promise<Contact[]> {
  if (rows.length === 0) return [];
  const { rows: attempts } = await db.query(
    'SELECT * FROM leibniz.attempts WHERE contact_id = ANY($1::text[]) ORDER BY leased_at_ms, id',
    [rows.map((row) => text(row, 'id'))],
  );
  const byContact = new Map<string, Attempt[]>();
  for (const row of attempts) {
    const id = text(row, 'contact_id');
    byContact.set(id, [...(byContact.get(id) ?? []), toAttempt(row)]);
  }
  return rows.map((row) => toContact(row, byContact.get(text(row, 'id')) ?? []));
}

function toContact(row: Row, attempts: readonly Attempt[]): Contact {
  return {
    id: text(row, 'id'),
    campaignId: text(row, 'campaign_id'),
    key: text(row, 'key'),
    state: text(row, 'state') as ContactState,
    ...optional(row, 'refusal', 'refusal', word<RefusalReason>()),
    ...optional(row, 'outcome', 'outcome', word<AttemptOutcome>()),
    ...optional(row, 'result', 'result', text),
    ...(row['state'] === 'waiting' ? { nextAtMs: ms(row, 'next_at_ms') } : {}),
    ...optional(row, 'appointment_id', 'appointmentId', text),
    ...optional(row, 'zone', 'zone', text),
    ...optional(row, 'consent', 'consent', consentIn),
    attempts,
    pii: json(row, 'pii') as Contact['pii'],
  };
}

/** The consent that a contact was brought with. */
export const consentIn = (row: Row, column = 'consent'): GivenConsent =>
  json(row, column) as unknown as GivenConsent;

function toAttempt(row: Row): Attempt {
  return {
    id: text(row, 'id'),
    ...optional(row, 'call_id', 'callId', text),
    leasedAtMs: ms(row, 'leased_at_ms'),
    ...optional(row, 'dialled_at_ms', 'dialledAtMs', ms),
    ...optional(row, 'answered_at_ms', 'answeredAtMs', ms),
    ...optional(row, 'ended_at_ms', 'endedAtMs', ms),
    ...optional(row, 'outcome', 'outcome', word<AttemptOutcome>()),
    ...optional(row, 'source', 'source', word<Decided['source']>()),
    ...optional(row, 'status', 'status', num),
    ...optional(row, 'q850', 'q850', num),
    ...optional(row, 'result', 'result', text),
  };
}

/** A number that is not called. */
export function toDoNotCall(row: Row): DoNotCall {
  return {
    id: text(row, 'id'),
    source: text(row, 'source') as DoNotCall['source'],
    ...optional(row, 'call_id', 'callId', text),
    createdAtMs: ms(row, 'created_at_ms'),
    pii: json(row, 'pii') as DoNotCall['pii'],
  };
}
