import type { Queryable } from '../db/database.js';
import { storableJson, type JournalEvent, type JsonValue } from '../journal-event.js';
import {
  addHours,
  contribution,
  difference,
  EMPTY_TALLY,
  ended,
  NO_COUNTS,
  tallied,
  type CallTally,
  type HourCounts,
} from '../analytics/core/tally.js';
import { MAX_WINDOW_DAYS, type HourGroup, type HourQuery } from '../insight-types.js';
import { json, num, text } from './rows.js';

/** Lines that are told apart in one hour; anybody can call any number, so the others count without a line. */
const MAX_LINES_AN_HOUR = 50;
/** Calls are not added to any more this long after their last event. */
const KEPT_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;
/** Rows are read by this much, so that others get their turn on an embedded database. */
const READ_MS = 31 * DAY_MS;

type Change = (tally: CallTally) => CallTally;

/**
 * Counts events of calls. It runs in the transaction that writes the events, and takes only those that were not there before:
 * an event that comes again counts nothing.
 */
export function countEvents(tx: Queryable, events: readonly JournalEvent[], nowMs: number): Promise<void> {
  const changes = new Map<string, Change[]>();
  for (const event of events) {
    const list = changes.get(event.callId) ?? [];
    list.push((tally) => tallied(tally, event));
    changes.set(event.callId, list);
  }
  return count(tx, changes, nowMs);
}

/** Counts calls that a crash has ended. */
export function countAborted(tx: Queryable, callIds: readonly string[], nowMs: number): Promise<void> {
  const abort: Change = (tally) => ended(tally, 'aborted');
  return count(tx, new Map(callIds.map((id) => [id, [abort]])), nowMs);
}

async function count(
  tx: Queryable,
  changes: ReadonlyMap<string, readonly Change[]>,
  nowMs: number,
): Promise<void> {
  if (changes.size === 0) return;
  const known = await locked(tx, [...changes.keys()].sort(), nowMs);
  const lines = new HourLines(tx);
  const hours = new Map<string, { readonly key: HourKey; readonly more: HourCounts }>();
  const changed: { call_id: string; tally: CallTally }[] = [];
  for (const [callId, tally] of known) {
    const before = contribution(tally);
    let after = (changes.get(callId) ?? []).reduce((now, change) => change(now), tally);
    const counted = contribution(after);
    if (counted !== NO_COUNTS && after.hourMs !== undefined) {
      // The line is settled when the call first counts: later events go where the first ones went.
      if (before === NO_COUNTS) after = { ...after, line: await lines.admitted(after.hourMs, after.line) };
      const { hourMs = 0, line, persona } = after;
      const key = { hourMs, line, persona };
      const name = JSON.stringify(key);
      const more = addHours(hours.get(name)?.more ?? NO_COUNTS, difference(before, counted));
      hours.set(name, { key, more });
    }
    changed.push({ call_id: callId, tally: after });
  }
  await tx.query(
    `UPDATE leibniz.call_tallies c SET tally = r.tally, changed_at_ms = $2
     FROM jsonb_to_recordset($1::jsonb) AS r(call_id text, tally jsonb) WHERE c.call_id = r.call_id`,
    [storableJson(changed), Math.trunc(nowMs)],
  );
  for (const name of [...hours.keys()].sort()) {
    const hour = hours.get(name);
    if (hour !== undefined) await addToHour(tx, hour.key, hour.more);
  }
}

/** The tallies of calls, made where there are none, and locked in one order. */
async function locked(
  tx: Queryable,
  callIds: readonly string[],
  nowMs: number,
): Promise<Map<string, CallTally>> {
  await tx.query(
    `INSERT INTO leibniz.call_tallies (call_id, tally, changed_at_ms)
     SELECT id, $2::jsonb, $3 FROM unnest($1::text[]) AS id ORDER BY id ON CONFLICT DO NOTHING`,
    [callIds, storableJson(EMPTY_TALLY), Math.trunc(nowMs)],
  );
  const { rows } = await tx.query(
    'SELECT call_id, tally FROM leibniz.call_tallies WHERE call_id = ANY($1::text[]) ORDER BY call_id FOR UPDATE',
    [callIds],
  );
  return new Map(rows.map((row) => [text(row, 'call_id'), json(row, 'tally') as unknown as CallTally]));
}

