import { BlockList, isIP } from 'node:net';

/** Whether a host is in a list of names; `*.` before one stands for all below it. An address is never. */
export function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return false;
  return allowed.some((each) => (each.startsWith('*.') ? name.endsWith(each.slice(1)) : name === each));
}

/** Networks that are not of the public internet (IANA special-purpose registries), and multicast. */
const NOT_PUBLIC: readonly string[] = [
  ...[
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
  ],
  ...[
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
  ],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...[
    '::/128',
    '::1/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
  ],
  ...['3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
];

const blocked = new BlockList();
for (const network of NOT_PUBLIC) {
  const [address = '', prefix = ''] = network.split('/');
  blocked.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
}

/**
 * Whether an address is one of the public internet: not of this machine, a private network, a link, a multicast group or a
 * tunnel that leads to one.
 */
export function isPublicAddress(address: string): boolean {
  // "::ffff:10.0.0.1" is 10.0.0.1.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain);
  if (family === 0 || (family === 6 && /^::(?:ffff:)?[\da-f]+:[\da-f]+$/i.test(plain))) return false;
  return !blocked.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
