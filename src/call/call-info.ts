import type { CallId } from '../kernel/ids.js';
import type { Scheduler } from '../kernel/time.js';
import type { PeerList } from './core/cidr.js';
import { identify, type NumberNormaliser } from './core/identity.js';
import { parseSipUri } from './core/sip-address.js';
import type { CallInfo } from './core/types.js';
import type { InviteFacts } from './inbound.js';
import type { DialOptions } from './outbound.js';
import type { SrfRequest } from './srf-port.js';

/** What {@link CallInfo} is made with. */
export interface InfoContext {
  readonly scheduler: Scheduler;
  readonly trustedPeers: PeerList;
  readonly normalise: NumberNormaliser;
  readonly newCallId: () => CallId;
}

/** What is known of a call that came in. */
export function inboundInfo(context: InfoContext, req: SrfRequest, facts: InviteFacts): CallInfo {
  const { scheduler, trustedPeers, normalise, newCallId } = context;
  const remoteAddress = req.source_address ?? '';
  const trustedPeer = trustedPeers.has(remoteAddress);
  const { source, ...parties } = identify(facts.identity, trustedPeer, normalise);
  return {
    id: newCallId(),
    direction: 'inbound',
    ...parties,
    identitySource: source,
    remoteAddress,
    remotePort: req.source_port ?? 0,
    transport: req.protocol ?? '',
    trustedPeer,
    sipCallId: facts.sipCallId,
    receivedAt: scheduler.now(),
    receivedWall: scheduler.wall(),
    headers: facts.headers,
  };
}

/** What is known of a call that we make. */
export function outboundInfo(context: InfoContext, options: DialOptions): CallInfo {
  const { scheduler, newCallId, normalise } = context;
  const target = parseSipUri(options.uri);
  const user = target?.user;
  return {
    id: newCallId(),
    direction: 'outbound',
    from: options.from,
    displayName: options.displayName,
    anonymous: false,
    identitySource: 'from',
    to: user === undefined ? undefined : (normalise(user) ?? user),
    divertedFrom: undefined,
    remoteAddress: target?.host ?? '',
    remotePort: target?.port ?? 5060,
    transport: '',
    trustedPeer: false,
    sipCallId: '',
    receivedAt: scheduler.now(),
    receivedWall: scheduler.wall(),
    headers: {},
  };
}
