import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore, type OpenStoreOptions } from '../../../src/jobs/open-store.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import type { BookingRequest, Slot, Store } from '../../../src/store/types.js';
import { wallMs, type WallMs } from '../../../src/kernel/time.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { POSTGRES_URL } from '../../support/requires.js';

/** A fresh folder that goes away with {@link Folders.remove}. */
export class Folders {
  readonly #made: string[] = [];

  async make(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'leibniz-store-'));
    this.#made.push(folder);
    return folder;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/**
 * Makes data directories with an empty, migrated embedded database. One is created for this schema and kept in the
 * system's folder for temporary files; copying it is much faster than creating another.
 */
export class EmbeddedTemplate {
  constructor(private readonly folders: Folders) {}

  async dataDir(): Promise<string> {
    const template = join(tmpdir(), `leibniz-template-${SCHEMA_HASH}`);
    if (!existsSync(template)) await this.#create(template);
    const folder = await this.folders.make();
    await cp(template, folder, { recursive: true });
    return folder;
  }

  async #create(template: string): Promise<void> {
    const folder = await this.folders.make();
    const store = await openStore({ dataDir: folder });
    await store.close();
    // Another suite may have been faster.
    await rename(folder, template).catch(() => undefined);
    if (!existsSync(template)) throw new Error(`cannot make ${template}`);
  }
}

const SCHEMA_HASH = createHash('sha256')
  .update(JSON.stringify([MIGRATIONS, process.versions.node]))
  .update(readFileSync(join(projectRoot(), 'package-lock.json')))
  .digest('hex')
  .slice(0, 16);

/** A database of its own on the test server. */
export async function scratchDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `leibniz_${randomUUID().replaceAll('-', '')}`;
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function admin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Stores opened by a suite, closed together. */
export class Stores {
  readonly #open = new Set<Store>();

  async open(options: OpenStoreOptions): Promise<Store> {
    const store = await openStore(options);
    this.#open.add(store);
    return store;
  }

  async closeAll(): Promise<void> {
    const stores = [...this.#open];
    this.#open.clear();
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** Nine o'clock in Berlin on Tuesday, 24 November 2026. */
export const NINE: WallMs = wallMs(Date.UTC(2026, 10, 24, 8, 0));

/**
 * For bookings whose outcome is looked at, not their deadline: a store that has just been opened is still starting its
 * queue on the same embedded database, which takes seconds on a busy machine.
 */
export const PATIENT = { deadlineMs: 30_000 } as const;

const MINUTE_MS = 60_000;

/** Half an hour of the office with one seat, `offsetMin` after nine. */
export function slot(offsetMin = 0, over: Partial<Slot> = {}): Slot {
  const startsAtMs = over.startsAtMs ?? wallMs(NINE + offsetMin * MINUTE_MS);
  const endsAtMs = over.endsAtMs ?? wallMs(startsAtMs + 30 * MINUTE_MS);
  // Berlin is an hour ahead of UTC until the end of March.
  const local = new Date(startsAtMs + 60 * MINUTE_MS).toISOString();
  return {
    startsAtMs,
    endsAtMs,
    occupiedUntilMs: endsAtMs,
    resource: 'office',
    capacity: 1,
    date: local.slice(0, 10),
    time: local.slice(11, 16),
    timezone: 'Europe/Berlin',
    ...over,
  };
}

/** A booking of {@link slot}. */
export function booking(key: string, offsetMin = 0, over: Partial<BookingRequest> = {}): BookingRequest {
  return {
    idempotencyKey: key,
    purpose: 'first visit',
    pii: { userName: 'Ada Example', callerNumber: '+4930123456' },
    ...over,
    ...slot(offsetMin, over),
  };
}

/** Polls until `probe` gives something other than `undefined` or false. */
export async function until<T>(
  what: string,
  probe: () => Promise<T> | T,
  withinMs = 10_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
