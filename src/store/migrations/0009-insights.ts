/**
 * What is learned from calls. \`call_tallies\` is what is counted of each call, \`metrics_hourly\` what ended calls add up to by the
 * hour in which they began; both are written with the journal, in its transactions. \`questions\` are those the documents had no
 * answer to, the same words once. Ratings and notes are the staff's.
 */
export const sql = `
CREATE TABLE leibniz.call_tallies (
  call_id text PRIMARY KEY,
  tally jsonb NOT NULL,
  changed_at_ms bigint NOT NULL
);
CREATE INDEX call_tallies_by_time ON leibniz.call_tallies (changed_at_ms);

CREATE TABLE leibniz.metrics_hourly (
  hour_ms bigint NOT NULL,
  line text NOT NULL,
  persona text NOT NULL,
  variant text NOT NULL DEFAULT '',
  counts jsonb NOT NULL,
  gap_buckets integer[] NOT NULL,
  PRIMARY KEY (hour_ms, line, persona, variant)
);

CREATE TABLE leibniz.questions (
  id text PRIMARY KEY,
  count bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'written', 'ignored')),
  material_id text REFERENCES leibniz.materials (id) ON DELETE SET NULL,
  first_at_ms bigint NOT NULL,
  last_at_ms bigint NOT NULL,
  last_call_id text NOT NULL,
  pii jsonb NOT NULL
);
CREATE INDEX questions_by_status ON leibniz.questions (status, count DESC, last_at_ms DESC);

CREATE TABLE leibniz.ratings (
  id text PRIMARY KEY,
  call_id text NOT NULL REFERENCES leibniz.calls (id) ON DELETE CASCADE,
  turn_id text NOT NULL DEFAULT '',
  user_id text NOT NULL,
  score integer NOT NULL CHECK (score BETWEEN 1 AND 5),
  reasons jsonb NOT NULL,
  at_ms bigint NOT NULL,
  pii jsonb NOT NULL,
  UNIQUE (call_id, turn_id, user_id)
);

CREATE TABLE leibniz.notes (
  id text PRIMARY KEY,
  call_id text NOT NULL REFERENCES leibniz.calls (id) ON DELETE CASCADE,
  user_id text NOT NULL,
  at_ms bigint NOT NULL,
  offset_ms bigint,
  pii jsonb NOT NULL
);
CREATE INDEX notes_by_call ON leibniz.notes (call_id, at_ms);
`;
