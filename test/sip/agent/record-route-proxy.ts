import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** Who sent a request that came with a Route to the proxy. */
type Side = 'caller' | 'agent';

/**
 * A stateless proxy that stays in the path (RFC 3261 section 16.11): it adds itself to Via and Record-Route, takes its
 * own Route off, and passes everything on. UDP on loopback, one agent behind it.
 */
export class RecordRouteProxy {
  readonly #routed: Record<Side, Set<string>> = { caller: new Set(), agent: new Set() };

  private constructor(
    private readonly socket: Socket,
    private readonly agentPort: number,
    readonly port: number,
  ) {
    socket.on('message', (data, from) => this.#message(data.toString(), from));
  }

  static async open(agentPort: number): Promise<RecordRouteProxy> {
    const socket = createSocket('udp4');
    const port = await new Promise<number>((resolve) =>
      socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)),
    );
    return new RecordRouteProxy(socket, agentPort, port);
  }

  /** Methods of the requests that a side sent by the route. */
  routed(side: Side): ReadonlySet<string> {
    return this.#routed[side];
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  #message(text: string, from: RemoteInfo): void {
    const [head = '', ...body] = text.split('\r\n\r\n');
    const [start = '', ...headers] = head.split('\r\n');
    const send = (lines: readonly string[], port: number): void =>
      this.socket.send([[start, ...lines].join('\r\n'), ...body].join('\r\n\r\n'), port, '127.0.0.1');
    if (start.startsWith('SIP/2.0')) {
      const vias = headers.filter((line) => /^via:/i.test(line));
      const rest = headers.filter((line) => line !== vias[0]);
      const next = /127\.0\.0\.1:(\d+)/.exec(vias[1] ?? '')?.[1];
      if (next !== undefined) send(rest, Number(next));
      return;
    }
    const method = start.split(' ')[0] ?? '';
    const own = headers.findIndex((line) => /^route:/i.test(line) && line.includes(`:${this.port}`));
    const side: Side = from.port === this.agentPort ? 'agent' : 'caller';
    if (own >= 0) {
      this.#routed[side].add(method);
      headers.splice(own, 1);
    }
    // The branch is the same for a retransmission, and for the CANCEL of an INVITE.
    const branch = /branch=([^;\s]+)/.exec(headers.find((line) => /^via:/i.test(line)) ?? '')?.[1] ?? 'none';
    const added = [
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKproxy${branch.replace('z9hG4bK', '')}`,
    ];
    if (method === 'INVITE') added.push(`Record-Route: <sip:127.0.0.1:${this.port};lr>`);
    const target = /sip:[^ ]*?127\.0\.0\.1:(\d+)/.exec(start)?.[1];
    send([...added, ...headers], side === 'agent' ? Number(target) : this.agentPort);
  }
}
