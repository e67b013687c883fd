import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../store/types.js';

type Who = Pick<FastifyRequest, 'principal' | 'ip'>;
type Detail = NonNullable<AuditEntry['detail']>;

/** An entry of the trail: who made a request did something to an object. */
export function trailEntry(
  { principal: { kind, userId }, ip }: Who,
  action: string,
  object: { readonly type: string; readonly id: string },
  detail?: Detail,
): AuditEntry {
  return {
    ...(userId === undefined ? {} : { actorId: userId }),
    actorKind: kind,
    action,
    objectType: object.type,
    objectId: object.id,
    outcome: 'ok',
    ...(detail === undefined ? {} : { detail }),
    pii: { address: ip },
  };
}

/** An entry about a call. A `reason` is somebody's own words, and kept as such. */
export function callEntry(
  who: Who,
  action: string,
  callId: string,
  outcome: AuditEntry['outcome'],
  { reason, ...detail }: Detail = {},
): AuditEntry {
  const entry = trailEntry(who, action, { type: 'call', id: callId }, detail);
  const words = reason === undefined ? {} : { reason };
  return { ...entry, callId, outcome, pii: { ...entry.pii, ...words } };
}
