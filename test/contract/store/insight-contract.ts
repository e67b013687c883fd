import { wallMs } from '../../../src/kernel/time.js';
import type { JournalEvent, JsonValue } from '../../../src/store/journal-event.js';
import type { Store } from '../../../src/store/types.js';
import type { StoreUnderTest } from './store-contract.js';

/** Half past nine on a day that no other test uses. */
const AT = wallMs(Date.UTC(2027, 2, 1, 9, 30));
const HOUR_MS = 3_600_000;
const DAY = { fromMs: wallMs(AT - 12 * HOUR_MS), toMs: wallMs(AT + 12 * HOUR_MS) };

/** A call that asks in vain, books, and ends. */
function callOf(callId: string, line: string, startedAt = AT): JournalEvent[] {
  const log = (seq: number, type: string, payload: JsonValue): JournalEvent => ({
    ...{ kind: 'event', callId, seq, atMs: seq, type, payload },
  });
  const turn = { kind: 'turn', callId, at: startedAt, pii: { text: 'words' } } as const;
  return [
    {
      ...{ kind: 'call_started', callId, direction: 'inbound', startedAt, persona: 'robin' },
      pii: { to: line, from: '+15550100' },
    },
    { ...turn, turnId: 't1', index: 0, role: 'user' },
    { ...turn, turnId: 't1', index: 1, role: 'agent', timings: { response_gap_ms: 500 } },
    log(0, 'intent', { name: 'WISH', does: 'book' }),
    log(1, 'knowledge', { found: false, pii: { question: 'Where do I park?' } }),
    log(2, 'knowledge', { found: false, pii: { question: 'where do I PARK' } }),
    log(3, 'change', { request: 'book', status: 'done' }),
    { kind: 'call_ended', callId, reason: 'caller_hangup', endedAt: wallMs(startedAt + 60_000) },
  ];
}

/** What is learned from calls: the same on every kind of store. */
export function describeInsightContract(name: string, subject: StoreUnderTest, suite: typeof describe): void {
  suite(`insights: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close());

    const write = async (...events: readonly JournalEvent[]): Promise<void> => {
      for (const event of events) store.journal.append(event);
      expect(await store.journal.flush(10_000)).toBe(true);
    };

    test('calls add up by the hour in which they began; what comes twice counts once', async () => {
      const first = callOf('i1', '100');
      await write(...first.slice(0, 4));
      expect(await store.insights.hours({ ...DAY, by: 'all' })).toEqual([]);
      await write(...first.slice(2).reverse(), ...first, ...callOf('i2', '200', wallMs(AT + HOUR_MS)));
      await write(...first);
      const [whole] = await store.insights.hours({ ...DAY, by: 'all' });
      expect(whole?.counts).toMatchObject({
        ...{ calls: 2, spoken: 2, contained: 2, booked: 2, booking_wanted: 2, asked: 4, unanswered: 4 },
        ...{
          user_turns: 2,
          agent_turns: 2,
          'reason:caller_hangup': 2,
          'outcome:booked': 2,
          'intent:WISH': 2,
        },
      });
      expect(whole?.gaps.reduce((sum, n) => sum + n, 0)).toBe(2);
      const hours = await store.insights.hours({ ...DAY, by: 'hour' });
      expect(hours.map(({ key, counts }) => [Number(key) - AT, counts['calls']])).toEqual([
        [-HOUR_MS / 2, 1],
        [HOUR_MS / 2, 1],
      ]);
      const lines = await store.insights.hours({ ...DAY, lines: ['200'], by: 'line' });
      expect(lines.map(({ key, counts }) => [key, counts['calls']])).toEqual([['200', 1]]);
      expect(await store.insights.hours({ ...DAY, persona: 'nobody', by: 'all' })).toEqual([]);
    });

    test('the same question is one, whatever its case and marks; one that is answered and asked again is open again', async () => {
      const { items } = await store.insights.questions({ status: 'open' });
      expect(items).toMatchObject([
        { count: 4, status: 'open', pii: { question: expect.stringMatching(/park/i) as string } },
      ]);
      const id = items[0]?.id ?? '';
      expect(await store.insights.settleQuestion(id, 'written')).toMatchObject({ status: 'written' });
      expect(await store.insights.questions({ status: 'open' })).toEqual({ items: [], total: 0 });
      await write(...callOf('i3', '100', wallMs(AT + 48 * HOUR_MS)));
      expect((await store.insights.questions({ status: 'open' })).items).toMatchObject([{ id, count: 6 }]);
      expect(await store.insights.settleQuestion('nothing', 'ignored')).toBeUndefined();
    });

    test('one rating a person and turn, notes of a call; neither without the call', async () => {
      const { insights } = store;
      const rating = { callId: 'i1', userId: 'ada', score: 5, reasons: [], pii: {} };
      await insights.rate(rating);
      await insights.rate({ ...rating, score: 1, reasons: ['too slow'], pii: { comment: 'no' } });
      await insights.rate({ ...rating, turnId: 't1', userId: 'bob' });
      const note = await insights.addNote({
        callId: 'i1',
        userId: 'ada',
        offsetMs: 900,
        pii: { text: 'call back' },
      });
      const { ratings, notes } = await insights.feedback('i1');
      expect(ratings).toHaveLength(2);
      expect(ratings.find(({ userId }) => userId === 'ada')).toMatchObject({
        score: 1,
        reasons: ['too slow'],
      });
      expect(notes).toMatchObject([{ offsetMs: 900, pii: { text: 'call back' } }]);
      expect(await insights.removeNote('i1', note?.id ?? '', 'bob')).toBe(false);
      expect(await insights.removeNote('i1', note?.id ?? '', 'ada')).toBe(true);
      expect(await insights.unrate('i1', 'ada')).toBe(true);
      expect(await insights.unrate('i1', 'ada')).toBe(false);
      expect(await insights.rate({ ...rating, callId: 'nobody' })).toBeUndefined();
      expect(await insights.addNote({ callId: 'nobody', userId: 'ada', pii: { text: 'x' } })).toBeUndefined();
    });
  });
}
