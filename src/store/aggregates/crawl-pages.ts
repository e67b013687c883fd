import type { Queryable } from '../db/database.js';
import { storableText } from '../journal-event.js';
import type { NewVersion } from '../material-types.js';
import { insertMaterial, insertVersion } from './materials.js';
import { num, optional, text } from './rows.js';

/** Pages that one crawl may know of, read or not. */
const MAX_PAGES_KNOWN = 20_000;

/** A page that waits, with what an earlier crawl has left of it. */
export interface CrawlPage {
  readonly url: string;
  readonly depth: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly materialId?: string;
}

/** How a page came out; `material` is its text, where it has one. */
export interface PageResult {
  readonly status: 'done' | 'unchanged' | 'skipped' | 'gone' | 'failed';
  readonly reason?: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly material?: NewVersion & { readonly title: string; readonly subject?: string };
}

/**
 * Puts the first pages of a crawl in line, and those of the same sites that earlier crawls have read. A crawl that has begun goes on
 * where it was, with the pages that had failed.
 */
export async function beginCrawl(
  tx: Queryable,
  crawlId: string,
  urls: readonly string[],
  maxDepth: number,
): Promise<void> {
  const { rows } = await tx.query('SELECT url FROM leibniz.crawl_pages WHERE crawl_id = $1 LIMIT 1', [
    crawlId,
  ]);
  if (rows.length > 0) {
    await tx.query(
      "UPDATE leibniz.crawl_pages SET status = 'waiting' WHERE crawl_id = $1 AND status = 'failed'",
      [crawlId],
    );
    return;
  }
  const origins = [...new Set(urls.map((url) => `${new URL(url).origin}/`))];
  await tx.query(
    `UPDATE leibniz.crawl_pages p SET crawl_id = $1, status = 'waiting' FROM unnest($2::text[]) AS origin
     WHERE starts_with(p.url, origin) AND p.depth <= $3 AND p.status IN ('done', 'unchanged')`,
    [crawlId, origins, maxDepth],
  );
  await addPages(tx, crawlId, urls, 0);
}

/** The page that waits nearest to the first ones. */
export async function nextPage(db: Queryable, crawlId: string): Promise<CrawlPage | undefined> {
  const { rows } = await db.query(
    "SELECT * FROM leibniz.crawl_pages WHERE crawl_id = $1 AND status = 'waiting' ORDER BY depth, url LIMIT 1",
    [crawlId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    url: text(row, 'url'),
    depth: num(row, 'depth'),
    ...optional(row, 'etag', 'etag', text),
    ...optional(row, 'last_modified', 'lastModified', text),
    ...optional(row, 'material_id', 'materialId', text),
  };
}

/** Adds pages that this crawl does not know yet; beyond the bound they are left out. */
export async function addPages(
  db: Queryable,
  crawlId: string,
  urls: readonly string[],
  depth: number,
): Promise<void> {
  if (urls.length === 0) return;
  await db.query(
    `INSERT INTO leibniz.crawl_pages (url, crawl_id, depth, status)
     SELECT url, $1, $3, 'waiting' FROM unnest($2::text[]) AS url
     WHERE (SELECT count(*) FROM leibniz.crawl_pages WHERE crawl_id = $1) < ${MAX_PAGES_KNOWN}
     ON CONFLICT (url) DO UPDATE SET crawl_id = excluded.crawl_id, depth = excluded.depth, status = 'waiting'
       WHERE crawl_pages.crawl_id <> excluded.crawl_id`,
    [crawlId, urls.map(storableText), depth],
  );
}

/** Writes down how a page came out. A page that is gone, or may not be read any more, takes its material with it. */
export async function settlePage(
  tx: Queryable,
  page: CrawlPage,
  result: PageResult,
  nowMs: number,
): Promise<void> {
  const { status, reason, etag, lastModified, material } = result;
  const isOver = status === 'gone' || status === 'skipped';
  if (isOver && page.materialId !== undefined) {
    await tx.query('DELETE FROM leibniz.materials WHERE id = $1', [page.materialId]);
  }
  const materialId =
    material === undefined ? undefined : await keepPage(tx, page.materialId, material, nowMs);
  await tx.query(
    `UPDATE leibniz.crawl_pages SET status = $2, reason = $3, fetched_at_ms = $4,
       etag = CASE WHEN $5 THEN $6 ELSE etag END, last_modified = CASE WHEN $5 THEN $7 ELSE last_modified END,
       material_id = CASE WHEN $5 THEN $8 ELSE material_id END WHERE url = $1`,
    [
      page.url,
      status,
      reason ?? null,
      Math.trunc(nowMs),
      status === 'done' || isOver,
      etag ?? null,
      lastModified ?? null,
      materialId ?? null,
    ],
  );
}

/** The text of a page in place of the one before; the same text changes nothing. */
async function keepPage(
  tx: Queryable,
  known: string | undefined,
  material: NonNullable<PageResult['material']>,
  nowMs: number,
): Promise<string> {
  const { rows } = await tx.query(
    'SELECT sha256, version FROM leibniz.material_versions WHERE material_id = $1 ORDER BY version DESC LIMIT 1',
    [known ?? ''],
  );
  const [last] = rows;
  if (known === undefined || last === undefined) {
    const { id } = await insertMaterial(tx, { ...material, source: 'crawl' }, nowMs);
    return id;
  }
  if (text(last, 'sha256') === material.sha256) return known;
  await insertVersion(tx, known, material, nowMs);
  await tx.query('DELETE FROM leibniz.material_versions WHERE material_id = $1 AND version <= $2', [
    known,
    num(last, 'version'),
  ]);
  await tx.query('UPDATE leibniz.materials SET title = $2 WHERE id = $1', [
    known,
    storableText(material.title),
  ]);
  return known;
}
