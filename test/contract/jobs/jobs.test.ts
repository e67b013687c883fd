import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { OpenStoreOptions } from '../../../src/jobs/open-store.js';
import type { JobRecord, Store } from '../../../src/store/types.js';
import { POSTGRES_URL, REDIS_URL, requires } from '../../support/requires.js';
import {
  booking,
  EmbeddedTemplate,
  Folders,
  NINE,
  PATIENT,
  scratchDatabase,
  slot,
  Stores,
  until,
} from '../store/harness.js';
import { TcpProxy } from '../store/tcp-proxy.js';
import { Receiver } from './receiver.js';

/** Prefix of this run's keys in Redis. */
const PREFIX = `test-${randomUUID()}`;

const CHILD = fileURLToPath(new URL('./crash-child.mjs', import.meta.url));
const folders = new Folders();
const template = new EmbeddedTemplate(folders);
const onRedis = await requires.redis();
const onPostgres = await requires.postgres();
afterAll(async () => {
  await folders.remove();
  if (onRedis === describe) await removeKeys();
});

/** A queue backend under test: what to open the store with, beside the data directory. */
interface Backend {
  readonly name: string;
  readonly suite: typeof describe;
  options(): Promise<Partial<OpenStoreOptions>>;
  cleanUp(): Promise<void>;
}

function postgresBackend(): Backend {
  let database: Awaited<ReturnType<typeof scratchDatabase>> | undefined;
  return {
    name: 'postgres',
    suite: onPostgres,
    options: async () => {
      database = await scratchDatabase();
      return { databaseUrl: database.url };
    },
    cleanUp: async () => database?.drop(),
  };
}

const BACKENDS: readonly Backend[] = [
  { name: 'pglite', suite: describe, options: async () => ({}), cleanUp: async () => undefined },
  {
    name: 'redis',
    suite: onRedis,
    options: async () => ({ redisUrl: REDIS_URL }),
    cleanUp: async () => undefined,
  },
  postgresBackend(),
];

async function finished(store: Store, status: JobRecord['status'], key = 0): Promise<JobRecord> {
  return until(`a ${status} job`, async () => (await store.jobs.list({ status })).items[key], 15_000);
}

