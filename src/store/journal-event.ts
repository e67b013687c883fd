import { jsonObject, objectOf, type Fields } from '../kernel/json.js';
import type { WallMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';

/** Version of the event format that is written now. Readers accept this and every earlier one. */
export const JOURNAL_VERSION = 1;

/** Largest event in bytes of JSON. A larger one is dropped and counted. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** What JSON can carry. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/** A call has begun. */
export interface CallStartedEvent {
  readonly kind: 'call_started';
  readonly callId: string;
  readonly direction: 'inbound' | 'outbound' | 'conversation';
  readonly startedAt: WallMs;
  /** Who answers. */
  readonly persona?: string;
  readonly pii: { readonly from?: string; readonly to?: string; readonly displayName?: string };
}

/** A finished turn of either side; written once, when nothing about it can change any more. */
export interface TurnEvent {
  readonly kind: 'turn';
  readonly callId: string;
  readonly turnId: string;
  /** Place in the transcript, from 0; unique within the call. */
  readonly index: number;
  /** `human`: a person of the office who has taken the call. */
  readonly role: 'user' | 'agent' | 'human';
  readonly at: WallMs;
  readonly confidence?: number;
  readonly timings?: Readonly<Record<string, number>>;
  readonly sources?: readonly string[];
  /** First and last sound on the clock of the call, ms; absent for what was typed. */
  readonly startMs?: number;
  readonly endMs?: number;
  readonly pii: { readonly text: string; readonly heard?: string };
}

/** A call has ended. */
export interface CallEndedEvent {
  readonly kind: 'call_ended';
  readonly callId: string;
  readonly reason: Termination;
  readonly endedAt: WallMs;
  readonly stats?: JsonValue;
}

/** An input or a decision of a call, fit for replay. */
export interface CallLogEvent {
  readonly kind: 'event';
  readonly callId: string;
  /** Place in the call's log, from 0; unique within the call. */
  readonly seq: number;
  /** Milliseconds since the call's start, on the monotonic clock. */
  readonly atMs: number;
  readonly type: string;
  readonly payload: JsonValue;
  /** `secret` (digits of a PIN, credentials): kept by no one, dropped before it is serialised. */
  readonly lane?: 'secret';
}

/** What the journal takes. Ids (`callId` with `index` or `seq`) make every write idempotent. */
export type JournalEvent = CallStartedEvent | TurnEvent | CallEndedEvent | CallLogEvent;

/** A journal event as it travels to the worker and lies in the spool: one line of JSON. */
export interface JournalLine {
  /** Format version. */
  readonly v: number;
  /** Id of the process instance that wrote it; tells whose open calls have crashed. */
  readonly by: string;
  readonly e: JournalEvent;
}

/** U+0000 and lone surrogates, which PostgreSQL's text and jsonb refuse. */
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Replaces what PostgreSQL cannot store in a text by U+FFFD. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/** Serialises a value to JSON that PostgreSQL's jsonb accepts. Throws on cycles and BigInt, like JSON.stringify. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'string' ? storableText(item) : item,
  );
  return json ?? 'null';
}

/**
 * One line of the journal, without the line break.
 *
 * @returns `undefined` for events that are not kept: the lane `secret`, values that JSON cannot carry, and events
 *   above {@link MAX_EVENT_BYTES}
 */
export function encodeLine(event: JournalEvent, instanceId: string): string | undefined {
  if (event.kind === 'event' && event.lane === 'secret') return undefined;
  try {
    const line = storableJson({ v: JOURNAL_VERSION, by: instanceId, e: event } satisfies JournalLine);
    return Buffer.byteLength(line) > MAX_EVENT_BYTES ? undefined : line;
  } catch {
    return undefined;
  }
}

/** Reads a line back; `undefined` for a torn or foreign one. */
export function decodeLine(line: string): JournalLine | undefined {
  const parsed = jsonObject(line);
  if (typeof parsed?.['v'] !== 'number' || parsed['v'] > JOURNAL_VERSION) return undefined;
  const event = objectOf(parsed['e']);
  if (typeof parsed['by'] !== 'string' || typeof event?.['callId'] !== 'string') return undefined;
  return hasShape(event) ? (parsed as unknown as JournalLine) : undefined;
}

function hasShape(event: Fields): boolean {
  switch (event['kind']) {
    case 'call_started':
      return isFiniteNumber(event['startedAt']) && typeof event['direction'] === 'string';
    case 'turn':
      return (
        Number.isInteger(event['index']) &&
        isFiniteNumber(event['at']) &&
        objectOf(event['pii']) !== undefined
      );
    case 'call_ended':
      return isFiniteNumber(event['endedAt']) && typeof event['reason'] === 'string';
    case 'event':
      return (
        Number.isInteger(event['seq']) && isFiniteNumber(event['atMs']) && typeof event['type'] === 'string'
      );
    default:
      return false;
  }
}

function isFiniteNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
