import { createHash } from 'node:crypto';
import { wallMs, type WallMs } from '../../kernel/time.js';
import type {
  Account,
  AccountOutcome,
  Accounts,
  ApiToken,
  AuditRecord,
  LinkPurpose,
  SignIn,
} from '../account-types.js';
import type { Page, Paging } from '../paging.js';

interface Session extends SignIn {
  readonly revokedAtMs?: number;
}

interface Refresh {
  readonly sessionId: string;
  readonly expiresAtMs: number;
  readonly rotatedAtMs?: number;
}

/** Accounts in memory, with the behaviour of those in the database. */
export class FakeAccounts implements Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  readonly #refresh = new Map<string, Refresh>();
  readonly #links = new Map<string, { purpose: LinkPurpose; userId?: string; expiresAtMs: number }>();
  readonly #tokens = new Map<string, ApiToken>();
  readonly #trail: AuditRecord[] = [];
  #ids = 0;

  /** @param now - wall clock */
  constructor(private readonly now: () => WallMs) {}

  async count(): Promise<number> {
    return [...this.#accounts.values()].filter(({ passwordHash }) => passwordHash !== undefined).length;
  }

  async create(a: Parameters<Accounts['create']>[0]): Promise<AccountOutcome> {
    if ((await this.byEmail(a.email)) !== undefined) return { ok: false, why: 'email_taken' };
    const account: Account = {
      id: `u${++this.#ids}`,
      status: 'active',
      roles: a.roles,
      lines: a.lines ?? [],
      ...(a.passwordHash === undefined ? {} : { passwordHash: a.passwordHash }),
      ...(a.emailVerified === true ? { emailVerifiedAtMs: this.now() } : {}),
      tokenVersion: 1,
      prefs: {},
      createdAtMs: this.now(),
      version: 1,
      pii: { email: a.email, name: a.name },
    };
    this.#accounts.set(account.id, account);
    return { ok: true, account };
  }

  async get(id: string): Promise<Account | undefined> {
    return this.#accounts.get(id);
  }

  async byEmail(email: string): Promise<Account | undefined> {
    return [...this.#accounts.values()].find(({ pii }) => pii.email.toLowerCase() === email.toLowerCase());
  }

  async list(query: Paging): Promise<Page<Account>> {
    const all = [...this.#accounts.values()].sort((a, b) => (a.pii.email < b.pii.email ? -1 : 1));
    return pageOf(all, query);
  }

  async change(id: string, change: Parameters<Accounts['change']>[1]): Promise<AccountOutcome> {
    const before = this.#accounts.get(id);
    if (before === undefined) return { ok: false, why: 'not_found' };
    const { version, name, signOut, emailVerified, ...rest } = change;
    if (version !== undefined && version !== before.version) return { ok: false, why: 'stale' };
    const next = { ...before, ...rest };
    if (this.#isLastAdmin(before) && (!next.roles.includes('admin') || next.status === 'disabled')) {
      return { ok: false, why: 'last_admin' };
    }
    const out = signOut === true || next.status === 'disabled' || change.passwordHash !== undefined;
    const bumped = out || change.roles !== undefined || change.lines !== undefined;
    const account: Account = {
      ...next,
      ...(emailVerified === true ? { emailVerifiedAtMs: before.emailVerifiedAtMs ?? this.now() } : {}),
      pii: { ...before.pii, ...(name === undefined ? {} : { name }) },
      tokenVersion: before.tokenVersion + (bumped ? 1 : 0),
      version: before.version + 1,
    };
    this.#accounts.set(id, account);
    if (out) await this.signOut(id);
    return { ok: true, account };
  }

  async remove(id: string): Promise<AccountOutcome> {
    const account = this.#accounts.get(id);
    if (account === undefined) return { ok: false, why: 'not_found' };
    if (this.#isLastAdmin(account)) return { ok: false, why: 'last_admin' };
    this.#accounts.delete(id);
    for (const [sessionId, { userId }] of this.#sessions) if (userId === id) this.#sessions.delete(sessionId);
    for (const [hash, { userId }] of this.#tokens) if (userId === id) this.#tokens.delete(hash);
    return { ok: true, account };
  }

  async signIn(userId: string, o: Parameters<Accounts['signIn']>[1]): Promise<SignIn> {
    const now = this.now();
    const id = `s${++this.#ids}`;
    const session = {
      id,
      userId,
      createdAtMs: now,
      lastSeenAtMs: now,
      expiresAtMs: wallMs(o.expiresAtMs),
      pii: o.pii,
    };
    this.#sessions.set(id, session);
    this.#refresh.set(o.refreshHash, { sessionId: id, expiresAtMs: o.expiresAtMs });
    const account = this.#accounts.get(userId);
    if (account !== undefined) this.#accounts.set(userId, { ...account, lastLoginAtMs: now });
    return session;
  }

  async rotate(...[oldHash, newHash, times]: Parameters<Accounts['rotate']>): ReturnType<Accounts['rotate']> {
    const now = this.now();
    const token = this.#refresh.get(oldHash);
    const session = token === undefined ? undefined : this.#sessions.get(token.sessionId);
    if (token === undefined || session === undefined || session.revokedAtMs !== undefined) {
      return { status: 'invalid' };
    }
    const { id: sessionId, userId } = session;
    if (token.rotatedAtMs === undefined) {
      if (token.expiresAtMs <= now) return { status: 'invalid' };
      this.#refresh.set(oldHash, { ...token, rotatedAtMs: now });
      this.#refresh.set(newHash, { sessionId, expiresAtMs: times.expiresAtMs });
      this.#sessions.set(sessionId, {
        ...session,
        lastSeenAtMs: now,
        expiresAtMs: wallMs(times.expiresAtMs),
      });
      return { status: 'rotated', sessionId, userId };
    }
    if (now - token.rotatedAtMs <= times.graceMs) return { status: 'raced' };
    this.#sessions.set(sessionId, { ...session, revokedAtMs: now });
    return { status: 'reused', userId };
  }

  async sessions(userId: string): Promise<readonly SignIn[]> {
    return [...this.#sessions.values()].filter(
      (session) =>
        session.userId === userId && session.revokedAtMs === undefined && session.expiresAtMs > this.now(),
    );
  }

  async signOut(userId: string, sessionId?: string): Promise<number> {
    const open = (await this.sessions(userId)).filter(
      ({ id }) => sessionId === undefined || id === sessionId,
    );
    for (const session of open) this.#sessions.set(session.id, { ...session, revokedAtMs: this.now() });
    return open.length;
  }

  async isSignedIn(sessionId: string): Promise<boolean> {
    const session = this.#sessions.get(sessionId);
    return session !== undefined && session.revokedAtMs === undefined && session.expiresAtMs > this.now();
  }

  async makeLink({ hash, ...link }: Parameters<Accounts['makeLink']>[0]): Promise<void> {
    this.#links.set(hash, link);
  }

  async useLink(hash: string, purpose: LinkPurpose): Promise<{ readonly userId?: string } | undefined> {
    const link = this.#links.get(hash);
    if (link === undefined || link.purpose !== purpose || link.expiresAtMs <= this.now()) return undefined;
    this.#links.delete(hash);
    return link.userId === undefined ? {} : { userId: link.userId };
  }

  async addToken({ hash, expiresAtMs, ...token }: Parameters<Accounts['addToken']>[0]): Promise<ApiToken> {
    const expiry = expiresAtMs === undefined ? {} : { expiresAtMs: wallMs(expiresAtMs) };
    const made: ApiToken = { id: `t${++this.#ids}`, createdAtMs: this.now(), ...token, ...expiry };
    this.#tokens.set(hash, made);
    return made;
  }

  async useToken(hash: string): Promise<ApiToken | undefined> {
    const token = this.#tokens.get(hash);
    if (token === undefined || (token.expiresAtMs !== undefined && token.expiresAtMs <= this.now())) {
      return undefined;
    }
    const used = { ...token, lastUsedAtMs: this.now() };
    this.#tokens.set(hash, used);
    return used;
  }

  async tokens(userId: string): Promise<readonly ApiToken[]> {
    return [...this.#tokens.values()].filter((token) => token.userId === userId);
  }

  async removeToken(userId: string, id: string): Promise<boolean> {
    const found = [...this.#tokens].find(([, token]) => token.userId === userId && token.id === id);
    return found !== undefined && this.#tokens.delete(found[0]);
  }

  async audit(entry: Parameters<Accounts['audit']>[0]): Promise<void> {
    const prevHash = this.#trail.at(-1)?.hash ?? '0'.repeat(64);
    const record = { ...entry, seq: this.#trail.length + 1, atMs: this.now(), prevHash };
    const hash = createHash('sha256').update(JSON.stringify(record)).digest('hex');
    this.#trail.push({ ...record, hash });
  }

  async trail(query: Parameters<Accounts['trail']>[0]): Promise<Page<AuditRecord>> {
    const { fromMs = 0, toMs = Infinity, actorId, action, callId } = query;
    const found = this.#trail.filter(
      (record) =>
        record.atMs >= fromMs &&
        record.atMs < toMs &&
        (actorId === undefined || record.actorId === actorId) &&
        (action === undefined || record.action === action) &&
        (callId === undefined || record.callId === callId),
    );
    return pageOf(found.reverse(), query);
  }

  async brokenAt(): Promise<number | undefined> {
    return undefined;
  }

  #isLastAdmin(account: Account): boolean {
    const isAdmin = ({ roles, status }: Account): boolean => roles.includes('admin') && status === 'active';
    return isAdmin(account) && [...this.#accounts.values()].filter(isAdmin).length === 1;
  }
}

function pageOf<T>(all: readonly T[], { limit = 50, offset = 0 }: Paging): Page<T> {
  return { items: all.slice(offset, offset + limit), total: all.length };
}
