import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { decodeUlaw } from '../../../src/kernel/g711.js';

/** One RTP packet that reached the peer. */
export interface SinkPacket {
  /** Arrival, ms on the monotonic clock. */
  readonly at: number;
  readonly payloadType: number;
  /** Root mean square of the samples, 0 to 32767. */
  readonly level: number;
  readonly from: RemoteInfo;
}

/** Level above which a packet holds speech; silence of the agent is far below. */
const AUDIBLE = 300;

/** Where a peer's audio arrives: what SIPp itself cannot judge. */
export class RtpSink {
  readonly packets: SinkPacket[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly port: number,
  ) {
    socket.on('message', (data, from) => {
      if (data.length < 12 || data[0] !== 0x80) return;
      const pcm = new Int16Array(data.length - 12);
      decodeUlaw(data.subarray(12), pcm);
      const level = Math.sqrt(pcm.reduce((sum, sample) => sum + sample ** 2, 0) / Math.max(1, pcm.length));
      this.packets.push({ at: performance.now(), payloadType: (data[1] ?? 0) & 0x7f, level, from });
    });
  }

  static async open(): Promise<RtpSink> {
    const socket = createSocket('udp4');
    const port = await new Promise<number>((resolve) =>
      socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)),
    );
    return new RtpSink(socket, port);
  }

  /** Milliseconds of speech that arrived. */
  get audibleMs(): number {
    return this.packets.filter(({ level }) => level > AUDIBLE).length * 20;
  }

  /** The longest time without a packet, ms, with the packets before and after it. */
  longestGap(): {
    readonly ms: number;
    readonly before: readonly SinkPacket[];
    readonly after: readonly SinkPacket[];
  } {
    let ms = 0;
    let split = 0;
    this.packets.forEach(({ at }, index) => {
      const gap = at - (this.packets[index - 1]?.at ?? at);
      if (gap > ms) [ms, split] = [gap, index];
    });
    return { ms, before: this.packets.slice(0, split), after: this.packets.slice(split) };
  }

  /** Sends something to the agent from this peer's port. */
  send(data: Uint8Array, port: number): void {
    this.socket.send(data, port, '127.0.0.1');
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

/** Speech in a run of packets, ms. */
export function audible(packets: readonly SinkPacket[]): number {
  return packets.filter(({ level }) => level > AUDIBLE).length * 20;
}
