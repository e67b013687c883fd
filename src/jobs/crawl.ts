import { z } from 'zod';
import { Crawler, USER_AGENT, type CrawlReport, type PageOutcome } from '../documents/crawl/crawler.js';
import { pageAddress } from '../documents/core/addresses.js';
import { DocumentReader } from '../documents/reader.js';
import { PublicFetch } from '../net/public-fetch.js';
import {
  addPages,
  beginCrawl,
  nextPage,
  settlePage,
  type PageResult,
} from '../store/aggregates/crawl-pages.js';
import type { Database } from '../store/db/database.js';
import type { CrawlOptions } from '../store/worker-protocol.js';
import type { JobHandler } from './job-engine.js';
import { PermanentFailure, TransientFailure } from './webhook.js';

/** What crawls work with. */
export interface CrawlPorts extends CrawlOptions {
  readonly db: Database;
  readonly wallNow: () => number;
}

const PAYLOAD = z.object({
  urls: z.array(z.string()).min(1),
  maxPages: z.number().int().min(1).max(2000),
  maxDepth: z.number().int().min(0).max(10),
  subject: z.string().optional(),
});

/**
 * Reads sites into the materials. The pages are kept in the database, so that a crawl whose process has died goes on where it was; the
 * id of the job is that of the crawl.
 */
export function crawlJob(ports: CrawlPorts): JobHandler {
  return async (crawlId, payload) => {
    const request = PAYLOAD.safeParse(payload);
    if (!request.success) throw new PermanentFailure('the job names no pages');
    const { urls, maxPages, maxDepth, subject } = request.data;
    const first = urls.flatMap((url) => pageAddress(url) ?? []);
    if (first.length === 0) throw new PermanentFailure('none of its addresses is that of a page');
    const { db, wallNow, hosts, pauseMs, privateNetworks = false } = ports;
    await db.transaction((tx) => beginCrawl(tx, crawlId, first, maxDepth));
    const anywhere = privateNetworks ? { isAllowedAddress: () => true } : {};
    const fetch = new PublicFetch({ hosts, userAgent: USER_AGENT, ...anywhere });
    const reader = new DocumentReader();
    const parts = {
      ...{ fetch, reader, hosts, now: () => performance.now() },
      sleep: (forMs: number) => new Promise<void>((resolve) => setTimeout(resolve, forMs)),
      memory: {
        next: () => nextPage(db, crawlId),
        add: (found: readonly string[], depth: number) => addPages(db, crawlId, found, depth),
        settle: (page: Parameters<typeof settlePage>[1], outcome: PageOutcome) =>
          db.transaction((tx) => settlePage(tx, page, resultOf(page.url, outcome, subject), wallNow())),
      },
    };
    try {
      const report = await new Crawler(parts, {
        maxPages,
        maxDepth,
        ...(pauseMs === undefined ? {} : { pauseMs }),
      }).run();
      return resultOrFailure(report);
    } finally {
      await Promise.all([fetch.close(), reader.close()]);
    }
  };
}

function resultOrFailure(report: CrawlReport): Record<string, number | string | null> {
  const { done, unchanged, failed, reason } = report;
  if (failed > 0 && done + unchanged === 0) {
    throw new TransientFailure(`no page could be read: ${reason ?? 'no reason'}`);
  }
  return { ...report };
}

function resultOf(url: string, outcome: PageOutcome, subject: string | undefined): PageResult {
  if (outcome.status !== 'done') return outcome;
  const { reading, bytes, sha256, etag, lastModified } = outcome.page;
  const { title, sections, language } = reading.document;
  return {
    status: 'done',
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    material: {
      ...{ title, sections, bytes, sha256, filePath: url, kind: reading.kind },
      ...(language === undefined ? {} : { language }),
      ...(subject === undefined ? {} : { subject }),
    },
  };
}
