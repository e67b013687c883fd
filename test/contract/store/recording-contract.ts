import { wallMs } from '../../../src/kernel/time.js';
import type { AuditEntry, RecordingRecord, Store } from '../../../src/store/types.js';
import type { StoreUnderTest } from './store-contract.js';

const AT = Date.UTC(2026, 10, 23, 9, 0);
const RECEIPT: AuditEntry = {
  ...{ actorKind: 'system', action: 'recording.delete', outcome: 'ok', objectType: 'recording' },
  detail: { reason: 'retention', bytes: 32_512 },
};
const PEAKS = {
  bucketMs: 20,
  base64: Buffer.from(Int8Array.from({ length: 300 }, (_n, i) => i - 128)).toString('base64'),
};

const recording = (id: string, callId: string, change: Partial<RecordingRecord> = {}): RecordingRecord => ({
  ...{ id, callId, state: 'recording', channels: 2, sampleRateHz: 16_000, startedAtMs: wallMs(AT) },
  ...{ offsetMs: 120, durationMs: 0, bytes: 0, blobKey: `${id}.wav`, consent: 'given' },
  ...{ intervals: [], latePackets: 0 },
  ...change,
});

/** Recordings, their shape, their age and their end: the same on every kind of store. */
export function describeRecordingContract(
  name: string,
  subject: StoreUnderTest,
  suite: typeof describe,
): void {
  suite(`recordings: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close());

    test('what is known of one is written as it begins and as it ends; the call has the last one', async () => {
      const { recordings } = store;
      await recordings.save(recording('a1', 'c-a'));
      expect(await recordings.ofCall('c-a')).toEqual(recording('a1', 'c-a'));
      expect(await recordings.peaks('a1')).toBeUndefined();
      const made = recording('a1', 'c-a', {
        ...{
          state: 'saved',
          durationMs: 5000,
          bytes: 320_512,
          latePackets: 3,
          deleteAfterMs: wallMs(AT + 1000),
        },
        intervals: [{ fromMs: 100, toMs: 250.5, why: 'secret' }],
      });
      await recordings.save(made, PEAKS);
      expect(await recordings.ofCall('c-a')).toEqual(made);
      expect(await recordings.peaks('a1')).toEqual(PEAKS);
      const later = recording('a2', 'c-a', { startedAtMs: wallMs(AT + 60_000) });
      await recordings.save(later);
      expect((await recordings.ofCall('c-a'))?.id).toBe('a2');
      expect(await recordings.ofCall('nothing')).toBeUndefined();
      store.journal.append({
        ...{ kind: 'call_started', callId: 'c-a', direction: 'inbound', startedAt: wallMs(AT), pii: {} },
      });
      await store.journal.flush();
      expect((await store.calls.get('c-a'))?.recording?.id).toBe('a2');
    });

    test('lines of the transcript keep their place on the clock of the call', async () => {
      const line = { kind: 'turn', callId: 'c-t', at: wallMs(AT), pii: { text: 'hello' } } as const;
      store.journal.append({
        kind: 'call_started',
        callId: 'c-t',
        direction: 'inbound',
        startedAt: wallMs(AT),
        pii: {},
      });
      store.journal.append({ ...line, turnId: 't1', index: 0, role: 'user', startMs: 1200, endMs: 2400 });
      store.journal.append({ ...line, turnId: 't2', index: 1, role: 'user' });
      await store.journal.flush();
      const turns = (await store.calls.get('c-t'))?.turns.map(({ startMs, endMs }) => [startMs, endMs]);
      expect(turns).toEqual([
        [1200, 2400],
        [undefined, undefined],
      ]);
    });

    test('a deleted one keeps its row and nothing else, for good; its receipt stands in the trail, once', async () => {
      const { recordings, accounts } = store;
      await recordings.save(
        recording('b1', 'c-b', { state: 'saved', intervals: [{ fromMs: 1, toMs: 2, why: 'paused' }] }),
        PEAKS,
      );
      const receipt = { ...RECEIPT, objectId: 'b1', callId: 'c-b' };
      expect(await recordings.deleted('b1', receipt)).toBe(true);
      expect(await recordings.deleted('b1', receipt)).toBe(false);
      expect(await recordings.deleted('unknown', receipt)).toBe(false);
      const left = await recordings.ofCall('c-b');
      expect(left).toMatchObject({ id: 'b1', state: 'deleted', intervals: [] });
      expect(left?.blobKey).toBeUndefined();
      expect(left?.deletedAtMs).toBeGreaterThan(0);
      expect(await recordings.peaks('b1')).toBeUndefined();
      // What was on its way does not bring it back.
      await recordings.save(recording('b1', 'c-b', { state: 'saved' }), PEAKS);
      expect((await recordings.ofCall('c-b'))?.state).toBe('deleted');
      const { items } = await accounts.trail({ callId: 'c-b' });
      expect(items).toMatchObject([
        { action: 'recording.delete', objectId: 'b1', detail: { reason: 'retention' } },
      ]);
      expect(await accounts.brokenAt()).toBeUndefined();
    });

    test('those that are old enough are found, the oldest first', async () => {
      const { recordings } = store;
      const due = (id: string, atMs: number): Promise<void> =>
        recordings.save(recording(id, `c-${id}`, { state: 'saved', deleteAfterMs: wallMs(AT + atMs) }));
      await due('d2', 200_000);
      await due('d1', 100_000);
      await due('d3', 300_000);
      await recordings.save(recording('d4', 'c-d4'));
      const ids = async (atMs: number, limit = 10): Promise<string[]> =>
        (await recordings.due(AT + atMs, limit)).map(({ id }) => id).filter((id) => id.startsWith('d'));
      expect(await ids(200_000)).toEqual(['d1', 'd2']);
      await recordings.deleted('d1', RECEIPT);
      expect(await ids(400_000)).toEqual(['d2', 'd3']);
      expect(await recordings.states(['d1', 'd2', 'unknown'])).toEqual({ d1: 'deleted', d2: 'saved' });
    });
  });
}
