import { objectOf } from '../../../kernel/json.js';
import { addGaps, gapBucket, type GapHistogram } from './gap-histogram.js';

/** What of a journal event is counted. */
export type CountedEvent =
  | {
      readonly kind: 'call_started';
      /** Unix ms. */
      readonly startedAt: number;
      readonly direction: string;
      readonly persona?: string;
      readonly pii: { readonly to?: string };
    }
  | { readonly kind: 'call_ended'; readonly reason: string }
  | { readonly kind: 'turn'; readonly role: string; readonly timings?: Readonly<Record<string, number>> }
  | { readonly kind: 'event'; readonly type: string; readonly payload: unknown };

/** Numbers by their names. */
export type Counts = Readonly<Record<string, number>>;

/**
 * What is counted of one call. It grows by the events of the call, each taken once, in any order: what they add is numbers that
 * are summed, marks that are set, and a begin and an end.
 */
export interface CallTally {
  /** Beginning of the hour in which the call began, Unix ms; unknown until its first event has come. */
  readonly hourMs?: number;
  /** The called number; empty for conversations in a browser. */
  readonly line: string;
  readonly persona: string;
  readonly direction: string;
  readonly reason?: string;
  readonly sums: Counts;
  readonly marks: readonly string[];
  readonly gaps: GapHistogram;
}

/** Before anything is known of a call. */
export const EMPTY_TALLY: CallTally = {
  line: '',
  persona: '',
  direction: '',
  sums: {},
  marks: [],
  gaps: [],
};

/** What calls add to an hour. */
export interface HourCounts {
  readonly counts: Counts;
  readonly gaps: GapHistogram;
}

/** No call. */
export const NO_COUNTS: HourCounts = { counts: {}, gaps: [] };

const HOUR_MS = 3_600_000;
/** Different intents and reasons that are told apart in one call. */
const MAX_MARKS = 100;
/** Longest name that is counted under. */
const MAX_NAME = 64;

/** Ends that nobody wanted. */
const FAILURES: ReadonlySet<string> = new Set([
  ...['rejected_capacity', 'rejected_draining', 'rejected_media', 'rejected_request', 'ack_timeout'],
  ...['rtp_inactive', 'media_error', 'internal_error', 'server_shutdown', 'aborted'],
]);

/** The tally with one more event of its call. */
export function tallied(tally: CallTally, event: CountedEvent): CallTally {
  switch (event.kind) {
    case 'call_started': {
      const { startedAt, direction, persona, pii } = event;
      // The number of somebody who is called is theirs, not the office's.
      const line = direction === 'inbound' ? (pii.to ?? '') : '';
      return {
        ...tally,
        hourMs: Math.floor(startedAt / HOUR_MS) * HOUR_MS,
        line: line.slice(0, MAX_NAME),
        persona: (persona ?? '').slice(0, MAX_NAME),
        direction,
      };
    }
    case 'call_ended':
      return ended(tally, event.reason);
    case 'turn': {
      const said = plus(tally, { [`${event.role}_turns`]: 1 });
      const gap = event.role === 'agent' ? event.timings?.['response_gap_ms'] : undefined;
      if (gap === undefined || !(gap >= 0)) return said;
      const one: number[] = Array.from({ length: gapBucket(gap) + 1 }, () => 0);
      one[one.length - 1] = 1;
      return { ...said, gaps: addGaps(said.gaps, one) };
    }
    case 'event':
      return logged(tally, event.type, objectOf(event.payload) ?? {});
  }
}

/** An end; `aborted` is a guess that gives way to a real one. */
export function ended(tally: CallTally, reason: string): CallTally {
  const isKnown = tally.reason !== undefined && tally.reason !== 'aborted';
  return isKnown ? tally : { ...tally, reason };
}

