import { createHash } from 'node:crypto';
import { isLeibnizError } from '../../kernel/errors.js';
import type { Failure } from '../../kernel/failure.js';
import type { PublicFetch, PublicReply } from '../../net/public-fetch.js';
import { isAllowedHost } from '../../net/public-hosts.js';
import { pageAddress, sitemapAddresses } from '../core/addresses.js';
import { NO_RULES, robotRules, UNKNOWN_RULES, type RobotRules } from '../core/robots.js';
import type { Reading } from '../read.js';
import type { DocumentReader } from '../reader.js';

/** Product token of the robot, and how it names itself. */
export const ROBOT = 'leibniz';
export const USER_AGENT = 'leibniz/1.0 (+reads documents of its own organisation)';

/** A page that waits, with what is known of it. */
export interface WaitingPage {
  readonly url: string;
  readonly depth: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly materialId?: string;
}

/** How a page came out. */
export type PageOutcome =
  | { readonly status: 'done'; readonly page: ReadPage }
  | { readonly status: 'unchanged' | 'gone' }
  | { readonly status: 'skipped' | 'failed'; readonly reason: string };

/** A page with its text. */
export interface ReadPage {
  readonly reading: Reading;
  readonly bytes: number;
  readonly sha256: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** What a crawl remembers; it outlives the program. */
export interface CrawlMemory {
  /** The next page that waits, the nearest first. */
  next(): Promise<WaitingPage | undefined>;
  /** Adds pages that are not known to this crawl yet. */
  add(urls: readonly string[], depth: number): Promise<void>;
  settle(page: WaitingPage, outcome: PageOutcome): Promise<void>;
}

/** Limits of one crawl. */
export interface CrawlLimits {
  readonly maxPages: number;
  readonly maxDepth: number;
  /** Of all pages together. Default 200 MB. */
  readonly maxBytes?: number;
  /** Default 30 minutes. */
  readonly maxMs?: number;
  /** Least pause between two requests to one host. Default 1 s. */
  readonly pauseMs?: number;
}

/** What a crawl works with. */
export interface CrawlParts {
  readonly fetch: Pick<PublicFetch, 'get'>;
  readonly reader: Pick<DocumentReader, 'read'>;
  readonly memory: CrawlMemory;
  readonly hosts: readonly string[];
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What a crawl did. */
export interface CrawlReport {
  readonly done: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly gone: number;
  readonly failed: number;
  /** Why it ended before its pages did. */
  readonly stopped: 'pages' | 'bytes' | 'time' | null;
  /** Of the last page that failed. */
  readonly reason: string | null;
}

/** Longest pause that a site may ask for; a slower one is not read. */
const LONGEST_PAUSE_MS = 30_000;

/** Reads sites page by page, one request at a time. */
export class Crawler {
  readonly #rules = new Map<string, RobotRules>();
  readonly #askedAt = new Map<string, number>();
  #bytes = 0;

  constructor(
    private readonly parts: CrawlParts,
    private readonly limits: CrawlLimits,
  ) {}

  /** Goes on until nothing waits or a limit is reached; what waits then stays in the memory. */
  async run(): Promise<CrawlReport> {
    const { memory, now } = this.parts;
    const { maxPages, maxBytes = 200_000_000, maxMs = 1_800_000 } = this.limits;
    const startedAt = now();
    const counts = { done: 0, unchanged: 0, skipped: 0, gone: 0, failed: 0 };
    let reason: string | null = null;
    const over = (): CrawlReport['stopped'] => {
      if (counts.done + counts.unchanged >= maxPages) return 'pages';
      if (this.#bytes > maxBytes) return 'bytes';
      return now() - startedAt > maxMs ? 'time' : null;
    };
    for (;;) {
      const page = await memory.next();
      if (page === undefined) return { ...counts, stopped: null, reason };
      const stopped = over();
      if (stopped !== null) return { ...counts, stopped, reason };
      const outcome = await this.#visit(page);
      await memory.settle(page, outcome);
      counts[outcome.status]++;
      if (outcome.status === 'failed') reason = outcome.reason;
    }
  }

  async #visit(page: WaitingPage): Promise<PageOutcome> {
    const { url, depth } = page;
    const { origin, pathname, search, hostname } = new URL(url);
    if (!isAllowedHost(hostname, this.parts.hosts)) {
      return skipped('the host is not among those that may be read');
    }
    const rules = await this.#rulesOf(origin, depth);
    if (!rules.allows(pathname + search)) return skipped('robots.txt forbids it');
    if ((rules.delayMs ?? 0) > LONGEST_PAUSE_MS) return skipped('robots.txt asks for too long a pause');
    await this.#wait(origin, rules);
    const reply = await this.parts.fetch.get(url, {
      ...(page.etag === undefined ? {} : { 'if-none-match': page.etag }),
      ...(page.lastModified === undefined ? {} : { 'if-modified-since': page.lastModified }),
    });
    if (!reply.ok) return outcomeOf(reply.error);
    this.#bytes += reply.value.body.byteLength;
    return reply.value.status === 304 ? { status: 'unchanged' } : this.#take(page, reply.value);
  }

