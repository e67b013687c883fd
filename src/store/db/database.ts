/** Rows of one statement. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows that the statement returned or changed. */
  readonly rowCount: number;
}

/** A row as the drivers give it. Big integers come as numbers or as strings; read them through `Number`. */
export type Row = Record<string, unknown>;

/** Something that runs statements: a database or an open transaction. */
export interface Queryable {
  /**
   * Runs one statement with `$1…` parameters. JSON goes in as text with a `::jsonb` cast.
   *
   * @throws DatabaseError
   */
  query<R = Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<R>>;
}

/** How a transaction is bounded. */
export interface TransactionOptions {
  /**
   * Instant on {@link sharedNowMs} after which the transaction must not commit. It is rolled back when it gets
   * there late.
   */
  readonly deadlineAtMs?: number;
}

/** Rows as `pg` gives them. */
export interface PoolResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** The part of a `pg` PoolClient that queue libraries use, beside its events. */
export interface PoolClientLike {
  query(text: string, params?: readonly unknown[]): Promise<PoolResult>;
  release(destroy?: boolean): void;
}

/** The part of a `pg` Pool that queue libraries use, beside its events. */
export interface PoolLike {
  query(text: string, params?: readonly unknown[]): Promise<PoolResult>;
  connect(): Promise<PoolClientLike>;
  end(): Promise<void>;
}

/** PGlite or PostgreSQL behind one interface. */
export interface Database extends Queryable {
  readonly mode: 'pglite' | 'postgres';
  /** False while the last attempt to reach the database failed. */
  readonly connected: boolean;
  /**
   * Runs `run` between BEGIN and COMMIT; rolls back when it throws.
   *
   * @throws DatabaseError - kind `commit_unknown` when the connection broke between COMMIT and its reply
   */
  transaction<T>(run: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs a script of several statements without parameters, in one transaction of its own if it opens none. */
  script(sql: string): Promise<void>;
  /** A pool for a queue library whose unqualified names live in `schema`. End it before the database. */
  openPool(schema: string): PoolLike;
  close(): Promise<void>;
}

/** What a failed statement means for its caller. */
export type DatabaseErrorKind =
  /** No connection, or the server is going down: nothing was done; try again later. */
  | 'unavailable'
  /** The deadline passed; the transaction was rolled back. */
  | 'timeout'
  /** The connection broke after COMMIT was sent: it may or may not have been done. */
  | 'commit_unknown'
  /** No space is left for the database. */
  | 'disk_full'
  /** Another transaction was in the way; the same transaction may succeed when repeated. */
  | 'serialization'
  /** A constraint refused the data. */
  | 'constraint'
  /** The data cannot be stored (SQLSTATE class 22); repeating it cannot help. */
  | 'malformed'
  /** The server refused the statement or the login: wrong credentials, missing database or table. */
  | 'refused';

/**
 * A failed statement. The message is a constant with the SQLSTATE: the driver's own text quotes values, which may
 * be personal data.
 */
export class DatabaseError extends Error {
  constructor(
    readonly kind: DatabaseErrorKind,
    /** Five-character SQLSTATE or a driver's code; empty when there was none. */
    readonly sqlState: string,
    /** Violated constraint, when known. */
    readonly constraint?: string,
  ) {
    super(`database error: ${kind}${sqlState === '' ? '' : ` (${sqlState})`}`);
    this.name = 'DatabaseError';
  }
}

/** Classifies an error of either driver. */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  const state = typeof code === 'string' ? code : '';
  return new DatabaseError(kindOf(state), state, typeof constraint === 'string' ? constraint : undefined);
}

/** Errors without a SQLSTATE are the driver's: sockets, time-outs, a crashed engine. */
function kindOf(state: string): DatabaseErrorKind {
  if (!/^[0-9A-Z]{5}$/.test(state) || state === 'EPIPE') return 'unavailable';
  if (state === '53100') return 'disk_full';
  if (state === '57014' || state === '55P03') return 'timeout';
  if (state === '40001' || state === '40P01') return 'serialization';
  switch (state.slice(0, 2)) {
    case '08':
    case '53':
    case '57':
    case '58':
    case 'XX':
    case '25':
      return 'unavailable';
    case '22':
      return 'malformed';
    case '23':
      return 'constraint';
    default:
      return 'refused';
  }
}

/** Milliseconds on the one monotonic clock that all threads of a process share. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
