import { join } from 'node:path';
import { DatabaseError, toDatabaseError, type Database } from '../../../src/store/db/database.js';
import { migrate } from '../../../src/store/db/migrate.js';
import { PgDatabase } from '../../../src/store/db/pg-database.js';
import { PgliteDatabase } from '../../../src/store/db/pglite-database.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import type { Store } from '../../../src/store/types.js';
import { wallMs } from '../../../src/kernel/time.js';
import { requires } from '../../support/requires.js';
import { appointmentOf } from './calendar-contract.js';
import { booking, Folders, NINE, PATIENT, scratchDatabase, slot, Stores } from './harness.js';

const folders = new Folders();
const stores = new Stores();
const onPostgres = await requires.postgres();
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  await stores.closeAll();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
}, 20_000);
afterAll(() => folders.remove());

/** A database of the first version, and a store on it once it has been closed. */
interface Subject {
  readonly db: Database;
  openStore(): Promise<Store>;
}

async function onPglite(): Promise<Subject> {
  const dataDir = await folders.make();
  const db = await PgliteDatabase.open(join(dataDir, 'db'));
  return { db, openStore: () => stores.open({ dataDir }) };
}

async function onServer(): Promise<Subject> {
  const database = await scratchDatabase();
  cleanUps.push(() => database.drop());
  const db = new PgDatabase(database.url);
  return {
    db,
    openStore: async () => stores.open({ dataDir: await folders.make(), databaseUrl: database.url }),
  };
}

/** What a process of the first version writes when it books. */
async function bookAsVersion1(db: Database, id: string, seat: number, offsetMin: number): Promise<void> {
  const { startsAtMs, endsAtMs, date, time, timezone } = slot(offsetMin);
  await db.query(
    `INSERT INTO leibniz.appointments (id, idempotency_key, call_id, advisor, starts_at_ms, ends_at_ms, local_date,
       local_time, timezone, purpose, created_at_ms, pii)
     VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, 'first visit', $4, $9::jsonb)`,
    [
      id,
      `key-${id}`,
      seat,
      startsAtMs,
      endsAtMs,
      date,
      time,
      timezone,
      JSON.stringify({ userName: `Ada ${id}` }),
    ],
  );
}

const SUBJECTS = [
  ['pglite', onPglite, describe],
  ['postgres', onServer, onPostgres],
] as const;

for (const [name, open, suite] of SUBJECTS) {
  suite(`a database of version 1 on ${name}`, () => {
    it('migrated: its rows are kept, have what is new, and keep their seats', async () => {
      const { db, openStore } = await open();
      await migrate(db, MIGRATIONS.slice(0, 1));
      await bookAsVersion1(db, 'a', 0, 0);
      await bookAsVersion1(db, 'b', 1, 15);
      await bookAsVersion1(db, 'gone', 0, 60);
      await db.query(`UPDATE leibniz.appointments SET status = 'cancelled' WHERE id = 'gone'`);
      expect(await migrate(db, MIGRATIONS)).toEqual(MIGRATIONS.slice(1).map(({ number }) => number));
      await db.close();

      const store = await openStore();
      const { items } = await store.appointments.list();
      expect(items.map(({ id, status, resource, version }) => [id, status, resource, version])).toEqual([
        ['a', 'booked', 'office', 1],
        ['b', 'booked', 'office', 1],
        ['gone', 'cancelled', 'office', 1],
      ]);
      expect(new Set(items.map(({ reference }) => reference)).size).toBe(3);
      for (const { reference } of items) expect(reference).toMatch(/^[HKLMPQRWXY2346789]{6}$/);
      expect(items[0]).toMatchObject({ occupiedUntilMs: items[0]?.endsAtMs, pii: { userName: 'Ada a' } });
      const busy = await store.appointments.busy(NINE, wallMs(NINE + 24 * 3600_000));
      expect(busy).toHaveLength(2);
      const two = { ...PATIENT, capacity: 2 };
      expect(await store.appointments.book(booking('full', 20, two))).toEqual({ status: 'conflict' });
      expect(await store.appointments.book(booking('room', 30, two))).toMatchObject({ status: 'booked' });
      const found = await store.appointments.find({ fromMs: NINE, name: 'ada a' });
      const moved = await store.appointments.move({
        idempotencyKey: 'm',
        id: found[0]?.id ?? '',
        expectedVersion: 1,
        ...slot(300),
        ...PATIENT,
      });
      expect(moved).toMatchObject({ status: 'moved', appointment: { id: 'a', version: 2 } });
    }, 90_000);

    it('a process of version 1 goes on booking until its column is gone, and nobody takes what it has booked', async () => {
      const { db, openStore } = await open();
      await migrate(db, MIGRATIONS.slice(0, 2));
      await bookAsVersion1(db, 'old', 0, 0);
      const refused = await bookAsVersion1(db, 'late', 0, 15).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(DatabaseError);
      expect(toDatabaseError(refused)).toMatchObject({ kind: 'constraint' });
      // Its last bookings stand when what was kept for it goes; undefined_column is all it gets from then on.
      await migrate(db, MIGRATIONS);
      await expect(bookAsVersion1(db, 'too-late', 0, 600)).rejects.toThrow(/42703/);
      await db.close();
      const store = await openStore();
      expect(await store.appointments.book(booking('new', 15, PATIENT))).toEqual({ status: 'conflict' });
      const next = appointmentOf(await store.appointments.book(booking('next', 30, PATIENT)));
      expect(next.reference).not.toBe((await store.appointments.get('old'))?.reference);
    }, 90_000);
  });
}

onPostgres('two processes on one server', () => {
  it('race for one time: twenty at once, exactly one gets it, held or booked', async () => {
    const database = await scratchDatabase();
    cleanUps.push(() => database.drop());
    const open = async () => stores.open({ dataDir: await folders.make(), databaseUrl: database.url });
    const one = await open();
    const other = await open();
    for (let round = 0; round < 5; round++) {
      const at = round * 60;
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => {
          const store = n % 2 === 0 ? one : other;
          return n % 4 < 2
            ? store.appointments.book(booking(`race-${round}-${n}`, at + (n % 3), PATIENT))
            : store.appointments.hold({
                holdKey: `race-${round}-${n}`,
                callId: `call-${n}`,
                expiresAtMs: wallMs(Date.now() + 120_000),
                ...slot(at + (n % 3)),
              });
        }),
      );
      const won = outcomes.filter((outcome) => outcome.status !== 'conflict');
      expect(won).toHaveLength(1);
      const busy = await one.appointments.busy(slot(at).startsAtMs, slot(at).endsAtMs);
      expect(busy).toHaveLength(1);
    }
  }, 60_000);

  it('without any lock the constraint alone lets one in', async () => {
    const database = await scratchDatabase();
    cleanUps.push(() => database.drop());
    const db = new PgDatabase(database.url);
    await migrate(db, MIGRATIONS);
    const insert = (n: number, resource: string) =>
      db.query(
        `INSERT INTO leibniz.occupancies (id, resource, seat, starts_at_ms, until_ms) VALUES ($1, $2, 0, $3, $4)`,
        [`${resource}-${n}`, resource, n % 5, 100],
      );
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => insert(n, n % 2 === 0 ? 'kim' : 'Kim')),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await db.close();
  }, 60_000);
});