interface HourKey {
  readonly hourMs: number;
  readonly line: string;
  readonly persona: string;
}

async function addToHour(tx: Queryable, { hourMs, line, persona }: HourKey, more: HourCounts): Promise<void> {
  const key = [hourMs, line, persona];
  await tx.query(
    `INSERT INTO leibniz.metrics_hourly (hour_ms, line, persona, counts, gap_buckets)
     VALUES ($1, $2, $3, '{}', '{}') ON CONFLICT DO NOTHING`,
    key,
  );
  const where = `hour_ms = $1 AND line = $2 AND persona = $3 AND variant = ''`;
  const { rows } = await tx.query(
    `SELECT counts, gap_buckets FROM leibniz.metrics_hourly WHERE ${where} FOR UPDATE`,
    key,
  );
  const { counts, gaps } = addHours(rows[0] === undefined ? NO_COUNTS : toCounts(rows[0]), more);
  await tx.query(
    `UPDATE leibniz.metrics_hourly SET counts = $4::jsonb, gap_buckets = $5::integer[] WHERE ${where}`,
    [...key, storableJson(counts), [...gaps]],
  );
}

/** Which lines of an hour are told apart. */
class HourLines {
  readonly #known = new Map<number, Set<string>>();

  constructor(private readonly tx: Queryable) {}

  async admitted(hourMs: number, line: string): Promise<string> {
    if (line === '') return line;
    let known = this.#known.get(hourMs);
    if (known === undefined) {
      const { rows } = await this.tx.query(
        'SELECT DISTINCT line FROM leibniz.metrics_hourly WHERE hour_ms = $1',
        [hourMs],
      );
      known = new Set(rows.map((row) => text(row, 'line')));
      this.#known.set(hourMs, known);
    }
    if (!known.has(line) && known.size >= MAX_LINES_AN_HOUR) return '';
    known.add(line);
    return line;
  }
}

/** Forgets what was counted of single calls long ago; the hours stay. */
export async function sweepTallies(db: Queryable, nowMs: number): Promise<void> {
  await db.query('DELETE FROM leibniz.call_tallies WHERE changed_at_ms < $1', [Math.trunc(nowMs - KEPT_MS)]);
}

/** See {@link Insights.hours}. */
export async function hoursOf(db: Queryable, query: HourQuery): Promise<HourGroup[]> {
  const { toMs, lines, persona, by } = query;
  const groups = new Map<string, HourCounts>();
  const fromMs = Math.max(query.fromMs, toMs - MAX_WINDOW_DAYS * DAY_MS);
  for (let at = fromMs; at < toMs; at += READ_MS) {
    const { rows } = await db.query(
      `SELECT hour_ms, line, persona, counts, gap_buckets FROM leibniz.metrics_hourly
       WHERE hour_ms >= $1 AND hour_ms < $2 AND ($3::text[] IS NULL OR line = ANY($3::text[]))
         AND ($4::text IS NULL OR persona = $4::text)`,
      [at, Math.min(at + READ_MS, toMs), lines ?? null, persona ?? null],
    );
    for (const row of rows) {
      const key = by === 'all' ? '' : by === 'hour' ? String(num(row, 'hour_ms')) : text(row, by);
      groups.set(key, addHours(groups.get(key) ?? NO_COUNTS, toCounts(row)));
    }
  }
  return [...groups.entries()].map(([key, counts]) => ({ key, ...counts })).sort(byKey);
}

const byKey = (a: HourGroup, b: HourGroup): number =>
  a.key.length - b.key.length || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function toCounts(row: Record<string, unknown>): HourCounts {
  const counts = json(row, 'counts') as Readonly<Record<string, JsonValue>>;
  const gaps = row['gap_buckets'] as readonly (number | string)[];
  return { counts: counts as Readonly<Record<string, number>>, gaps: gaps.map(Number) };
}
