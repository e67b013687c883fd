/** Personal data stands in columns called `pii` and nowhere else; times are Unix milliseconds. */
export const sql = `
CREATE TABLE leibniz.instances (
  id text PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT now(),
  beat_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE leibniz.calls (
  id text PRIMARY KEY,
  instance_id text NOT NULL,
  direction text,
  started_at_ms bigint,
  ended_at_ms bigint,
  reason text,
  stats jsonb,
  pii jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX calls_by_start ON leibniz.calls (started_at_ms DESC, id);

CREATE INDEX calls_open ON leibniz.calls (instance_id) WHERE reason IS NULL;

CREATE TABLE leibniz.turns (
  call_id text NOT NULL,
  idx integer NOT NULL,
  turn_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('user', 'agent')),
  at_ms bigint NOT NULL,
  confidence real,
  timings jsonb NOT NULL DEFAULT '{}',
  sources jsonb NOT NULL DEFAULT '[]',
  pii jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (call_id, idx)
);

CREATE TABLE leibniz.events (
  call_id text NOT NULL,
  seq integer NOT NULL,
  at_ms double precision NOT NULL,
  version smallint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (call_id, seq)
);

CREATE TABLE leibniz.appointments (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  call_id text,
  advisor integer NOT NULL CHECK (advisor >= 0),
  starts_at_ms bigint NOT NULL,
  ends_at_ms bigint NOT NULL,
  local_date text NOT NULL,
  local_time text NOT NULL,
  timezone text NOT NULL,
  purpose text NOT NULL,
  status text NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'cancelled')),
  created_at_ms bigint NOT NULL,
  calendar text,
  pii jsonb NOT NULL DEFAULT '{}',
  CHECK (ends_at_ms > starts_at_ms),
  CONSTRAINT appointments_no_overlap EXCLUDE USING gist (
    int4range(advisor, advisor + 1) WITH &&,
    int8range(starts_at_ms, ends_at_ms) WITH &&
  ) WHERE (status = 'booked')
);

CREATE INDEX appointments_by_start ON leibniz.appointments (starts_at_ms, id);

CREATE TABLE leibniz.conversations (
  id text PRIMARY KEY,
  state jsonb NOT NULL,
  expires_at_ms bigint NOT NULL
);

CREATE INDEX conversations_by_expiry ON leibniz.conversations (expires_at_ms);

CREATE TABLE leibniz.jobs (
  id text PRIMARY KEY,
  type text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
  priority integer NOT NULL DEFAULT 0,
  round integer NOT NULL DEFAULT 0,
  retry_count integer NOT NULL DEFAULT 0,
  max_retries integer NOT NULL DEFAULT 3,
  payload jsonb NOT NULL,
  result jsonb,
  error_message text,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  started_at_ms bigint,
  completed_at_ms bigint
);

CREATE INDEX jobs_by_creation ON leibniz.jobs (created_at_ms DESC, id);

CREATE INDEX jobs_unfinished ON leibniz.jobs (updated_at_ms) WHERE status IN ('pending', 'processing');

CREATE TABLE leibniz.outbox (
  job_id text NOT NULL,
  round integer NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (job_id, round)
);
`;
