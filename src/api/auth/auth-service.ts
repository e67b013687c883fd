import { LeibnizError } from '../../kernel/errors.js';
import type { Scheduler } from '../../kernel/time.js';
import type { Account, Accounts, AuditEntry, LinkPurpose } from '../../store/types.js';
import { dropOldest } from '../core/drop-oldest.js';
import { unmetRules } from '../core/password-rules.js';
import { knownPermissions, permissionsOf } from '../core/permissions.js';
import { RateLimiter } from '../core/rate-limiter.js';
import { RetryLaterError } from '../errors.js';
import type { AuthOptions } from '../options.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { AccessTokens, digestOf, hashPassword, newSecret, passwordFits } from './secrets.js';

/** What somebody gets who signs in. */
export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly account: Account;
  readonly sessionId: string;
}

/** Where a request comes from. */
export interface Client {
  readonly address: string;
  readonly userAgent?: string;
}

const PER_ACCOUNT_AND_ADDRESS = 5;
const PER_ADDRESS = 30;
/** Tokens for programs that were not seen before, by client and minute: each costs a look into the database. */
const NEW_TOKENS_PER_MINUTE = 60;
const MAX_KNOWN_TOKENS = 1000;
/** How long an account is believed to be as it was read: bounds what another instance's change takes to arrive. */
const BELIEVED_MS = 5000;
const MAX_BELIEVED = 1000;
/** How long each kind of link works. */
const LINK_MS: Readonly<Record<LinkPurpose, number>> = {
  setup: 86_400_000,
  invite: 7 * 86_400_000,
  reset: 3_600_000,
  verify: 7 * 86_400_000,
};
const TOKEN_PREFIX = 'lbz_';

const wrong = (): LeibnizError =>
  new LeibnizError('CREDENTIALS_WRONG', 'The address or the password is wrong.');

/** Accounts: who may sign in, who is signed in, and who a request comes from. */
export class AuthService {
  readonly #tokens: AccessTokens;
  readonly #perAccount = new RateLimiter(PER_ACCOUNT_AND_ADDRESS);
  readonly #perAddress = new RateLimiter(PER_ADDRESS);
  readonly #newTokens = new RateLimiter(NEW_TOKENS_PER_MINUTE);
  /** Digests of tokens for programs that were right; they never wait. */
  readonly #knownTokens = new Set<string>();
  readonly #believed = new Map<string, { readonly account: Account | undefined; readonly until: number }>();
  #hasAccounts: boolean | undefined;

  constructor(
    private readonly accounts: Accounts,
    private readonly options: AuthOptions,
    private readonly clock: Scheduler,
  ) {
    this.#tokens = new AccessTokens(options.key, options.accessTtlS, () => clock.wall() / 1000);
  }

