import type { Notice } from '../../kernel/notices.js';
import type { MonoMs } from '../../kernel/time.js';
import { encodeFrame, stackTime } from './control-codec.js';
import type { Dialog } from './dialog.js';
import type { GateLimits } from './gate.js';
import type { Flow, Hop, Protocol } from './hop.js';
import type { Counters } from './stats.js';
import type { SessionTimerPolicy } from './session-interval.js';
import type { TimerHeap } from './timer-heap.js';
import type { SipTiming } from './timing.js';
import type { TransactionHost } from './transaction-host.js';
import { bracketed, isIpAddress, parseUri } from './uri.js';

/** Randomness of the server; unguessable outside tests, because tags and branches keep strangers out of dialogs. */
export interface SipRandom {
  /** A UUID: message, transaction and Call-ID. */
  uuid(): string;
  /** A token of at least 96 bits for tags and branches. */
  token(): string;
  /** Uniform in [0, 1). */
  float(): number;
}

/** Bounds of the tables, and of what one source may take. */
export interface SipServerLimits extends GateLimits {
  /** Server transactions, a fifth of them kept for requests of calls; beyond it 503 without state. Default 20,000. */
  readonly serverTransactions: number;
  /** Client transactions; beyond it the application's request is refused. Default 20,000. */
  readonly clientTransactions: number;
  /** Dialogs; beyond it new INVITEs get 503. Default 10,000. */
  readonly dialogs: number;
  /** Retry-After of the server's own 503, seconds. Default 2. */
  readonly retryAfterS: number;
  /** Control connections. Default 16. */
  readonly controlClients: number;
}

/** How the engine sees the machine it runs on. */
export interface EngineOptions {
  readonly timing: SipTiming;
  readonly limits: SipServerLimits;
  /** Session timers (RFC 4028); `undefined` leaves the extension alone. */
  readonly sessionTimer?: SessionTimerPolicy;
  readonly secret: string;
  /** Protocols with a listening socket, and its port. */
  readonly ports: Readonly<Partial<Record<Protocol, number>>>;
  /** Address or name written into Via and Contact instead of the local address. */
  readonly publicHost?: string;
  /** Whether an address may send requests outside a call; others get no answer. Default: every address. */
  readonly allowPeer?: (address: string) => boolean;
  /** Our address on the way to a peer. */
  readonly localAddressFor: (remoteAddress: string) => string;
  /** `wall - monotonic` in milliseconds, for the time field of the control protocol. */
  readonly wallOffsetMs: number;
  readonly version: string;
}

/** What the engine asks of its shell. */
export type EngineOutput =
  | { readonly type: 'transmit'; readonly hop: Hop; readonly text: string; readonly key?: string }
  | { readonly type: 'control'; readonly client: number; readonly frame: string }
  | { readonly type: 'close_client'; readonly client: number }
  | { readonly type: 'resolve'; readonly query: number; readonly host: string }
  /** A line for the operator's log. */
  | ({ readonly type: 'notice' } & Notice<NoticeReason>);

/** What was done to a source that an operator may want to know of. */
export type NoticeReason = 'not_a_peer' | 'rate_limited' | 'half_open_limit' | 'connection_limit';

/** What happens when a request cannot be routed to a hop. */
export type LocateFailure = 'unsupported_scheme' | 'unsupported_transport' | 'unresolvable' | 'invalid';

/** Shared state of the engine's parts. */
export class EngineContext implements TransactionHost {
  readonly timing: SipTiming;
  /** Dialogs by {@link Dialog.id}. */
  readonly dialogs = new Map<string, Dialog>();
  readonly #queries = new Map<number, (address: string | undefined) => void>();
  #nextQuery = 1;
  #now: MonoMs;

  constructor(
    readonly options: EngineOptions,
    readonly timers: TimerHeap,
    readonly random: SipRandom,
    readonly counters: Counters,
    readonly output: (output: EngineOutput) => void,
    now: MonoMs,
  ) {
    this.timing = options.timing;
    this.#now = now;
  }

  now(): MonoMs {
    return this.#now;
  }

