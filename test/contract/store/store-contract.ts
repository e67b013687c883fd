import { wallMs } from '../../../src/kernel/time.js';
import type { Store } from '../../../src/store/types.js';
import { booking, NINE, PATIENT, until } from './harness.js';

/** A store under test. */
export interface StoreUnderTest {
  /** One store for the whole suite. */
  open(): Promise<Store>;
  close(): Promise<void>;
}

let nextDay = 0;

/** A day that no other test has, in minutes after the first one. */
export const freshDay = (): number => nextDay++ * 24 * 60;

/** The behaviour that every store has, the fake included. */
export function describeStoreContract(name: string, subject: StoreUnderTest, suite = describe): void {
  suite(`store contract: ${name}`, () => {
    let store: Store;
    let day: number;

    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close(), 30_000);
    // Each test books on a day of its own, so that they do not meet.
    beforeEach(() => {
      day = freshDay();
    });

    const at = (key: string, minute = 0) => booking(key, day + minute, PATIENT);

    it('books once, and the same key again gives the same appointment', async () => {
      const first = await store.appointments.book(at('once'));
      const second = await store.appointments.book(at('once'));
      expect(first.status).toBe('booked');
      expect(second.status).toBe('already_booked');
      if (first.status === 'conflict' || second.status === 'conflict') throw new Error('conflict');
      expect(second.appointment.id).toBe(first.appointment.id);
      expect(first.appointment).toMatchObject({
        date: at('once').date,
        time: '09:00',
        reference: expect.stringMatching(/^[HKLMPQRWXY2346789]{6}$/) as string,
        version: 1,
        sequence: 0,
        timezone: 'Europe/Berlin',
        purpose: 'first visit',
        status: 'booked',
        pii: { userName: 'Ada Example', callerNumber: '+4930123456' },
      });
      expect(await store.appointments.findByKey('once')).toMatchObject({ id: first.appointment.id });
      expect(await store.appointments.get(first.appointment.id)).toMatchObject({ idempotencyKey: 'once' });
    });

    it('refuses an overlap as a conflict and leaves nothing behind', async () => {
      await store.appointments.book(at('holder'));
      expect(await store.appointments.book(at('late', 15))).toEqual({ status: 'conflict' });
      expect(await store.appointments.findByKey('late')).toBeUndefined();
      // Touching is no overlap.
      expect((await store.appointments.book(at('after', 30))).status).toBe('booked');
    });

    it('gives a contested slot to exactly one of many', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.appointments.book(at(`race-${i}`, i % 3))),
      );
      expect(outcomes.filter(({ status }) => status === 'booked')).toHaveLength(1);
      expect(outcomes.filter(({ status }) => status === 'conflict')).toHaveLength(19);
    });

    it('books once when the same key comes many times at once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => store.appointments.book(at('same'))),
      );
      expect(outcomes.filter(({ status }) => status === 'booked')).toHaveLength(1);
      expect(outcomes.filter(({ status }) => status === 'already_booked')).toHaveLength(7);
    });

    it('lists appointments in order of start, by interval and by page, and tells what is busy', async () => {
      for (const minute of [60, 0, 30, 120]) await store.appointments.book(at(`list-${minute}`, minute));
      const fromMs = wallMs(NINE + day * 60_000);
      const toMs = wallMs(fromMs + 24 * 3600_000);
      const page = await store.appointments.list({ fromMs, toMs, limit: 2, offset: 1 });
      expect(page.total).toBe(4);
      expect(page.items.map((a) => a.idempotencyKey)).toEqual(['list-30', 'list-60']);
      const minutes = (at: number): number => (at - fromMs) / 60_000;
      const busy = await store.appointments.busy(fromMs, toMs);
      expect(busy.map((i) => [i.resource, minutes(i.startsAtMs), minutes(i.endsAtMs)])).toEqual([
        ['office', 0, 30],
        ['office', 30, 60],
        ['office', 60, 90],
        ['office', 120, 150],
      ]);
      expect(
        await store.appointments.busy(wallMs(fromMs + 10 * 60_000), wallMs(fromMs + 20 * 60_000)),
      ).toHaveLength(1);
    });

    it('refuses a booking that makes no sense', async () => {
      const { startsAtMs } = at('backwards');
      await expect(
        store.appointments.book({ ...at('backwards'), endsAtMs: startsAtMs }),
      ).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        field: 'endsAtMs',
      });
      await expect(
        store.appointments.book({ ...at('nowhere'), timezone: 'Mars/Base' }),
      ).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        field: 'timezone',
      });
    });

    it('writes a follow-up job with the booking and only with it', async () => {
      const before = (await store.jobs.list()).total;
      const outcome = await store.appointments.book(at('job'));
      await store.appointments.book(at('no-job', 10));
      if (outcome.status === 'conflict') throw new Error('conflict');
      const { items, total } = await store.jobs.list({ type: 'appointment_confirmation' });
      expect(total).toBe(before + 1);
      expect(items[0]).toMatchObject({ max_retries: 3, payload: { appointmentId: outcome.appointment.id } });
      expect(await store.jobs.get(items[0]?.id ?? '')).toMatchObject({ type: 'appointment_confirmation' });
      await expect(store.jobs.retry('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('keeps a call with its transcript and event log, whatever the order of arrival', async () => {
      const callId = `call-${day}`;
      const turn = { kind: 'turn', callId, at: NINE } as const;
      store.journal.append({
        kind: 'call_ended',
        callId,
        reason: 'agent_goodbye',
        endedAt: wallMs(NINE + 9000),
        stats: { turns: 2 },
      });
      store.journal.append({
        ...turn,
        turnId: 't1',
        index: 1,
        role: 'user',
        confidence: 0.5,
        timings: { gap_ms: 420 },
        pii: { text: 'Tuesday\u0000 \uD800 please' },
      });
      store.journal.append({
        ...turn,
        turnId: 't0',
        index: 0,
        role: 'agent',
        sources: ['a.md'],
        pii: { text: 'Hello. How…', heard: 'Hello.' },
      });
      store.journal.append({
        kind: 'call_started',
        callId,
        direction: 'inbound',
        startedAt: NINE,
        pii: { from: '+491', to: '+492' },
      });
      store.journal.append({
        kind: 'event',
        callId,
        seq: 1,
        atMs: 20.5,
        type: 'dtmf',
        payload: { digit: '1' },
      });
      store.journal.append({ kind: 'event', callId, seq: 0, atMs: 0, type: 'rtp', payload: null });
      await store.journal.flush();
      const call = await until('the call', async () => {
        const found = await store.calls.get(callId);
        return found?.reason === undefined || found.events.length < 2 ? undefined : found;
      });
      expect(call).toMatchObject({
        direction: 'inbound',
        startedAtMs: NINE,
        endedAtMs: NINE + 9000,
        reason: 'agent_goodbye',
        stats: { turns: 2 },
        turnCount: 2,
        pii: { from: '+491', to: '+492' },
      });
      expect(call.turns.map((t) => t.pii)).toEqual([
        { text: 'Hello. How…', heard: 'Hello.' },
        { text: 'Tuesday\uFFFD \uFFFD please' },
      ]);
      expect(call.turns[1]).toMatchObject({ confidence: 0.5, timings: { gap_ms: 420 }, turnId: 't1' });
      expect(call.events.map((e) => [e.seq, e.atMs, e.type, e.version, e.payload])).toEqual([
        [0, 0, 'rtp', 1, null],
        [1, 20.5, 'dtmf', 1, { digit: '1' }],
      ]);
    });

    it('takes every event once, however often it comes, and never one of the secret lane', async () => {
      const callId = `twice-${day}`;
      store.journal.append({ kind: 'call_started', callId, direction: 'inbound', startedAt: NINE, pii: {} });
      for (let i = 0; i < 3; i++) {
        store.journal.append({
          kind: 'turn',
          callId,
          turnId: 't0',
          index: 0,
          role: 'user',
          at: NINE,
          pii: { text: `try ${i}` },
        });
        store.journal.append({ kind: 'event', callId, seq: 0, atMs: i, type: 'x', payload: i });
        store.journal.append({
          kind: 'event',
          callId,
          seq: 10 + i,
          atMs: i,
          type: 'pin',
          payload: '1234',
          lane: 'secret',
        });
      }
      store.journal.append({ kind: 'call_ended', callId, reason: 'caller_hangup', endedAt: NINE });
      store.journal.append({ kind: 'call_ended', callId, reason: 'silence', endedAt: NINE });
      await store.journal.flush();
      const call = await until('the call', async () => {
        const found = await store.calls.get(callId);
        return found?.reason === undefined ? undefined : found;
      });
      expect(call.turns.map((t) => t.pii.text)).toEqual(['try 0']);
      expect(call.events.map((e) => e.payload)).toEqual([0]);
      expect(call.reason).toBe('caller_hangup');
    });

    it('lists calls, newest first, by state', async () => {
      const ids = ['a', 'b', 'c'].map((id) => `list-${day}-${id}`);
      const base = wallMs(NINE + day * 60_000 + 1);
      ids.forEach((callId, i) =>
        store.journal.append({
          kind: 'call_started',
          callId,
          direction: 'inbound',
          startedAt: wallMs(base + i),
          pii: {},
        }),
      );
      store.journal.append({ kind: 'call_ended', callId: ids[1] ?? '', reason: 'silence', endedAt: base });
      await store.journal.flush();
      const query = { fromMs: base, toMs: wallMs(base + 10) };
      await until(
        'the end',
        async () => (await store.calls.list({ ...query, reason: 'silence' })).total === 1,
      );
      const all = await store.calls.list({ ...query, limit: 2 });
      expect(all.total).toBe(3);
      expect(all.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
      const open = await store.calls.list({ ...query, open: true });
      expect(open.items.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
      expect(await store.calls.get('unknown')).toBeUndefined();
    });

    it('finds calls by a part of a number, a name, or what was said; signs of patterns are letters', async () => {
      const id = `searched-${day}`;
      const at = wallMs(Date.UTC(2026, 9, 2));
      const pii = { from: `+1555${day}`, displayName: `Grace 100%_${day}` };
      store.journal.append({ kind: 'call_started', callId: id, direction: 'inbound', startedAt: at, pii });
      store.journal.append({
        ...{ kind: 'turn', callId: id, index: 0, turnId: 't1', role: 'user', at },
        pii: { text: `About the Lighthouse ${day}` },
      });
      await store.journal.flush();
      const found = async (search: string) =>
        (await store.calls.list({ search, fromMs: at, toMs: wallMs(at + 1) })).items.map((call) => call.id);
      await until('the call', async () => (await found(`lighthouse ${day}`)).length === 1);
      expect(await found(`555${day}`)).toEqual([id]);
      expect(await found(`grace 100%_`)).toEqual([id]);
      expect(await found(`grace%${day}`)).toEqual([]);
      expect(await found('nobody')).toEqual([]);
    });

    it('keeps conversations until they expire', async () => {
      const id = `conversation-${day}`;
      const future = wallMs(Date.UTC(2100, 0, 1));
      await store.conversations.save(id, { step: 1 }, future);
      await store.conversations.save(id, { step: 2, note: 'ä\u0000' }, future);
      expect(await store.conversations.load(id)).toEqual({ step: 2, note: 'ä\uFFFD' });
      await store.conversations.save(`${id}-old`, { step: 1 }, wallMs(1000));
      expect(await store.conversations.load(`${id}-old`)).toBeUndefined();
      expect(await store.conversations.delete(id)).toBe(true);
      expect(await store.conversations.delete(id)).toBe(false);
      expect(await store.conversations.load(id)).toBeUndefined();
    });

    it('reports its health', () => {
      expect(store.health()).toMatchObject({ databaseConnected: true, droppedEvents: 0, rejectedEvents: 0 });
    });
  });
}
