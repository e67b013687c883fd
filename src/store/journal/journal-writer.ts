import { insertEnded, insertStarted, type Authored } from '../aggregates/calls.js';
import { insertEvents } from '../aggregates/events.js';
import { insertTurns } from '../aggregates/turns.js';
import { toDatabaseError, type Database, type Queryable } from '../db/database.js';
import {
  decodeLine,
  type CallEndedEvent,
  type CallLogEvent,
  type CallStartedEvent,
  type JournalLine,
  type TurnEvent,
} from '../journal-event.js';

/** What became of a batch. */
export interface WriteReport {
  /** Events that are in the database now, whether or not they were there before. */
  readonly written: number;
  /** Lines that this version cannot write: torn, of a newer format, or refused by the database as malformed. */
  readonly rejected: readonly string[];
}

/**
 * Writes a batch of journal lines in one transaction. Every write is idempotent, so a batch whose acknowledgement
 * was lost may come again. A line the database refuses does not hold up the others.
 *
 * @throws DatabaseError - nothing was written, or it is not known; send the batch again
 */
export async function writeLines(db: Database, lines: readonly string[]): Promise<WriteReport> {
  const rejected: string[] = [];
  const decoded: { readonly text: string; readonly line: JournalLine }[] = [];
  for (const text of lines) {
    const line = decodeLine(text);
    if (line === undefined) rejected.push(text);
    else decoded.push({ text, line });
  }
  try {
    await db.transaction((tx) =>
      insertAll(
        tx,
        decoded.map(({ line }) => line),
      ),
    );
    return { written: decoded.length, rejected };
  } catch (error) {
    if (!isMalformed(error)) throw error;
  }
  for (const { text, line } of decoded) {
    try {
      await db.transaction((tx) => insertAll(tx, [line]));
    } catch (error) {
      if (!isMalformed(error)) throw error;
      rejected.push(text);
    }
  }
  return { written: lines.length - rejected.length, rejected };
}

function isMalformed(error: unknown): boolean {
  const { kind } = toDatabaseError(error);
  return kind === 'malformed' || kind === 'constraint';
}

async function insertAll(tx: Queryable, lines: readonly JournalLine[]): Promise<void> {
  const started: Authored<CallStartedEvent>[] = [];
  const ended: Authored<CallEndedEvent>[] = [];
  const turns: TurnEvent[] = [];
  const events: { version: number; event: CallLogEvent }[] = [];
  for (const { v, by, e } of lines) {
    switch (e.kind) {
      case 'call_started': {
        started.push({ by, event: e });
        break;
      }
      case 'call_ended': {
        ended.push({ by, event: e });
        break;
      }
      case 'turn': {
        turns.push(e);
        break;
      }
      case 'event': {
        events.push({ version: v, event: e });
        break;
      }
    }
  }
  await insertStarted(tx, started);
  await insertTurns(tx, turns);
  await insertEvents(tx, events);
  await insertEnded(tx, ended);
}
