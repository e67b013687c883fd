import { seededRng } from '../../../../src/kernel/rng.js';
import { wallMs } from '../../../../src/kernel/time.js';
import { gapBucket, gapQuantile } from '../../../../src/store/analytics/core/gap-histogram.js';
import {
  addHours,
  contribution,
  difference,
  EMPTY_TALLY,
  NO_COUNTS,
  tallied,
  type CallTally,
  type HourCounts,
} from '../../../../src/store/analytics/core/tally.js';
import type { JournalEvent, JsonValue } from '../../../../src/store/journal-event.js';

const HOUR = 3_600_000;

/** Events of one call, by what happened. */
function call(
  callId: string,
  startedAt: number,
  ...parts: readonly (readonly [string, JsonValue?])[]
): JournalEvent[] {
  return parts.map(([what, payload], index): JournalEvent => {
    const at = wallMs(startedAt + index * 1000);
    switch (what) {
      case 'start':
        return {
          ...{ kind: 'call_started', callId, direction: 'inbound', startedAt: at, persona: 'robin' },
          pii: { to: '100' },
        };
      case 'end':
        return { kind: 'call_ended', callId, endedAt: at, reason: payload as 'caller_hangup' };
      case 'user':
      case 'human':
        return { kind: 'turn', callId, turnId: `t${index}`, index, role: what, at, pii: { text: 'x' } };
      case 'agent': {
        const timings = payload === undefined ? {} : { timings: { response_gap_ms: payload as number } };
        return {
          kind: 'turn',
          callId,
          turnId: `t${index}`,
          index,
          role: 'agent',
          at,
          ...timings,
          pii: { text: 'y' },
        };
      }
      default:
        return { kind: 'event', callId, seq: index, atMs: index, type: what, payload: payload ?? {} };
    }
  });
}

/** Hours from a stream that came in pieces, as the store adds them up: by differences. */
function hoursOf(pieces: readonly (readonly JournalEvent[])[]): Map<string, HourCounts> {
  const tallies = new Map<string, CallTally>();
  const hours = new Map<string, HourCounts>();
  for (const piece of pieces) {
    for (const callId of new Set(piece.map((event) => event.callId))) {
      const before = tallies.get(callId) ?? EMPTY_TALLY;
      const after = piece.filter((event) => event.callId === callId).reduce(tallied, before);
      tallies.set(callId, after);
      const more = difference(contribution(before), contribution(after));
      const key = `${after.hourMs ?? '?'} ${after.line} ${after.persona}`;
      const sum = addHours(hours.get(key) ?? NO_COUNTS, more);
      if (JSON.stringify(sum) === JSON.stringify(NO_COUNTS)) hours.delete(key);
      else hours.set(key, sum);
    }
  }
  return hours;
}

const sorted = (hours: Map<string, HourCounts>): unknown =>
  [...hours]
    .map(([key, { counts, gaps }]) => [key, Object.entries(counts).sort(), gaps])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

const counted = (...parts: readonly (readonly [string, JsonValue?])[]): HourCounts['counts'] =>
  contribution(call('c', 0, ...parts).reduce(tallied, EMPTY_TALLY)).counts;

