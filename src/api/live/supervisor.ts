import type { FastifyRequest } from 'fastify';
import type { Supervisor } from '../../live/core/types.js';
import type { Accounts, AuditEntry } from '../../store/types.js';
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

/** An entry of the trail about a call. */
export function auditOf(
  { principal, ip }: Pick<FastifyRequest, 'principal' | 'ip'>,
  action: string,
  callId: string,
  outcome: AuditEntry['outcome'],
  { reason, ...detail }: NonNullable<AuditEntry['detail']> = {},
): AuditEntry {
  const { kind, userId } = principal;
  return {
    ...(userId === undefined ? {} : { actorId: userId }),
    actorKind: kind,
    action,
    objectType: 'call',
    objectId: callId,
    callId,
    outcome,
    detail,
    pii: { address: ip, ...(reason === undefined ? {} : { reason }) },
  };
}
