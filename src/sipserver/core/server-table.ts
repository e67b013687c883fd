import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import type { Flow, Hop } from './hop.js';
import type { SipRequest, SipResponse } from './message.js';
import { stampVia } from './response-builder.js';
import {
  InviteServerTransaction,
  NonInviteServerTransaction,
  type ServerTransaction,
} from './server-transaction.js';
import { NamedTimers } from './transaction-host.js';

/** An answer of the application that waits until the peer has acknowledged the one before. */
export interface HeldAnswer {
  readonly client: number;
  readonly frameId: string;
  readonly transactionId: string;
  readonly answer: SipResponse;
}

/** What an INVITE remembers of its reliable provisional responses. */
export interface ReliableState {
  /** RSeq of the last one. */
  rseq: number;
  /** The last one waits for its PRACK. */
  waiting: boolean;
  readonly held: HeldAnswer[];
}

/** One request from the network while its transaction lives. */
export interface ServerEntry {
  /** Key for retransmissions (RFC 3261 section 17.2.3). */
  readonly key: string;
  /** Transaction id in the control protocol. */
  readonly id: string;
  readonly request: SipRequest;
  readonly known: Essentials;
  readonly flow: Flow;
  /** Where responses go. */
  readonly hop: Hop;
  readonly machine: ServerTransaction;
  /** The same machine when this is an INVITE. */
  readonly invite: InviteServerTransaction | undefined;
  /** True for a request outside any dialog. */
  readonly initial: boolean;
  /** Control client that has to answer; `undefined` for requests the server answers itself. */
  client: number | undefined;
  /** Tag of our side. */
  toTag: string;
  dialog: Dialog | undefined;
  /** The application has sent at least one response. */
  answered: boolean;
  /** A final response has been sent. */
  final: boolean;
  /** Provisional responses that want a PRACK, once there was one. */
  reliable: ReliableState | undefined;
  /** The INVITE that this PRACK acknowledges a response of. */
  acknowledges: ServerEntry | undefined;
  /** Ends the time in which this INVITE counts as a call without ACK. */
  settle: (() => void) | undefined;
  /** Timers of the transaction user: patience with the application, repetition of a 2xx, wait for the ACK. */
  readonly timers: NamedTimers;
}

/** Requests from the network by the keys under which they are looked for. */
export class ServerTable {
  readonly #byKey = new Map<string, ServerEntry>();
  readonly #byId = new Map<string, ServerEntry>();
  readonly #byMergeKey = new Map<string, ServerEntry>();
  /** Transactions that only wait for repetitions, oldest first. */
  readonly #lingering = new Set<ServerEntry>();

  constructor(private readonly context: EngineContext) {}

  /** Transactions alive. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The transaction a request repeats; with `method` INVITE the one an ACK or CANCEL is about. */
  find(request: SipRequest, known: Essentials, method = request.method): ServerEntry | undefined {
    return this.#byKey.get(serverKey(request, known, method));
  }

  /** The transaction that waits for the application under this id. */
  waiting(id: string): ServerEntry | undefined {
    return this.#byId.get(id);
  }

  /** All transactions that wait for an application. */
  allWaiting(): ServerEntry[] {
    return [...this.#byId.values()];
  }

  /** Opens the transaction of a new request. */
  open(request: SipRequest, known: Essentials, flow: Flow): ServerEntry {
    const hop = stampVia(request, known.via, flow);
    const initial = known.toTag === '';
    const hooks = { terminated: (): void => this.#forget(entry) };
    const invite =
      request.method === 'INVITE' ? new InviteServerTransaction(this.context, hop, hooks) : undefined;
    const entry: ServerEntry = {
      key: serverKey(request, known, request.method),
      id: this.context.random.uuid(),
      request,
      known,
      flow,
      hop,
      invite,
      machine: invite ?? new NonInviteServerTransaction(this.context, hop, hooks),
      initial,
      client: undefined,
      toTag: initial ? this.context.random.token() : known.toTag,
      dialog: undefined,
      answered: false,
      final: false,
      reliable: undefined,
      acknowledges: undefined,
      settle: undefined,
      timers: new NamedTimers(this.context),
    };
    this.#byKey.set(entry.key, entry);
    return entry;
  }

  /** True when an initial request is known by another path (RFC 3261 section 8.2.2.2). */
  isMerged(known: Essentials): boolean {
    return this.#byMergeKey.has(mergeKey(known));
  }

  /** Notes an initial request, so that the same request over another path is recognised. */
  claim(entry: ServerEntry): void {
    this.#byMergeKey.set(mergeKey(entry.known), entry);
  }

  /** True when one more transaction would find room, given that none may be beyond `limit`. */
  hasRoom(limit: number): boolean {
    return this.#byKey.size - this.#lingering.size < limit;
  }

  /**
   * Makes room for one more transaction; the oldest of those that only wait for repetitions gives way.
   *
   * @param limit - transactions beyond which there is none
   */
  makeRoom(limit: number): boolean {
    if (this.#byKey.size < limit) return true;
    for (const oldest of this.#lingering) {
      this.drop(oldest);
      return true;
    }
    return false;
  }

  /** What is left of a transaction is to absorb repetitions. */
  linger(entry: ServerEntry): void {
    if (this.#byKey.get(entry.key) === entry) this.#lingering.add(entry);
  }

  /** Ends a transaction before its time. */
  drop(entry: ServerEntry): void {
    entry.timers.clear();
    entry.machine.stop();
    this.#forget(entry);
  }

  /** Lets the application answer under {@link ServerEntry.id}. */
  wait(entry: ServerEntry, client: number): void {
    entry.client = client;
    this.#byId.set(entry.id, entry);
  }

  /** The final response is out: the application has nothing more to say. */
  closeToApplication(entry: ServerEntry): void {
    entry.final = true;
    entry.timers.stop('app');
    this.#byId.delete(entry.id);
  }

  /** Stops all timers. */
  stop(): void {
    for (const entry of this.#byKey.values()) {
      entry.timers.clear();
      entry.machine.stop();
    }
  }

  #forget(entry: ServerEntry): void {
    entry.timers.stop('app');
    entry.settle?.();
    this.#byKey.delete(entry.key);
    this.#byId.delete(entry.id);
    this.#lingering.delete(entry);
    const merge = mergeKey(entry.known);
    if (this.#byMergeKey.get(merge) === entry) this.#byMergeKey.delete(merge);
  }
}

/**
 * Peers of RFC 2543 send no magic cookie; for them the identifying headers stand in for the branch
 * (RFC 3261 section 17.2.3).
 */
function serverKey(request: SipRequest, known: Essentials, method: string): string {
  const { branch, via } = known;
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? 5060}`;
  if (branch.length > 7 && branch.slice(0, 7).toLowerCase() === 'z9hg4bk') {
    return `${branch}|${sentBy}|${method}`;
  }
  const { callId, fromTag, cseq } = known;
  return `2543|${callId}|${fromTag}|${cseq.number}|${request.uri}|${sentBy}|${branch}|${method}`;
}

function mergeKey(known: Essentials): string {
  return `${known.callId}|${known.fromTag}|${known.cseq.number}|${known.cseq.method}`;
}
