import { wallMs } from '../../../src/kernel/time.js';
import { StoreJournal, type JournalLimits, type JournalNotice } from '../../../src/store/journal/journal.js';
import { Spool } from '../../../src/store/journal/spool.js';
import { decodeLine, type JournalEvent } from '../../../src/store/journal-event.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { MemoryFs } from './memory-fs.js';

/** A database that answers as it is told, and keeps what it got by event number. */
class Database {
  mode: 'answer' | 'refuse' | 'silent' = 'answer';
  batches = 0;
  readonly got = new Map<number, number>();
  readonly held: (() => void)[] = [];

  send = (lines: readonly string[]): Promise<{ written: number; rejected: readonly string[] }> => {
    this.batches++;
    if (this.mode === 'refuse') return Promise.reject(new Error('refused'));
    const take = (): { written: number; rejected: readonly string[] } => {
      for (const line of lines) {
        const event = decodeLine(line)?.e;
        if (event?.kind === 'event') this.got.set(event.seq, (this.got.get(event.seq) ?? 0) + 1);
      }
      return { written: lines.length, rejected: [] };
    };
    if (this.mode === 'answer') return Promise.resolve(take());
    return new Promise((resolve) => this.held.push(() => resolve(take())));
  };
}

/** Virtual time in steps, each followed by every promise callback that the memory file system needs. */
class Time extends VirtualTime {
  override async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await super.advance(Math.min(50, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function setUp(limits: Partial<JournalLimits> = {}, spoolBytes = 1e6) {
  const time = new Time();
  const fs = new MemoryFs();
  const database = new Database();
  const notices: JournalNotice[] = [];
  const spool = new Spool({ folder: '/spool', fs, maxBytes: spoolBytes, fileBytes: 2000 });
  const journal = new StoreJournal({
    instanceId: 'me',
    scheduler: time,
    spool,
    send: database.send,
    onNotice: (notice) => notices.push(notice),
    limits,
  });
  let seq = 0;
  const append = (count: number): void => {
    for (let i = 0; i < count; i++) journal.append(event(seq++));
  };
  return { time, fs, database, notices, journal, append, spool };
}

const event = (seq: number): JournalEvent => ({
  kind: 'event',
  callId: 'c',
  seq,
  atMs: seq,
  type: 'x',
  payload: {},
});
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('journal', () => {
  it('append, append: one batch after a short wait', async () => {
    const { time, database, journal, append } = setUp();
    append(3);
    expect(database.batches).toBe(0);
    expect(journal.pendingEvents).toBe(3);
    await time.advance(60);
    expect(database.batches).toBe(1);
    expect([...database.got.keys()]).toEqual([0, 1, 2]);
    expect(journal.pendingEvents).toBe(0);
    expect(journal.lagMs).toBe(0);
  });

  it('database refuses: events go to disk within moments; answers: each is written', async () => {
    const { time, database, journal, append, notices } = setUp();
    database.mode = 'refuse';
    append(5);
    await time.advance(200);
    expect(journal.pendingEvents).toBe(0);
    expect(journal.spoolBytes).toBeGreaterThan(0);
    append(5);
    await time.advance(60_000);
    expect(journal.lagMs).toBeGreaterThanOrEqual(60_000);
    // Attempts come at growing intervals, ten seconds at most.
    expect(database.batches).toBeLessThan(20);
    database.mode = 'answer';
    await time.advance(11_000);
    expect([...database.got.keys()].sort((a, b) => a - b)).toEqual(numbers(10));
    expect(journal.spoolBytes).toBe(0);
    expect(notices).toEqual(['store_down', 'store_up']);
  });

  it('database silent: events go to disk after a second and appending goes on; late answer: nothing is lost', async () => {
    const { time, database, journal, append } = setUp();
    database.mode = 'silent';
    append(5);
    await time.advance(900);
    expect(journal.spoolBytes).toBe(0);
    await time.advance(300);
    expect(journal.spoolBytes).toBeGreaterThan(0);
    append(5);
    await time.advance(30_000);
    // One batch is out, not one for every second of silence.
    expect(database.batches).toBe(1);
    expect(journal.pendingEvents).toBe(0);
    database.mode = 'answer';
    database.held.splice(0).forEach((answer) => answer());
    await time.advance(1000);
    expect([...database.got.keys()].sort((a, b) => a - b)).toEqual(numbers(10));
    expect(journal.spoolBytes).toBe(0);
  });

  it('database slower than the patience for ever: the spool still drains', async () => {
    const { time, database, journal, append } = setUp();
    database.mode = 'silent';
    append(1200);
    for (let i = 0; i < 20; i++) {
      await time.advance(1500);
      database.held.splice(0).forEach((answer) => answer());
    }
    await time.advance(100);
    expect(database.got.size).toBe(1200);
    expect(journal.spoolBytes).toBe(0);
  });

  it('events come faster than the database takes them: the rest goes to disk before memory is full', async () => {
    const { time, database, journal, append } = setUp({ maxItems: 400 });
    database.mode = 'silent';
    for (let i = 0; i < 20; i++) {
      append(80);
      await time.advance(10);
    }
    expect(journal.droppedEvents).toBe(0);
    expect(journal.spoolBytes).toBeGreaterThan(0);
    database.mode = 'answer';
    database.held.splice(0).forEach((answer) => answer());
    await time.advance(2000);
    expect(database.got.size).toBe(1600);
  });

  it('database and disk both gone: memory keeps the newest within its bound and counts the rest', async () => {
    const { time, fs, database, journal, append, notices } = setUp({ maxItems: 100 });
    database.mode = 'refuse';
    fs.broken = true;
    append(1000);
    await time.advance(5000);
    expect(journal.pendingEvents).toBeLessThanOrEqual(100);
    expect(journal.droppedEvents).toBe(1000 - journal.pendingEvents);
    expect(journal.spoolFailing).toBe(true);
    const kept = journal.pendingEvents;
    fs.broken = false;
    database.mode = 'answer';
    await time.advance(11_000);
    expect([...database.got.keys()].sort((a, b) => a - b)).toEqual(numbers(kept, 1000 - kept));
    expect(notices).toEqual(
      expect.arrayContaining(['store_down', 'events_dropped', 'spool_failing', 'store_up']),
    );
    expect(notices.filter((notice) => notice === 'spool_failing')).toHaveLength(1);
  });

  it('spool full: what does not fit stays in memory and is written when the database is back', async () => {
    const { time, database, journal, append, spool } = setUp({}, 1000);
    database.mode = 'refuse';
    for (let i = 0; i < 30; i++) {
      append(1);
      await time.advance(100);
    }
    expect(spool.bytes).toBeLessThanOrEqual(1000);
    expect(journal.pendingEvents).toBeGreaterThan(0);
    expect(journal.droppedEvents).toBe(0);
    database.mode = 'answer';
    await time.advance(20_000);
    expect(database.got.size).toBe(30);
  });

  it('secret lane, cyclic payload, giant payload: never written, never thrown', async () => {
    const { time, database, journal } = setUp();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    journal.append({
      kind: 'event',
      callId: 'c',
      seq: 0,
      atMs: 0,
      type: 'pin',
      payload: '1234',
      lane: 'secret',
    });
    journal.append({ kind: 'event', callId: 'c', seq: 1, atMs: 0, type: 'x', payload: cyclic as never });
    journal.append({ kind: 'event', callId: 'c', seq: 2, atMs: 0, type: 'x', payload: 'x'.repeat(300_000) });
    await time.advance(1000);
    expect(database.batches).toBe(0);
    expect(journal.droppedEvents).toBe(2);
  });

  it('flush: true when safe on disk or in the database, false when neither takes it in time', async () => {
    const { time, fs, database, journal, append } = setUp();
    append(1);
    const safe = journal.flush(1000);
    await time.advance(10);
    expect(await safe).toBe(true);
    database.mode = 'refuse';
    fs.broken = true;
    append(1);
    const unsafe = journal.flush(1000);
    await time.advance(1100);
    expect(await unsafe).toBe(false);
  });

  it('drained: resolves when the spool of an earlier run is in the database', async () => {
    const first = setUp();
    first.database.mode = 'refuse';
    first.append(3);
    await first.time.advance(200);
    await first.journal.close(100);
    await first.spool.close();
    const time = new Time();
    const database = new Database();
    const spool = new Spool({ folder: '/spool', fs: first.fs });
    await spool.adopt();
    const journal = new StoreJournal({ instanceId: 'next', scheduler: time, spool, send: database.send });
    let drained = false;
    void journal.drained().then(() => (drained = true));
    await time.advance(1000);
    expect(drained).toBe(true);
    expect(database.got.size).toBe(3);
  });

  it('a broken logger does not stop it', async () => {
    const time = new Time();
    const database = new Database();
    database.mode = 'refuse';
    const journal = new StoreJournal({
      instanceId: 'me',
      scheduler: time,
      spool: new Spool({ folder: '/spool', fs: new MemoryFs() }),
      send: database.send,
      onNotice: () => {
        throw new Error('logger');
      },
    });
    journal.append({
      kind: 'call_started',
      callId: 'c',
      direction: 'inbound',
      startedAt: wallMs(0),
      pii: {},
    });
    await time.advance(1000);
    expect(journal.pendingEvents).toBe(0);
  });
});
