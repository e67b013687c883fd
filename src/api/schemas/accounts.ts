import { z } from 'zod';
import type { Account, ApiToken, AuditRecord, SignIn } from '../../store/types.js';
import { MAX_PASSWORD_CHARS } from '../core/password-rules.js';
import { PERMISSIONS, ROLES } from '../core/permissions.js';
import { iso, isoOrNull, listOf } from './common.js';

export const email = z.string().trim().max(254).pipe(z.email());
export const password = z.string().min(1).max(MAX_PASSWORD_CHARS);
export const personName = z.string().trim().min(1).max(200);
export const secret = z.string().min(1).max(200);
const lines = z.array(z.string().trim().min(1).max(64)).max(100);

export const userView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  lines: z.array(z.string()).describe('Called numbers that the person sees; empty = all'),
  email_verified: z.boolean(),
  disabled: z.boolean(),
  prefs: z.unknown(),
  created_at: z.string(),
  last_login_at: z.string().nullable(),
  version: z.number().int().describe('Counts changes; send it with a change'),
});

/** The wire form of an account. */
export function viewUser(account: Account): z.output<typeof userView> {
  return {
    id: account.id,
    email: account.pii.email,
    name: account.pii.name,
    roles: [...account.roles],
    lines: [...account.lines],
    email_verified: account.emailVerifiedAtMs !== undefined,
    disabled: account.status === 'disabled',
    prefs: account.prefs,
    created_at: iso(account.createdAtMs),
    last_login_at: isoOrNull(account.lastLoginAtMs),
    version: account.version,
  };
}

export const registration = z.strictObject({
  email,
  password,
  name: personName,
  invite: secret.optional().describe('Text of the one-time setup link'),
});

export const credentials = z.strictObject({ email, password });

export const signedIn = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int().describe('Seconds'),
  refresh_token: z.string().optional().describe('Only with the header `x-leibniz-client: api`'),
  user: userView,
});

export const meView = z.object({
  user: userView.nullable(),
  permissions: z.array(z.enum(PERMISSIONS)),
  lines: z.array(z.string()),
  session: z.object({ id: z.string() }).nullable(),
  mode: z.enum(['users', 'token', 'local']),
});

export const newUser = z.strictObject({
  email,
  name: personName,
  roles: z.array(z.enum(ROLES)).default([]),
  lines: lines.default([]),
});

export const userChange = z.strictObject({
  name: personName.optional(),
  roles: z.array(z.enum(ROLES)).optional(),
  lines: lines.optional(),
  disabled: z.boolean().optional(),
  version: z.number().int(),
});

export const ownChange = z.strictObject({
  name: personName.optional(),
  prefs: z.record(z.string().max(64), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
  version: z.number().int(),
});

export const linkView = z.object({
  url: z.string().describe('Works once; give it to the person and to nobody else'),
  expires_at: z.string(),
});

export const sessionList = listOf(
  z.object({
    id: z.string(),
    created_at: z.string(),
    last_seen_at: z.string(),
    expires_at: z.string(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    current: z.boolean(),
  }),
);

/** The wire form of a sign-in. */
export function viewSession(
  s: SignIn,
  currentId: string | undefined,
): z.output<typeof sessionList>['items'][number] {
  return {
    id: s.id,
    created_at: iso(s.createdAtMs),
    last_seen_at: iso(s.lastSeenAtMs),
    expires_at: iso(s.expiresAtMs),
    address: s.pii.address ?? null,
    user_agent: s.pii.userAgent ?? null,
    current: s.id === currentId,
  };
}

export const newToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  permissions: z.array(z.enum(PERMISSIONS)).min(1),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
});

/** The wire form of a token for programs; its text is not kept. */
export function viewToken(t: ApiToken): z.output<typeof tokenView> {
  return {
    id: t.id,
    name: t.name,
    permissions: [...t.permissions],
    created_at: iso(t.createdAtMs),
    expires_at: isoOrNull(t.expiresAtMs),
    last_used_at: isoOrNull(t.lastUsedAtMs),
  };
}

export const auditView = z.object({
  seq: z.number(),
  at: z.string(),
  actor: z.object({ id: z.string().nullable(), kind: z.string() }),
  action: z.string(),
  object: z.object({ type: z.string(), id: z.string().nullable() }).nullable(),
  call_id: z.string().nullable(),
  outcome: z.string(),
  detail: z.unknown(),
  address: z.string().nullable(),
  hash: z.string(),
});

/** The wire form of an entry of the trail. */
export function viewAudit(r: AuditRecord): z.output<typeof auditView> {
  return {
    seq: r.seq,
    at: iso(r.atMs),
    actor: { id: r.actorId ?? null, kind: r.actorKind },
    action: r.action,
    object: r.objectType === undefined ? null : { type: r.objectType, id: r.objectId ?? null },
    call_id: r.callId ?? null,
    outcome: r.outcome,
    detail: r.detail ?? {},
    address: typeof r.pii?.['address'] === 'string' ? r.pii['address'] : null,
    hash: r.hash,
  };
}
