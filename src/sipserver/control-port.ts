import { createServer, type Server, type Socket } from 'node:net';
import { listenError } from './listen-error.js';

/** What the control port tells its owner. */
export interface ControlEvents {
  opened(client: number): void;
  bytes(client: number, bytes: Uint8Array): void;
  closed(client: number): void;
  error(error: Error): void;
}

/** A client that lets this much pile up is gone for all practical purposes. */
const MAX_PENDING_BYTES = 16 << 20;

/** The listening socket applications connect to. */
export class ControlPort {
  readonly #sockets = new Map<number, Socket>();
  #nextId = 1;

  private constructor(
    private readonly server: Server,
    private readonly events: ControlEvents,
  ) {
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (error) => events.error(error));
  }

  /** Listens. Throws a LeibnizError when it cannot. */
  static async listen(host: string, port: number, events: ControlEvents): Promise<ControlPort> {
    const server = createServer({ noDelay: true, keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port, 'controlPort')));
      server.listen({ host, port, exclusive: true }, resolve);
    });
    server.removeAllListeners('error');
    return new ControlPort(server, events);
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Writes a frame. */
  send(client: number, frame: string): void {
    const socket = this.#sockets.get(client);
    if (socket === undefined || socket.destroyed) return;
    if (socket.writableLength > MAX_PENDING_BYTES) socket.destroy();
    else socket.write(frame);
  }

  /** Ends a connection after what was written to it. */
  end(client: number): void {
    this.#sockets.get(client)?.destroySoon();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const id = this.#nextId++;
    this.#sockets.set(id, socket);
    this.events.opened(id);
    socket.on('data', (bytes) => this.events.bytes(id, bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(id);
      this.events.closed(id);
    });
  }
}
