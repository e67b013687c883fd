import { err, ok, type Result } from '../kernel/result.js';
import { monoMs, type MonoMs, type Scheduler } from '../kernel/time.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { DatagramListener, RtpTransport } from './ports.js';
import { RtpSocket } from './rtp-socket.js';

/** Options of {@link RtpPortPool}. */
export interface RtpPortPoolOptions {
  /** Address literal to bind. */
  readonly host: string;
  /** First port; rounded up to an even one. */
  readonly min: number;
  /** Last port, RTCP included. */
  readonly max: number;
  /**
   * How long a freed pair is not given to the peer that had it, milliseconds, so that stray packets of the last call
   * miss the next one. Others need not wait: what a stranger sends is not heard. Default 1000.
   */
  readonly restMs?: number;
  readonly scheduler?: Scheduler;
  /**
   * Addresses of this machine. What comes from a pair of the pool itself is then not heard: a peer that names one of
   * our own ports would have the agent talk to itself, and live for ever (RFC 3550 section 8.2). Default none.
   */
  readonly own?: { has(address: string): boolean };
}

/** Why no ports were given. */
export interface PortPoolError {
  readonly code: 'exhausted' | 'closed';
  readonly message: string;
}

interface FreePair {
  readonly port: number;
  /** Host of the peer that had it last; `undefined` before its first use. */
  readonly peer: string | undefined;
  readonly freedAt: MonoMs;
}

/** Stands for every peer, for a pair that another program holds. */
const EVERYBODY = '*';

/**
 * Pairs of RTP and RTCP ports, even and odd. Pairs are used in turn, so that each rests as long as possible; one
 * that another program holds is passed over and tried again after the rest.
 */
export class RtpPortPool {
  readonly #host: string;
  readonly #restMs: number;
  readonly #scheduler: Scheduler;
  readonly #pairs: FreePair[] = [];
  readonly #used = new Set<RtpTransport>();
  readonly #usedPorts = new Set<number>();
  readonly #own: RtpPortPoolOptions['own'];
  #closed = false;

  constructor(o: RtpPortPoolOptions) {
    this.#host = o.host;
    this.#own = o.own;
    this.#restMs = o.restMs ?? 1000;
    this.#scheduler = o.scheduler ?? realScheduler;
    const first = o.min + (o.min % 2);
    for (let port = first; port + 1 <= o.max; port += 2) {
      this.#pairs.push({ port, peer: undefined, freedAt: monoMs(Number.NEGATIVE_INFINITY) });
    }
  }

  /** Pairs that could be given to somebody now. */
  get free(): number {
    const now = this.#scheduler.now();
    return this.#pairs.filter((pair) => pair.peer !== EVERYBODY || this.#hasRested(pair, now)).length;
  }

  /** Pairs in use. */
  get used(): number {
    return this.#used.size;
  }

  /**
   * Binds a pair.
   *
   * @param peer - host of the one who will send to it; without it a pair that has rested is taken
   */
  async allocate(peer?: string): Promise<Result<RtpTransport, PortPoolError>> {
    if (this.#closed) return err({ code: 'closed', message: 'the RTP ports are closed' });
    for (let tries = this.#pairs.length; tries > 0; tries--) {
      const pair = this.#takeFor(peer);
      if (pair === undefined) break;
      try {
        const socket = await RtpSocket.bind(this.#host, pair.port, this.#scheduler);
        return ok(this.#lend(socket, pair.port, peer));
      } catch {
        this.#giveBack(pair.port, EVERYBODY);
      }
    }
    return err({
      code: 'exhausted',
      message: 'all RTP ports are in use; widen RTP_PORT_MIN to RTP_PORT_MAX',
    });
  }

  /** Pairs come back in the order of their rest, so the first that fits has rested longest. */
  #takeFor(peer: string | undefined): FreePair | undefined {
    const now = this.#scheduler.now();
    const index = this.#pairs.findIndex(
      (pair) =>
        this.#hasRested(pair, now) || (peer !== undefined && pair.peer !== peer && pair.peer !== EVERYBODY),
    );
    return index < 0 ? undefined : this.#pairs.splice(index, 1)[0];
  }

  #hasRested(pair: FreePair, now: MonoMs): boolean {
    return now - pair.freedAt >= this.#restMs;
  }

  /** Closes everything that is still lent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#used].map((transport) => transport.close()));
  }

  #lend(socket: RtpSocket, port: number, peer: string | undefined): RtpTransport {
    let closing: Promise<void> | undefined;
    const transport: RtpTransport = {
      port: socket.port,
      rtcpPort: socket.rtcpPort,
      send: (data, host, to) => socket.send(data, host, to),
      sendRtcp: (data, host, to) => socket.sendRtcp(data, host, to),
      onPacket: (listener: DatagramListener) => socket.onPacket(this.#fromOthers(listener)),
      onRtcp: (listener: DatagramListener) => socket.onRtcp(this.#fromOthers(listener)),
      close: () => {
        closing ??= socket.close().then(() => {
          this.#used.delete(transport);
          this.#usedPorts.delete(socket.port);
          this.#usedPorts.delete(socket.rtcpPort);
          this.#giveBack(port, peer ?? EVERYBODY);
        });
        return closing;
      },
    };
    this.#used.add(transport);
    this.#usedPorts.add(socket.port).add(socket.rtcpPort);
    return transport;
  }

  /** The listener without what the pool's own sockets send. */
  #fromOthers(listener: DatagramListener): DatagramListener {
    const own = this.#own;
    if (own === undefined) return listener;
    return (data, host, port, at) => {
      if (!this.#usedPorts.has(port) || !own.has(host)) listener(data, host, port, at);
    };
  }

  #giveBack(port: number, peer: string): void {
    this.#pairs.push({ port, peer, freedAt: this.#scheduler.now() });
  }
}
