import type { AuditEntry, RecordingRecord } from '../../store/types.js';

/** Why a recording is no more. */
export type RemovalReason = 'withdrawn' | 'deleted' | 'retention';

/** The program deletes it by itself, or as the caller wanted it. */
export const SYSTEM: AuditEntry = { actorKind: 'system', action: 'recording.delete', outcome: 'ok' };

/** An entry of the trail with what it is about. */
export const withFacts = (
  entry: AuditEntry,
  { id, callId, bytes, durationMs }: RecordingRecord,
  reason: RemovalReason,
): AuditEntry => ({
  ...entry,
  objectType: 'recording',
  objectId: id,
  callId,
  detail: { ...entry.detail, reason, bytes, duration_ms: Math.round(durationMs) },
});
