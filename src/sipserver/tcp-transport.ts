import { connect, createServer, type Server, type Socket } from 'node:net';
import { monoMs } from '../kernel/time.js';
import type { Flow, Hop } from './core/hop.js';
import { StreamFramer } from './core/stream-framer.js';
import { TokenBuckets } from './core/token-buckets.js';
import { listenError } from './listen-error.js';

/** What the TCP side tells its owner. */
export interface TcpEvents {
  message(bytes: Uint8Array, flow: Flow): void;
  sendFailed(key: string | undefined): void;
  /** A connection was closed at once: its host has too many, or is no peer. */
  connectionRefused(address: string): void;
  error(error: Error): void;
}

/** Bounds of the TCP side. */
export interface TcpLimits {
  /** Open connections, both directions. */
  readonly connections: number;
  /** Open connections of one host. */
  readonly connectionsPerHost: number;
  /** Connections that one host may open a second, after a burst of twice as many. */
  readonly connectionsPerSecond: number;
  /** Time a connection may take to connect, to complete a message it has begun or its first one, milliseconds. */
  readonly stallMs: number;
  /** Bytes waiting in one connection before it counts as dead. */
  readonly pendingBytes: number;
}

/** Defaults of {@link TcpLimits}. */
export const TCP_LIMITS: TcpLimits = {
  connections: 512,
  connectionsPerHost: 128,
  connectionsPerSecond: 50,
  stallMs: 30_000,
  pendingBytes: 1 << 20,
};

/** Quiet for this long, a connection that carries no call gives way to another, milliseconds. */
const IDLE_MS = 1000;
/** Age from which a connection without a whole message gives way to another, milliseconds. */
const UNPROVEN_MS = 1000;

interface Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly framer: StreamFramer;
  remote: Hop;
  /** Keys of requests written before the connection was up. */
  readonly unsent: Set<string>;
  lastUsed: number;
  readonly openedAt: number;
  /** A whole message, or a keep-alive, has come; made connections need none. */
  proven: boolean;
}

/** The TCP listener and all connections, accepted and made. */
export class TcpTransport {
  readonly #connections = new Map<number, Connection>();
  readonly #byPeer = new Map<string, Connection>();
  #nextId = 1;
  #closed = false;
  readonly #sweeper: NodeJS.Timeout;
  readonly #rate: TokenBuckets;

