/**
 * People who sign in: accounts, their sessions with rotating refresh tokens, one-time links, tokens for programs, and the
 * trail of what they did. Tokens are kept as digests only.
 *
 * \`audit\` is a chain: each row's hash covers the row before, so that a removed or changed row shows.
 */
export const sql = `
CREATE TABLE leibniz.users (
  id text PRIMARY KEY,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
  roles text[] NOT NULL DEFAULT '{}',
  lines text[] NOT NULL DEFAULT '{}',
  password_hash text,
  email_verified_at_ms bigint,
  token_version integer NOT NULL DEFAULT 1,
  prefs jsonb NOT NULL DEFAULT '{}',
  created_at_ms bigint NOT NULL,
  last_login_at_ms bigint,
  version integer NOT NULL DEFAULT 1,
  pii jsonb NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON leibniz.users (lower(pii->>'email'));

CREATE TABLE leibniz.sessions (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES leibniz.users (id) ON DELETE CASCADE,
  created_at_ms bigint NOT NULL,
  last_seen_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  revoked_at_ms bigint,
  pii jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX sessions_by_user ON leibniz.sessions (user_id, last_seen_at_ms);

CREATE TABLE leibniz.refresh_tokens (
  hash text PRIMARY KEY,
  session_id text NOT NULL REFERENCES leibniz.sessions (id) ON DELETE CASCADE,
  issued_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  rotated_at_ms bigint
);
CREATE INDEX refresh_tokens_by_session ON leibniz.refresh_tokens (session_id);

CREATE TABLE leibniz.one_time_tokens (
  hash text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset', 'verify')),
  user_id text REFERENCES leibniz.users (id) ON DELETE CASCADE,
  expires_at_ms bigint NOT NULL,
  used_at_ms bigint
);

CREATE TABLE leibniz.api_tokens (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES leibniz.users (id) ON DELETE CASCADE,
  hash text NOT NULL UNIQUE,
  name text NOT NULL,
  permissions text[] NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint,
  last_used_at_ms bigint
);

CREATE TABLE leibniz.audit (
  seq bigint PRIMARY KEY,
  at_ms bigint NOT NULL,
  actor_id text,
  actor_kind text NOT NULL,
  action text NOT NULL,
  object_type text,
  object_id text,
  call_id text,
  outcome text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  prev_hash text NOT NULL,
  hash text NOT NULL,
  pii jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_time ON leibniz.audit (at_ms);
CREATE INDEX audit_by_call ON leibniz.audit (call_id) WHERE call_id IS NOT NULL;
`;
