import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/** How long the list of interfaces is trusted. */
const REFRESH_MS = 10_000;

/** Says which of this machine's addresses a peer sees. */
export interface LocalAddresses {
  /** @param remote - IP address of the peer; empty for the address to advertise in general */
  towards(remote: string): string;
}

/**
 * Addresses of a server bound to `host`. A server bound to every address answers with the one whose network holds the
 * peer, and with that of the default route otherwise.
 */
export async function localAddresses(host: string): Promise<LocalAddresses> {
  if (host !== '0.0.0.0' && host !== '::') return { towards: () => host };
  const fallback = await defaultRouteAddress(host === '::' ? 'udp6' : 'udp4');
  let interfaces = readInterfaces();
  let readAt = performance.now();
  return {
    towards: (remote) => {
      if (performance.now() - readAt > REFRESH_MS) {
        interfaces = readInterfaces();
        readAt = performance.now();
      }
      if (remote.startsWith('127.')) return '127.0.0.1';
      if (remote === '::1') return '::1';
      const peer = ipv4Number(remote);
      if (peer === undefined) return fallback;
      for (const { address, mask } of interfaces) {
        if (((peer ^ (ipv4Number(address) ?? 0)) & (ipv4Number(mask) ?? 0)) === 0) return address;
      }
      return fallback;
    },
  };
}

function readInterfaces(): { address: string; mask: string }[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === 'IPv4' && !entry.internal)
    .map((entry) => ({ address: entry.address, mask: entry.netmask }));
}

function ipv4Number(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4) return undefined;
  return parts.reduce((value, part) => (value << 8) | (Number(part) & 255), 0);
}

/** Source address of the default route. Connecting a UDP socket asks the routing table and sends nothing. */
function defaultRouteAddress(family: 'udp4' | 'udp6'): Promise<string> {
  const loopback = family === 'udp4' ? '127.0.0.1' : '::1';
  return new Promise((resolve) => {
    const socket = createSocket(family);
    const done = (address: string): void => {
      socket.close();
      resolve(address);
    };
    socket.on('error', () => done(loopback));
    socket.connect(9, family === 'udp4' ? '192.0.2.1' : '2001:db8::1', () => done(socket.address().address));
  });
}
