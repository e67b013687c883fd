/** A set of IP networks. */
export interface PeerList {
  /** True when the address (IPv4, IPv6, or IPv4 in IPv6) is in one of the networks. */
  has(address: string): boolean;
}

interface Network {
  readonly bytes: readonly number[];
  readonly prefix: number;
}

/**
 * Parses a list of networks such as `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`.
 *
 * @returns the list, or the entries that could not be read
 */
export function parsePeerList(
  entries: readonly string[],
):
  | { readonly ok: true; readonly value: PeerList }
  | { readonly ok: false; readonly error: readonly string[] } {
  const networks: Network[] = [];
  const bad: string[] = [];
  for (const raw of entries) {
    const entry = raw.trim();
    if (entry === '') continue;
    const network = parseNetwork(entry);
    if (network === undefined) bad.push(entry);
    else networks.push(network);
  }
  if (bad.length > 0) return { ok: false, error: bad };
  return {
    ok: true,
    value: {
      has(address) {
        const bytes = parseAddress(address);
        return bytes !== undefined && networks.some((network) => contains(network, bytes));
      },
    },
  };
}

function parseNetwork(entry: string): Network | undefined {
  const [address = '', prefixText, ...rest] = entry.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  const bits = bytes.length * 8;
  if (prefixText === undefined) return { bytes, prefix: bits };
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return undefined;
  return { bytes, prefix: Number(prefixText) };
}

function contains(network: Network, bytes: readonly number[]): boolean {
  if (network.bytes.length !== bytes.length) return false;
  for (let bit = 0; bit < network.prefix; bit += 8) {
    const index = bit >> 3;
    const width = Math.min(8, network.prefix - bit);
    const mask = (0xff << (8 - width)) & 0xff;
    if (((network.bytes[index] ?? 0) & mask) !== ((bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}

function parseAddress(text: string): readonly number[] | undefined {
  const address = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!address.includes(':')) return parseV4(address);
  const bytes = parseV6(address);
  const mapped =
    bytes?.slice(0, 10).every((byte) => byte === 0) === true && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.map(Number);
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}