function logged(tally: CallTally, type: string, payload: Readonly<Record<string, unknown>>): CallTally {
  const text = (key: string): string => (typeof payload[key] === 'string' ? payload[key] : '');
  switch (type) {
    case 'intent': {
      const wanted = text('does') === 'book' ? ['booking_wanted'] : [];
      return mark(tally, `intent:${text('name')}`, ...wanted);
    }
    case 'knowledge':
      return plus(tally, { asked: 1, ...(payload['found'] === true ? {} : { unanswered: 1 }) });
    case 'change':
      return changed(tally, text('request'), text('status'));
    case 'control':
      return text('controller') === 'human' ? mark(tally, 'human') : tally;
    case 'guard': {
      if (text('action') !== 'block') return tally;
      const reasons = Array.isArray(payload['reasons']) ? payload['reasons'].map(String) : [];
      return plus(mark(tally, ...reasons.map((reason) => `guard:${reason}`)), { guard_blocks: 1 });
    }
    case 'rating': {
      const { value, of } = payload;
      if (typeof value !== 'number' || typeof of !== 'number' || !(of > 0)) return tally;
      return plus(tally, { ratings: 1, rating_percent: Math.round((100 * value) / of) });
    }
    case 'barge_in':
      return plus(tally, { barge_ins: 1 });
    case 'not_understood':
      return plus(tally, { not_understood: 1 });
    default:
      return tally;
  }
}

const CHANGES: Readonly<Record<string, string>> = {
  book: 'booked',
  resolve_booking: 'booked',
  move: 'moved',
  cancel: 'cancelled',
  request_callback: 'callback',
};

function changed(tally: CallTally, request: string, status: string): CallTally {
  const done = CHANGES[request];
  return done === undefined || status !== 'done' ? tally : mark(tally, done);
}

function plus(tally: CallTally, more: Counts): CallTally {
  return { ...tally, sums: addCounts(tally.sums, more) };
}

function mark(tally: CallTally, ...names: readonly string[]): CallTally {
  const marks = [...new Set([...tally.marks, ...names.map((name) => name.slice(0, MAX_NAME))])].sort();
  return { ...tally, marks: marks.slice(0, MAX_MARKS) };
}

/** Sums by name; what comes to nothing is left out. */
export function addCounts(a: Counts, b: Counts, sign = 1): Counts {
  const sum: Record<string, number> = { ...a };
  for (const [name, n] of Object.entries(b)) {
    sum[name] = (sum[name] ?? 0) + sign * n;
    if (sum[name] === 0) delete sum[name];
  }
  return sum;
}

/** Both together. */
export function addHours(a: HourCounts, b: HourCounts): HourCounts {
  return { counts: addCounts(a.counts, b.counts), gaps: addGaps(a.gaps, b.gaps) };
}

/** What must be added to an hour when a call that counted as `before` counts as `after`. */
export function difference(before: HourCounts, after: HourCounts): HourCounts {
  const negative = before.gaps.map((n) => -n);
  return { counts: addCounts(after.counts, before.counts, -1), gaps: addGaps(after.gaps, negative) };
}

/** What a call adds to its hour: nothing before it has ended and its beginning is known. */
export function contribution(tally: CallTally): HourCounts {
  const { hourMs, reason, direction, marks, sums, gaps } = tally;
  if (hourMs === undefined || reason === undefined) return NO_COUNTS;
  const has = (name: string): boolean => marks.includes(name);
  const hasSpoken = (sums['user_turns'] ?? 0) > 0;
  const isTransferred = reason === 'transferred';
  const isContained = hasSpoken && !isTransferred && !has('human');
  const isAbandoned = !hasSpoken && reason === 'caller_hangup';
  const flags: Readonly<Record<string, boolean>> = {
    calls: true,
    spoken: hasSpoken,
    contained: isContained,
    abandoned: isAbandoned,
    transferred: isTransferred,
    human: has('human'),
    booking_wanted: has('booking_wanted') || has('booked'),
    booked: has('booked'),
    [`reason:${reason}`]: true,
    [`direction:${direction}`]: true,
    [`outcome:${outcomeOf(tally, isTransferred, isAbandoned)}`]: true,
  };
  const named = marks.filter((name) => name.startsWith('intent:') || name.startsWith('guard:'));
  const ones = [...Object.keys(flags).filter((name) => flags[name]), ...named];
  return { counts: addCounts(sums, Object.fromEntries(ones.map((name) => [name, 1]))), gaps };
}

/** What a call came to, the most telling first. */
function outcomeOf({ marks, sums, reason }: CallTally, isTransferred: boolean, isAbandoned: boolean): string {
  if (marks.includes('human')) return 'human';
  if (isTransferred) return 'transferred';
  for (const done of ['booked', 'moved', 'cancelled', 'callback']) if (marks.includes(done)) return done;
  if (isAbandoned) return 'abandoned';
  if (FAILURES.has(reason ?? '')) return 'failed';
  return (sums['asked'] ?? 0) > (sums['unanswered'] ?? 0) ? 'answered' : 'other';
}
