import { LeibnizError } from '../../kernel/errors.js';
import { ALL_PERMISSIONS, type Permission } from '../core/permissions.js';

/** Who asks. */
export interface Principal {
  /**
   * - `user`: an account, by cookie or token
   * - `token`: a program with a token of an account
   * - `admin_token`: whoever knows ADMIN_TOKEN
   * - `local`: this machine, while there are no accounts and no token
   * - `anonymous`: nobody
   */
  readonly kind: 'user' | 'token' | 'admin_token' | 'local' | 'anonymous';
  readonly permissions: ReadonlySet<Permission>;
  /** Called numbers that are seen; empty = all. */
  readonly lines: readonly string[];
  /** Account, for `user` and `token`. */
  readonly userId?: string;
  readonly sessionId?: string;
  /** True when a browser sent it by itself. */
  readonly byCookie: boolean;
}

/** Nobody: only what is public. */
export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  permissions: new Set(),
  lines: [],
  byCookie: false,
};

/** Everything, without an account. */
export const everything = (kind: 'admin_token' | 'local'): Principal => ({
  kind,
  permissions: ALL_PERMISSIONS,
  lines: [],
  byCookie: false,
});

/**
 * @throws LeibnizError UNAUTHORIZED when nobody is signed in, FORBIDDEN when the permission is missing
 */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return;
  if (principal.kind === 'anonymous') {
    throw new LeibnizError('UNAUTHORIZED', 'Sign in, or send a token as "Authorization: Bearer <token>".');
  }
  throw new LeibnizError('FORBIDDEN', `This needs the permission ${permission}.`, { field: permission });
}