describe('a call is counted', () => {
  test.each<[string, (readonly [string, JsonValue?])[], object]>([
    [
      'contained',
      [['start'], ['user'], ['agent', 400], ['end', 'agent_goodbye']],
      { calls: 1, contained: 1, spoken: 1 },
    ],
    [
      'not contained when a person spoke',
      [['start'], ['user'], ['control', { controller: 'human' }], ['end', 'caller_hangup']],
      { human: 1, 'outcome:human': 1 },
    ],
    [
      'not contained when transferred',
      [['start'], ['user'], ['end', 'transferred']],
      { transferred: 1, 'outcome:transferred': 1 },
    ],
    [
      'abandoned before the first word',
      [['start'], ['agent'], ['end', 'caller_hangup']],
      { abandoned: 1, 'outcome:abandoned': 1 },
    ],
    [
      'booked',
      [
        ['start'],
        ['user'],
        ['intent', { name: 'X', does: 'book' }],
        ['change', { request: 'book', status: 'done' }],
        ['end', 'caller_hangup'],
      ],
      { booking_wanted: 1, booked: 1, 'intent:X': 1, 'outcome:booked': 1, contained: 1 },
    ],
    [
      'wanted in vain',
      [
        ['start'],
        ['user'],
        ['intent', { name: 'X', does: 'book' }],
        ['change', { request: 'book', status: 'conflict' }],
        ['end', 'caller_hangup'],
      ],
      { booking_wanted: 1, contained: 1 },
    ],
    [
      'asked and unanswered',
      [
        ['start'],
        ['user'],
        ['knowledge', { found: true }],
        ['knowledge', { found: false }],
        ['end', 'caller_hangup'],
      ],
      { asked: 2, contained: 1, unanswered: 1, 'outcome:answered': 1 },
    ],
    [
      'guarded',
      [
        ['start'],
        ['guard', { action: 'block', reasons: ['abuse'] }],
        ['guard', { action: 'mask', reasons: ['pii'] }],
        ['end', 'caller_hangup'],
      ],
      { abandoned: 1, guard_blocks: 1, 'guard:abuse': 1 },
    ],
    [
      'failed',
      [['start'], ['user'], ['end', 'media_error']],
      { contained: 1, 'outcome:failed': 1, 'reason:media_error': 1 },
    ],
  ])('as %s', (_name, parts, expected) => {
    const counts = counted(...parts);
    expect(counts).toMatchObject(expected);
    for (const flag of ['contained', 'abandoned', 'booked', 'human', 'transferred']) {
      expect([flag, counts[flag] ?? 0]).toEqual([flag, (expected as Record<string, number>)[flag] ?? 0]);
    }
  });

  test('from its end on, and when its beginning is known', () => {
    expect(counted(['start'], ['user'], ['agent', 300])).toEqual({});
    expect(counted(['user'], ['end', 'caller_hangup'])).toEqual({});
  });

  test('an end that was guessed gives way to the real one, and counts once', () => {
    const events = call('c', 0, ['start'], ['user'], ['end', 'aborted'], ['end', 'caller_hangup']);
    expect([...hoursOf(events.map((event) => [event])).values()][0]?.counts).toMatchObject({
      calls: 1,
      'reason:caller_hangup': 1,
    });
    expect(
      [...hoursOf(events.map((event) => [event])).values()][0]?.counts['reason:aborted'],
    ).toBeUndefined();
  });

  test("the number of somebody who was called is nobody's line", () => {
    const [start] = call('c', 0, ['start']);
    const tally = tallied(EMPTY_TALLY, { ...start, direction: 'outbound' } as JournalEvent);
    expect(tally.line).toBe('');
  });
});

test('any pieces of the stream, in any order, add up to the same hours', () => {
  const { float: rng } = seededRng(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(rng() * items.length)] as T;
  const middles: (readonly [string, JsonValue?])[] = [
    ...([['user'], ['human'], ['agent', 250], ['agent', 1800], ['agent']] as const),
    ...([
      ['knowledge', { found: false }],
      ['knowledge', { found: true }],
      ['not_understood'],
      ['barge_in'],
    ] as const),
    ...([
      ['control', { controller: 'human' }],
      ['intent', { name: 'A', does: 'book' }],
      ['intent', { name: 'B' }],
    ] as const),
    ...([
      ['change', { request: 'book', status: 'done' }],
      ['rating', { value: 4, of: 5 }],
    ] as const),
  ];
  for (let round = 0; round < 60; round++) {
    const events = Array.from({ length: 6 }, (_, n) =>
      call(
        `c${n}`,
        Math.floor(rng() * 4) * HOUR + 5,
        ['start'],
        ...Array.from({ length: Math.floor(rng() * 9) }, () => pick(middles)),
        ...(rng() < 0.8
          ? ([['end', pick(['caller_hangup', 'transferred', 'aborted', 'silence'])]] as const)
          : []),
      ),
    ).flat();
    const whole = sorted(hoursOf([events]));
    const shuffled = events
      .map((event) => ({ event, at: rng() }))
      .sort((a, b) => a.at - b.at)
      .map(({ event }) => event);
    const pieces: JournalEvent[][] = [];
    for (let at = 0; at < shuffled.length;) {
      const size = 1 + Math.floor(rng() * 7);
      pieces.push(shuffled.slice(at, at + size));
      at += size;
    }
    expect(sorted(hoursOf(pieces))).toEqual(whole);
  }
});

test('percentiles of gaps are exact to 4 %', () => {
  const { float: rng } = seededRng(3);
  const gaps = Array.from({ length: 500 }, () => 20 + rng() ** 3 * 6000);
  const histogram: number[] = [];
  for (const gap of gaps) histogram[gapBucket(gap)] = (histogram[gapBucket(gap)] ?? 0) + 1;
  const filled = Array.from(histogram, (n: number | undefined) => n ?? 0);
  const exact = gaps.toSorted((a, b) => a - b);
  for (const share of [0.5, 0.95, 0.99]) {
    const value = exact[Math.ceil(share * exact.length) - 1] ?? 0;
    expect(Math.abs((gapQuantile(filled, share) ?? 0) / value - 1)).toBeLessThan(0.041);
  }
  expect(gapQuantile([], 0.5)).toBeNull();
});
