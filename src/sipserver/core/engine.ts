import type { Machine } from '../../kernel/machine.js';
import type { MonoMs } from '../../kernel/time.js';
import { EngineContext, type EngineOptions, type EngineOutput, type SipRandom } from './context.js';
import { ControlClients } from './control-clients.js';
import { ControlSessions } from './control-sessions.js';
import { essentials } from './essentials.js';
import type { Flow } from './hop.js';
import type { SipMessage } from './message.js';
import { parseMessage, type ParseErrorCode } from './parser.js';
import type { Refusal } from './screening.js';
import { Counters, type SipServerStats } from './stats.js';
import { TimerHeap } from './timer-heap.js';
import { UserAgentClient } from './uac.js';
import { UserAgentServer } from './uas.js';

/** What the shell tells the engine. */
export type EngineInput =
  /** One datagram, or one message cut from a stream. */
  | { readonly type: 'message'; readonly bytes: Uint8Array; readonly flow: Flow }
  /** A request with this key could not be delivered. */
  | { readonly type: 'transport_failed'; readonly key: string }
  /** A connection from this address was closed at once: too many, or no peer. */
  | { readonly type: 'connection_refused'; readonly address: string }
  | { readonly type: 'resolved'; readonly query: number; readonly address: string | undefined }
  | { readonly type: 'client_opened'; readonly client: number }
  | { readonly type: 'client_bytes'; readonly client: number; readonly bytes: Uint8Array }
  | { readonly type: 'client_closed'; readonly client: number }
  | { readonly type: 'time' };

/**
 * The SIP server without sockets: SIP messages and control frames in, SIP messages and control frames out.
 * One input is taken to completion before the next; outputs are in the order they have to happen.
 */
export class SipEngine implements Machine<EngineInput, EngineOutput> {
  readonly #outputs: EngineOutput[] = [];
  #read = 0;
  readonly #timers = new TimerHeap();
  readonly #counters = new Counters();
  readonly #context: EngineContext;
  readonly #clients = new ControlClients();
  readonly #uac: UserAgentClient;
  readonly #uas: UserAgentServer;
  readonly #sessions: ControlSessions;

  constructor(options: EngineOptions, random: SipRandom, now: MonoMs) {
    const output = (entry: EngineOutput): void => void this.#outputs.push(entry);
    this.#context = new EngineContext(options, this.#timers, random, this.#counters, output, now);
    this.#uac = new UserAgentClient(this.#context);
    this.#uas = new UserAgentServer(this.#context, this.#clients, this.#uac);
    this.#sessions = new ControlSessions(this.#context, this.#clients, this.#uac, this.#uas);
  }

  handle(now: MonoMs, input: EngineInput): void {
    this.#context.advance(now);
    // What was due before this input happens before it.
    this.#timers.runDue(now);
    switch (input.type) {
      case 'message': {
        this.#receive(input.bytes, input.flow);
        break;
      }
      case 'transport_failed': {
        this.#counters.transportErrors++;
        this.#uac.transportFailed(input.key);
        break;
      }
      case 'connection_refused': {
        this.#uas.connectionRefused(input.address);
        break;
      }
      case 'resolved': {
        this.#context.resolved(input.query, input.address);
        break;
      }
      case 'client_opened': {
        this.#sessions.opened(input.client);
        break;
      }
      case 'client_bytes': {
        this.#sessions.received(input.client, input.bytes);
        break;
      }
      case 'client_closed': {
        this.#sessions.closed(input.client);
        break;
      }
      case 'time': {
        break;
      }
    }
  }

  poll(): EngineOutput | undefined {
    if (this.#read === this.#outputs.length) {
      this.#outputs.length = 0;
      this.#read = 0;
      return undefined;
    }
    return this.#outputs[this.#read++];
  }

  nextDeadline(): MonoMs | undefined {
    return this.#timers.next();
  }

  /** Counters and table sizes; `connections` is the shell's to know. */
  stats(connections: number): SipServerStats {
    const active = {
      serverTransactions: this.#uas.size,
      clientTransactions: this.#uac.size,
      dialogs: this.#context.dialogs.size,
      timers: this.#timers.size,
      controlClients: this.#clients.size,
      connections,
    };
    return this.#counters.snapshot(active, this.#uas.takesCalls);
  }

  /** Connections that calls came by, or that wait for an answer. */
  connectionsInUse(): ReadonlySet<number> {
    const used = new Set<number>();
    const add = (flow: Flow | undefined): void => {
      if (flow?.remote.connection !== undefined) used.add(flow.remote.connection);
    };
    for (const dialog of this.#context.dialogs.values()) add(dialog.flow);
    for (const flow of this.#uas.waitingFlows()) add(flow);
    return used;
  }

  /** Stops all timers; the engine must not be used afterwards. */
  stop(): void {
    this.#uac.stop();
    this.#uas.stop();
  }

  #receive(bytes: Uint8Array, flow: Flow): void {
    // A source that has used up what it may ask costs no parsing; requests of calls are read all the same.
    if (isProbe(bytes) && this.#uas.isShut(flow)) return;
    const parsed = parseMessage(bytes);
    if (!parsed.ok) {
      const { code, partial } = parsed.error;
      if (code === 'empty') return this.#keepAlive(bytes, flow);
      this.#counters.parseErrors++;
      return this.#malformed(partial, flow, REFUSALS[code] ?? MALFORMED);
    }
    const message = parsed.value;
    const known = essentials(message);
    if (!known.ok) {
      this.#counters.parseErrors++;
      return this.#malformed(message, flow, { status: 400, reason: `Bad or missing ${known.error}` });
    }
    if (message.kind === 'request') this.#uas.receive(message, known.value, flow);
    else if (message.version !== 'SIP/2.0') this.#counters.drop('wrong_version');
    else this.#uac.receive(message, known.value, flow);
  }

  /** A request that is understood well enough to be answered is; the rest is dropped (RFC 3261 section 16.3). */
  #malformed(message: SipMessage | undefined, flow: Flow, refusal: Refusal): void {
    if (message?.kind !== 'request') return this.#counters.drop('malformed_response');
    this.#counters.drop('malformed_request');
    if (message.method === 'ACK' || !message.headers.has('via') || !message.headers.has('cseq')) return;
    this.#uas.refuseMalformed(message, flow, message.version === 'SIP/2.0' ? refusal : { status: 505 });
  }

  /** A double CRLF in a datagram wants a CRLF back, as on a stream (RFC 5626 section 4.4.1). */
  #keepAlive(bytes: Uint8Array, flow: Flow): void {
    this.#counters.drop('keepalive');
    if (flow.remote.protocol === 'udp' && bytes.length === 4 && this.#uas.isPeer(flow)) {
      this.#context.transmit(flow.remote, '\r\n', false);
    }
  }
}

const MALFORMED: Refusal = { status: 400, reason: 'Malformed message' };
/** What is said to a request that is too large in one way or another (RFC 3261 sections 21.4.12 and 21.5.14). */
const REFUSALS: Readonly<Partial<Record<ParseErrorCode, Refusal>>> = {
  too_many_headers: { status: 513 },
  header_too_long: { status: 513 },
  start_line_too_long: { status: 414 },
};

/** Methods that belong to no call. */
const PROBES = ['OPTIONS ', 'REGISTER ', 'SUBSCRIBE ', 'PUBLISH ', 'MESSAGE '].map((word) =>
  new TextEncoder().encode(word),
);

function isProbe(bytes: Uint8Array): boolean {
  return PROBES.some((word) => bytes[0] === word[0] && word.every((byte, index) => bytes[index] === byte));
}