  /** Sets the time of the input being handled. */
  advance(now: MonoMs): void {
    if (now > this.#now) this.#now = now;
  }

  transmit(hop: Hop, text: string, repeat: boolean, key?: string): void {
    if (repeat) this.counters.retransmissionsOut++;
    this.output({ type: 'transmit', hop, text, ...(key === undefined ? {} : { key }) });
  }

  /** Sends a frame to a control client: `<new id>|<leader>` and optional SIP text. */
  frame(client: number, leader: string, sipText?: string): void {
    const payload = `${this.random.uuid()}|${leader}${sipText === undefined ? '' : `\r\n${sipText}`}`;
    this.output({ type: 'control', client, frame: encodeFrame(payload) });
  }

  /** Time of day as the protocol writes it. */
  time(): string {
    return stackTime(this.#now + this.options.wallOffsetMs);
  }

  /** Host and port we write into Via and Contact for a peer. */
  advertised(hop: Hop): { host: string; port: number } {
    const host = this.options.publicHost ?? this.options.localAddressFor(hop.address);
    return { host: bracketed(host), port: this.options.ports[hop.protocol] ?? 0 };
  }

  /** Our Contact for a peer. */
  contact(hop: Hop): string {
    const { host, port } = this.advertised(hop);
    return `<sip:${host}:${port}${hop.protocol === 'udp' ? '' : `;transport=${hop.protocol}`}>`;
  }

  /**
   * Finds the hop for a URI: numeric hosts at once, names through the shell.
   *
   * Plain A/AAAA lookup; NAPTR and SRV records (RFC 3263) are left to an outbound proxy.
   */
  locate(uri: string, done: (hop: Hop | LocateFailure) => void): void {
    const parsed = parseUri(uri);
    if (parsed === undefined) return done('invalid');
    if (parsed.scheme !== 'sip' || parsed.host === '') return done('unsupported_scheme');
    const transport = (parsed.params.get('transport') ?? 'udp').toLowerCase();
    const protocol = transport === 'tcp' || transport === 'udp' ? transport : undefined;
    if (protocol === undefined || this.options.ports[protocol] === undefined) {
      return done('unsupported_transport');
    }
    const port = parsed.port ?? 5060;
    // RFC 3261 section 19.1.1: maddr stands in for the host as the place to send to.
    const host = parsed.params.get('maddr')?.replace(/^\[|\]$/g, '') || parsed.host;
    if (isIpAddress(host)) return done({ protocol, address: host, port });
    const query = this.#nextQuery++;
    this.#queries.set(query, (address) =>
      done(address === undefined ? 'unresolvable' : { protocol, address, port }),
    );
    this.output({ type: 'resolve', query, host });
  }

  /** Continues a {@link locate}. */
  resolved(query: number, address: string | undefined): void {
    const done = this.#queries.get(query);
    this.#queries.delete(query);
    done?.(address);
  }

  /** Finds the dialog of a request from the network by its tags, whichever side created it. */
  dialogOf(callId: string, fromTag: string, toTag: string): Dialog | undefined {
    const asServer = this.dialogs.get(`${callId};from-tag=${fromTag}`);
    if (asServer?.matches(toTag, fromTag) === true) return asServer;
    const asClient = this.dialogs.get(`${callId};from-tag=${toTag}`);
    return asClient?.matches(toTag, fromTag) === true ? asClient : undefined;
  }

  /** Forgets a dialog, unless another one has taken its id. */
  endDialog(dialog: Dialog): void {
    dialog.state = 'ended';
    this.timers.cancel(dialog.session?.timer);
    dialog.session = undefined;
    this.timers.cancel(dialog.subscription);
    if (this.dialogs.get(dialog.id) === dialog) this.dialogs.delete(dialog.id);
  }

  /** `bytes|proto|address|port|time` of a message from the network. */
  networkMeta(bytes: number, flow: Flow): string {
    const { protocol, address, port } = flow.remote;
    return `${bytes}|${protocol}|${address}|${port}|${this.time()}`;
  }
}
