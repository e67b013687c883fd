import type { Hop } from './hop.js';

/** RFC 1918 and RFC 6598 (carrier NAT) addresses. */
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/**
 * The hop of a request in a dialog.
 *
 * On a stream transport the peer's own connection is preferred and the target is the fall-back. A peer behind a NAT
 * that names a private address in its Contact, but writes from a public one, is answered where it writes from, as a
 * request to the private address could not arrive.
 *
 * @param target - hop of the route set or remote target; `undefined` when it cannot be resolved
 * @param remote - where the peer's last target refresh came from
 * @param direct - true without a route set
 */
export function hopInDialog(target: Hop | undefined, remote: Hop | undefined, direct: boolean): Hop {
  if (remote === undefined) return target ?? { protocol: 'udp', address: '', port: 0 };
  if (target === undefined) return remote;
  if (remote.protocol !== 'udp') return { ...target, protocol: remote.protocol, ...connectionOf(remote) };
  const hidden = direct && target.protocol === 'udp' && PRIVATE.test(target.address);
  return hidden && !PRIVATE.test(remote.address) && !remote.address.startsWith('127.') ? remote : target;
}

const connectionOf = (hop: Hop): Pick<Hop, 'connection'> =>
  hop.connection === undefined ? {} : { connection: hop.connection };
