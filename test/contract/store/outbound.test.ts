import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { seededRng } from '../../../src/kernel/rng.js';
import { wallMs } from '../../../src/kernel/time.js';
import { outboundOf } from '../../../src/store/aggregates/outbound/index.js';
import { CalendarLedger } from '../../../src/store/calendar-ledger.js';
import { sharedNowMs, type Database } from '../../../src/store/db/database.js';
import { migrate } from '../../../src/store/db/migrate.js';
import { PgDatabase } from '../../../src/store/db/pg-database.js';
import { PgliteDatabase } from '../../../src/store/db/pglite-database.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import type { Appointment, Appointments, MoveRequest } from '../../../src/store/types.js';
import { requires } from '../../support/requires.js';
import { EmbeddedTemplate, Folders, scratchDatabase } from './harness.js';
import { describeOutboundContract, type OutboundUnderTest } from './outbound-contract.js';

const folders = new Folders();
const template = new EmbeddedTemplate(folders);
afterAll(() => folders.remove());

type Calendar = Pick<Appointments, 'book' | 'move' | 'cancel'>;

/** The calendar in the words of the contract. */
const desk = (calendar: Calendar) => ({
  book: async (request: Parameters<Calendar['book']>[0]): Promise<Appointment> => {
    const outcome = await calendar.book(request);
    if (outcome.status === 'conflict') throw new Error('the time is taken');
    return outcome.appointment;
  },
  move: ({ id, version, startsAtMs, endsAtMs, ...slot }: Appointment, byMs: number) => {
    const [from, to] = [wallMs(startsAtMs + byMs), wallMs(endsAtMs + byMs)];
    const { resource, date, time, timezone } = slot;
    const where = {
      resource,
      date,
      time,
      timezone,
      capacity: 1,
      startsAtMs: from,
      endsAtMs: to,
      occupiedUntilMs: to,
    };
    const request: MoveRequest = { ...where, id, expectedVersion: version, idempotencyKey: randomUUID() };
    return calendar.move(request);
  },
  cancel: ({ id, version }: Appointment) =>
    calendar.cancel({ id, expectedVersion: version, idempotencyKey: randomUUID() }),
});

/** The tables of a database, on a clock that the tests set. */
function overDatabase(db: Database, clock: { ms: number }): Awaited<ReturnType<OutboundUnderTest['open']>> {
  const rng = seededRng(1);
  const wallNow = (): number => clock.ms;
  const ledger = new CalendarLedger({ db, wallNow });
  const soon = (): number => sharedNowMs() + 10_000;
  return {
    outbound: outboundOf(db, wallNow, () => rng.float()),
    ...desk({
      book: (request) => ledger.book(request, soon()),
      move: (request) => ledger.move(request, soon()),
      cancel: (request) => ledger.cancel(request, soon()),
    }),
  };
}

describeOutboundContract('fake', {
  open: async (clock) => {
    const scheduler = { now: () => 0 as never, wall: () => wallMs(clock.ms), at: () => () => undefined };
    const store = new FakeStore({ scheduler });
    return { outbound: store.outbound, ...desk(store.appointments) };
  },
  close: async () => undefined,
});

let embedded: PgliteDatabase;
describeOutboundContract('pglite', {
  open: async (clock) => {
    embedded = await PgliteDatabase.open(join(await template.dataDir(), 'db'));
    return overDatabase(embedded, clock);
  },
  close: () => embedded.close(),
});

const onPostgres = await requires.postgres();
let server: PgDatabase;
let scratch: Awaited<ReturnType<typeof scratchDatabase>>;
describeOutboundContract(
  'postgres',
  {
    open: async (clock) => {
      scratch = await scratchDatabase();
      server = new PgDatabase(scratch.url);
      await migrate(server, MIGRATIONS);
      return overDatabase(server, clock);
    },
    close: async () => {
      await server.close();
      await scratch.drop();
    },
  },
  onPostgres,
);
