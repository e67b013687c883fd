import { wallMs, type WallMs } from '../../kernel/time.js';
import type { Queryable, Row } from '../db/database.js';
import { storableText, type JsonValue } from '../journal-event.js';
import type { Page, Paging } from '../paging.js';

/** Largest page of a list. */
export const MAX_PAGE = 500;

/** Limit and offset within their bounds. */
function page(query: Paging): { readonly limit: number; readonly offset: number } {
  return {
    limit: Math.min(MAX_PAGE, Math.max(1, Math.trunc(query.limit ?? 50))),
    offset: Math.max(0, Math.trunc(query.offset ?? 0)),
  };
}

/** Text column. */
export const text = (row: Row, column: string): string => String(row[column]);

/** Numeric column; drivers give big integers as strings. */
export const num = (row: Row, column: string): number => Number(row[column]);

/** Unix milliseconds column. */
export const ms = (row: Row, column: string): WallMs => wallMs(Number(row[column]));

/** ISO 8601 from a Unix milliseconds column that may be null. */
export const isoOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : new Date(num(row, column)).toISOString();

/** JSON column, already parsed by the driver. */
export const json = (row: Row, column: string): JsonValue => (row[column] ?? null) as JsonValue;

/** `{ [key]: read(row, column) }`, or `{}` when the column is null. */
export function optional<K extends string, T>(
  row: Row,
  column: string,
  key: K,
  read: (row: Row, column: string) => T,
): { [P in K]?: T } {
  if (row[column] === null || row[column] === undefined) return {};
  return { [key]: read(row, column) } as { [P in K]?: T };
}

/** Collects the conditions of a WHERE clause with their parameters. */
export class Conditions {
  readonly params: unknown[] = [];
  readonly #terms: string[] = [];

  /** Adds a condition when `value` is given; `?` in it becomes the value's parameter. */
  add(condition: string, value: unknown): this {
    if (value === undefined) return this;
    this.params.push(value);
    this.#terms.push(condition.replaceAll('?', `$${this.params.length}`));
    return this;
  }

  /** Adds a condition without a value. */
  raw(condition: string | undefined): this {
    if (condition !== undefined) this.#terms.push(condition);
    return this;
  }

  get where(): string {
    return this.#terms.length === 0 ? '' : `WHERE ${this.#terms.join(' AND ')}`;
  }
}

/**
 * The row of a table in which a column that is unique has a value, `undefined` when there is none.
 *
 * @param table - its name within the schema
 */
export async function rowBy(
  db: Queryable,
  table: string,
  column: 'id' | 'idempotency_key',
  value: string,
): Promise<Row | undefined> {
  const { rows } = await db.query(`SELECT * FROM leibniz.${table} WHERE ${column} = $1`, [
    storableText(value),
  ]);
  return rows[0];
}

/** Rows of a table of which a page is listed. */
export interface Listing<T> {
  /** Name of the table within the schema. */
  readonly table: string;
  /** Which rows; all unless told. */
  readonly conditions?: Conditions;
  /** What stands behind ORDER BY. */
  readonly order: string;
  readonly view: (row: Row) => T;
  /** What is read of each row. Default everything. */
  readonly columns?: string;
}

/** A page of a listing, and how many rows there are in all. */
export async function listPage<T>(
  db: Queryable,
  query: Paging,
  { table, conditions = new Conditions(), order, view, columns = '*' }: Listing<T>,
): Promise<Page<T>> {
  const { limit, offset } = page(query);
  const { params, where } = conditions;
  const total = await db.query(`SELECT count(*) AS n FROM leibniz.${table} ${where}`, params);
  const { rows } = await db.query(
    `SELECT ${columns} FROM leibniz.${table} ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
    params,
  );
  return { items: rows.map(view), total: num(total.rows[0] ?? {}, 'n') };
}

/**
 * The items whose rows an insert has made, each once.
 *
 * @param column - place of a row within its call, beside `call_id`
 * @param keyOf - call and place of an item
 */
export function freshOf<T>(
  items: readonly T[],
  made: readonly Row[],
  column: string,
  keyOf: (item: T) => readonly [callId: string, place: number],
): T[] {
  const left = new Set(made.map((row) => `${num(row, column)} ${text(row, 'call_id')}`));
  return items.filter((item) => {
    const [callId, place] = keyOf(item);
    return left.delete(`${place} ${callId}`);
  });
}
