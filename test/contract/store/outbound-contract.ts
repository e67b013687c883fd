import { wallMs } from '../../../src/kernel/time.js';
import type { HouseLimits } from '../../../src/outbound/core/dispatch.js';
import type { Decided, Outcome } from '../../../src/outbound/core/outcome.js';
import { DEFAULT_RULES, type CampaignRules } from '../../../src/outbound/core/rules.js';
import type {
  Appointment,
  Campaign,
  Contact,
  Lease,
  NewCampaign,
  NewContact,
  Outbound,
} from '../../../src/store/types.js';
import { booking } from './harness.js';

/** Noon in Berlin on Tuesday, 24 November 2026. */
export const NOON = Date.UTC(2026, 10, 24, 11, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Outbound calls with a calendar, on a clock that a test sets. */
export interface OutboundUnderTest {
  open(clock: { ms: number }): Promise<{
    readonly outbound: Outbound;
    readonly book: (request: ReturnType<typeof booking>) => Promise<Appointment>;
    readonly move: (appointment: Appointment, byMs: number) => Promise<unknown>;
    readonly cancel: (appointment: Appointment) => Promise<unknown>;
  }>;
  close(): Promise<void>;
}

export const LIMITS: HouseLimits = {
  prefixes: ['+49'],
  maxCalls: 10,
  callsPerSecond: 100,
  hours: { fromMin: 480, toMin: 1260, days: [1, 2, 3, 4, 5, 6, 7], holidays: ['12-25'] },
};

/** What every implementation does with campaigns, leases and their ends, the fake included. */
export function describeOutboundContract(name: string, subject: OutboundUnderTest, suite = describe): void {
  suite(`outbound contract: ${name}`, () => {
    const clock = { ms: NOON };
    let up: Awaited<ReturnType<OutboundUnderTest['open']>>;
    let made = 0;
    beforeAll(async () => {
      up = await subject.open(clock);
    }, 60_000);
    afterAll(() => subject.close(), 30_000);
    // Each test has a day of its own, a fortnight after the one before: what came earlier is in nobody's way.
    beforeEach(() => {
      clock.ms = NOON + ++made * 14 * DAY;
    });
    // Whoever is left is not called in the test after it.
    afterEach(async () => {
      clock.ms += DAY;
      for (const { id } of (await up.outbound.list({ status: 'running' })).items) {
        await up.outbound.change(id, 'paused');
      }
    });

    const number = (n: number): string =>
      `+4930${String(made).padStart(3, '0')}${String(n).padStart(4, '0')}`;
    const contact = (n: number, over: Partial<NewContact> = {}): NewContact => ({
      consent: { source: 'web form', atMs: NOON - DAY },
      pii: { number: number(n), name: `Person ${n}` },
      ...over,
    });
    const create = (contacts: readonly NewContact[], over: Partial<NewCampaign> = {}): Promise<Campaign> =>
      up.outbound.create({
        ...{ idempotencyKey: `key-${made}-${contacts.length}`, name: 'Open day', origin: 'campaign' },
        ...{ purpose: 'conversation', rules: rules(), expiresAtMs: wallMs(clock.ms + 10 * DAY), contacts },
        ...over,
      });
    const rules = (over: Partial<CampaignRules> = {}): CampaignRules => ({
      ...{ ...DEFAULT_RULES, maxConcurrent: 5 },
      ...over,
    });
    const leased = async (limits = LIMITS): Promise<Lease> => {
      const answer = await up.outbound.lease(limits);
      if (answer.type !== 'lease') throw new Error(`no lease: ${answer.why}`);
      return answer.lease;
    };
    const none = async (limits = LIMITS): Promise<string> => {
      const answer = await up.outbound.lease(limits);
      return answer.type === 'lease' ? `leased ${answer.lease.pii.number}` : answer.why;
    };
    const decided = (outcome: Outcome, final = false): Decided => ({ outcome, source: 'status', final });
    const dialled = async (limits = LIMITS): Promise<Lease> => {
      const lease = await leased(limits);
      expect(await up.outbound.begin(lease.attemptId, limits)).toBe(true);
      return lease;
    };
    const call = async (outcome: Outcome): Promise<Lease> => {
      const lease = await dialled();
      await up.outbound.finish(lease.attemptId, { decided: decided(outcome) });
      return lease;
    };
    const only = async (campaign: Campaign): Promise<Contact> => {
      const [first] = (await up.outbound.contacts(campaign.id)).items;
      if (first === undefined) throw new Error('no contact');
      return first;
    };

    test('a campaign is made once, its contacts in order, doubled numbers once', async () => {
      const contacts = [contact(1), contact(2), contact(1)];
      const campaign = await create(contacts);
      expect(campaign).toMatchObject({ status: 'running', contacts: { waiting: 2, calling: 0 } });
      expect((await create(contacts)).id).toBe(campaign.id);
      const { items, total } = await up.outbound.contacts(campaign.id);
      expect([total, ...items.map(({ pii }) => pii.number)]).toEqual([2, number(1), number(2)]);
      expect(items[0]).toMatchObject({ state: 'waiting', consent: { source: 'web form' }, attempts: [] });
      await expect(create([], { idempotencyKey: `empty-${made}` })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    });

    test('lease, begin, answer, end: every step is kept', async () => {
      const campaign = await create([contact(1)], { topic: 'the open day' });
      const lease = await leased();
      expect(lease).toMatchObject({
        purpose: 'conversation',
        topic: 'the open day',
        pii: { name: 'Person 1' },
      });
      expect(await none()).toBe('idle');
      expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(true);
      expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(false);
      clock.ms += 9000;
      await up.outbound.answered(lease.attemptId, 'call-1');
      clock.ms += 30_000;
      const end = {
        decided: { outcome: 'completed', source: 'talk', final: false },
        result: 'confirmed',
      } as const;
      await up.outbound.finish(lease.attemptId, end);
      await up.outbound.finish(lease.attemptId, { decided: decided('busy') });
      expect(await only(campaign)).toMatchObject({
        ...{ state: 'done', outcome: 'completed', result: 'confirmed' },
        attempts: [
          { callId: 'call-1', answeredAtMs: clock.ms - 30_000, endedAtMs: clock.ms, outcome: 'completed' },
        ],
      });
      expect(await up.outbound.get(campaign.id)).toMatchObject({ status: 'done', contacts: { done: 1 } });
    });

    test('a program that ends before the INVITE leaves a contact that waits again', async () => {
      const campaign = await create([contact(1)]);
      const lease = await leased();
      clock.ms += 89_999;
      expect(await none()).toBe('idle');
      clock.ms += 1;
      const second = await leased();
      expect(second.contactId).toBe(lease.contactId);
      // The first one wakes up: its leave is void.
      expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(false);
      expect(await up.outbound.begin(second.attemptId, LIMITS)).toBe(true);
      expect((await only(campaign)).attempts.map(({ outcome }) => outcome)).toEqual([
        'not_dialled',
        undefined,
      ]);
    });

    test.each([
      ['dialled', false],
      ['answered', true],
    ])(
      'a program that ends while somebody is %s leaves an unknown outcome, and nobody dials them again',
      async (_how, isAnswered) => {
        const campaign = await create([contact(1), contact(2)], { rules: rules({ maxConcurrent: 1 }) });
        const lease = await dialled();
        if (isAnswered) await up.outbound.answered(lease.attemptId, 'call-1');
        clock.ms += 89_999;
        expect(await none()).toBe('idle');
        clock.ms += 1;
        expect((await leased()).pii.number).toBe(number(2));
        clock.ms += 9 * DAY;
        expect(await only(campaign)).toMatchObject({ state: 'done', outcome: 'unknown' });
        // An end that comes late is still the truth.
        await up.outbound.finish(lease.attemptId, { decided: decided('completed') });
        expect(await only(campaign)).toMatchObject({ state: 'done', outcome: 'completed' });
      },
    );

    test('a call that goes on keeps its lease', async () => {
      await create([contact(1)]);
      const lease = await dialled();
      for (let n = 0; n < 10; n++) {
        clock.ms += 60_000;
        await up.outbound.renew([lease.attemptId]);
        expect(await none()).toBe('idle');
      }
      await up.outbound.finish(lease.attemptId, { decided: decided('completed') });
      expect((await up.outbound.contact(lease.contactId))?.outcome).toBe('completed');
    });

    test('leave that is given back is no attempt', async () => {
      await create([contact(1)]);
      const lease = await leased();
      await up.outbound.giveBack(lease.attemptId);
      expect((await leased()).contactId).toBe(lease.contactId);
    });

    test('the trunk, a second and a campaign have room for so many', async () => {
      await create(
        [1, 2, 3, 4].map((n) => contact(n)),
        { rules: rules({ maxConcurrent: 3 }) },
      );
      await leased();
      expect(await none({ ...LIMITS, callsPerSecond: 1 })).toBe('full');
      clock.ms += 1001;
      await leased({ ...LIMITS, callsPerSecond: 1 });
      expect(await none({ ...LIMITS, maxCalls: 2 })).toBe('full');
      await leased();
      expect(await none()).toBe('idle');
    });

    test('one number has one call at a time, whatever campaigns it is in', async () => {
      await create([contact(1)]);
      await create([contact(1)], { idempotencyKey: `other-${made}` });
      await leased();
      expect(await none()).toBe('idle');
    });

    test('busy is tried again within half an hour, a contact four times in all', async () => {
      const campaign = await create([contact(1)], { rules: rules({ perDay: 9, perWeek: 9 }) });
      for (const outcome of ['busy', 'no_answer', 'busy', 'no_answer'] as const) {
        await call(outcome);
        expect(await none()).toBe('idle');
        clock.ms += 145 * MINUTE;
        if (clock.ms % DAY > 18 * HOUR) clock.ms += 14 * HOUR;
      }
      expect(await none()).toBe('idle');
      expect(await only(campaign)).toMatchObject({ state: 'done', outcome: 'no_answer' });
    });

    test('failures of the network are no attempts, and a number has its rest after two of the others', async () => {
      await create([contact(1)]);
      await call('network');
      clock.ms += 2 * MINUTE;
      await call('network');
      clock.ms += 3 * MINUTE;
      await call('busy');
      clock.ms += 36 * MINUTE;
      const last = clock.ms - 36 * MINUTE;
      await call('busy');
      clock.ms += 36 * MINUTE;
      expect(await none()).toBe('idle');
      clock.ms = last + DAY;
      await leased();
    });

    test.each(['unwanted', 'blocked', 'invalid', 'completed', 'opted_out'] as const)(
      '%s is the last call',
      async (outcome) => {
        const campaign = await create([contact(1)]);
        await call(outcome);
        clock.ms += 5 * DAY;
        expect(await none()).toBe('idle');
        expect(await only(campaign)).toMatchObject({ state: 'done', outcome });
        const others = {
          unwanted: 'do_not_call',
          opted_out: 'do_not_call',
          invalid: 'invalid_number',
        } as const;
        const second = await create([contact(1)], { idempotencyKey: `second-${made}` });
        if (outcome in others) {
          expect(await none()).toBe('idle');
          expect(await only(second)).toMatchObject({ refusal: others[outcome as keyof typeof others] });
        }
      },
    );

    test('a refusal by 603 is the last call, another one is asked again tomorrow', async () => {
      await create([contact(1), contact(2)]);
      const first = await dialled();
      await up.outbound.finish(first.attemptId, { decided: decided('declined', true) });
      const second = await call('declined');
      clock.ms += 29 * HOUR;
      expect((await leased()).contactId).toBe(second.contactId);
      expect(await none()).toBe('idle');
    });

    test('numbers on the list are not called, also when they get onto it between lease and INVITE', async () => {
      const campaign = await create([contact(1)]);
      const lease = await leased();
      const stop = await up.outbound.stopCalls({ source: 'key', callId: 'c1', pii: { number: number(1) } });
      expect(await up.outbound.stopCalls({ source: 'api', pii: { number: number(1) } })).toEqual(stop);
      expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(false);
      expect(await only(campaign)).toMatchObject({ state: 'refused', refusal: 'do_not_call' });
      expect((await up.outbound.doNotCall({ number: number(1) })).items).toEqual([stop]);
      expect([await up.outbound.allowCalls(stop.id), await up.outbound.allowCalls(stop.id)]).toEqual([
        true,
        false,
      ]);
    });

    test('who may not be called is told with its reason', async () => {
      const abroad = contact(2, { pii: { number: `+4312345${made}` } });
      const campaign = await create([contact(1, { consent: undefined as never }), abroad]);
      expect(await none()).toBe('idle');
      const { items } = await up.outbound.contacts(campaign.id, { state: 'refused' });
      expect(items.map(({ refusal }) => refusal)).toEqual(['no_consent', 'prefix_not_allowed']);
      expect(await up.outbound.get(campaign.id)).toMatchObject({ status: 'done' });
    });

    test('at night nobody is called; in the morning they are, and after the end nobody', async () => {
      clock.ms += 10 * HOUR;
      const campaign = await create([contact(1), contact(2)], { expiresAtMs: wallMs(clock.ms + 11 * HOUR) });
      expect(await none()).toBe('idle');
      // Nine o'clock of the next day in Berlin.
      expect((await only(campaign)).nextAtMs).toBe(clock.ms + 11 * HOUR - HOUR);
      clock.ms += 10 * HOUR;
      await leased();
      clock.ms += HOUR;
      expect(await none()).toBe('idle');
      const second = (await up.outbound.contacts(campaign.id)).items[1];
      expect(second).toMatchObject({ state: 'done', outcome: 'expired' });
    });

    test('paused nobody is called, resumed they are, cancelled never again', async () => {
      const campaign = await create([contact(1), contact(2), contact(3)]);
      const lease = await leased();
      await up.outbound.change(campaign.id, 'paused');
      expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(false);
      expect(await none()).toBe('idle');
      await up.outbound.change(campaign.id, 'running');
      const running = await dialled();
      expect(await up.outbound.change(campaign.id, 'cancelled')).toMatchObject({
        ...{ status: 'cancelled', contacts: { calling: 1, cancelled: 2 } },
      });
      await up.outbound.finish(running.attemptId, { decided: decided('busy') });
      clock.ms += HOUR;
      expect(await none()).toBe('idle');
      expect((await up.outbound.get(campaign.id))?.contacts.cancelled).toBe(3);
      await expect(up.outbound.change(campaign.id, 'running')).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await up.outbound.change('none', 'paused')).toBeUndefined();
    });

    test('a trunk that refuses us stops every campaign, and costs the contact nothing', async () => {
      const campaign = await create([contact(1)]);
      const other = await create([contact(2)], { idempotencyKey: `other-${made}` });
      const first = await call('account');
      clock.ms += HOUR;
      expect(await none()).toBe('idle');
      for (const { id } of [campaign, other]) {
        expect(await up.outbound.get(id)).toMatchObject({ status: 'paused', stopped: 'trunk_refused' });
        await up.outbound.change(id, 'running');
      }
      expect([(await leased()).contactId, (await leased()).contactId]).toContain(first.contactId);
    });

    test('a campaign whose callees hang up at once stops', async () => {
      const campaign = await create(
        Array.from({ length: 21 }, (_, n) => contact(n)),
        { rules: rules({ maxConcurrent: 30 }) },
      );
      for (let n = 0; n < 20; n++) {
        const lease = await dialled();
        await up.outbound.answered(lease.attemptId, `call-${n}`);
        const outcome = n < 3 ? 'human_short' : 'completed';
        await up.outbound.finish(lease.attemptId, { decided: decided(outcome) });
      }
      expect(await up.outbound.get(campaign.id)).toMatchObject({ status: 'paused', stopped: 'short_calls' });
    });

    describe('reminders', () => {
      const plan = { beforeMin: [1440, 120], rules: rules() };
      const booked = (n: number, inMs: number): Promise<Appointment> =>
        up.book(
          booking(`reminded-${made}-${n}`, 0, {
            ...{ startsAtMs: wallMs(clock.ms + inMs), endsAtMs: wallMs(clock.ms + inMs + HOUR / 2) },
            ...{ occupiedUntilMs: wallMs(clock.ms + inMs + HOUR / 2), resource: `r${made}-${n}` },
            pii: { userName: 'Ada Example', callerNumber: number(n) },
          }),
        );
      const waiting = async (): Promise<readonly Contact[]> =>
        (await up.outbound.contacts('reminders', { state: 'waiting', limit: 500 })).items;

      beforeEach(async () => {
        clock.ms -= HOUR;
        await up.outbound.change('reminders', 'running').catch(() => undefined);
      });

      test('follow from the appointment, once for each moment before it', async () => {
        const appointment = await booked(1, 2 * DAY);
        expect(await up.outbound.planReminders(plan)).toBe(0);
        clock.ms += DAY;
        expect([await up.outbound.planReminders(plan), await up.outbound.planReminders(plan)]).toEqual([
          1, 0,
        ]);
        const lease = await dialled();
        expect(lease).toMatchObject({ purpose: 'reminder', appointment: { id: appointment.id } });
        await up.outbound.finish(lease.attemptId, { decided: decided('completed') });
        clock.ms += 22 * HOUR;
        expect(await up.outbound.planReminders(plan)).toBe(1);
        expect(await up.outbound.planReminders({ ...plan, beforeMin: [] })).toBe(0);
      });

      test('nobody is reminded of what they have just agreed to', async () => {
        await booked(1, 3 * HOUR);
        expect(await up.outbound.planReminders(plan)).toBe(0);
        clock.ms += HOUR;
        expect(await up.outbound.planReminders(plan)).toBe(1);
      });

      test.each(['moved', 'cancelled'] as const)(
        'an appointment that is %s loses its reminder',
        async (how) => {
          const appointment = await booked(1, 2 * DAY);
          clock.ms += DAY;
          expect(await up.outbound.planReminders(plan)).toBe(1);
          const before = (await waiting()).find(({ pii }) => pii.number === number(1));
          if (how === 'moved') await up.move(appointment, 7 * DAY);
          else await up.cancel(appointment);
          expect(await none()).toBe('idle');
          expect(await up.outbound.contact(before?.id ?? '')).toMatchObject({
            ...{ state: 'refused', refusal: 'no_longer_true' },
          });
          expect(await up.outbound.planReminders(plan)).toBe(0);
        },
      );

      test('cancelled between the lease and the INVITE it is not dialled either', async () => {
        const appointment = await booked(1, 2 * DAY);
        clock.ms += DAY;
        await up.outbound.planReminders(plan);
        const lease = await leased();
        await up.cancel(appointment);
        expect(await up.outbound.begin(lease.attemptId, LIMITS)).toBe(false);
      });
    });
  });
}
