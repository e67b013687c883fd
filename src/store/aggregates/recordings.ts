import type { Database, Queryable, Row } from '../db/database.js';
import { storableJson, type JsonValue } from '../journal-event.js';
import type { RecordingRecord, Recordings, StoredPeaks } from '../recording-types.js';
import { appendAudit } from './audit.js';
import { json, ms, num, optional, text } from './rows.js';

/** Columns of a recording without its shape. */
const COLUMNS = `id, call_id, state, channels, sample_rate, started_at_ms, offset_ms, duration_ms, bytes, blob_key, consent,
  intervals, late_packets, delete_after_ms, deleted_at_ms`;

/** Recordings over a database. */
export function recordingsOf(db: Database, wallNow: () => number): Recordings {
  return {
    save: (record, peaks) => save(db, record, peaks),
    ofCall: async (callId) => {
      const { rows } = await db.query(
        `SELECT ${COLUMNS} FROM leibniz.recordings WHERE call_id = $1 ORDER BY started_at_ms DESC LIMIT 1`,
        [callId],
      );
      return rows[0] === undefined ? undefined : toRecord(rows[0]);
    },
    peaks: async (id) => {
      const { rows } = await db.query(
        `SELECT peaks_bucket_ms, encode(peaks, 'base64') AS peaks FROM leibniz.recordings
         WHERE id = $1 AND peaks IS NOT NULL`,
        [id],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      return { bucketMs: num(row, 'peaks_bucket_ms'), base64: text(row, 'peaks').replace(/\s/g, '') };
    },
    due: async (nowMs, limit) => {
      const { rows } = await db.query(
        `SELECT ${COLUMNS} FROM leibniz.recordings WHERE state <> 'deleted' AND delete_after_ms <= $1
         ORDER BY delete_after_ms, id LIMIT $2`,
        [Math.trunc(nowMs), limit],
      );
      return rows.map(toRecord);
    },
    states: async (ids) => {
      const { rows } = await db.query('SELECT id, state FROM leibniz.recordings WHERE id = ANY($1::text[])', [
        ids,
      ]);
      return Object.fromEntries(
        rows.map((row) => [text(row, 'id'), text(row, 'state') as RecordingRecord['state']]),
      );
    },
    deleted: (id, receipt) =>
      db.transaction(async (tx) => {
        const nowMs = Math.trunc(wallNow());
        const { rows } = await tx.query(
          `UPDATE leibniz.recordings SET state = 'deleted', deleted_at_ms = $2, blob_key = NULL, peaks = NULL,
             peaks_bucket_ms = NULL, intervals = '[]' WHERE id = $1 AND state <> 'deleted' RETURNING id`,
          [id, nowMs],
        );
        if (rows.length === 0) return false;
        await appendAudit(tx, receipt, nowMs);
        return true;
      }),
  };
}

async function save(db: Queryable, r: RecordingRecord, peaks: StoredPeaks | undefined): Promise<void> {
  await db.query(
    `INSERT INTO leibniz.recordings AS r (id, call_id, state, channels, sample_rate, started_at_ms, offset_ms, duration_ms,
       bytes, blob_key, consent, intervals, late_packets, delete_after_ms, peaks, peaks_bucket_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, decode($15, 'base64'), $16)
     ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, duration_ms = EXCLUDED.duration_ms, bytes = EXCLUDED.bytes,
       blob_key = EXCLUDED.blob_key, consent = EXCLUDED.consent, intervals = EXCLUDED.intervals,
       late_packets = EXCLUDED.late_packets, delete_after_ms = EXCLUDED.delete_after_ms, peaks = EXCLUDED.peaks,
       peaks_bucket_ms = EXCLUDED.peaks_bucket_ms
     WHERE r.state <> 'deleted'`,
    [
      r.id,
      r.callId,
      r.state,
      r.channels,
      r.sampleRateHz,
      Math.trunc(r.startedAtMs),
      Math.round(r.offsetMs),
      Math.round(r.durationMs),
      r.bytes,
      r.blobKey ?? null,
      r.consent,
      storableJson(r.intervals as unknown as JsonValue),
      r.latePackets,
      r.deleteAfterMs === undefined ? null : Math.trunc(r.deleteAfterMs),
      peaks?.base64 ?? null,
      peaks?.bucketMs ?? null,
    ],
  );
}

function toRecord(row: Row): RecordingRecord {
  return {
    id: text(row, 'id'),
    callId: text(row, 'call_id'),
    state: text(row, 'state') as RecordingRecord['state'],
    channels: num(row, 'channels'),
    sampleRateHz: num(row, 'sample_rate'),
    startedAtMs: ms(row, 'started_at_ms'),
    offsetMs: num(row, 'offset_ms'),
    durationMs: num(row, 'duration_ms'),
    bytes: num(row, 'bytes'),
    ...optional(row, 'blob_key', 'blobKey', text),
    consent: text(row, 'consent'),
    intervals: json(row, 'intervals') as unknown as RecordingRecord['intervals'],
    latePackets: num(row, 'late_packets'),
    ...optional(row, 'delete_after_ms', 'deleteAfterMs', ms),
    ...optional(row, 'deleted_at_ms', 'deletedAtMs', ms),
  };
}
