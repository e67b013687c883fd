import { wallMs } from '../../../src/kernel/time.js';
import { RecordingWriter } from '../../../src/recording/writer.js';
import { RecordingKeeper } from '../../../src/session/recording/recording-keeper.js';
import type { RecordingRecord } from '../../../src/store/types.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { MemoryStreams } from '../../support/memory-streams.js';
import { VirtualTime } from '../../support/virtual-time.js';

const DAY_MS = 86_400_000;
const ABOUT = { id: 'r1', callId: 'c1', startedAtMs: 1_800_000_000_000, offsetMs: 40, consent: 'given' };

function rig(): {
  time: VirtualTime;
  store: FakeStore;
  files: MemoryStreams;
  keeper: RecordingKeeper;
  outcomes: string[];
} {
  const time = new VirtualTime();
  const store = new FakeStore({ scheduler: time });
  const files = new MemoryStreams();
  const outcomes: string[] = [];
  const keeper = new RecordingKeeper({
    recordings: store.recordings,
    files,
    scheduler: time,
    keepDays: 30,
    counted: (outcome) => outcomes.push(outcome),
    log: () => undefined,
  });
  return { time, store, files, keeper, outcomes };
}

/** A file with a second of sound, finished or as a crash leaves it. */
async function file(files: MemoryStreams, isFinished: boolean, id = 'r1'): Promise<void> {
  const writer = new RecordingWriter({ ...ABOUT, id }, 8000, files.create(`${id}.wav`), () => undefined);
  writer.push(new Int16Array(2 * 8000).fill(4000));
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  if (isFinished) await writer.finish();
}

const record = (time: VirtualTime, change: Partial<RecordingRecord> = {}): RecordingRecord => ({
  ...{ id: 'r1', callId: 'c1', state: 'saved', channels: 2, sampleRateHz: 8000, startedAtMs: time.wall() },
  ...{ offsetMs: 0, durationMs: 1000, bytes: 32_512, blobKey: 'r1.wav', consent: 'given' },
  ...{ intervals: [], latePackets: 0 },
  ...change,
});

test('a recording is deleted by itself after its time, and the trail has a receipt', async () => {
  const { time, store, files, keeper, outcomes } = rig();
  await file(files, true);
  keeper.made(record(time), undefined);
  await keeper.open();
  await time.advance(29.9 * DAY_MS);
  expect(files.finished.size).toBe(1);
  await time.advance(0.2 * DAY_MS);
  expect(files.finished.size).toBe(0);
  expect((await store.recordings.ofCall('c1'))?.state).toBe('deleted');
  const { items } = await store.accounts.trail({});
  expect(items).toMatchObject([
    {
      actorKind: 'system',
      action: 'recording.delete',
      objectType: 'recording',
      objectId: 'r1',
      callId: 'c1',
      detail: { reason: 'retention', bytes: 32_512, duration_ms: 1000 },
    },
  ]);
  expect(outcomes).toEqual(['saved', 'expired']);
  await keeper.close();
});

test('the file of another process is left to it for a day, and noted as gone after that', async () => {
  const { time, store, keeper } = rig();
  await store.recordings.save(record(time, { deleteAfterMs: wallMs(time.wall()) }));
  expect(await keeper.sweep()).toBe(0);
  await time.advance(DAY_MS);
  expect(await keeper.sweep()).toBe(1);
  expect((await store.recordings.ofCall('c1'))?.state).toBe('deleted');
});

describe('at the start', () => {
  test('a recording that a crash cut off is closed and has its row', async () => {
    const { time, store, files, keeper, outcomes } = rig();
    await store.recordings.save(record(time, { state: 'recording', durationMs: 0 }));
    await file(files, false);
    await keeper.open();
    await time.advance(10);
    expect(files.finished.size).toBe(1);
    expect(await store.recordings.ofCall('c1')).toMatchObject({
      state: 'saved',
      durationMs: 1000,
      bytes: 32_512,
    });
    expect(await store.recordings.peaks('r1')).toMatchObject({ bucketMs: 20 });
    expect(outcomes).toContain('recovered');
    await keeper.close();
  });

  test('a file that has no row gets one; a file whose row is deleted goes', async () => {
    const { time, store, files, keeper } = rig();
    await file(files, true, 'known');
    await file(files, true, 'gone');
    await file(files, true, 'lost');
    await store.recordings.save(record(time, { id: 'known', callId: 'c-known' }));
    await store.recordings.save(record(time, { id: 'gone', callId: 'c-gone' }));
    await store.recordings.deleted('gone', { actorKind: 'system', action: 'x', outcome: 'ok' });
    await keeper.open();
    await time.advance(10);
    expect([...files.finished.keys()].sort()).toEqual(['known.wav', 'lost.wav']);
    expect(await store.recordings.ofCall('c1')).toMatchObject({
      id: 'lost',
      state: 'saved',
      durationMs: 1000,
    });
    await keeper.close();
  });
});

test('what is deleted while the store is away is gone from the disk at once; row and receipt follow', async () => {
  const { time, store, files, keeper } = rig();
  await file(files, true);
  const { states } = store.recordings;
  store.recordings.states = () => Promise.reject(new Error('down'));
  await keeper.remove(record(time), { actorKind: 'user', action: 'recording.delete', outcome: 'ok' });
  expect(files.finished.size).toBe(0);
  expect(keeper.waiting).toBe(1);
  store.recordings.states = states;
  await time.advance(6000);
  expect(keeper.waiting).toBe(0);
  expect((await store.recordings.ofCall('c1'))?.state).toBe('deleted');
  expect((await store.accounts.trail({})).total).toBe(1);
});
