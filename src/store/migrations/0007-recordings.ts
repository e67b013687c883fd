/**
 * Recordings of calls: who agreed how, where the file is, which stretches of it are blanked, and when it is to be deleted. A
 * deleted one keeps its row, so that the call tells that there was one. Lines of a transcript learn their place on the clock of
 * the call.
 */
export const sql = `
CREATE TABLE leibniz.recordings (
  id text PRIMARY KEY,
  call_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('recording', 'saved', 'failed', 'deleted')),
  channels integer NOT NULL,
  sample_rate integer NOT NULL,
  started_at_ms bigint NOT NULL,
  offset_ms bigint NOT NULL,
  duration_ms bigint NOT NULL,
  bytes bigint NOT NULL,
  blob_key text,
  consent text NOT NULL,
  intervals jsonb NOT NULL DEFAULT '[]',
  late_packets bigint NOT NULL DEFAULT 0,
  peaks bytea,
  peaks_bucket_ms integer,
  delete_after_ms bigint,
  deleted_at_ms bigint
);
CREATE INDEX recordings_by_call ON leibniz.recordings (call_id, started_at_ms);
CREATE INDEX recordings_due ON leibniz.recordings (delete_after_ms) WHERE state <> 'deleted';

ALTER TABLE leibniz.turns ADD COLUMN start_ms bigint;
ALTER TABLE leibniz.turns ADD COLUMN end_ms bigint;
`;
