import { networkInterfaces } from 'node:os';

/** How long the list of interfaces is trusted, milliseconds. */
const REFRESH_MS = 10_000;

/** Knows the addresses of this machine; interfaces that come and go are seen within seconds. */
export class OwnAddresses {
  #known: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  /**
   * @param more - further addresses under which this machine is reached, such as the public one of a NAT
   * @param read - the machine's interfaces; the system's unless told
   */
  constructor(
    private readonly more: readonly string[] = [],
    private readonly read: () => readonly string[] = interfaceAddresses,
  ) {}

  /** True for an address literal of this machine, loopback included. */
  has(address: string): boolean {
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    if (plain.startsWith('127.') || plain === '::1') return true;
    if (performance.now() - this.#readAt > REFRESH_MS) {
      this.#known = new Set([...this.more, ...this.read()]);
      this.#readAt = performance.now();
    }
    return this.#known.has(plain);
  }
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address),
  );
}
