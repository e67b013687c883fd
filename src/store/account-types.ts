import type { WallMs } from '../kernel/time.js';
import type { JsonValue } from './journal-event.js';
import type { Page, Paging } from './paging.js';

/** A person who signs in. */
export interface Account {
  readonly id: string;
  readonly status: 'active' | 'disabled';
  readonly roles: readonly string[];
  /** Called numbers that the person sees; empty = all. */
  readonly lines: readonly string[];
  /** Missing until a password was chosen. */
  readonly passwordHash?: string;
  readonly emailVerifiedAtMs?: WallMs;
  /** Raised by whatever makes tokens of the past void. */
  readonly tokenVersion: number;
  readonly prefs: JsonValue;
  readonly createdAtMs: WallMs;
  readonly lastLoginAtMs?: WallMs;
  readonly version: number;
  readonly pii: { readonly email: string; readonly name: string };
}

/** A new {@link Account}. */
export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly lines?: readonly string[];
  readonly passwordHash?: string;
  readonly emailVerified?: boolean;
}

/** What an account may change to; what is missing stays. */
export interface AccountChange {
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly lines?: readonly string[];
  readonly status?: Account['status'];
  readonly prefs?: JsonValue;
  readonly passwordHash?: string;
  readonly emailVerified?: true;
  /** Signs the person out everywhere. */
  readonly signOut?: boolean;
  /** Only when the account still is of this version. */
  readonly version?: number;
}

/** Why a change of accounts was not made. */
export type AccountRefusal = 'not_found' | 'email_taken' | 'stale' | 'last_admin';

/** A changed account, or why not. */
export type AccountOutcome =
  { readonly ok: true; readonly account: Account } | { readonly ok: false; readonly why: AccountRefusal };

/** Where somebody is signed in. */
export interface SignIn {
  readonly id: string;
  readonly userId: string;
  readonly createdAtMs: WallMs;
  readonly lastSeenAtMs: WallMs;
  readonly expiresAtMs: WallMs;
  readonly pii: { readonly address?: string; readonly userAgent?: string };
}

/** What came of a refresh token. */
export type RotationOutcome =
  /** The old one is spent, the new one is written down. */
  | { readonly status: 'rotated'; readonly sessionId: string; readonly userId: string }
  /** It was spent a moment ago, by another tab: that one has the new cookie. */
  | { readonly status: 'raced' }
  /** It was spent before: somebody has a copy. The session is ended. */
  | { readonly status: 'reused'; readonly userId: string }
  | { readonly status: 'invalid' };

/** What a one-time link is for. */
export type LinkPurpose = 'setup' | 'invite' | 'reset' | 'verify';

/** A token for programs; its text is known to its owner only. */
export interface ApiToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly createdAtMs: WallMs;
  readonly expiresAtMs?: WallMs;
  readonly lastUsedAtMs?: WallMs;
}

/** Something that was done, or refused. */
export interface AuditEntry {
  readonly actorId?: string;
  readonly actorKind: 'user' | 'token' | 'admin_token' | 'local' | 'anonymous' | 'system';
  /** Verb after noun: `user.create`, `call.listen`. */
  readonly action: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly callId?: string;
  readonly outcome: 'ok' | 'denied' | 'failed';
  readonly detail?: Readonly<Record<string, JsonValue>>;
  readonly pii?: Readonly<Record<string, JsonValue>>;
}

/** An {@link AuditEntry} as it stands in the chain. */
export interface AuditRecord extends AuditEntry {
  readonly seq: number;
  readonly atMs: WallMs;
  readonly hash: string;
  readonly prevHash: string;
}

/** Which entries of the trail. */
export interface AuditQuery extends Paging {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly actorId?: string;
  readonly action?: string;
  readonly callId?: string;
}

/** Accounts, sessions, tokens and the trail. Digests are hexadecimal SHA-256. */
export interface Accounts {
  /** How many can sign in: one whose password is still to be chosen cannot. */
  count(): Promise<number>;
  create(account: NewAccount): Promise<AccountOutcome>;
  get(id: string): Promise<Account | undefined>;
  byEmail(email: string): Promise<Account | undefined>;
  list(query: Paging): Promise<Page<Account>>;
  /** The last active admin is neither demoted nor disabled. */
  change(id: string, change: AccountChange): Promise<AccountOutcome>;
  remove(id: string): Promise<AccountOutcome>;
  signIn(
    userId: string,
    session: { readonly refreshHash: string; readonly expiresAtMs: number; readonly pii: SignIn['pii'] },
  ): Promise<SignIn>;
  /** Exchanges one refresh token for another; one that was spent longer than `graceMs` ago ends its session. */
  rotate(
    oldHash: string,
    newHash: string,
    times: { readonly expiresAtMs: number; readonly graceMs: number },
  ): Promise<RotationOutcome>;
  sessions(userId: string): Promise<readonly SignIn[]>;
  /** Ends one session of a person, or all. @returns how many */
  signOut(userId: string, sessionId?: string): Promise<number>;
  /** False for a session that is over. */
  isSignedIn(sessionId: string): Promise<boolean>;
  makeLink(link: {
    readonly hash: string;
    readonly purpose: LinkPurpose;
    readonly userId?: string;
    readonly expiresAtMs: number;
  }): Promise<void>;
  /** Spends a link. @returns whose it is; `userId` is missing for a link of nobody's */
  useLink(hash: string, purpose: LinkPurpose): Promise<{ readonly userId?: string } | undefined>;
  addToken(token: {
    readonly userId: string;
    readonly hash: string;
    readonly name: string;
    readonly permissions: readonly string[];
    readonly expiresAtMs?: number;
  }): Promise<ApiToken>;
  /** The token of a digest, unless it has expired; notes that it was used. */
  useToken(hash: string): Promise<ApiToken | undefined>;
  tokens(userId: string): Promise<readonly ApiToken[]>;
  removeToken(userId: string, id: string): Promise<boolean>;
  audit(entry: AuditEntry): Promise<void>;
  trail(query: AuditQuery): Promise<Page<AuditRecord>>;
  /** The first row whose hash does not fit; undefined while the chain is whole. */
  brokenAt(): Promise<number | undefined>;
}

/** Names of the methods of {@link Accounts}; the compiler misses one that is forgotten. */
export const ACCOUNT_METHODS = Object.keys({
  count: 0,
  create: 0,
  get: 0,
  byEmail: 0,
  list: 0,
  change: 0,
  remove: 0,
  signIn: 0,
  rotate: 0,
  sessions: 0,
  signOut: 0,
  isSignedIn: 0,
  makeLink: 0,
  useLink: 0,
  addToken: 0,
  useToken: 0,
  tokens: 0,
  removeToken: 0,
  audit: 0,
  trail: 0,
  brokenAt: 0,
} satisfies Record<keyof Accounts, 0>) as readonly (keyof Accounts)[];
