import { isAllowedHost, isPublicAddress } from '../../../src/net/public-hosts.js';

it.each([
  ['www.example.org', ['www.example.org'], true],
  ['WWW.Example.org.', ['www.example.org'], true],
  ['docs.example.org', ['*.example.org'], true],
  ['example.org', ['*.example.org'], false],
  ['evilexample.org', ['*.example.org'], false],
  ['www.example.org.evil.net', ['www.example.org'], false],
  ['93.184.216.34', ['93.184.216.34'], false],
  ['[::1]', ['[::1]'], false],
  ['www.example.org', [], false],
])('%s in %j: %s', (host, allowed, expected) => {
  expect(isAllowedHost(host, allowed)).toBe(expected);
});

it.each([
  ...['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:2800:220:1::1'].map(
    (address) => [address, true] as const,
  ),
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
  ].map((address) => [address, false] as const),
  ...[
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::7f00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'ff02::1',
    '2001:db8::1',
  ].map((address) => [address, false] as const),
  ...['', 'localhost', '2130706433', '0x7f.1', '127.1'].map((address) => [address, false] as const),
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
