import type { Accounts } from '../../store/types.js';
import type { Principal } from '../auth/principal.js';
import { permissionsOf, type Permission } from '../core/permissions.js';

/**
 * Whether somebody whose socket is open still is who they were: signed in, with the same permissions and lines. A database
 * that does not answer closes nobody's socket.
 */
export async function standingOf(
  { kind, userId, sessionId, permissions, lines }: Principal,
  needed: Permission,
  accounts: Pick<Accounts, 'get' | 'isSignedIn'>,
): Promise<'unchanged' | 'sign_in' | 'forbidden'> {
  if (userId === undefined) return 'unchanged';
  try {
    const account = await accounts.get(userId);
    if (account?.status !== 'active') return 'sign_in';
    if (sessionId !== undefined && !(await accounts.isSignedIn(sessionId))) return 'sign_in';
    const now = permissionsOf(account.roles);
    if (!now.has(needed)) return 'forbidden';
    // A program's token may have fewer permissions than its owner.
    const hasAll = [...permissions].every((permission) => now.has(permission));
    const hasMore = kind === 'user' && now.size > permissions.size;
    return hasAll && !hasMore && lines.join() === account.lines.join() ? 'unchanged' : 'sign_in';
  } catch {
    return 'unchanged';
  }
}
