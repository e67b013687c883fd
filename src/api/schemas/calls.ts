import { z } from 'zod';
import { TERMINATIONS } from '../../kernel/vocab.js';
import { wallMs, type WallMs } from '../../kernel/time.js';
import type { Appointment, CallDetail, CallRecord } from '../../store/types.js';
import { instantParam, listOf, paging } from './common.js';

const iso = (at: WallMs): string => new Date(at).toISOString();
const isoOrNull = (at: WallMs | undefined): string | null => (at === undefined ? null : iso(at));

/** The instant of a query parameter. */
export function instant(text: string): WallMs {
  return wallMs(/^\d+$/.test(text) ? Number(text) : Date.parse(text));
}

export const callListQuery = z.object({
  ...paging,
  from: instantParam.optional(),
  to: instantParam.optional(),
  reason: z.enum(TERMINATIONS).optional().describe('Only calls that ended so'),
  open: z.enum(['true', 'false']).optional().describe('Only calls in progress, or only ended ones'),
});

export const callSummary = z.object({
  id: z.string(),
  direction: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  display_name: z.string().nullable(),
  started_at: z.string().describe('ISO 8601, UTC'),
  ended_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  reason: z.string().nullable().describe('Why the call ended; null while it goes on'),
  turn_count: z.number().int(),
});

export const callDetail = callSummary.extend({
  transcript: z.array(
    z.object({
      index: z.number().int(),
      turn_id: z.string(),
      role: z.enum(['user', 'agent']),
      text: z.string(),
      heard: z.string().describe("What of the agent's words reached the caller"),
      at: z.string(),
      confidence: z.number().nullable(),
      timings: z.record(z.string(), z.number()).describe('Milliseconds by segment'),
      sources: z.array(z.string()),
    }),
  ),
  quality: z.unknown().describe('Media statistics of the call'),
  events: z.array(
    z.object({
      seq: z.number(),
      at_ms: z.number(),
      type: z.string(),
      version: z.number(),
      payload: z.unknown(),
    }),
  ),
  events_truncated: z.boolean(),
});

export const callList = listOf(callSummary);

/** The wire form of a call in a list. */
export function viewCall(call: CallRecord): z.output<typeof callSummary> {
  return {
    id: call.id,
    direction: call.direction,
    from: call.pii.from ?? null,
    to: call.pii.to ?? null,
    display_name: call.pii.displayName ?? null,
    started_at: iso(call.startedAtMs),
    ended_at: isoOrNull(call.endedAtMs),
    duration_ms: call.endedAtMs === undefined ? null : call.endedAtMs - call.startedAtMs,
    reason: call.reason ?? null,
    turn_count: call.turnCount,
  };
}

/** The wire form of one call. */
export function viewCallDetail(call: CallDetail): z.output<typeof callDetail> {
  return {
    ...viewCall(call),
    transcript: call.turns.map((turn) => ({
      index: turn.index,
      turn_id: turn.turnId,
      role: turn.role,
      text: turn.pii.text,
      heard: turn.pii.heard ?? turn.pii.text,
      at: iso(turn.atMs),
      confidence: turn.confidence ?? null,
      timings: { ...turn.timings },
      sources: [...turn.sources],
    })),
    quality: call.stats ?? null,
    events: call.events.map(({ seq, atMs, type, version, payload }) => ({
      seq,
      at_ms: atMs,
      type,
      version,
      payload,
    })),
    events_truncated: call.eventsTruncated,
  };
}

export const appointmentListQuery = z.object({
  ...paging,
  from: instantParam.optional(),
  to: instantParam.optional(),
  status: z.enum(['booked', 'cancelled']).optional(),
  call_id: z.string().max(128).optional(),
});

export const appointmentView = z.object({
  id: z.string(),
  date: z.string().describe('Local date, YYYY-MM-DD'),
  time: z.string().describe('Local time, HH:MM'),
  timezone: z.string().describe('IANA zone of `date` and `time`'),
  starts_at: z.string().describe('ISO 8601, UTC'),
  ends_at: z.string(),
  purpose: z.string(),
  user_name: z.string(),
  caller_number: z.string().nullable(),
  status: z.enum(['booked', 'cancelled']),
  advisor: z.number().int(),
  call_id: z.string().nullable(),
  created_at: z.string(),
  calendar: z.string().nullable().describe('The iCalendar file, once it has been made'),
});

export const appointmentList = listOf(appointmentView);

/** The wire form of an appointment. */
export function viewAppointment(a: Appointment): z.output<typeof appointmentView> {
  return {
    id: a.id,
    date: a.date,
    time: a.time,
    timezone: a.timezone,
    starts_at: iso(a.startsAtMs),
    ends_at: iso(a.endsAtMs),
    purpose: a.purpose,
    user_name: a.pii.userName,
    caller_number: a.pii.callerNumber ?? null,
    status: a.status,
    advisor: a.advisor,
    call_id: a.callId ?? null,
    created_at: iso(a.createdAtMs),
    calendar: a.calendar ?? null,
  };
}
