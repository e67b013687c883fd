import { wallMs } from '../../../src/kernel/time.js';
import type { Store } from '../../../src/store/types.js';
import { POSTGRES_URL, requires } from '../../support/requires.js';
import { booking, Folders, NINE, PATIENT, scratchDatabase, Stores, until } from './harness.js';
import { TcpProxy } from './tcp-proxy.js';

const onPostgres = await requires.postgres();
const folders = new Folders();
const stores = new Stores();
const target = new URL(POSTGRES_URL);

function call(store: Store, callId: string, turns: number, end = true): void {
  store.journal.append({ kind: 'call_started', callId, direction: 'inbound', startedAt: NINE, pii: {} });
  for (let index = 0; index < turns; index++) {
    const at = wallMs(NINE + index);
    store.journal.append({
      kind: 'turn',
      callId,
      turnId: `t${index}`,
      index,
      role: 'user',
      at,
      pii: { text: `${index}` },
    });
    store.journal.append({
      kind: 'event',
      callId,
      seq: index,
      atMs: index,
      type: 'turn',
      payload: { index },
    });
  }
  if (end) {
    store.journal.append({
      kind: 'call_ended',
      callId,
      reason: 'agent_goodbye',
      endedAt: wallMs(NINE + turns),
    });
  }
}

async function elapsed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

onPostgres('the database server fails', () => {
  let database: Awaited<ReturnType<typeof scratchDatabase>>;
  let proxy: TcpProxy;

  beforeEach(async () => {
    database = await scratchDatabase();
    proxy = new TcpProxy(Object.assign(new URL(database.url), { host: target.host }));
    await proxy.up();
  });

  afterEach(async () => {
    await stores.closeAll();
    await proxy.down();
    await database.drop();
    await folders.remove();
  }, 20_000);

  const open = async (dataDir: string): Promise<Store> =>
    stores.open({
      dataDir,
      databaseUrl: proxy.url,
      journalLimits: { patienceMs: 300, retryMinMs: 100, retryMaxMs: 500 },
    });

  it('connected, server gone: append spools, booking is refused; server back: everything is there once', async () => {
    const store = await open(await folders.make());
    call(store, 'before', 2);
    await store.journal.flush();
    await proxy.down();
    call(store, 'during', 40);
    expect(await store.journal.flush(5000)).toBe(true);
    await expect(store.appointments.book(booking('refused'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await until('the outage to show', () => !store.health().databaseConnected, 10_000);
    expect(store.health().spoolBytes).toBeGreaterThan(1000);
    expect(store.health().lagMs).toBeGreaterThan(0);
    await proxy.up();
    await until(
      'the replay',
      () => store.health().spoolBytes === 0 && store.health().databaseConnected,
      15_000,
    );
    for (const [id, turns] of [
      ['before', 2],
      ['during', 40],
    ] as const) {
      const found = await store.calls.get(id);
      expect(found?.turns.map((t) => t.pii.text)).toEqual(Array.from({ length: turns }, (_, i) => `${i}`));
      expect(found).toMatchObject({ reason: 'agent_goodbye' });
      expect(found?.events).toHaveLength(turns);
    }
    expect(store.health()).toMatchObject({ droppedEvents: 0, rejectedEvents: 0, pendingEvents: 0, lagMs: 0 });
    expect(await store.appointments.findByKey('refused')).toBeUndefined();
    expect((await store.appointments.book(booking('later', 0, PATIENT))).status).toBe('booked');
  }, 40_000);

  it('server silent: a booking gives up at its deadline as unknown, the journal spools', async () => {
    const store = await open(await folders.make());
    proxy.mode = 'silent';
    const took = await elapsed(() =>
      expect(store.appointments.book(booking('silent'))).rejects.toMatchObject({ code: 'STORE_TIMEOUT' }),
    );
    expect(took).toBeLessThan(2600);
    call(store, 'quiet', 3);
    expect(await store.journal.flush(5000)).toBe(true);
    proxy.mode = 'pass';
    await proxy.down();
    await proxy.up();
    const found = await until('an answer', () =>
      store.appointments.findByKey('silent').then(
        (appointment) => ({ appointment }),
        () => undefined,
      ),
    );
    expect(found.appointment).toBeUndefined();
    await until(
      'the replay',
      async () => ((await store.calls.get('quiet').catch(() => undefined))?.turns.length ?? 0) === 3,
      20_000,
    );
  }, 60_000);

  it('connection lost between COMMIT and its reply: unknown, then found by its key, then booked once', async () => {
    const store = await open(await folders.make());
    proxy.cutAfter = ['INTO leibniz.appointments', 'COMMIT'];
    await expect(store.appointments.book(booking('cut'))).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
    const found = await until('the key', () => store.appointments.findByKey('cut').catch(() => undefined));
    expect(found).toMatchObject({ idempotencyKey: 'cut' });
    const again = await store.appointments.book(booking('cut', 0, PATIENT));
    expect(again).toMatchObject({ status: 'already_booked', appointment: { id: found.id } });
    expect((await store.jobs.list()).total).toBe(1);
  }, 30_000);

  it('server away at the start: the store opens, spools, and recovers; the spool outlives the process', async () => {
    const dataDir = await folders.make();
    await proxy.down();
    const first = await open(dataDir);
    expect(first.health().databaseConnected).toBe(false);
    call(first, 'early', 5);
    await expect(first.appointments.book(booking('early'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await expect(first.calls.list()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await stores.closeAll();
    await proxy.up();
    const second = await open(dataDir);
    const found = await until('the replay', () => second.calls.get('early').catch(() => undefined), 15_000);
    expect(found.turns).toHaveLength(5);
  }, 30_000);

  it('wrong credentials or a missing database: one clear error at the start', async () => {
    const url = new URL(proxy.url);
    url.pathname = '/no_such_database';
    await expect(stores.open({ dataDir: await folders.make(), databaseUrl: url.href })).rejects.toMatchObject(
      {
        code: 'CONFIG_INVALID',
        field: 'DATABASE_URL',
      },
    );
  }, 20_000);

  it('calls of a living neighbour stay open, those of a dead one are aborted', async () => {
    const left = await open(await folders.make());
    const right = await open(await folders.make());
    call(left, 'running', 1, false);
    // The agent was heard for two seconds more before its process died.
    const event = { kind: 'event', callId: 'running', seq: 1, type: 'agent_speaking', payload: {} } as const;
    left.journal.append({ ...event, atMs: 2000.7 });
    await left.journal.flush();
    await until('the call', () => right.calls.get('running'));
    expect(await right.calls.abortOpen()).toBe(0);
    // An orderly end retires the instance, like a lease that has run out.
    await left.close();
    expect(await right.calls.abortOpen()).toBe(1);
    expect(await right.calls.get('running')).toMatchObject({ reason: 'aborted', endedAtMs: NINE + 2000 });
  }, 20_000);
});