  async #take(page: WaitingPage, reply: PublicReply): Promise<PageOutcome> {
    const { memory, reader } = this.parts;
    const locations = sitemapAddresses(new TextDecoder().decode(reply.body), this.limits.maxPages * 2);
    if (locations !== undefined) {
      await this.#add(locations, page.url, page.depth);
      return skipped('it is a sitemap');
    }
    const moved = pageAddress(reply.url);
    if (moved !== undefined && moved !== page.url) {
      await memory.add([moved], page.depth);
      return skipped('it has moved');
    }
    const contentType = headerOf(reply, 'content-type');
    const reading = await reader
      .read({ bytes: reply.body, path: page.url }, contentType)
      .catch((error: unknown) => {
        if (isLeibnizError(error) && error.code === 'DOCUMENT_UNREADABLE') return undefined;
        throw error;
      });
    if (reading === undefined) return skipped('it cannot be read');
    const facts = reading.page;
    if (facts?.noFollow !== true && page.depth < this.limits.maxDepth) {
      await this.#add(facts?.links ?? [], page.url, page.depth + 1);
    }
    const canonical = facts?.canonical === undefined ? undefined : pageAddress(facts.canonical, page.url);
    if (canonical !== undefined && canonical !== page.url && this.#isOurs(canonical)) {
      await memory.add([canonical], page.depth);
      return skipped('it stands elsewhere too');
    }
    if (facts?.noIndex === true) return skipped('the page asks not to be searched');
    if (reading.document.sections.length === 0) return skipped('it has no text');
    const etag = headerOf(reply, 'etag');
    const lastModified = headerOf(reply, 'last-modified');
    return {
      status: 'done',
      page: {
        reading,
        bytes: reply.body.byteLength,
        // Of the text: a page whose clock or advertisements change has not changed.
        sha256: createHash('sha256').update(JSON.stringify(reading.document.sections)).digest('hex'),
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
      },
    };
  }

  #isOurs(url: string): boolean {
    return isAllowedHost(new URL(url).hostname, this.parts.hosts);
  }

  async #add(links: readonly string[], base: string, depth: number): Promise<void> {
    const found = links.flatMap((link) => pageAddress(link, base) ?? []).filter((url) => this.#isOurs(url));
    await this.parts.memory.add([...new Set(found)], depth);
  }

  async #rulesOf(origin: string, depth: number): Promise<RobotRules> {
    const known = this.#rules.get(origin);
    if (known !== undefined) return known;
    this.#askedAt.set(origin, this.parts.now());
    const reply = await this.parts.fetch.get(`${origin}/robots.txt`);
    const rules = reply.ok
      ? robotRules(new TextDecoder().decode(reply.value.body), ROBOT)
      : isMissing(reply.error)
        ? NO_RULES
        : UNKNOWN_RULES;
    this.#rules.set(origin, rules);
    await this.#add(rules.sitemaps, origin, depth);
    return rules;
  }

  async #wait(origin: string, { delayMs = 0 }: RobotRules): Promise<void> {
    const pauseMs = Math.max(this.limits.pauseMs ?? 1000, delayMs);
    const dueAt = (this.#askedAt.get(origin) ?? -Infinity) + pauseMs;
    const restMs = dueAt - this.parts.now();
    if (restMs > 0) await this.parts.sleep(restMs);
    this.#askedAt.set(origin, this.parts.now());
  }
}

const skipped = (reason: string): PageOutcome => ({ status: 'skipped', reason });

/** A site without a robots.txt, or with one that nobody may read, has no rules (RFC 9309, 2.3.1.3). */
const isMissing = ({ status }: Failure): boolean =>
  status !== undefined && status >= 400 && status < 500 && status !== 429;

function outcomeOf({ kind, status, message }: Failure): PageOutcome {
  if (status === 404 || status === 410) return { status: 'gone' };
  return kind === 'refused' ? skipped(message) : { status: 'failed', reason: message };
}

function headerOf({ headers }: PublicReply, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value.length <= 500 ? value : undefined;
}
