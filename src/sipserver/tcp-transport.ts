import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Flow, Hop } from './core/hop.js';
import { StreamFramer } from './core/stream-framer.js';
import { listenError } from './listen-error.js';

/** What the TCP side tells its owner. */
export interface TcpEvents {
  message(bytes: Uint8Array, flow: Flow): void;
  sendFailed(key: string | undefined): void;
  /** A connection was refused because the table is full. */
  connectionRefused(): void;
  error(error: Error): void;
}

/** Bounds of the TCP side. */
export interface TcpLimits {
  /** Open connections, both directions. */
  readonly connections: number;
  /** Time a connection may take to connect, or to complete the message it has begun, milliseconds. */
  readonly stallMs: number;
  /** Bytes waiting in one connection before it counts as dead. */
  readonly pendingBytes: number;
}

/** Defaults of {@link TcpLimits}. */
export const TCP_LIMITS: TcpLimits = { connections: 512, stallMs: 30_000, pendingBytes: 1 << 20 };

interface Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly framer: StreamFramer;
  remote: Hop;
  /** Keys of requests written before the connection was up. */
  readonly unsent: Set<string>;
  lastUsed: number;
}

/** The TCP listener and all connections, accepted and made. */
export class TcpTransport {
  readonly #connections = new Map<number, Connection>();
  readonly #byPeer = new Map<string, Connection>();
  #nextId = 1;
  #closed = false;
  readonly #sweeper: NodeJS.Timeout;

  private constructor(
    private readonly server: Server,
    private readonly localAddressFor: (remote: string) => string,
    private readonly events: TcpEvents,
    private readonly limits: TcpLimits,
  ) {
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (error) => events.error(error));
    this.#sweeper = setInterval(() => this.#sweep(), limits.stallMs / 2);
    this.#sweeper.unref();
  }

  /** Listens. Throws a LeibnizError that names the setting when it cannot. */
  static async listen(
    host: string,
    port: number,
    localAddressFor: (remote: string) => string,
    events: TcpEvents,
    limits: TcpLimits = TCP_LIMITS,
  ): Promise<TcpTransport> {
    const server = createServer({ noDelay: true, keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port, 'SIP_PORT')));
      server.listen({ host, port, exclusive: true }, resolve);
    });
    server.removeAllListeners('error');
    return new TcpTransport(server, localAddressFor, events, limits);
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
    if (this.#connections.size >= this.limits.connections && !this.#evictIdle()) {
      this.events.connectionRefused();
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    this.#adopt(socket, { protocol: 'tcp', address: unmapped(address), port });
  }

  #connect(hop: Hop): Connection | undefined {
    if (this.#closed || hop.address === '' || hop.port < 1 || hop.port > 65535) return undefined;
    if (this.#connections.size >= this.limits.connections && !this.#evictIdle()) return undefined;
    const socket = connect({ host: hop.address, port: hop.port, noDelay: true, keepAlive: true });
    const timeout = setTimeout(() => socket.destroy(), this.limits.stallMs);
    socket.once('connect', () => clearTimeout(timeout));
    socket.once('close', () => clearTimeout(timeout));
    return this.#adopt(socket, { protocol: 'tcp', address: hop.address, port: hop.port });
  }

  #adopt(socket: Socket, peer: Hop): Connection {
    const id = this.#nextId++;
    const connection: Connection = {
      id,
      socket,
      framer: new StreamFramer(),
      remote: { ...peer, connection: id },
      unsent: new Set(),
      lastUsed: performance.now(),
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

  /** Closes connections that began a message and never finished it. */
  #sweep(): void {
    const oldest = performance.now() - this.limits.stallMs;
    for (const { framer, socket, lastUsed } of this.#connections.values()) {
      if (framer.pendingBytes > 0 && lastUsed < oldest) socket.destroy();
    }
  }

  /** Makes room by closing the connection that has been quiet longest, if it has been for long enough. */
  #evictIdle(): boolean {
    let idle: Connection | undefined;
    for (const entry of this.#connections.values()) {
      if (idle === undefined || entry.lastUsed < idle.lastUsed) idle = entry;
    }
    if (idle === undefined || performance.now() - idle.lastUsed < this.limits.stallMs) return false;
    idle.socket.destroy();
    this.#connections.delete(idle.id);
    return true;
  }
}

const peerKey = (hop: Hop): string => `${hop.address}|${hop.port}`;

/** An IPv4 address that arrived on an IPv6 socket. */
const unmapped = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
