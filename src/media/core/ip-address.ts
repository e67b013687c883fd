const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
// Loose on purpose: it keeps names out; the socket refuses what is not an address.
const IPV6 = /^[0-9a-f:]*:[0-9a-f:.]*(%[\w.-]+)?$/i;

/** 4 or 6 for an address literal, 0 for anything else (host names included). */
export function ipFamily(host: string): 0 | 4 | 6 {
  if (IPV4.test(host)) return 4;
  return host.length <= 64 && host.includes(':') && IPV6.test(host) ? 6 : 0;
}

/** True for `0.0.0.0` and `::`, which in SDP mean "do not send" (RFC 3264 section 8.4). */
export function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host);
}

/** True for a literal that audio may be sent to: not unspecified, multicast or broadcast. */
export function isUnicast(host: string): boolean {
  const family = ipFamily(host);
  if (family === 0 || isUnspecified(host)) return false;
  return family === 4 ? Number(host.split('.')[0]) < 224 && !host.startsWith('0.') : !/^ff/i.test(host);
}

/** Networks of RFC 1918, RFC 6598 (carrier NAT) and RFC 3927, loopback, and their IPv6 kin (RFC 4193, RFC 4291). */
const PRIVATE_V4 =
  /^(?:(10)\.|(127)\.|(169\.254)\.|(192\.168)\.|(172)\.(?:1[6-9]|2\d|3[01])\.|(100)\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const PRIVATE_V6 = /^(?:(f[cd])|(fe[89ab])|(::1)$)/i;

/** Name of the private network that an address literal belongs to; `undefined` for one that is reached across the internet. */
export function privateNetwork(host: string): string | undefined {
  const match = (ipFamily(host) === 6 ? PRIVATE_V6 : PRIVATE_V4).exec(host);
  return match
    ?.slice(1)
    .find((name) => name !== undefined)
    ?.toLowerCase();
}

/** True for an address literal that cannot be reached across the internet. */
export const isPrivateHost = (host: string): boolean => privateNetwork(host) !== undefined;
