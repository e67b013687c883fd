import { wallMs, type WallMs } from '../../../src/kernel/time.js';
import type { Store } from '../../../src/store/types.js';
import { NINE, PATIENT } from './harness.js';
import { freshDay, type StoreUnderTest } from './store-contract.js';

/** What every store does with promises to callers, the fake included. */
export function describeCallbackContract(name: string, subject: StoreUnderTest, suite = describe): void {
  suite(`call-back contract: ${name}`, () => {
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
    const asking = (text: string, over: Partial<Parameters<Store['callbacks']['request']>[0]> = {}) =>
      store.callbacks.request({
        idempotencyKey: key(text),
        kind: 'callback',
        callId: key('call'),
        reason: 'no_answer_found',
        pii: { name: 'Ada Example', number: '+4930123456' },
        ...PATIENT,
        ...over,
      });

    it('asked for: written with its job, once per key', async () => {
      const before = (await store.jobs.list({ type: 'callback_request' })).total;
      const first = await asking('a', { dueAtMs: instant(600) });
      const again = await asking('a');
      expect([first.status, again.status]).toEqual(['committed', 'already_committed']);
      expect(again.callback).toEqual(first.callback);
      expect(first.callback).toMatchObject({
        kind: 'callback',
        status: 'open',
        reason: 'no_answer_found',
        dueAtMs: instant(600),
        pii: { name: 'Ada Example', number: '+4930123456' },
      });
      const jobs = await store.jobs.list({ type: 'callback_request' });
      expect(jobs.total).toBe(before + 1);
      expect(jobs.items[0]?.payload).toEqual({ callbackId: first.callback.id });
      expect(await store.callbacks.findByKey(key('a'))).toEqual(first.callback);
      expect(await store.callbacks.findByKey(key('none'))).toBeUndefined();
      expect(await store.callbacks.get(first.callback.id)).toEqual(first.callback);
    });

    it('listed: emergencies first, then the oldest, then what is done; completed once', async () => {
      const a = await asking('a');
      await new Promise((resolve) => setTimeout(resolve, 5));
      const b = await asking('b', { kind: 'message', pii: { message: 'Please send the form.' } });
      const c = await asking('c', { kind: 'emergency' });
      const ids = async (query: object = {}) =>
        (await store.callbacks.list({ callId: key('call'), ...query })).items.map(({ id }) => id);
      expect(await ids()).toEqual([c.callback.id, a.callback.id, b.callback.id]);
      const done = await store.callbacks.complete(c.callback.id, { outcome: 'done', note: 'Went there.' });
      expect(done).toMatchObject({ status: 'completed', outcome: 'done', pii: { note: 'Went there.' } });
      expect(await store.callbacks.complete(c.callback.id, { outcome: 'withdrawn' })).toEqual(done);
      expect(await store.callbacks.complete('nobody', { outcome: 'done' })).toBeUndefined();
      expect(await ids()).toEqual([a.callback.id, b.callback.id, c.callback.id]);
      expect(await ids({ status: 'open', kind: 'message' })).toEqual([b.callback.id]);
    });

    it('changed while it is open, with a job of its own; done again it changes nothing', async () => {
      const { callback } = await asking('a');
      const to = { kind: 'callback' as const, pii: { number: '+4930999', when: 'after five' } };
      const before = (await store.jobs.list({ type: 'callback_request' })).total;
      const changed = await store.callbacks.change({ idempotencyKey: key('a'), to, ...PATIENT });
      expect(changed).toEqual({ ...callback, pii: to.pii });
      expect(await store.callbacks.change({ idempotencyKey: key('a'), to, ...PATIENT })).toEqual(changed);
      const jobs = await store.jobs.list({ type: 'callback_request' });
      expect(jobs.total).toBe(before + 1);
      expect(jobs.items.map(({ payload }) => payload)).toContainEqual({
        callbackId: callback.id,
        event: 'changed',
      });
      expect(await store.callbacks.change({ idempotencyKey: key('none'), to, ...PATIENT })).toBeUndefined();
    });

    it('withdrawn: completed, and changed no more', async () => {
      await asking('a');
      const gone = await store.callbacks.change({ idempotencyKey: key('a'), ...PATIENT });
      expect(gone).toMatchObject({ status: 'completed', outcome: 'withdrawn' });
      const to = { kind: 'message' as const, pii: { message: 'Too late.' } };
      expect(await store.callbacks.change({ idempotencyKey: key('a'), to, ...PATIENT })).toEqual(gone);
      expect((await store.callbacks.list({ callId: key('call'), status: 'open' })).total).toBe(0);
    });

    it.each([
      ['reason', { reason: '' }],
      ['kind', { kind: 'chat' as 'callback' }],
      ['pii.message', { pii: { message: 'x'.repeat(4001) } }],
    ])('refuses a wrong %s', async (field, over) => {
      await expect(asking('bad', over)).rejects.toMatchObject({ code: 'BAD_REQUEST', field });
    });
  });
}
