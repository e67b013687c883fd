/** Transport protocols the server speaks. TLS joins here when it exists. */
export type Protocol = 'udp' | 'tcp';

/** Where a message goes: one hop, already resolved. */
export interface Hop {
  readonly protocol: Protocol;
  /** IP address. */
  readonly address: string;
  readonly port: number;
  /**
   * Connection to prefer (stream transports). When it is gone, a new one to `address:port` takes its place
   * (RFC 3261 section 18.2.2).
   */
  readonly connection?: number;
}

/** Where a message came from and on which of our addresses it arrived. */
export interface Flow {
  readonly remote: Hop;
  readonly localAddress: string;
  readonly localPort: number;
}

/** True for transports that deliver or fail: no retransmission, no wait for stray packets. */
export const isReliable = (hop: Hop): boolean => hop.protocol !== 'udp';
