import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { monoMs, type Clock } from '../kernel/time.js';
import type { DatagramListener, RtpTransport } from './ports.js';

/** Asked of the kernel; a stall of the loop must not cost packets. The kernel may give less. */
const RECEIVE_BUFFER_BYTES = 1_048_576;

/** Counters of an {@link RtpSocket}. */
export interface RtpSocketStats {
  readonly sendErrors: number;
  readonly receiveErrors: number;
}

/** RTP and RTCP sockets on neighbouring ports. */
export class RtpSocket implements RtpTransport {
  readonly port: number;
  readonly rtcpPort: number;
  #sendErrors = 0;
  #receiveErrors = 0;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly rtp: Socket,
    private readonly rtcp: Socket,
    private readonly clock: Clock,
  ) {
    this.port = rtp.address().port;
    this.rtcpPort = rtcp.address().port;
    // An ICMP error or a failed send surfaces here; one lost packet is no reason to end a call.
    rtp.on('error', () => this.#receiveErrors++);
    rtcp.on('error', () => this.#receiveErrors++);
  }

  /**
   * Binds `port` and `port + 1` on an address literal.
   *
   * @throws the error of `bind` (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`), with both sockets closed
   */
  static async bind(host: string, port: number, clock: Clock): Promise<RtpSocket> {
    const rtp = await bindOne(host, port);
    try {
      return new RtpSocket(rtp, await bindOne(host, port + 1), clock);
    } catch (error) {
      await closeOne(rtp);
      throw error;
    }
  }

  stats(): RtpSocketStats {
    return { sendErrors: this.#sendErrors, receiveErrors: this.#receiveErrors };
  }

  send(data: Uint8Array, host: string, port: number): void {
    this.#send(this.rtp, data, host, port);
  }

  sendRtcp(data: Uint8Array, host: string, port: number): void {
    this.#send(this.rtcp, data, host, port);
  }

  onPacket(listener: DatagramListener): void {
    this.#listen(this.rtp, listener);
  }

  onRtcp(listener: DatagramListener): void {
    this.#listen(this.rtcp, listener);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([closeOne(this.rtp), closeOne(this.rtcp)]).then(() => undefined);
    return this.#closing;
  }

  #send(socket: Socket, data: Uint8Array, host: string, port: number): void {
    if (this.#closing !== undefined) return;
    try {
      socket.send(data, 0, data.length, port, host, (error) => {
        if (error !== null) this.#sendErrors++;
      });
    } catch {
      this.#sendErrors++;
    }
  }

  #listen(socket: Socket, listener: DatagramListener): void {
    socket.removeAllListeners('message');
    socket.on('message', (data: Buffer, from: RemoteInfo) => {
      listener(data, from.address, from.port, monoMs(this.clock.now()));
    });
  }
}

async function bindOne(host: string, port: number): Promise<Socket> {
  const family = isIP(host) === 6 ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Destinations are address literals by now: no look-up, and the packet leaves in the same turn of the loop.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', failed);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeListener('error', failed);
      resolve();
    });
  });
  return socket;
}

function closeOne(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