  /** Whether anybody can sign in; once true it stays so. @throws LeibnizError STORE_UNAVAILABLE */
  async hasAccounts(): Promise<boolean> {
    if (this.#hasAccounts !== true) this.#hasAccounts = (await this.accounts.count()) > 0;
    return this.#hasAccounts;
  }

  /**
   * Who sends an access token or a token for programs; {@link ANONYMOUS} when neither fits.
   *
   * @param client - under which new tokens are counted
   * @throws LeibnizError RATE_LIMITED for a token that was never seen, where too many such came from the client
   */
  async principalOf(token: string, byCookie: boolean, client: string): Promise<Principal | 'expired'> {
    if (token.startsWith(TOKEN_PREFIX)) return this.#program(token, client);
    const claims = await this.#tokens.read(token);
    if (claims === 'expired') return 'expired';
    const account = claims === undefined ? undefined : await this.#account(claims.userId);
    if (claims === undefined || account?.status !== 'active' || account.tokenVersion !== claims.version) {
      return ANONYMOUS;
    }
    return {
      kind: 'user',
      permissions: permissionsOf(account.roles),
      lines: account.lines,
      userId: account.id,
      sessionId: claims.sessionId,
      byCookie,
    };
  }

  /** @throws LeibnizError CREDENTIALS_WRONG, ACCOUNT_DISABLED, EMAIL_UNVERIFIED, RATE_LIMITED */
  async login(email: string, password: string, client: Client): Promise<SignedIn> {
    this.#mayTry(email, client);
    const account = await this.accounts.byEmail(email);
    const fits = await passwordFits(account?.passwordHash, password);
    if (account === undefined || !fits) {
      await this.#note({
        actorKind: 'anonymous',
        action: 'auth.login',
        outcome: 'denied',
        pii: { email, address: client.address },
      });
      throw wrong();
    }
    if (account.status === 'disabled') {
      throw new LeibnizError('ACCOUNT_DISABLED', 'This account is disabled.');
    }
    if (account.emailVerifiedAtMs === undefined) {
      throw new LeibnizError(
        'EMAIL_UNVERIFIED',
        'Confirm the address first, with the link that was sent to it.',
      );
    }
    const refreshToken = newSecret();
    const session = await this.accounts.signIn(account.id, {
      refreshHash: digestOf(refreshToken),
      expiresAtMs: this.#refreshEnd(),
      pii: {
        address: client.address,
        ...(client.userAgent === undefined ? {} : { userAgent: client.userAgent.slice(0, 200) }),
      },
    });
    await this.#note({
      actorId: account.id,
      actorKind: 'user',
      action: 'auth.login',
      outcome: 'ok',
      pii: { address: client.address },
    });
    return { ...(await this.#signed(account, session.id)), refreshToken };
  }

  /** @throws LeibnizError REFRESH_RACED, REFRESH_REUSED, UNAUTHORIZED */
  async refresh(token: string): Promise<SignedIn> {
    const refreshToken = newSecret();
    const outcome = await this.accounts.rotate(digestOf(token), digestOf(refreshToken), {
      expiresAtMs: this.#refreshEnd(),
      graceMs: this.options.refreshGraceS * 1000,
    });
    if (outcome.status === 'raced') {
      throw new LeibnizError('REFRESH_RACED', 'Another request was faster; repeat with the new cookie.');
    }
    if (outcome.status === 'reused') {
      await this.#note({
        actorId: outcome.userId,
        actorKind: 'user',
        action: 'auth.refresh_reused',
        outcome: 'denied',
      });
      throw new LeibnizError('REFRESH_REUSED', 'This token was used before; sign in again.');
    }
    const account = outcome.status === 'rotated' ? await this.accounts.get(outcome.userId) : undefined;
    if (outcome.status === 'invalid' || account?.status !== 'active') {
      throw new LeibnizError('UNAUTHORIZED', 'Sign in again.');
    }
    return { ...(await this.#signed(account, outcome.sessionId)), refreshToken };
  }

  /** Ends one session, or all of a person; its access tokens end with it. */
  async logout(principal: Principal, all: boolean): Promise<void> {
    const { userId, sessionId } = principal;
    if (userId === undefined) return;
    await this.accounts.signOut(userId, all ? undefined : sessionId);
    // Access tokens of other sessions live on until their end, unless all are to go.
    if (all) await this.accounts.change(userId, { signOut: true });
    this.forget(userId);
    await this.#note({ actorId: userId, actorKind: 'user', action: 'auth.logout', outcome: 'ok' });
  }

  /**
   * Makes an account.
   *
   * @param invite - text of an invitation or of the setup link
   * @returns undefined when the address is taken, which strangers do not learn
   * @throws LeibnizError FORBIDDEN, PASSWORD_WEAK, TOKEN_USED
   */
  async register(
    o: { readonly email: string; readonly password: string; readonly name: string },
    invite?: string,
  ): Promise<Account | undefined> {
    this.checkPassword(o.password, o.email);
    if (invite === undefined && this.options.registration !== 'open') {
      throw new LeibnizError('FORBIDDEN', 'Accounts are made by invitation here.');
    }
    const link = invite === undefined ? undefined : await this.#setup(invite);
    const outcome = await this.accounts.create({
      email: o.email,
      name: o.name,
      roles: link === undefined ? [] : ['admin'],
      passwordHash: await hashPassword(o.password),
      emailVerified: link !== undefined,
    });
    if (!outcome.ok) return undefined;
    this.#hasAccounts = true;
    await this.#note({
      actorId: outcome.account.id,
      actorKind: 'user',
      action: 'user.register',
      outcome: 'ok',
    });
    return outcome.account;
  }

  /** @throws LeibnizError CREDENTIALS_WRONG, PASSWORD_WEAK */
  async changePassword(userId: string, current: string, next: string): Promise<void> {
    const account = await this.accounts.get(userId);
    if (account === undefined || !(await passwordFits(account.passwordHash, current))) throw wrong();
    await this.#setPassword(account, next);
  }

  /** A link that works once; its text is for the person only. */
  async makeLink(
    purpose: LinkPurpose,
    userId?: string,
  ): Promise<{ readonly secret: string; readonly expiresAtMs: number }> {
    const secret = newSecret();
    const expiresAtMs = this.clock.wall() + LINK_MS[purpose];
    await this.accounts.makeLink({
      hash: digestOf(secret),
      purpose,
      expiresAtMs,
      ...(userId === undefined ? {} : { userId }),
    });
    return { secret, expiresAtMs };
  }

  /** Chooses a password by a link of the kinds `invite` and `reset`. @throws LeibnizError TOKEN_USED, PASSWORD_WEAK */
  async passwordByLink(secret: string, password: string): Promise<void> {
    // The password is looked at first: a weak one must not spend the link.
    this.checkPassword(password, '');
    const hash = digestOf(secret);
    const link =
      (await this.accounts.useLink(hash, 'reset')) ?? (await this.accounts.useLink(hash, 'invite'));
    const account = link?.userId === undefined ? undefined : await this.accounts.get(link.userId);
    if (account === undefined) throw spent();
    await this.#setPassword(account, password);
  }

  /** @throws LeibnizError TOKEN_USED */
  async verifyEmail(secret: string): Promise<void> {
    const link = await this.accounts.useLink(digestOf(secret), 'verify');
    if (link?.userId === undefined) throw spent();
    await this.accounts.change(link.userId, { emailVerified: true });
    this.forget(link.userId);
  }

  /** @returns the token's text, which is told once */
  async addToken(
    principal: Principal,
    o: { readonly name: string; readonly permissions: readonly string[]; readonly expiresAtMs?: number },
  ): Promise<{ readonly secret: string; readonly id: string }> {
    const userId = principal.userId ?? '';
    const secret = newSecret(TOKEN_PREFIX);
    const allowed = knownPermissions(o.permissions).filter((permission) =>
      principal.permissions.has(permission),
    );
    const token = await this.accounts.addToken({
      userId,
      hash: digestOf(secret),
      ...o,
      permissions: allowed,
    });
    return { secret, id: token.id };
  }

  /** @throws LeibnizError PASSWORD_WEAK with the rules that are not met */
  checkPassword(password: string, email: string): void {
    const unmet = unmetRules(password, email);
    if (unmet.length === 0) return;
    throw new LeibnizError('PASSWORD_WEAK', `The password needs: ${unmet.join(', ')}.`, {
      field: 'password',
    });
  }

  /** What is believed of an account is read anew. */
  forget(userId: string): void {
    this.#believed.delete(userId);
  }

  /** Writes the trail; a database that is away must not keep anybody from signing in. */
  async #note(entry: AuditEntry): Promise<void> {
    await this.accounts.audit(entry).catch(() => undefined);
  }

  async #setPassword(account: Account, password: string): Promise<void> {
    this.checkPassword(password, account.pii.email);
    await this.accounts.change(account.id, {
      passwordHash: await hashPassword(password),
      emailVerified: true,
    });
    this.forget(account.id);
    await this.#note({ actorId: account.id, actorKind: 'user', action: 'auth.password', outcome: 'ok' });
  }

  async #setup(secret: string): Promise<object> {
    const link = (await this.hasAccounts())
      ? undefined
      : await this.accounts.useLink(digestOf(secret), 'setup');
    if (link === undefined) throw spent();
    return link;
  }

  async #program(token: string, client: string): Promise<Principal> {
    const digest = digestOf(token);
    const waitMs = this.#knownTokens.has(digest) ? 0 : this.#newTokens.take(client, this.clock.now());
    if (waitMs > 0) throw tooMany('Too many unknown tokens came from here.', waitMs);
    const known = await this.accounts.useToken(digest);
    const account = known === undefined ? undefined : await this.#account(known.userId);
    if (known === undefined || account?.status !== 'active') {
      this.#knownTokens.delete(digest);
      return ANONYMOUS;
    }
    this.#knownTokens.add(digest);
    dropOldest(this.#knownTokens, MAX_KNOWN_TOKENS);
    const owner = permissionsOf(account.roles);
    const permissions = knownPermissions(known.permissions).filter((permission) => owner.has(permission));
    return {
      kind: 'token',
      permissions: new Set(permissions),
      lines: account.lines,
      userId: account.id,
      byCookie: false,
    };
  }

  async #account(id: string): Promise<Account | undefined> {
    const now = this.clock.now();
    const known = this.#believed.get(id);
    if (known !== undefined && now < known.until) return known.account;
    const account = await this.accounts.get(id);
    this.#believed.set(id, { account, until: now + BELIEVED_MS });
    dropOldest(this.#believed, MAX_BELIEVED);
    return account;
  }

  async #signed(account: Account, sessionId: string): Promise<Omit<SignedIn, 'refreshToken'>> {
    const claims = { userId: account.id, sessionId, version: account.tokenVersion };
    return { accessToken: await this.#tokens.sign(claims), account, sessionId };
  }

  #refreshEnd(): number {
    return this.clock.wall() + this.options.refreshTtlS * 1000;
  }

  #mayTry(email: string, { address }: Client): void {
    const now = this.clock.now();
    const waitMs = Math.max(
      this.#perAddress.take(address, now),
      this.#perAccount.take(`${email.toLowerCase()} ${address}`, now),
    );
    if (waitMs > 0) throw tooMany('Too many attempts; wait a moment.', waitMs);
  }
}

const tooMany = (message: string, waitMs: number): RetryLaterError =>
  new RetryLaterError('RATE_LIMITED', message, Math.ceil(waitMs));

function spent(): LeibnizError {
  return new LeibnizError('TOKEN_USED', 'This link was used before, or has expired; ask for another.', {
    field: 'token',
  });
}
