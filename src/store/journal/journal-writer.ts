import { insertEnded, insertStarted, type Authored } from '../aggregates/calls.js';
import { insertEvents } from '../aggregates/events.js';
import { noteQuestions } from '../aggregates/questions.js';
import { countEvents } from '../aggregates/roll-ups.js';
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
 * was lost may come again, and what is counted of it counts once. A line the database refuses does not hold up the others.
 *
 * @throws DatabaseError - nothing was written, or it is not known; send the batch again
 */
export async function writeLines(
  db: Database,
  lines: readonly string[],
  nowMs: number,
): Promise<WriteReport> {
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
        nowMs,
      ),
    );
    return { written: decoded.length, rejected };
  } catch (error) {
    if (!isMalformed(error)) throw error;
  }
  for (const { text, line } of decoded) {
    try {
      await db.transaction((tx) => insertAll(tx, [line], nowMs));
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

async function insertAll(tx: Queryable, lines: readonly JournalLine[], nowMs: number): Promise<void> {
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
  const begun = await insertStarted(tx, started);
  const said = await insertTurns(tx, turns);
  const logged = await insertEvents(tx, events);
  const over = await insertEnded(tx, ended);
  // What was there before has been counted.
  await countEvents(tx, [...begun, ...said, ...logged, ...over], nowMs);
  await noteQuestions(tx, logged, nowMs);
}
