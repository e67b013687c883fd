import { createSocket, type Socket } from 'node:dgram';
import type { Flow, Hop } from './core/hop.js';
import { listenError } from './listen-error.js';

/** What the UDP socket tells its owner. */
export interface UdpEvents {
  message(bytes: Uint8Array, flow: Flow): void;
  /** A send failed; `key` is the one given to {@link UdpTransport.send}. */
  sendFailed(key: string | undefined): void;
  error(error: Error): void;
}

/** Kernel buffer for bursts that arrive while the thread is busy. */
const RECEIVE_BUFFER_BYTES = 1 << 20;

/** The UDP socket of the server. */
export class UdpTransport {
  private constructor(
    private readonly socket: Socket,
    readonly port: number,
    private readonly events: UdpEvents,
  ) {}

  /** Binds. Throws a LeibnizError that names the setting when it cannot. */
  static async bind(
    host: string,
    port: number,
    localAddressFor: (remote: string) => string,
    events: UdpEvents,
  ): Promise<UdpTransport> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => reject(listenError(error, host, port, 'SIP_PORT')));
      socket.bind({ address: host, port, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // The kernel's limit is what it is; retransmissions cover the rest.
    }
    const bound = socket.address().port;
    socket.on('message', (bytes, remote) => {
      const hop: Hop = { protocol: 'udp', address: remote.address, port: remote.port };
      events.message(bytes, { remote: hop, localAddress: localAddressFor(remote.address), localPort: bound });
    });
    socket.on('error', (error) => events.error(error));
    return new UdpTransport(socket, bound, events);
  }

  /** Sends one datagram. Failures come back as events, never as exceptions. */
  send(hop: Hop, text: string, key: string | undefined): void {
    try {
      this.socket.send(text, hop.port, hop.address, (error) => {
        if (error !== null) this.events.sendFailed(key);
      });
    } catch {
      // Thrown for a port outside 1..65535 or a closed socket.
      setImmediate(() => this.events.sendFailed(key));
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
