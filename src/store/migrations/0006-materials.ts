/**
 * Documents that were uploaded or read from a site, in versions with the time in which each answers. The text as it was read
 * is kept, the file is not.
 *
 * \`crawl_pages\` is what is known of each address: the waiting ones of a crawl are what it has still to do, so that a crawl goes on
 * after a crash.
 */
export const sql = `
CREATE TABLE leibniz.materials (
  id text PRIMARY KEY,
  user_id text REFERENCES leibniz.users (id) ON DELETE SET NULL,
  title text NOT NULL,
  subject text,
  source text NOT NULL CHECK (source IN ('upload', 'crawl')),
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL
);
CREATE INDEX materials_by_time ON leibniz.materials (updated_at_ms);

CREATE TABLE leibniz.material_versions (
  material_id text NOT NULL REFERENCES leibniz.materials (id) ON DELETE CASCADE,
  version integer NOT NULL,
  file_path text NOT NULL,
  kind text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  chars bigint NOT NULL,
  language text,
  valid_from_ms bigint,
  valid_until_ms bigint,
  sections jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (material_id, version),
  CHECK (valid_from_ms < valid_until_ms)
);

CREATE TABLE leibniz.crawl_pages (
  url text PRIMARY KEY,
  crawl_id text NOT NULL,
  depth integer NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'done', 'unchanged', 'skipped', 'gone', 'failed')),
  reason text,
  etag text,
  last_modified text,
  material_id text REFERENCES leibniz.materials (id) ON DELETE SET NULL,
  fetched_at_ms bigint
);
CREATE INDEX crawl_pages_by_crawl ON leibniz.crawl_pages (crawl_id, status, depth, url);
`;
