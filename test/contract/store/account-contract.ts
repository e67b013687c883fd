import type { Store } from '../../../src/store/types.js';
import type { StoreUnderTest } from './store-contract.js';

const PERSON = { email: 'ada@example.org', name: 'Ada Lovelace', roles: ['admin'], emailVerified: true };
const HOUR_MS = 3_600_000;

/** Accounts, sign-ins, links, tokens and the trail: the same on every kind of store. */
export function describeAccountContract(name: string, subject: StoreUnderTest, suite: typeof describe): void {
  suite(`accounts: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await subject.open();
    }, 60_000);
    afterAll(() => subject.close());

    let n = 0;
    async function person(roles: readonly string[] = ['admin']): Promise<string> {
      const outcome = await store.accounts.create({ ...PERSON, email: `p${++n}@example.org`, roles });
      if (!outcome.ok) throw new Error(outcome.why);
      return outcome.account.id;
    }
    const session = (refreshHash: string): Parameters<Store['accounts']['signIn']>[1] => ({
      refreshHash,
      expiresAtMs: Date.now() + HOUR_MS,
      pii: { address: '192.0.2.7' },
    });

    test('an address has one account, however it is written', async () => {
      const { accounts } = store;
      const made = await accounts.create(PERSON);
      expect(made).toMatchObject({
        ok: true,
        account: { roles: ['admin'], status: 'active', pii: { name: 'Ada Lovelace' } },
      });
      expect(await accounts.create({ ...PERSON, email: 'ADA@Example.org' })).toEqual({
        ok: false,
        why: 'email_taken',
      });
      expect((await accounts.byEmail('Ada@example.org'))?.pii.email).toBe('ada@example.org');
      // Whoever has yet to choose a password cannot sign in, and is not counted.
      const before = await accounts.count();
      const id = made.ok ? made.account.id : '';
      await accounts.change(id, { passwordHash: 'a hash' });
      expect(await accounts.count()).toBe(before + 1);
    });

    test('a change needs the version that was read, and tells tokens of the past apart', async () => {
      const id = await person();
      const changed = await store.accounts.change(id, { roles: ['viewer'], name: 'A. L.', version: 1 });
      expect(changed).toMatchObject({
        ok: true,
        account: { version: 2, tokenVersion: 2, roles: ['viewer'], pii: { name: 'A. L.' } },
      });
      expect(await store.accounts.change(id, { name: 'x', version: 1 })).toEqual({ ok: false, why: 'stale' });
      expect(await store.accounts.change('nobody', { name: 'x' })).toEqual({ ok: false, why: 'not_found' });
    });

    test('the last admin stays: two who demote each other leave one', async () => {
      const { items } = await store.accounts.list({ limit: 500 });
      const admins = items.filter(({ roles }) => roles.includes('admin')).map(({ id }) => id);
      const left = [...admins, await person()];
      const outcomes = await Promise.all(left.map((id) => store.accounts.change(id, { roles: [] })));
      expect(outcomes.filter(({ ok }) => !ok)).toEqual([{ ok: false, why: 'last_admin' }]);
      const last = left[outcomes.findIndex(({ ok }) => !ok)] ?? '';
      expect(await store.accounts.remove(last)).toEqual({ ok: false, why: 'last_admin' });
      expect(await store.accounts.change(last, { status: 'disabled' })).toEqual({
        ok: false,
        why: 'last_admin',
      });
    });

    test('refresh tokens: rotated once, raced within the grace, reused ends the session', async () => {
      const { accounts } = store;
      const userId = await person();
      const { id } = await accounts.signIn(userId, session('r1'));
      const times = { expiresAtMs: Date.now() + HOUR_MS, graceMs: 15_000 };
      const both = await Promise.all([
        accounts.rotate('r1', 'r2', times),
        accounts.rotate('r1', 'r3', times),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['raced', 'rotated']);
      expect(await accounts.isSignedIn(id)).toBe(true);
      expect(await accounts.rotate('r1', 'r4', { ...times, graceMs: -1 })).toEqual({
        status: 'reused',
        userId,
      });
      expect(await accounts.isSignedIn(id)).toBe(false);
      const successor = both[0]?.status === 'rotated' ? 'r2' : 'r3';
      expect(await accounts.rotate(successor, 'r5', times)).toEqual({ status: 'invalid' });
      expect(await accounts.rotate('never', 'r6', times)).toEqual({ status: 'invalid' });
    });

    test('a disabled account is signed out everywhere', async () => {
      const userId = await person();
      await person();
      await store.accounts.signIn(userId, session('d1'));
      await store.accounts.signIn(userId, session('d2'));
      expect(await store.accounts.sessions(userId)).toHaveLength(2);
      await store.accounts.change(userId, { status: 'disabled' });
      expect(await store.accounts.sessions(userId)).toEqual([]);
    });

    test('a link works once, for its purpose, in its time', async () => {
      const { accounts } = store;
      const userId = await person();
      await accounts.makeLink({ hash: 'l1', purpose: 'reset', userId, expiresAtMs: Date.now() + HOUR_MS });
      await accounts.makeLink({ hash: 'l2', purpose: 'setup', expiresAtMs: Date.now() + HOUR_MS });
      await accounts.makeLink({ hash: 'l3', purpose: 'reset', userId, expiresAtMs: Date.now() - 1 });
      expect(await accounts.useLink('l1', 'verify')).toBeUndefined();
      expect(await accounts.useLink('l1', 'reset')).toEqual({ userId });
      expect(await accounts.useLink('l1', 'reset')).toBeUndefined();
      expect(await accounts.useLink('l2', 'setup')).toEqual({});
      expect(await accounts.useLink('l3', 'reset')).toBeUndefined();
    });

    test('tokens for programs: used, listed, expired, removed', async () => {
      const { accounts } = store;
      const userId = await person();
      const token = await accounts.addToken({
        userId,
        hash: 't1',
        name: 'wall',
        permissions: ['calls.read'],
      });
      await accounts.addToken({
        userId,
        hash: 't2',
        name: 'old',
        permissions: [],
        expiresAtMs: Date.now() - 1,
      });
      expect(await accounts.useToken('t1')).toMatchObject({ userId, permissions: ['calls.read'] });
      expect(await accounts.useToken('t2')).toBeUndefined();
      expect((await accounts.tokens(userId)).map(({ name: called }) => called).sort()).toEqual([
        'old',
        'wall',
      ]);
      expect(await accounts.removeToken('another', token.id)).toBe(false);
      expect(await accounts.removeToken(userId, token.id)).toBe(true);
      expect(await accounts.useToken('t1')).toBeUndefined();
    });

    test('the trail: in order, filtered, each entry upon the one before', async () => {
      const { accounts } = store;
      const entry = { actorKind: 'user', action: 'call.listen', outcome: 'ok', callId: 'c77' } as const;
      await Promise.all(
        ['u1', 'u2', 'u3'].map((actorId) => accounts.audit({ ...entry, actorId, detail: { b: 1, a: [2] } })),
      );
      const page = await accounts.trail({ callId: 'c77' });
      expect(page.total).toBe(3);
      const [third, second] = page.items;
      expect(third?.prevHash).toBe(second?.hash);
      expect((await accounts.trail({ callId: 'c77', actorId: 'u2' })).items).toHaveLength(1);
      expect(await accounts.brokenAt()).toBeUndefined();
    });
  });
}
