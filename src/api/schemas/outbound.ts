import { z } from 'zod';
import {
  CAMPAIGN_PURPOSES,
  type Campaign,
  type Contact,
  type DoNotCall,
  type NewContact,
} from '../../store/types.js';
import { isE164 } from '../../outbound/core/zones.js';
import { compact } from '../compact.js';
import { idText, iso, isoOrNull } from './common.js';

/** A number that may be called. */
export const phone = z.string().refine(isE164, { message: 'a number in E.164 such as +15550100' });
const at = z.iso.datetime({ offset: true });
const consent = z
  .strictObject({ source: z.string().trim().min(1).max(200), at })
  .describe('Where and when they have agreed to be called; nobody is called without it');

/** Somebody to be called. */
export const contactBody = z.strictObject({
  number: phone,
  name: z.string().trim().min(1).max(200).optional(),
  time_zone: z.string().max(64).optional().describe('IANA zone, where it is known better than by the number'),
  appointment_id: idText.optional().describe('What a reminder is about'),
  consent: consent.optional(),
});

const purpose = z.enum(CAMPAIGN_PURPOSES).default('conversation');
const topic = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .optional()
  .describe('What it is about, said at the beginning; nothing private');

/** One call. */
export const oneCall = contactBody.extend({ purpose, topic, expires_at: at.optional() });

const limit = (max: number): z.ZodOptional<z.ZodNumber> => z.number().int().min(1).max(max).optional();

/** A campaign. */
export const campaignBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  ...{ purpose, topic, consent: consent.optional() },
  starts_at: at.optional(),
  expires_at: at,
  rules: z
    .strictObject({
      per_day: limit(10),
      per_week: limit(20),
      max_attempts: limit(10),
      max_concurrent: limit(100),
    })
    .optional(),
  contacts: z.array(contactBody).max(10_000).optional(),
  csv: z
    .string()
    .max(2_000_000)
    .optional()
    .describe('Columns number, name, time_zone, appointment_id, consent_source, consent_at'),
});

/** A contact as the store takes it. */
export function newContact({
  number,
  name,
  time_zone: zone,
  appointment_id: appointmentId,
  consent: given,
}: z.infer<typeof contactBody>): NewContact {
  return {
    ...compact({ zone, appointmentId }),
    ...(given === undefined ? {} : { consent: { source: given.source, atMs: Date.parse(given.at) } }),
    pii: { number, ...compact({ name }) },
  };
}

/** A campaign as it is shown. */
export const campaignView = z.object({
  id: z.string(),
  name: z.string(),
  origin: z.string(),
  purpose: z.string(),
  topic: z.string().nullable(),
  status: z.string(),
  stopped: z.string().nullable().describe('Why it has stopped by itself'),
  created_at: z.string(),
  contacts: z.record(z.string(), z.number()),
});

export const viewCampaign = (campaign: Campaign): z.infer<typeof campaignView> => ({
  ...{ id: campaign.id, name: campaign.name, origin: campaign.origin, purpose: campaign.purpose },
  ...{ topic: campaign.topic ?? null, status: campaign.status, stopped: campaign.stopped ?? null },
  created_at: iso(campaign.createdAtMs),
  contacts: { ...campaign.contacts },
});

/** A contact with its attempts. */
export const contactView = z.object({
  id: z.string(),
  campaign_id: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  refusal: z.string().nullable(),
  result: z.string().nullable(),
  next_at: z.string().nullable(),
  pii: z.object({ number: z.string(), name: z.string().nullable() }),
  attempts: z.array(
    z.object({
      call_id: z.string().nullable(),
      at: z.string(),
      answered_at: z.string().nullable(),
      ended_at: z.string().nullable(),
      outcome: z.string().nullable(),
      source: z.string().nullable(),
      sip_status: z.number().nullable(),
      q850: z.number().nullable(),
    }),
  ),
});

export const viewContact = (contact: Contact): z.infer<typeof contactView> => ({
  ...{ id: contact.id, campaign_id: contact.campaignId, state: contact.state },
  ...{ outcome: contact.outcome ?? null, refusal: contact.refusal ?? null, result: contact.result ?? null },
  next_at: isoOrNull(contact.nextAtMs),
  pii: { number: contact.pii.number, name: contact.pii.name ?? null },
  attempts: contact.attempts.map((one) => ({
    ...{ call_id: one.callId ?? null, at: iso(one.leasedAtMs), answered_at: isoOrNull(one.answeredAtMs) },
    ...{ ended_at: isoOrNull(one.endedAtMs), outcome: one.outcome ?? null, source: one.source ?? null },
    ...{ sip_status: one.status ?? null, q850: one.q850 ?? null },
  })),
});

/** A number that is not called. */
export const stopView = z.object({
  id: z.string(),
  source: z.string(),
  created_at: z.string(),
  number: z.string(),
});

export const viewStop = ({ id, source, createdAtMs, pii }: DoNotCall): z.infer<typeof stopView> => ({
  ...{ id, source, created_at: iso(createdAtMs), number: pii.number },
});
