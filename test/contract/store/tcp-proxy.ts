import { createServer, Socket, type AddressInfo, type Server } from 'node:net';

/** What a proxy does with its connections. */
export type ProxyMode =
  /** Passes bytes both ways. */
  | 'pass'
  /** Accepts, keeps connections open and passes nothing: a host that fell silent. */
  | 'silent';

/** A TCP proxy before a real server, whose network fails on demand. */
export class TcpProxy {
  mode: ProxyMode = 'pass';
  /** When a connection has sent both texts, one after the other, they reach the server, but it ends before the reply. */
  cutAfter: readonly [string, string] | undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  /** Connections that have sent the first text of `cutAfter`. */
  readonly #begun = new WeakSet<Socket>();

  /** @param target - `host:port` of the server */
  constructor(private readonly target: URL) {}

  /** URL of the target through the proxy. */
  get url(): string {
    const url = new URL(this.target.href);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  /** Listens, on the same port as before if there was one. */
  async up(): Promise<void> {
    const server = createServer((client) => this.#pair(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends every connection and refuses new ones. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #pair(client: Socket): void {
    const upstream = new Socket();
    upstream.connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (data) => this.#fromClient(data, client, upstream));
    upstream.on('data', (data) => {
      if (this.mode === 'pass') client.write(data);
    });
  }

  #fromClient(data: Buffer, client: Socket, upstream: Socket): void {
    if (this.mode === 'silent') return;
    const [first, last] = this.cutAfter ?? [];
    if (first !== undefined && data.includes(first)) this.#begun.add(client);
    if (last === undefined || !this.#begun.has(client) || !data.includes(last)) {
      upstream.write(data);
      return;
    }
    this.cutAfter = undefined;
    upstream.removeAllListeners('data');
    // The server takes the bytes; its answer finds nobody.
    upstream.write(data, () => setTimeout(() => client.destroy(), 200));
  }
}
