import { seededRng } from '../../src/kernel/rng.js';
import type { MonoMs, Scheduler } from '../../src/kernel/time.js';
import type { DatagramListener, RtpTransport } from '../../src/media/ports.js';
import { Netem, type NetemOptions } from './netem.js';

interface Datagram {
  readonly data: Uint8Array;
  readonly from: VirtualRtpTransport;
  readonly rtcp: boolean;
  readonly host: string;
  readonly port: number;
}

/** A network of RTP transports on virtual time; every ordered pair of addresses is a path of its own. */
export class VirtualNetwork {
  readonly #nodes = new Map<string, VirtualRtpTransport>();
  readonly #paths = new Map<string, Netem<Datagram>>();
  readonly #timers = new Map<Netem<Datagram>, { readonly at: MonoMs; readonly cancel: () => void }>();
  #seed: number;

  constructor(
    readonly scheduler: Scheduler,
    private readonly options: NetemOptions = {},
    seed = 1,
  ) {
    this.#seed = seed;
  }

  /** Adds a transport at `host` with RTP on `port` and RTCP on `port + 1`. */
  transport(host: string, port: number): VirtualRtpTransport {
    const node = new VirtualRtpTransport(this, host, port);
    this.#nodes.set(`${host}:${port}`, node);
    this.#nodes.set(`${host}:${port + 1}`, node);
    return node;
  }

  /** The emulated path between two hosts, to read its counts. */
  path(fromHost: string, toHost: string): Netem<Datagram> {
    const key = `${fromHost}>${toHost}`;
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = new Netem(this.options, seededRng(this.#seed++));
      this.#paths.set(key, path);
    }
    return path;
  }

  /** @internal */
  send(datagram: Datagram): void {
    const path = this.path(datagram.from.host, datagram.host);
    path.handle(this.scheduler.now(), datagram);
    this.#arm(path);
  }

  remove(node: VirtualRtpTransport): void {
    for (const [key, value] of this.#nodes) if (value === node) this.#nodes.delete(key);
  }

  /** Wakes at the next arrival; one timer per path is enough, since an earlier arrival replaces it. */
  #arm(path: Netem<Datagram>): void {
    const at = path.nextDeadline();
    const armed = this.#timers.get(path);
    if (at === undefined || (armed !== undefined && armed.at <= at)) return;
    armed?.cancel();
    const cancel = this.scheduler.at(at, () => {
      this.#timers.delete(path);
      const now = this.scheduler.now();
      for (let datagram = path.poll(now); datagram !== undefined; datagram = path.poll(now)) {
        this.#deliver(datagram, now);
      }
      this.#arm(path);
    });
    this.#timers.set(path, { at, cancel });
  }

  #deliver({ data, from, rtcp, host, port }: Datagram, now: MonoMs): void {
    const node = this.#nodes.get(`${host}:${port}`);
    node?.deliver(Uint8Array.from(data), from.host, from.port + (rtcp ? 1 : 0), port !== node.port, now);
  }
}

/** One end of a {@link VirtualNetwork}. */
export class VirtualRtpTransport implements RtpTransport {
  readonly rtcpPort: number;
  /** Datagrams sent from the RTP port, newest last, when `keep` is set. */
  readonly sent: Uint8Array[] = [];
  keep = false;
  #rtp: DatagramListener = () => undefined;
  #rtcp: DatagramListener = () => undefined;
  #closed = false;

  constructor(
    private readonly network: VirtualNetwork,
    readonly host: string,
    readonly port: number,
  ) {
    this.rtcpPort = port + 1;
  }

  send(data: Uint8Array, host: string, port: number): void {
    if (this.#closed) return;
    if (this.keep) this.sent.push(data);
    this.network.send({ data, from: this, rtcp: false, host, port });
  }

  sendRtcp(data: Uint8Array, host: string, port: number): void {
    if (!this.#closed) this.network.send({ data, from: this, rtcp: true, host, port });
  }

  onPacket(listener: DatagramListener): void {
    this.#rtp = listener;
  }

  onRtcp(listener: DatagramListener): void {
    this.#rtcp = listener;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.network.remove(this);
    return Promise.resolve();
  }

  /** @internal */
  deliver(data: Uint8Array, host: string, port: number, rtcp: boolean, at: MonoMs): void {
    if (this.#closed) return;
    if (rtcp) this.#rtcp(data, host, port, at);
    else this.#rtp(data, host, port, at);
  }
}
