import { z } from 'zod';
import { CALLBACK_KINDS, CALLBACK_OUTCOMES, type Callback, type WaitingEntry } from '../../store/types.js';
import { iso, isoOrNull, listOf, paging } from './common.js';

export const callbackListQuery = z.strictObject({
  ...paging,
  status: z.enum(['open', 'completed']).optional(),
  kind: z.enum(CALLBACK_KINDS).optional(),
  call_id: z.string().max(128).optional(),
});

export const callbackView = z.object({
  id: z.string(),
  kind: z.enum(CALLBACK_KINDS),
  status: z.enum(['open', 'completed']),
  reason: z.string(),
  user_name: z.string().nullable(),
  caller_number: z.string().nullable(),
  message: z.string().nullable(),
  wished_time: z
    .string()
    .nullable()
    .describe("When the caller would like to be called, in the caller's words"),
  call_id: z.string().nullable(),
  created_at: z.string().describe('ISO 8601, UTC'),
  due_at: z.string().nullable().describe('By when it was promised'),
  completed_at: z.string().nullable(),
  outcome: z.enum(CALLBACK_OUTCOMES).nullable(),
  note: z.string().nullable(),
});

export const callbackList = listOf(callbackView);

export const completion = z.strictObject({
  outcome: z.enum(CALLBACK_OUTCOMES),
  note: z.string().trim().min(1).max(2000).optional(),
});

/** The wire form of a call-back. */
export function viewCallback(c: Callback): z.output<typeof callbackView> {
  return {
    id: c.id,
    kind: c.kind,
    status: c.status,
    reason: c.reason,
    user_name: c.pii.name ?? null,
    caller_number: c.pii.number ?? null,
    message: c.pii.message ?? null,
    wished_time: c.pii.when ?? null,
    call_id: c.callId ?? null,
    created_at: iso(c.createdAtMs),
    due_at: isoOrNull(c.dueAtMs),
    completed_at: isoOrNull(c.completedAtMs),
    outcome: c.outcome ?? null,
    note: c.pii.note ?? null,
  };
}

export const waitingListQuery = z.strictObject({
  ...paging,
  on_or_after: z.iso.date().optional().describe('Only entries that still wait on this local day or later'),
  service_id: z.string().max(200).optional(),
  call_id: z.string().max(128).optional(),
});

export const waitingView = z.object({
  id: z.string(),
  service_id: z.string().nullable(),
  resource: z.string().nullable().describe('Null: whoever offers the service'),
  from: z.string().describe('First local day that would do'),
  to: z.string().describe('Last local day that would do'),
  from_minute: z.number().int().nullable().describe('Minute of the day before which it must not begin'),
  to_minute: z.number().int().nullable().describe('Minute of the day by which it must end'),
  duration_minutes: z.number().int(),
  user_name: z.string(),
  caller_number: z.string().nullable(),
  call_id: z.string().nullable(),
  created_at: z.string(),
  offer: z
    .object({ resource: z.string(), starts_at: z.string(), offered_at: z.string() })
    .nullable()
    .describe('The last time that was offered'),
});

export const waitingEntries = listOf(waitingView);

/** The wire form of an entry of the waiting list. */
export function viewWaiting(e: WaitingEntry): z.output<typeof waitingView> {
  return {
    id: e.id,
    service_id: e.serviceId ?? null,
    resource: e.resource ?? null,
    from: e.from,
    to: e.to,
    from_minute: e.fromMin ?? null,
    to_minute: e.toMin ?? null,
    duration_minutes: e.durationMin,
    user_name: e.pii.name,
    caller_number: e.pii.number ?? null,
    call_id: e.callId ?? null,
    created_at: iso(e.createdAtMs),
    offer:
      e.offer === undefined
        ? null
        : {
            resource: e.offer.resource,
            starts_at: iso(e.offer.startsAtMs),
            offered_at: iso(e.offer.offeredAtMs),
          },
  };
}
