import { wallMs, type WallMs } from '../../../src/kernel/time.js';
import type {
  Appointment,
  BookingOutcome,
  MoveRequest,
  Slot,
  Store,
  WaitingRequest,
} from '../../../src/store/types.js';
import { booking, NINE, PATIENT, slot } from './harness.js';
import { freshDay, type StoreUnderTest } from './store-contract.js';

/** The appointment of an outcome that has one. */
export function appointmentOf(outcome: BookingOutcome | { readonly appointment: Appointment }): Appointment {
  if ('appointment' in outcome) return outcome.appointment;
  throw new Error('there is no appointment');
}

/** What every store does with appointments after they are booked, the fake included. */
export function describeCalendarContract(name: string, subject: StoreUnderTest, suite = describe): void {
  suite(`calendar contract: ${name}`, () => {
    let store: Store;
    let day: number;

    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close(), 30_000);
    beforeEach(() => {
      day = freshDay();
    });

    const key = (text: string): string => `${text}-${day}`;
    const instant = (minute: number): WallMs => wallMs(NINE + (day + minute) * 60_000);
    const book = async (
      text: string,
      minute = 0,
      over: Parameters<typeof booking>[2] = {},
    ): Promise<Appointment> =>
      appointmentOf(await store.appointments.book(booking(key(text), day + minute, { ...PATIENT, ...over })));
    const moving = (
      text: string,
      { id, version }: Appointment,
      minute: number,
      over: Partial<MoveRequest> = {},
    ) =>
      store.appointments.move({
        idempotencyKey: key(text),
        id,
        expectedVersion: version,
        ...PATIENT,
        ...slot(day + minute),
        ...over,
      });
    const cancelling = (text: string, { id, version }: Appointment) =>
      store.appointments.cancel({ idempotencyKey: key(text), id, expectedVersion: version, ...PATIENT });
    const holding = (text: string, minute: number, over: Partial<Slot & { callId: string }> = {}) =>
      store.appointments.hold({
        holdKey: key(text),
        expiresAtMs: wallMs(Date.now() + 60_000),
        ...slot(day + minute),
        ...over,
      });
    const jobsOf = async (id: string): Promise<string[]> =>
      (await store.jobs.list({ limit: 500 })).items
        .filter(({ payload }) => (payload as { appointmentId?: string }).appointmentId === id)
        .map(({ type }) => type)
        .reverse();

    describe('move', () => {
      it('takes the new time, frees the old one, counts up, and tells with a job', async () => {
        const first = await book('a');
        const outcome = await moving('m', first, 60, { purpose: 'second visit' });
        expect(outcome).toMatchObject({
          status: 'moved',
          appointment: {
            id: first.id,
            reference: first.reference,
            version: 2,
            sequence: 1,
            status: 'booked',
            startsAtMs: instant(60),
            movedFromMs: instant(0),
            time: '10:00',
            purpose: 'second visit',
            pii: first.pii,
          },
        });
        expect((await book('b')).startsAtMs).toBe(instant(0));
        const { calendar: _calendar, ...moved } = appointmentOf(outcome as never);
        expect(await store.appointments.get(first.id)).toMatchObject(moved);
        expect(await jobsOf(first.id)).toEqual(['appointment_confirmation', 'appointment_change']);
      });

      it('same key again: moved once, and the change can be asked for by its key', async () => {
        const first = await book('a');
        expect(await store.appointments.changeByKey(key('m'))).toBeUndefined();
        await moving('m', first, 60);
        const again = await moving('m', first, 60);
        expect(again).toMatchObject({ status: 'already_moved', appointment: { version: 2 } });
        expect(await store.appointments.changeByKey(key('m'))).toMatchObject({
          status: 'moved',
          appointment: { id: first.id, startsAtMs: instant(60) },
        });
      });

      it('overlapping its own old time: its own seat is no obstacle', async () => {
        const first = await book('a');
        expect(await moving('m', first, 15)).toMatchObject({ status: 'moved' });
        expect(await moving('m2', { ...first, version: 2 }, 15)).toMatchObject({ status: 'moved' });
      });

      it('to a taken time, with an old version, unknown, cancelled: refused, and nothing changes', async () => {
        const first = await book('a');
        const other = await book('b', 60);
        expect(await moving('m1', first, 45)).toEqual({ status: 'conflict' });
        expect(await moving('m2', { ...first, version: 7 }, 120)).toMatchObject({
          status: 'stale',
          appointment: first,
        });
        expect(await moving('m3', { ...first, id: 'nobody' }, 120)).toEqual({ status: 'not_found' });
        await cancelling('c', other);
        expect(await moving('m4', other, 120)).toMatchObject({
          status: 'cancelled',
          appointment: { status: 'cancelled' },
        });
        expect(await store.appointments.get(first.id)).toMatchObject(first);
        for (const text of ['m1', 'm2', 'm3', 'm4']) {
          expect(await store.appointments.changeByKey(key(text))).toBeUndefined();
        }
      });
    });

    describe('cancel', () => {
      it('frees the time, counts up, keeps the row, and tells with a job', async () => {
        const first = await book('a');
        expect(await cancelling('c', first)).toMatchObject({
          status: 'cancelled',
          appointment: { id: first.id, status: 'cancelled', version: 2, sequence: 1, startsAtMs: instant(0) },
        });
        expect(await store.appointments.changeByKey(key('c'))).toMatchObject({ status: 'cancelled' });
        expect((await store.appointments.get(first.id))?.cancelledAtMs).toBeGreaterThan(0);
        expect(await jobsOf(first.id)).toEqual(['appointment_confirmation', 'appointment_cancellation']);
        expect((await book('b')).id).not.toBe(first.id);
      });

      it('twice, stale, unknown', async () => {
        const first = await book('a');
        expect(await cancelling('c', { ...first, version: 2 })).toMatchObject({
          status: 'stale',
          appointment: first,
        });
        await cancelling('c', first);
        expect(await cancelling('c', first)).toMatchObject({ status: 'already_cancelled' });
        expect(await cancelling('other', first)).toMatchObject({ status: 'already_cancelled' });
        expect(await cancelling('c2', { ...first, id: 'nobody' })).toEqual({ status: 'not_found' });
        expect(await jobsOf(first.id)).toHaveLength(2);
      });
    });

    describe('hold', () => {
      it('keeps the time from others, not from its own call, and becomes the booking', async () => {
        const callId = key('call');
        const held = await holding('h', 0, { callId });
        if (held.status !== 'held') throw new Error('not held');
        const other = booking(key('other'), day + 15, PATIENT);
        expect(await store.appointments.book(other)).toEqual({ status: 'conflict' });
        expect(await holding('h2', 15, { callId: 'another' })).toEqual({ status: 'conflict' });
        const busy = (except?: string) => store.appointments.busy(instant(0), instant(30), except);
        expect(await busy()).toEqual([{ resource: 'office', startsAtMs: instant(0), endsAtMs: instant(30) }]);
        expect(await busy('another')).toHaveLength(1);
        expect(await busy(callId)).toEqual([]);
        expect((await book('mine', 0, { holdId: held.holdId })).startsAtMs).toBe(instant(0));
        expect(await busy(callId)).toHaveLength(1);
        expect(await store.appointments.release(key('h'))).toBe(false);
      });

      it('of the same call is no obstacle to a booking that does not name it', async () => {
        const callId = key('call');
        await holding('h', 0, { callId });
        await book('mine', 15, { callId });
        expect(await store.appointments.busy(instant(0), instant(60))).toHaveLength(1);
      });

      it('same key again: moves; released: free; run out: free, and a booking that names it still goes through', async () => {
        await holding('h', 0);
        await holding('h', 60);
        expect(await store.appointments.busy(instant(0), instant(90))).toEqual([
          { resource: 'office', startsAtMs: instant(60), endsAtMs: instant(90) },
        ]);
        expect(await store.appointments.release(key('h'))).toBe(true);
        expect(await store.appointments.release(key('h'))).toBe(false);
        const late = await store.appointments.hold({
          holdKey: key('late'),
          expiresAtMs: wallMs(Date.now() - 1),
          ...slot(day),
        });
        expect(late.status).toBe('held');
        expect(await store.appointments.busy(instant(0), instant(90))).toEqual([]);
        const holdId = late.status === 'held' ? late.holdId : '';
        expect((await book('a', 0, { holdId })).status).toBe('booked');
      });
    });

    describe('resources', () => {
      it('are apart from each other, and a buffer keeps the seat behind the end', async () => {
        await book('a', 0, { resource: 'kim', occupiedUntilMs: instant(45) });
        await book('b', 0, { resource: 'lee' });
        expect(
          await store.appointments.book(booking(key('c'), day + 30, { ...PATIENT, resource: 'kim' })),
        ).toEqual({ status: 'conflict' });
        expect((await book('d', 45, { resource: 'kim' })).resource).toBe('kim');
        expect(
          await store.appointments.list({ fromMs: instant(0), toMs: instant(90), resource: 'kim' }),
        ).toMatchObject({ total: 2 });
      });

      it('with two seats: two at a time, then a conflict', async () => {
        const capacity = { ...PATIENT, capacity: 2, resource: key('room') };
        const outcomes = await Promise.all(
          ['a', 'b', 'c'].map((text) => store.appointments.book(booking(key(text), day, capacity))),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['booked', 'booked', 'conflict']);
      });

      it('with two seats: room at every instant is enough, though no seat is free for all of it', async () => {
        const capacity = 2;
        const resource = key('room');
        const over = { capacity, resource };
        await book('a', 0, { ...over, endsAtMs: instant(60), occupiedUntilMs: instant(60) });
        const first = await book('b', 30, { ...over, endsAtMs: instant(90), occupiedUntilMs: instant(90) });
        await book('c', 90, over);
        await cancelling('gone', first);
        await book('d', 45, over);
        // Seats now: a and d overlap, c comes after; one that spans the end of d and all of c finds room.
        const spanning = { ...over, endsAtMs: instant(120), occupiedUntilMs: instant(120) };
        expect((await book('e', 60, spanning)).startsAtMs).toBe(instant(60));
        expect(await store.appointments.book(booking(key('f'), day + 90, { ...PATIENT, ...over }))).toEqual({
          status: 'conflict',
        });
        expect(await store.appointments.busy(instant(0), instant(200))).toHaveLength(4);
      });
    });

    describe('find', () => {
      const found = async (query: { reference?: string; phone?: string; name?: string }) =>
        (await store.appointments.find({ fromMs: instant(0), ...query }))
          .filter(({ startsAtMs }) => startsAtMs < instant(24 * 60))
          .map(({ idempotencyKey }) => idempotencyKey);

      beforeEach(async () => {
        await book('lopez', 0, { pii: { userName: 'María López-Ortega', callerNumber: '+12125550123' } });
        await book('obrien', 30, { pii: { userName: "Sean O'Brien", callerNumber: '+442079460123' } });
        await book('strauss', 60, { pii: { userName: 'Jörg Strauß' } });
      });

      it.each([
        ['maria lopez ortega', 'lopez'],
        ['LÓPEZ, Maria', 'lopez'],
        ['Ortega', 'lopez'],
        ['sean obrien', 'obrien'],
        ['O’Brien Sean', 'obrien'],
        ['Mr Sean O Brien', undefined],
        ['jorg strauss', 'strauss'],
        ['Joerg Strauss', undefined],
        ['Mario Lopez', undefined],
        ['', undefined],
      ])('by the name %j: %s', async (name, expected) => {
        expect(await found({ name })).toEqual(expected === undefined ? [] : [key(expected)]);
      });

      it.each([
        ['+1 (212) 555-0123', 'lopez'],
        ['2125550123', 'lopez'],
        ['+442079460123', 'obrien'],
        ['020 7946 0123', 'obrien'],
        ['5550123', undefined],
        ['+13125550123', undefined],
        ['0123', undefined],
      ])('by the number %s: %s', async (phone, expected) => {
        expect(await found({ phone })).toEqual(expected === undefined ? [] : [key(expected)]);
      });

      it('by reference as it is typed; by several things, those that have more of them first', async () => {
        const [strauss] = await store.appointments.find({ fromMs: instant(0), name: 'Jörg Strauß' });
        const spelled = ` ${[...(strauss?.reference ?? '')].join('-').toLowerCase()}`;
        expect(await found({ reference: spelled })).toEqual([key('strauss')]);
        expect(await found({ phone: '020 7946 0123', name: 'López' })).toEqual([key('lopez'), key('obrien')]);
        expect(await found({ phone: '020 7946 0123', name: "O'Brien" })).toEqual([key('obrien')]);
        expect(
          await found({ reference: strauss?.reference ?? '', name: 'Strauss', phone: '2125550123' }),
        ).toEqual([key('strauss'), key('lopez')]);
        expect(await found({})).toEqual([]);
      });

      it('only what is booked and to come, and never more than twenty', async () => {
        const name = `Common ${key('x').replace('-', '')}`;
        const pii = { userName: name };
        const first = await book('n0', 90, { pii });
        for (let n = 1; n < 23; n++) await book(`n${n}`, 90 + 30 * n, { pii });
        expect(await store.appointments.find({ fromMs: instant(0), name })).toHaveLength(20);
        expect(await store.appointments.find({ fromMs: instant(0), name, limit: 3 })).toHaveLength(3);
        await cancelling('c', first);
        const later = await store.appointments.find({ fromMs: instant(150), name });
        expect(later[0]?.startsAtMs).toBe(instant(150));
        const all = await store.appointments.find({ fromMs: instant(0), name });
        expect(all[0]?.startsAtMs).toBe(instant(120));
      });
    });

    describe('waiting list', () => {
      const waiting = async (text: string, over: Partial<WaitingRequest> = {}) => {
        const { date } = slot(day);
        const joined = await store.waitingList.join({
          idempotencyKey: key(text),
          from: date,
          to: date,
          durationMin: 30,
          pii: { name: 'Grace Example', number: '+4930999' },
          ...PATIENT,
          ...over,
        });
        return joined.entry;
      };
      const offers = async (): Promise<unknown[]> => {
        const { items } = await store.jobs.list({ type: 'waitlist_offer', limit: 500 });
        const prefix = slot(day).date;
        return items
          .map(({ payload }) => payload as { startsAt: string })
          .filter(({ startsAt }) => startsAt.startsWith(prefix))
          .reverse();
      };
      // What is offered must lie ahead.
      const soon = (): void => {
        day += Math.ceil((Date.now() - NINE) / (24 * 3600_000) + 30) * 24 * 60;
      };

      it('a cancelled time is offered once, to the first that it fits', async () => {
        soon();
        const taken = await book('a');
        const room = key('room');
        await waiting('too-long', { durationMin: 60 });
        await waiting('elsewhere', { resource: room });
        await waiting('afternoon', { fromMin: 14 * 60 });
        const first = await waiting('first');
        await waiting('second');
        expect(await offers()).toEqual([]);
        await cancelling('c', taken);
        const startsAt = new Date(instant(0)).toISOString();
        expect(await offers()).toEqual([{ entryId: first.id, resource: 'office', startsAt }]);
        const { items } = await store.waitingList.list({ onOrAfter: slot(day).date });
        const { offer } = items.find(({ id }) => id === first.id) ?? {};
        expect(offer).toMatchObject({ resource: 'office', startsAtMs: instant(0) });
      });

      it('a moved one too; the next offer goes to the next; who has left gets none', async () => {
        soon();
        const one = await book('a');
        const two = await book('b', 60);
        const [first, second, third] = [await waiting('1'), await waiting('2'), await waiting('3')];
        expect(await store.waitingList.leave(second.id)).toBe(true);
        expect(await store.waitingList.leave(second.id)).toBe(false);
        await moving('m', one, 300);
        await cancelling('c', two);
        expect((await offers()).map((offer) => (offer as { entryId: string }).entryId)).toEqual([
          first.id,
          third.id,
        ]);
      });

      it('a move within its own time frees the rest only', async () => {
        soon();
        const long = { endsAtMs: instant(60), occupiedUntilMs: instant(60) };
        const one = await book('a', 0, long);
        const entry = await waiting('1');
        await moving('m', one, 30, {
          ...slot(day + 30),
          endsAtMs: instant(90),
          occupiedUntilMs: instant(90),
        });
        expect(await offers()).toMatchObject([
          { entryId: entry.id, startsAt: new Date(instant(0)).toISOString() },
        ]);
      });

      it('joined once per key, listed in order, matched by service where staff differ', async () => {
        soon();
        const first = await waiting('1', { serviceId: 'cut' });
        expect(
          await store.waitingList.join({ ...first, ...PATIENT, idempotencyKey: key('1') }),
        ).toMatchObject({ status: 'already_committed', entry: { id: first.id } });
        expect(await store.waitingList.findByKey(key('1'))).toMatchObject({ id: first.id });
        const second = await waiting('2', { serviceId: 'colour' });
        const third = await waiting('3', { resource: 'kim', serviceId: 'colour' });
        const listed = await store.waitingList.list({ onOrAfter: slot(day).date });
        expect(listed.items.map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
        expect(listed.total).toBe(3);
        const freed = {
          resource: 'kim',
          serviceId: 'cut',
          startsAtMs: instant(0),
          occupiedUntilMs: instant(30),
          timezone: 'Europe/Berlin',
        };
        const matches = await store.waitingList.matches(freed);
        expect(matches.map(({ entry }) => entry.id)).toEqual([first.id, third.id]);
        for (const { id } of listed.items) await store.waitingList.leave(id);
      });

      it.each([
        ['to', { to: '2020-01-01' }],
        ['from', { from: '2026-02-30' }],
        ['durationMin', { durationMin: 0 }],
        ['toMin', { fromMin: 600, toMin: 600 }],
        ['pii.name', { pii: { name: ' ' } }],
      ])('refuses a wrong %s', async (field, over) => {
        await expect(waiting('bad', over)).rejects.toMatchObject({ code: 'BAD_REQUEST', field });
      });
    });
  });
}
