/**
 * Outbound calls: campaigns, whom they call, every attempt, and numbers that are not called.
 *
 * An attempt that has not ended is a lease: while there is one, no other can be made for the same contact or the same number,
 * whatever the code does.
 */
export const sql = `
CREATE TABLE leibniz.campaigns (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  name text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('campaign', 'call', 'reminders')),
  purpose text NOT NULL CHECK (purpose IN ('conversation', 'reminder')),
  topic text,
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'cancelled', 'done')),
  stopped text,
  rules jsonb NOT NULL,
  starts_at_ms bigint,
  expires_at_ms bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL
);
CREATE INDEX campaigns_by_time ON leibniz.campaigns (created_at_ms);

CREATE TABLE leibniz.contacts (
  id text PRIMARY KEY,
  campaign_id text NOT NULL REFERENCES leibniz.campaigns (id) ON DELETE CASCADE,
  position bigint GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'calling', 'done', 'refused', 'cancelled')),
  refusal text,
  outcome text,
  result text,
  next_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  zone text,
  consent jsonb,
  appointment_id text,
  appointment_at_ms bigint,
  pii jsonb NOT NULL,
  UNIQUE (campaign_id, key)
);
CREATE INDEX contacts_due ON leibniz.contacts (next_at_ms) WHERE state = 'waiting';
CREATE INDEX contacts_by_campaign ON leibniz.contacts (campaign_id, state);

CREATE TABLE leibniz.attempts (
  id text PRIMARY KEY,
  contact_id text NOT NULL REFERENCES leibniz.contacts (id) ON DELETE CASCADE,
  campaign_id text NOT NULL,
  call_id text,
  state text NOT NULL CHECK (state IN ('leased', 'dialling', 'answered', 'ended')),
  until_ms bigint NOT NULL,
  leased_at_ms bigint NOT NULL,
  dialled_at_ms bigint,
  answered_at_ms bigint,
  ended_at_ms bigint,
  outcome text,
  source text,
  status integer,
  q850 integer,
  result text,
  counts boolean NOT NULL DEFAULT true,
  pii jsonb NOT NULL
);
CREATE UNIQUE INDEX attempts_one_of_contact ON leibniz.attempts (contact_id) WHERE state <> 'ended';
CREATE UNIQUE INDEX attempts_one_of_number ON leibniz.attempts ((pii->>'number')) WHERE state <> 'ended';
CREATE INDEX attempts_by_number ON leibniz.attempts ((pii->>'number'), leased_at_ms);
CREATE INDEX attempts_by_contact ON leibniz.attempts (contact_id, leased_at_ms);
CREATE INDEX attempts_by_campaign ON leibniz.attempts (campaign_id);

CREATE TABLE leibniz.do_not_call (
  id text PRIMARY KEY,
  source text NOT NULL,
  call_id text,
  created_at_ms bigint NOT NULL,
  pii jsonb NOT NULL
);
CREATE UNIQUE INDEX do_not_call_by_number ON leibniz.do_not_call ((pii->>'number'));
`;
