import type { Supervisor } from '../../live/core/types.js';
import type { Accounts } from '../../store/types.js';
import type { Principal } from '../auth/principal.js';

/** Who somebody is to the others at their consoles. */
export async function supervisorOf(
  { kind, userId }: Principal,
  accounts: Pick<Accounts, 'get'>,
): Promise<Supervisor> {
  if (userId === undefined) return { id: kind, name: kind === 'local' ? 'this machine' : 'administrator' };
  const account = await accounts.get(userId);
  return { id: userId, name: account?.pii.name ?? userId };
}