for (const backend of BACKENDS) {
  backend.suite(`follow-ups on ${backend.name}`, () => {
    const stores = new Stores();
    const receiver = new Receiver();
    let base: OpenStoreOptions;
    let store: Store;
    let minute = 0;

    beforeAll(async () => {
      await receiver.start();
      base = {
        dataDir: await template.dataDir(),
        ...(await backend.options()),
        // Longer than a busy machine lets a thread or this receiver wait: a lock that is lost is a job done twice.
        followup: { webhookUrl: receiver.url, webhookSecret: receiver.secret, timeoutMs: 2500 },
        queue: {
          backoffMs: 50,
          lockMs: 6000,
          stalledMs: 500,
          reconcileMs: 1000,
          prefix: PREFIX,
        },
      };
      store = await stores.open(base);
    }, 60_000);

    afterAll(async () => {
      await stores.closeAll();
      await receiver.stop();
      await backend.cleanUp();
    }, 30_000);

    beforeEach(async () => {
      // What the test before has set off would take the answers that are meant for this one.
      await until('no job is open', async () => {
        const open = await Promise.all(
          (['pending', 'processing'] as const).map((status) => store.jobs.list({ status })),
        );
        return open.every(({ total }) => total === 0);
      });
      receiver.deliveries.length = 0;
      receiver.answers.length = 0;
    });

    const book = async (): Promise<string> => {
      const outcome = await store.appointments.book(booking(randomUUID(), (minute += 30), PATIENT));
      if (outcome.status === 'conflict') throw new Error('conflict');
      return outcome.appointment.id;
    };
    const jobOf = (appointmentId: string, status: JobRecord['status']): Promise<JobRecord> =>
      until(
        `a ${status} job`,
        async () => {
          const { items } = await store.jobs.list({ status });
          return items.find(
            (job) => (job.payload as { appointmentId: string }).appointmentId === appointmentId,
          );
        },
        15_000,
      );

    it('booked: the calendar file is kept with the appointment and a signed POST is sent', async () => {
      const id = await book();
      const job = await jobOf(id, 'completed');
      expect(job).toMatchObject({ type: 'appointment_confirmation', retry_count: 0, error_message: null });
      expect(Date.parse(job.completed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(job.created_at));
      const { calendar } = (await store.appointments.get(id)) ?? {};
      expect(calendar).toContain('DTSTART;TZID=Europe/Berlin:20261124T');
      expect(receiver.deliveries).toHaveLength(1);
      expect(receiver.deliveries[0]).toMatchObject({
        id: job.id,
        signed: true,
        body: { type: 'appointment.booked', appointment: { id }, calendar },
      });
      await until('the queue to show', () => store.health().queue.connected);
    }, 30_000);

    it('a crawl is a job; a site that nobody has allowed is not asked', async () => {
      const id = await store.materials.crawl({
        urls: ['https://example.org/'],
        maxPages: 1,
        maxDepth: 0,
      });
      const job = await until('a completed crawl', async () => {
        const found = await store.jobs.get(id);
        return found?.status === 'completed' ? found : undefined;
      });
      expect(job.result).toMatchObject({ done: 0, skipped: 1, failed: 0 });
    }, 30_000);

    it('moved, cancelled: the file is made anew and each change is told, with the same UID and a higher sequence', async () => {
      const id = await book();
      await jobOf(id, 'completed');
      const change = { id, expectedVersion: 1, ...PATIENT, ...slot((minute += 30)) };
      await store.appointments.move({ idempotencyKey: randomUUID(), ...change });
      await until('the change', () => receiver.deliveries.length === 2);
      const cancel = { id, expectedVersion: 2, ...PATIENT };
      await store.appointments.cancel({ idempotencyKey: randomUUID(), ...cancel });
      await until('the cancellation', () => receiver.deliveries.length === 3);
      const told = receiver.deliveries.map(({ signed, body }) => [
        signed,
        body.type,
        body.appointment?.sequence,
      ]);
      expect(told).toEqual([
        [true, 'appointment.booked', 0],
        [true, 'appointment.changed', 1],
        [true, 'appointment.cancelled', 2],
      ]);
      const files = receiver.deliveries.map(({ body }) => body.calendar ?? '');
      expect(files.map((file) => /METHOD:(\w+)/.exec(file)?.[1])).toEqual(['REQUEST', 'REQUEST', 'CANCEL']);
      expect(new Set(files.map((file) => /^UID:.*$/m.exec(file)?.[0])).size).toBe(1);
      expect((await store.appointments.get(id))?.calendar).toBe(files[2]);
    }, 30_000);

    it('cancelled before its confirmation was sent: only the cancellation is told', async () => {
      receiver.answers.push('silence');
      const first = await book();
      const { total } = await store.jobs.list({ type: 'appointment_confirmation' });
      await until('the first attempt', () => receiver.deliveries.length === 1);
      await store.appointments.cancel({
        idempotencyKey: randomUUID(),
        id: first,
        expectedVersion: 1,
        ...PATIENT,
      });
      const { items } = await store.jobs.list({ type: 'appointment_confirmation', limit: 1 });
      const job = await until('the repetition', async () => {
        const found = await store.jobs.get(items[0]?.id ?? '');
        return found?.status === 'completed' ? found : undefined;
      });
      expect(job.result).toEqual({ skipped: 'cancelled' });
      expect((await store.jobs.list({ type: 'appointment_confirmation' })).total).toBe(total);
      await until('the cancellation', () => receiver.deliveries.length === 2);
      expect(receiver.deliveries[1]?.body.type).toBe('appointment.cancelled');
    }, 30_000);

    it('a call-back is asked for, a time is offered: told without what was left as a message', async () => {
      const asked = await store.callbacks.request({
        idempotencyKey: randomUUID(),
        kind: 'message',
        reason: 'no_answer_found',
        pii: { name: 'Ada Example', number: '+4930123456', message: 'It is about my knee.' },
        ...PATIENT,
      });
      await until('the call-back', () => receiver.deliveries.length === 1);
      expect(receiver.deliveries[0]).toMatchObject({
        signed: true,
        body: {
          type: 'callback.requested',
          callback: { id: asked.callback.id, kind: 'message', has_message: true, user_name: 'Ada Example' },
        },
      });
      const { idempotencyKey } = asked.callback;
      const to = { kind: 'message' as const, pii: { number: '+4930999', message: 'It is about my knee.' } };
      await store.callbacks.change({ idempotencyKey, to, ...PATIENT });
      await until('the change', () => receiver.deliveries.length === 2);
      await store.callbacks.change({ idempotencyKey, ...PATIENT });
      await until('the withdrawal', () => receiver.deliveries.length === 3);
      expect(receiver.deliveries.slice(1)).toMatchObject([
        { body: { type: 'callback.changed', callback: { caller_number: '+4930999' } } },
        { body: { type: 'callback.withdrawn' } },
      ]);
      expect(JSON.stringify(receiver.deliveries)).not.toContain('knee');
      const ahead = Math.ceil((Date.now() - NINE) / 60_000 / 1440 + 2) * 1440 + (minute += 30);
      const booked = await store.appointments.book(booking(randomUUID(), ahead, PATIENT));
      if (booked.status === 'conflict') throw new Error('conflict');
      const { id, date } = booked.appointment;
      const { entry } = await store.waitingList.join({
        idempotencyKey: randomUUID(),
        from: date,
        to: date,
        durationMin: 30,
        pii: { name: 'Grace Example', number: '+4930999' },
        ...PATIENT,
      });
      await store.appointments.cancel({ idempotencyKey: randomUUID(), id, expectedVersion: 1, ...PATIENT });
      const offer = await until('the offer', () =>
        receiver.deliveries.find(({ body }) => body.type === 'waitlist.offered'),
      );
      expect(offer.body).toMatchObject({
        offer: { resource: 'office', starts_at: new Date(booked.appointment.startsAtMs).toISOString() },
        entry: { id: entry.id, user_name: 'Grace Example' },
      });
    }, 30_000);

    it('503, 429, then 200: retried and completed', async () => {
      receiver.answers.push(503, 429);
      const job = await jobOf(await book(), 'completed');
      expect(job.retry_count).toBe(2);
      expect(new Set(receiver.deliveries.map(({ id }) => id))).toEqual(new Set([job.id]));
      expect(receiver.deliveries).toHaveLength(3);
    }, 30_000);

    it('503 four times: a dead letter after three retries; retried by hand: completed', async () => {
      receiver.answers.push(503, 503, 503, 503);
      const id = await book();
      const dead = await jobOf(id, 'failed');
      expect(dead).toMatchObject({ retry_count: 3, max_retries: 3 });
      expect(dead.error_message).toContain('503');
      expect(receiver.deliveries).toHaveLength(4);
      expect(await store.jobs.retry(dead.id)).toMatchObject({ status: 'pending', retry_count: 0 });
      expect(await jobOf(id, 'completed')).toMatchObject({ id: dead.id, error_message: null });
      await expect(store.jobs.retry(dead.id)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }, 30_000);

    it('400, or a redirect elsewhere: a dead letter at once, and nothing is sent on', async () => {
      receiver.answers.push(400);
      expect(await jobOf(await book(), 'failed')).toMatchObject({ retry_count: 0 });
      const other = new Receiver();
      await other.start();
      receiver.answers.push({ location: other.url });
      const job = await jobOf(await book(), 'failed');
      expect(job.error_message).toContain('redirects are not followed');
      expect(other.deliveries).toHaveLength(0);
      await other.stop();
    }, 30_000);

    it('no answer in time: retried', async () => {
      receiver.answers.push('silence');
      const job = await jobOf(await book(), 'completed');
      expect(job.retry_count).toBe(1);
    }, 30_000);

    it('killed -9 in the middle of a job: the next process does it', async () => {
      await stores.closeAll();
      receiver.answers.push('silence');
      // The process is killed while it waits for an answer, however long the kill takes.
      const options = { ...base, followup: { ...base.followup, timeoutMs: 60_000 } };
      const child = spawn(process.execPath, [CHILD, JSON.stringify({ options, days: 1 })]);
      await until('the job to start', () => receiver.deliveries.length > 0, 20_000);
      await kill(child);
      store = await stores.open(base);
      const found = await store.appointments.findByKey('key-0');
      const job = await jobOf(found?.id ?? '', 'completed');
      expect(receiver.deliveries.map(({ id }) => id)).toEqual([job.id, job.id]);
    }, 60_000);
  });
}

const shared = new Stores();
afterEach(() => shared.closeAll(), 20_000);

describe('killed -9 while writing', () => {
  it('every confirmed booking and flushed call is there; open calls are aborted; a job exists for each', async () => {
    const options: OpenStoreOptions = {
      dataDir: await template.dataDir(),
      queue: { lockMs: 1500, stalledMs: 500, reconcileMs: 1000 },
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify({ options, days: 100_000 })]);
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    await until('some writes', () => output.split('\n').length > 60, 30_000);
    await expect(shared.open(options)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED', field: 'DATA_DIR' });
    await kill(child);
    const store = await shared.open(options);
    const confirmed = [...output.matchAll(/^booked (key-\d+)$/gm)].map(([, key = '']) => key);
    expect(confirmed.length).toBeGreaterThan(20);
    for (const key of confirmed) expect(await store.appointments.findByKey(key)).toBeDefined();
    const { total } = await store.appointments.list();
    expect((await store.jobs.list()).total).toBe(total);
    await until('the sweep', async () => (await store.calls.list({ open: true })).total === 0);
    for (const [, id = ''] of output.matchAll(/^flushed (call-\d+)$/gm)) {
      const ended = Number(id.slice('call-'.length)) % 2 === 0;
      expect(await store.calls.get(id)).toMatchObject({
        reason: ended ? 'silence' : 'aborted',
        turnCount: 1,
      });
    }
    await until(
      'the jobs',
      async () => (await store.jobs.list({ status: 'completed' })).total === total,
      20_000,
    );
    await shared.closeAll();
  }, 90_000);
});

onRedis('redis goes away', () => {
  it('bookings go on, the outbox keeps their jobs, and they run when redis is back', async () => {
    const proxy = new TcpProxy(new URL(REDIS_URL));
    await proxy.up();
    const queue = { prefix: PREFIX, stalledMs: 500 };
    const store = await shared.open({ dataDir: await template.dataDir(), redisUrl: proxy.url, queue });
    await store.appointments.book(booking('first', 0, PATIENT));
    await finished(store, 'completed');
    await proxy.down();
    await until('the outage to show', () => !store.health().queue.connected);
    for (const minute of [30, 60]) {
      expect((await store.appointments.book(booking(`out-${minute}`, minute, PATIENT))).status).toBe(
        'booked',
      );
    }
    await until('the outbox', () => store.health().queue.waiting === 2);
    expect((await store.jobs.list({ status: 'pending' })).total).toBe(2);
    await proxy.up();
    await until('the jobs', async () => (await store.jobs.list({ status: 'completed' })).total === 3, 20_000);
    await shared.closeAll();
    await proxy.down();
  }, 60_000);

  it('away at the start: the store opens and says so', async () => {
    const store = await shared.open({
      dataDir: await template.dataDir(),
      redisUrl: 'redis://127.0.0.1:24099',
    });
    expect((await store.appointments.book(booking('alone', 0, PATIENT))).status).toBe('booked');
    await until('the report', () => store.health().problem?.includes('queue') ?? false);
    await shared.closeAll();
  }, 30_000);
});

onPostgres('postgres goes away under its queue', () => {
  it('the jobs run when it is back', async () => {
    const database = await scratchDatabase();
    const proxy = new TcpProxy(Object.assign(new URL(database.url), { host: new URL(POSTGRES_URL).host }));
    await proxy.up();
    const store = await shared.open({ dataDir: await folders.make(), databaseUrl: proxy.url });
    await store.appointments.book(booking('first', 0, PATIENT));
    await finished(store, 'completed');
    await proxy.down();
    await until('the outage to show', () => !store.health().databaseConnected);
    await proxy.up();
    const second = booking('second', 30, PATIENT);
    await until(
      'a booking',
      () =>
        store.appointments.book(second).then(
          () => true,
          () => false,
        ),
      15_000,
    );
    await until('the job', async () => (await store.jobs.list({ status: 'completed' })).total === 2, 25_000);
    await shared.closeAll();
    await proxy.down();
    await database.drop();
  }, 60_000);
});

async function removeKeys(): Promise<void> {
  const client = new Redis(REDIS_URL);
  const keys = await client.keys(`${PREFIX}:*`);
  if (keys.length > 0) await client.del(...keys);
  await client.quit();
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
