/**
 * Appointments that can be found, moved, cancelled and held on any resource; call-backs; the waiting list.
 *
 * It expands only: a process of the version before keeps working beside a new one until it is replaced. Its inserts are
 * known by their old column, which new ones leave empty, and a trigger gives them what the new columns need.
 *
 * \`occupancies\` is who has which seat of a resource when: appointments under their own id, and holds, which alone have an
 * end of their own.
 *
 * `textrange` makes equality of resources part of the exclusion constraint without an extension.
 */
export const sql = `
CREATE TYPE leibniz.textrange AS RANGE (subtype = text, collation = "C");

CREATE FUNCTION leibniz.new_reference() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT string_agg(substr('HKLMPQRWXY2346789', 1 + get_byte(r.bytes, i) % 17, 1), '')
  FROM (SELECT decode(replace(gen_random_uuid()::text, '-', ''), 'hex') AS bytes) r, generate_series(0, 5) AS i
$$;

ALTER TABLE leibniz.appointments
  ALTER COLUMN advisor DROP NOT NULL,
  ADD COLUMN reference text NOT NULL DEFAULT leibniz.new_reference(),
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN sequence integer NOT NULL DEFAULT 0,
  ADD COLUMN resource text NOT NULL DEFAULT 'office',
  ADD COLUMN occupied_until_ms bigint,
  ADD COLUMN service_id text,
  ADD COLUMN updated_at_ms bigint,
  ADD COLUMN consented_at_ms bigint,
  ADD COLUMN cancelled_at_ms bigint,
  ADD COLUMN cancel_reason text,
  ADD COLUMN moved_from_ms bigint,
  DROP CONSTRAINT appointments_no_overlap;

UPDATE leibniz.appointments SET occupied_until_ms = ends_at_ms, updated_at_ms = created_at_ms;

ALTER TABLE leibniz.appointments
  ALTER COLUMN occupied_until_ms SET NOT NULL,
  ALTER COLUMN updated_at_ms SET NOT NULL,
  ADD CHECK (occupied_until_ms >= ends_at_ms);

DO $$ BEGIN LOOP
  UPDATE leibniz.appointments SET reference = leibniz.new_reference() WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY reference ORDER BY id) AS nth FROM leibniz.appointments) r WHERE nth > 1
  ); EXIT WHEN NOT FOUND; END LOOP; END $$;

CREATE UNIQUE INDEX appointments_by_reference ON leibniz.appointments (reference) WHERE status = 'booked';

CREATE TABLE leibniz.occupancies (
  id text PRIMARY KEY,
  resource text NOT NULL,
  seat integer NOT NULL CHECK (seat >= 0),
  starts_at_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  call_id text,
  expires_at_ms bigint,
  CHECK (until_ms > starts_at_ms),
  CONSTRAINT occupancies_no_overlap EXCLUDE USING gist (
    leibniz.textrange(resource, resource, '[]') WITH &&,
    int4range(seat, seat + 1) WITH &&,
    int8range(starts_at_ms, until_ms) WITH &&
  )
);

CREATE INDEX occupancies_by_start ON leibniz.occupancies (starts_at_ms);

CREATE INDEX occupancies_held ON leibniz.occupancies (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

INSERT INTO leibniz.occupancies (id, resource, seat, starts_at_ms, until_ms)
SELECT id, resource, advisor, starts_at_ms, occupied_until_ms FROM leibniz.appointments WHERE status = 'booked';

CREATE FUNCTION leibniz.seat_of_version_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.occupied_until_ms := NEW.ends_at_ms; NEW.updated_at_ms := NEW.created_at_ms; INSERT INTO
  leibniz.occupancies (id, resource, seat, starts_at_ms, until_ms)
  VALUES (NEW.id, NEW.resource, NEW.advisor, NEW.starts_at_ms, NEW.ends_at_ms); RETURN NEW; END $$;

CREATE TRIGGER seat_of_version_1 BEFORE INSERT ON leibniz.appointments FOR EACH ROW
  WHEN (NEW.advisor IS NOT NULL) EXECUTE FUNCTION leibniz.seat_of_version_1();

CREATE TABLE leibniz.appointment_changes (
  idempotency_key text PRIMARY KEY,
  appointment_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('moved', 'cancelled')),
  version integer NOT NULL,
  call_id text,
  at_ms bigint NOT NULL
);

CREATE INDEX changes_by_appointment ON leibniz.appointment_changes (appointment_id);

CREATE TABLE leibniz.callbacks (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('callback', 'message', 'escalation', 'emergency')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completed')),
  call_id text,
  reason text NOT NULL,
  due_at_ms bigint,
  created_at_ms bigint NOT NULL,
  completed_at_ms bigint,
  outcome text CHECK (outcome IN ('done', 'unreachable', 'withdrawn')),
  pii jsonb NOT NULL DEFAULT '{}',
  CHECK ((status = 'completed') = (outcome IS NOT NULL))
);

CREATE INDEX callbacks_open ON leibniz.callbacks (created_at_ms) WHERE status = 'open';

CREATE TABLE leibniz.waiting_list (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  service_id text,
  resource text,
  from_date text NOT NULL,
  to_date text NOT NULL,
  from_min integer,
  to_min integer,
  duration_min integer NOT NULL CHECK (duration_min > 0),
  call_id text,
  created_at_ms bigint NOT NULL,
  offer_resource text,
  offer_starts_at_ms bigint,
  offered_at_ms bigint,
  pii jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX waiting_list_by_day ON leibniz.waiting_list (to_date, from_date);
`;
