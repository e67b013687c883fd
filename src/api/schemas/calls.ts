import { z } from 'zod';
import { TERMINATIONS } from '../../kernel/vocab.js';
import type { CallDetail, CallRecord } from '../../store/types.js';
import { recordingSummary, viewRecordingSummary } from './recordings.js';
import { instantParam, iso, isoOrNull, listOf, paging } from './common.js';

export const callListQuery = z.strictObject({
  ...paging,
  from: instantParam.optional(),
  to: instantParam.optional(),
  reason: z.enum(TERMINATIONS).optional().describe('Only calls that ended so'),
  q: z
    .string()
    .trim()
    .min(2)
    .max(100)
    .optional()
    .describe(
      'Part of a number, of a name, or of what was said; needs calls.pii, of 30 days unless `from` is given',
    ),
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
      role: z.enum(['user', 'agent', 'human']),
      text: z.string(),
      heard: z.string().describe("What of the agent's words reached the caller"),
      at: z.string(),
      confidence: z.number().nullable(),
      timings: z.record(z.string(), z.number()).describe('Milliseconds by segment'),
      sources: z.array(z.string()),
      start_ms: z
        .number()
        .int()
        .nullable()
        .describe('First sound on the clock of the call; null for what was typed'),
      end_ms: z.number().int().nullable(),
    }),
  ),
  recording: recordingSummary.nullable(),
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
      start_ms: turn.startMs ?? null,
      end_ms: turn.endMs ?? null,
    })),
    recording: call.recording === undefined ? null : viewRecordingSummary(call.recording),
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