  private constructor(
    private readonly server: Server,
    private readonly localAddressFor: (remote: string) => string,
    private readonly events: TcpEvents,
    private readonly allowPeer: (address: string) => boolean,
    private readonly limits: TcpLimits,
    private readonly inUse: () => ReadonlySet<number>,
  ) {
    const { connectionsPerSecond: rate } = limits;
    this.#rate = new TokenBuckets(rate, 2 * rate);
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (error) => events.error(error));
    this.#sweeper = setInterval(() => this.#sweep(), limits.stallMs / 2);
    this.#sweeper.unref();
  }

  /**
   * Listens. Throws a LeibnizError that names the setting when it cannot.
   *
   * @param allowPeer - hosts whose connections are kept; default all
   * @param inUse - connections that calls came by; they never give way. Default none
   */
  static async listen(
    host: string,
    port: number,
    localAddressFor: (remote: string) => string,
    events: TcpEvents,
    allowPeer: (address: string) => boolean = () => true,
    limits: TcpLimits = TCP_LIMITS,
    inUse: () => ReadonlySet<number> = () => new Set(),
  ): Promise<TcpTransport> {
    const server = createServer({ noDelay: true, keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port, 'SIP_PORT')));
      server.listen({ host, port, exclusive: true }, resolve);
    });
    server.removeAllListeners('error');
    return new TcpTransport(server, localAddressFor, events, allowPeer, limits, inUse);
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Open connections. */
  get size(): number {
    return this.#connections.size;
  }

  /** Writes a message to its connection, or to a new one to `address:port` when that is gone. */
  send(hop: Hop, text: string, key: string | undefined): void {
    const connection =
      (hop.connection === undefined ? undefined : this.#connections.get(hop.connection)) ??
      this.#byPeer.get(peerKey(hop)) ??
      this.#connect(hop);
    if (connection === undefined || connection.socket.writableLength > this.limits.pendingBytes) {
      connection?.socket.destroy();
      setImmediate(() => this.events.sendFailed(key));
      return;
    }
    connection.lastUsed = performance.now();
    if (key !== undefined && connection.socket.connecting) connection.unsent.add(key);
    connection.socket.write(text, (error) => {
      if (key !== undefined) connection.unsent.delete(key);
      if (error !== null && error !== undefined) this.events.sendFailed(key);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const { socket } of this.#connections.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort: port } = socket;
    if (remoteAddress === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const address = unmapped(remoteAddress);
    if (!this.#admits(address)) {
      this.events.connectionRefused(address);
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.#adopt(socket, { protocol: 'tcp', address, port }, false);
  }

  /** Whether one more connection of this host is taken; one that is of no use gives way. */
  #admits(address: string): boolean {
    if (!this.allowPeer(address) || !this.#rate.take(address, monoMs(performance.now()))) return false;
    let ofHost = 0;
    for (const { remote } of this.#connections.values()) if (remote.address === address) ofHost++;
    if (ofHost >= this.limits.connectionsPerHost && !this.#evict((c) => c.remote.address === address)) {
      return false;
    }
    return this.#connections.size < this.limits.connections || this.#evict(() => true);
  }

  #connect(hop: Hop): Connection | undefined {
    if (this.#closed || hop.address === '' || hop.port < 1 || hop.port > 65535) return undefined;
    if (this.#connections.size >= this.limits.connections && !this.#evict(() => true)) return undefined;
    const socket = connect({ host: hop.address, port: hop.port, noDelay: true, keepAlive: true });
    const timeout = setTimeout(() => socket.destroy(), this.limits.stallMs);
    socket.once('connect', () => clearTimeout(timeout));
    socket.once('close', () => clearTimeout(timeout));
    return this.#adopt(socket, { protocol: 'tcp', address: hop.address, port: hop.port }, true);
  }

  #adopt(socket: Socket, peer: Hop, proven: boolean): Connection {
    const id = this.#nextId++;
    const connection: Connection = {
      id,
      socket,
      framer: new StreamFramer(),
      remote: { ...peer, connection: id },
      unsent: new Set(),
      lastUsed: performance.now(),
      openedAt: performance.now(),
      proven,
    };
    this.#connections.set(id, connection);
    this.#byPeer.set(peerKey(peer), connection);
    socket.on('data', (chunk) => this.#received(connection, chunk));
    // Failures of a connection are told by the failed writes and by `close`.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#connections.delete(id);
      if (this.#byPeer.get(peerKey(peer)) === connection) this.#byPeer.delete(peerKey(peer));
      for (const key of connection.unsent) this.events.sendFailed(key);
      connection.unsent.clear();
    });
    return connection;
  }

  #received(connection: Connection, chunk: Uint8Array): void {
    connection.lastUsed = performance.now();
    const { remote, socket } = connection;
    connection.framer.push(chunk, (event) => {
      if (event.type !== 'broken') connection.proven = true;
      if (event.type === 'ping') {
        socket.write('\r\n');
        return;
      }
      const localAddress = socket.localAddress ?? this.localAddressFor(remote.address);
      this.events.message(event.bytes, {
        remote,
        localAddress: unmapped(localAddress),
        localPort: this.port,
      });
      // What follows a message of unknown length cannot be told apart (RFC 3261 section 18.3).
      if (event.type === 'broken') socket.end();
    });
  }

  /** Closes connections that began a message and never finished it, or never sent one. */
  #sweep(): void {
    const oldest = performance.now() - this.limits.stallMs;
    for (const { framer, socket, lastUsed, openedAt, proven } of this.#connections.values()) {
      if ((framer.pendingBytes > 0 && lastUsed < oldest) || (!proven && openedAt < oldest)) socket.destroy();
    }
  }

  /**
   * Makes room by closing the oldest connection that has sent no whole message, else the one without a call that has
   * been quiet longest: a peer that still wants something connects again (RFC 3261 section 18).
   */
  #evict(eligible: (connection: Connection) => boolean): boolean {
    const now = performance.now();
    const inUse = this.inUse();
    let idle: Connection | undefined;
    for (const entry of this.#connections.values()) {
      if (!eligible(entry)) continue;
      if (!entry.proven && now - entry.openedAt >= UNPROVEN_MS) return this.#close(entry);
      if (inUse.has(entry.id)) continue;
      if (idle === undefined || entry.lastUsed < idle.lastUsed) idle = entry;
    }
    if (idle === undefined || now - idle.lastUsed < IDLE_MS) return false;
    return this.#close(idle);
  }

  #close(connection: Connection): true {
    connection.socket.destroy();
    this.#connections.delete(connection.id);
    return true;
  }
}

const peerKey = (hop: Hop): string => `${hop.address}|${hop.port}`;

/** An IPv4 address that arrived on an IPv6 socket. */
const unmapped = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
