import { randomBytes, randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { MonoMs, Scheduler } from '../kernel/time.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { ControlPort } from './control-port.js';
import type { EngineOutput, SipRandom, SipServerLimits } from './core/context.js';
import { SipEngine, type EngineInput } from './core/engine.js';
import type { SessionTimerPolicy } from './core/session-interval.js';
import type { SipServerStats } from './core/stats.js';
import { DEFAULT_TIMING } from './core/timing.js';
import { localAddresses } from './local-address.js';
import { TCP_LIMITS, TcpTransport, type TcpEvents } from './tcp-transport.js';
import { UdpTransport, type UdpEvents } from './udp-transport.js';

/** Version string in the handshake; drachtio-srf pings servers from v0.8.2 on. */
const VERSION = 'v0.9.4-embedded';

/** Where the server reports what went wrong with its sockets. Messages are constants without personal data. */
export interface SipServerLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Options of {@link startSipServer}. */
export interface SipServerOptions {
  /** Address to bind: `127.0.0.1`, `0.0.0.0`, … */
  readonly host: string;
  /** SIP port for UDP and TCP; 0 takes any that is free for both. */
  readonly port: number;
  /** Written into Via and Contact instead of the local address. Default: the address that faces the peer. */
  readonly publicHost?: string;
  /** Address of the control port. Default 127.0.0.1. */
  readonly controlHost?: string;
  /** Control port; default 0 (any free port). */
  readonly controlPort?: number;
  /** What clients have to authenticate with. Default: 32 random bytes in hex. */
  readonly secret?: string;
  /** Default true. */
  readonly udp?: boolean;
  /** Default true. */
  readonly tcp?: boolean;
  /** Clocks and timers; default the machine's own. */
  readonly scheduler?: Scheduler;
  readonly log?: SipServerLog;
  /** Session timers (RFC 4028) for the calls of this server. Default: none are asked for or granted. */
  readonly sessionTimer?: SessionTimerPolicy;
  /** Whether an address may send requests outside a call; others get no answer. Default: every address. */
  readonly allowPeer?: (address: string) => boolean;
  /** Bounds of the tables; see {@link SipServerLimits} for the defaults. */
  readonly overload?: Partial<SipServerLimits>;
}

/** A running server. */
export interface SipServer {
  readonly host: string;
  /** SIP port, UDP and TCP. */
  readonly port: number;
  readonly controlHost: string;
  readonly controlPort: number;
  readonly secret: string;
  stats(): SipServerStats;
  /** Closes all sockets and timers at once; calls have to be ended before. */
  close(): Promise<void>;
}

const LIMITS: SipServerLimits = {
  serverTransactions: 20_000,
  clientTransactions: 20_000,
  dialogs: 10_000,
  retryAfterS: 2,
  controlClients: 16,
  requestsPerSecond: 200,
  halfOpenPerSource: 32,
};

const cryptoRandom: SipRandom = {
  uuid: () => randomUUID(),
  token: () => randomBytes(12).toString('hex'),
  float: () => randomBytes(4).readUInt32LE() / 2 ** 32,
};

/**
 * Starts the embedded SIP server: SIP on UDP and TCP, drachtio's control protocol on loopback.
 *
 * @throws LeibnizError `PORT_IN_USE` naming the setting and the remedy; `CONFIG_INVALID` for an unusable address
 */
export async function startSipServer(options: SipServerOptions): Promise<SipServer> {
  const shell = new ServerShell(options);
  try {
    await shell.start();
  } catch (error) {
    await shell.close();
    throw error;
  }
  return shell;
}

/** Attempts to find a port that is free for UDP and TCP when none is given. */
const ANY_PORT_ATTEMPTS = 20;

class ServerShell implements SipServer {
  readonly host: string;
  readonly controlHost: string;
  readonly secret: string;
  readonly #scheduler: Scheduler;
  #engine: SipEngine | undefined;
  #udp: UdpTransport | undefined;
  #tcp: TcpTransport | undefined;
  #control: ControlPort | undefined;
  #wake: { at: MonoMs; cancel: () => void } | undefined;
  #draining = false;
  readonly #pending: EngineInput[] = [];
  #closed = false;

  constructor(private readonly options: SipServerOptions) {
    this.host = options.host;
    this.controlHost = options.controlHost ?? '127.0.0.1';
    this.secret = options.secret ?? randomBytes(32).toString('hex');
    this.#scheduler = options.scheduler ?? realScheduler;
  }

  get port(): number {
    return this.#udp?.port ?? this.#tcp?.port ?? 0;
  }

  get controlPort(): number {
    return this.#control?.port ?? 0;
  }

  stats(): SipServerStats {
    return this.#live().stats(this.#tcp?.size ?? 0);
  }

  async start(): Promise<void> {
    const { options } = this;
    const addresses = await localAddresses(options.host);
    const towards = (remote: string): string => addresses.towards(remote);
    await this.#openTransports(towards);
    const { port } = this;
    this.#engine = new SipEngine(
      {
        timing: DEFAULT_TIMING,
        limits: { ...LIMITS, ...options.overload },
        secret: this.secret,
        ports: { ...(this.#udp && { udp: port }), ...(this.#tcp && { tcp: port }) },
        ...(options.publicHost === undefined ? {} : { publicHost: options.publicHost }),
        ...(options.sessionTimer === undefined ? {} : { sessionTimer: options.sessionTimer }),
        ...(options.allowPeer === undefined ? {} : { allowPeer: options.allowPeer }),
        localAddressFor: towards,
        wallOffsetMs: this.#scheduler.wall() - this.#scheduler.now(),
        version: VERSION,
      },
      cryptoRandom,
      this.#scheduler.now(),
    );
    this.#control = await ControlPort.listen(this.controlHost, options.controlPort ?? 0, {
      opened: (client) => this.#input({ type: 'client_opened', client }),
      bytes: (client, bytes) => this.#input({ type: 'client_bytes', client, bytes }),
      closed: (client) => this.#input({ type: 'client_closed', client }),
      error: (error) => this.#socketError('control', error),
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake?.cancel();
    this.#engine?.stop();
    await Promise.all([this.#control?.close(), this.#udp?.close(), this.#tcp?.close()]);
  }

  async #openTransports(towards: (remote: string) => string): Promise<void> {
    const { host, port } = this.options;
    const events = {
      message: (bytes, flow) => this.#input({ type: 'message', bytes, flow }),
      sendFailed: (key) => key !== undefined && this.#input({ type: 'transport_failed', key }),
      connectionRefused: (address) => this.#input({ type: 'connection_refused', address }),
      error: (error) => this.#socketError('sip', error),
    } satisfies UdpEvents & TcpEvents;
    for (let attempt = 1; ; attempt++) {
      const tcp =
        this.options.tcp === false
          ? undefined
          : await TcpTransport.listen(
              host,
              port,
              towards,
              events,
              this.options.allowPeer,
              TCP_LIMITS,
              () => this.#engine?.connectionsInUse() ?? new Set(),
            );
      try {
        if (this.options.udp !== false) {
          this.#udp = await UdpTransport.bind(host, tcp?.port ?? port, towards, events);
        }
        this.#tcp = tcp;
        return;
      } catch (error) {
        await tcp?.close();
        // With port 0 the port that TCP got may be taken for UDP: another one is tried.
        if (port !== 0 || attempt >= ANY_PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** One input, drained to quiet, then the next: inputs that arrive while draining wait. */
  #input(input: EngineInput): void {
    if (this.#closed || this.#engine === undefined) return;
    this.#pending.push(input);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        this.#run(this.#engine, next);
      }
    } finally {
      this.#draining = false;
    }
    this.#arm(this.#engine.nextDeadline());
  }

  /** A fault of the engine costs the message that caused it, not the process with all of its calls. */
  #run(engine: SipEngine, input: EngineInput): void {
    try {
      engine.handle(this.#scheduler.now(), input);
    } catch (error) {
      this.options.log?.warn({ input: input.type, error: String(error) }, 'sip engine fault');
    }
    for (let output = engine.poll(); output !== undefined; output = engine.poll()) this.#perform(output);
  }

  /** Keeps one timer at or before the next deadline; one that rings too early is set again. */
  #arm(deadline: MonoMs | undefined): void {
    if (deadline === undefined || (this.#wake !== undefined && this.#wake.at <= deadline)) return;
    this.#wake?.cancel();
    const cancel = this.#scheduler.at(deadline, () => {
      this.#wake = undefined;
      this.#input({ type: 'time' });
    });
    this.#wake = { at: deadline, cancel };
  }

  #perform(output: EngineOutput): void {
    switch (output.type) {
      case 'transmit': {
        const transport = output.hop.protocol === 'udp' ? this.#udp : this.#tcp;
        transport?.send(output.hop, output.text, output.key);
        break;
      }
      case 'control': {
        this.#control?.send(output.client, output.frame);
        break;
      }
      case 'close_client': {
        this.#control?.end(output.client);
        break;
      }
      case 'resolve': {
        void this.#resolve(output.query, output.host);
        break;
      }
      case 'notice': {
        const { reason, address, count } = output;
        this.options.log?.warn(
          { reason, count, pii: { address } },
          'requests from a stranger were not taken',
        );
        break;
      }
    }
  }

  async #resolve(query: number, host: string): Promise<void> {
    const family = this.options.host.includes(':') ? 6 : 4;
    const found = await lookup(host, { family }).catch(() => undefined);
    this.#input({ type: 'resolved', query, address: found?.address });
  }

  #socketError(socket: 'sip' | 'control', error: Error): void {
    this.options.log?.warn(
      { socket, code: (error as NodeJS.ErrnoException).code },
      'sip server socket error',
    );
  }

  #live(): SipEngine {
    if (this.#engine === undefined) throw new Error('the SIP server has not started');
    return this.#engine;
  }
}
