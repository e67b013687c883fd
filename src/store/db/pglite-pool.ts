import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import type { PoolClientLike, PoolLike, PoolResult } from './database.js';
import type { Mutex } from './mutex.js';
import { asQueueError } from './queue-pool.js';

/**
 * PGlite in the shape of a `pg` Pool, for queue libraries. The lock on the one session is held from BEGIN to
 * COMMIT or ROLLBACK, and for one statement otherwise: never while a client is merely checked out, because such a
 * library keeps a client for LISTEN as long as it lives.
 */
export class PglitePool extends EventEmitter implements PoolLike {
  /** Looked at by BullMQ: notifications come from this very process, so waiting for one may last. */
  readonly options = { keepAlive: true };
  #ready: Promise<unknown> | undefined;

  constructor(
    private readonly db: PGlite,
    private readonly session: Mutex,
    private readonly schema: string,
  ) {
    super();
  }

  async query(text: string, params?: readonly unknown[]): Promise<PoolResult> {
    await this.#searchPath();
    return this.session.run(() => execute(this.db, text, params));
  }

  async connect(): Promise<PoolClientLike> {
    await this.#searchPath();
    return new PgliteClient(this.db, this.session);
  }

  async end(): Promise<void> {
    this.removeAllListeners();
  }

  /** Our own statements name their schema, so the session's search path is free for the library. */
  #searchPath(): Promise<unknown> {
    this.#ready ??= this.session.run(() => this.db.exec(`SET search_path TO "${this.schema}", public`));
    return this.#ready;
  }
}

const LEADING_COMMENTS = /^(?:\s+|--[^\n]*\n)*/;

class PgliteClient extends EventEmitter implements PoolClientLike {
  #release: (() => void) | undefined;
  readonly #channels = new Map<string, () => Promise<void>>();

  constructor(
    private readonly db: PGlite,
    private readonly session: Mutex,
  ) {
    super();
  }

  async query(text: string, params?: readonly unknown[]): Promise<PoolResult> {
    const [verb = '', object = ''] = text.replace(LEADING_COMMENTS, '').split(/[\s;]+/, 2);
    if (verb === 'LISTEN') return this.#listen(object.replaceAll('"', ''));
    if (verb === 'BEGIN') {
      this.#release = await this.session.acquire();
      return execute(this.db, text, params);
    }
    if (this.#release === undefined) return this.session.run(() => execute(this.db, text, params));
    try {
      return await execute(this.db, text, params);
    } finally {
      if (verb === 'COMMIT' || verb === 'ROLLBACK') this.#unlock();
    }
  }

  release(): void {
    for (const unlisten of this.#channels.values()) unlisten().catch(() => undefined);
    this.#channels.clear();
    this.removeAllListeners();
    if (this.#release === undefined) return;
    // A transaction that was left open must not leak into the next borrower's work.
    void execute(this.db, 'ROLLBACK')
      .catch(() => undefined)
      .finally(() => this.#unlock());
  }

  async #listen(channel: string): Promise<PoolResult> {
    if (!this.#channels.has(channel)) {
      const unlisten = await this.session.run(() =>
        this.db.listen(channel, (payload) => this.emit('notification', { channel, payload })),
      );
      this.#channels.set(channel, () => this.session.run(() => unlisten()));
    }
    return { rows: [], rowCount: 0 };
  }

  #unlock(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** Statements without parameters may be scripts, which only the simple protocol takes. */
async function execute(db: PGlite, text: string, params?: readonly unknown[]): Promise<PoolResult> {
  try {
    const result =
      params === undefined || params.length === 0
        ? (await db.exec(text)).at(-1)
        : await db.query(text, [...params]);
    return { rows: result?.rows ?? [], rowCount: result?.rowCount ?? result?.affectedRows ?? 0 };
  } catch (error) {
    throw asQueueError(error);
  }
}
