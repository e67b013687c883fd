import {
  InviteClientTransaction,
  NonInviteClientTransaction,
  type ClientFailure,
  type ClientTransaction,
} from './client-transaction.js';
import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { Flow, Hop } from './hop.js';
import { serialize, utf8Length, type SipResponse } from './message.js';
import { buildCancel, buildTransactionAck, plainRequest, type BuiltRequest } from './request-builder.js';
import { NamedTimers } from './transaction-host.js';
import { hopInDialog } from './routing.js';

/** One request of ours while its transaction lives. */
export interface ClientEntry {
  /** Transaction id in the control protocol. */
  readonly id: string;
  /** Branch and method: what responses and transport failures are matched by. */
  readonly key: string;
  /** Control client that wants the responses; `undefined` for requests of the server itself. */
  readonly client: number | undefined;
  readonly built: BuiltRequest;
  readonly hop: Hop;
  readonly machine: ClientTransaction;
  /** Dialog the request was sent in, or the one its responses made. */
  dialog: Dialog | undefined;
  readonly inDialog: boolean;
  /** Dialog field of the protocol's frames; empty for requests that make no dialog. */
  readonly dialogId: string;
  provisional: boolean;
  final: boolean;
  /** CANCEL: not asked for, waiting for a 1xx, or on the wire. */
  cancel: 'no' | 'held' | 'sent';
  /** Puts the held CANCEL on the wire. */
  sendCancel: (() => void) | undefined;
  readonly timers: NamedTimers;
  /** RSeq of the last reliable provisional response, and the tag of the branch that sent it. */
  reliable: { readonly tag: string; readonly number: number } | undefined;
  /** Flow of the response being handled. */
  flow: Flow | undefined;
}

/** What the table tells the user of its transactions. */
export interface ClientRequestUser {
  response(entry: ClientEntry, response: SipResponse): void;
  failed(entry: ClientEntry, reason: ClientFailure): void;
}

/** What to open a transaction for. */
export interface ClientRequestOptions {
  readonly client: number | undefined;
  readonly built: BuiltRequest;
  readonly hop: Hop;
  readonly dialog?: Dialog;
  readonly dialogId?: string;
  /** Id of a transaction that this one takes the place of. */
  readonly id?: string;
}

/** Requests of ours by the keys under which their responses are looked for, and the one way to put one on the wire. */
export class ClientRequests {
  readonly #byKey = new Map<string, ClientEntry>();
  readonly #byId = new Map<string, ClientEntry>();
  /** BYE that waits for the ACK of our own 2xx (RFC 3261 section 15). */
  readonly #held = new Map<Dialog, ClientEntry>();
  user: ClientRequestUser | undefined;

  constructor(readonly context: EngineContext) {}

  /** Transactions alive. */
  get size(): number {
    return this.#byKey.size;
  }

  byKey(key: string): ClientEntry | undefined {
    return this.#byKey.get(key);
  }

  byId(id: string): ClientEntry | undefined {
    return this.#byId.get(id);
  }

  /** Opens a transaction; nothing is sent before {@link start}. */
  open(options: ClientRequestOptions): ClientEntry {
    const { built, hop, dialog } = options;
    const { method } = built.request;
    const key = `${built.branch}|${method}`;
    const wire = { key, hop, text: serialize(built.request) };
    const hooks = {
      response: (response: SipResponse): void => this.user?.response(entry, response),
      failed: (reason: ClientFailure): void => this.user?.failed(entry, reason),
      terminated: (): void => this.forget(entry),
    };
    const makeAck = (response: SipResponse): string => {
      this.context.counters.requestOut('ACK');
      return serialize(buildTransactionAck(built.request, response));
    };
    const machine =
      method === 'INVITE'
        ? new InviteClientTransaction(this.context, wire, makeAck, hooks)
        : new NonInviteClientTransaction(this.context, wire, hooks);
    const entry: ClientEntry = {
      id: options.id ?? this.context.random.uuid(),
      key,
      client: options.client,
      built,
      hop,
      machine,
      dialog,
      inDialog: dialog !== undefined,
      dialogId: options.dialogId ?? dialog?.id ?? '',
      provisional: false,
      final: false,
      cancel: 'no',
      sendCancel: undefined,
      timers: new NamedTimers(this.context),
      reliable: undefined,
      flow: undefined,
    };
    this.#byKey.set(key, entry);
    this.#byId.set(entry.id, entry);
    return entry;
  }

  /** Puts the request on the wire. */
  start(entry: ClientEntry): void {
    const { method } = entry.built.request;
    if (entry.dialog !== undefined && mayOffer(entry)) entry.dialog.clientOffers++;
    this.context.counters.requestOut(method);
    entry.machine.start();
  }

  /** Keeps a BYE back until the dialog's ACK has come. */
  hold(dialog: Dialog, entry: ClientEntry): void {
    this.#held.set(dialog, entry);
  }

  /** Takes the BYE that was kept back. */
  takeHeld(dialog: Dialog): ClientEntry | undefined {
    const entry = this.#held.get(dialog);
    this.#held.delete(dialog);
    return entry;
  }

  /** Sends a CANCEL for an INVITE of ours. `extra` holds the application's headers (Reason, …). */
  sendCancel(invite: ClientEntry, extra = plainRequest('CANCEL')): void {
    const request = buildCancel(invite.built.request, extra);
    this.start(this.open({ client: undefined, built: { ...invite.built, request }, hop: invite.hop }));
  }

  /** Puts the ACK for a 2xx on the wire and keeps it for repetitions of the 2xx. */
  transmitAck(dialog: Dialog, built: BuiltRequest, hop: Hop): void {
    const text = serialize(built.request);
    dialog.unacked = undefined;
    dialog.lastAck = { cseq: built.cseq, hop, text };
    this.context.counters.requestOut('ACK');
    this.context.transmit(hop, text, false);
  }

  /** The hop of a request in a dialog. */
  locateDialog(dialog: Dialog, done: (hop: Hop) => void): void {
    const remote = dialog.flow?.remote;
    this.context.locate(dialog.routing().nextHop, (found) =>
      done(hopInDialog(typeof found === 'string' ? undefined : found, remote, dialog.routes.length === 0)),
    );
  }

  /** Tells a client what was sent for its frame. It has to come before any response. */
  confirm(client: number, frameId: string, transactionId: string, hop: Hop, text: string): void {
    const { host, port } = this.context.advertised(hop);
    const meta = `${utf8Length(text)}|${hop.protocol}|${host}|${port}|${this.context.time()}`;
    this.context.frame(
      client,
      `response|${frameId}|OK|application|${meta}|${transactionId}|Msg sent:|`,
      text,
    );
  }

  /** Tells a client why its frame was not carried out. */
  refuse(client: number, frameId: string, text: string): void {
    this.context.frame(client, `response|${frameId}|NOK|${text.replace(/[|\r\n]/g, ' ')}`);
  }

  forget(entry: ClientEntry): void {
    entry.timers.clear();
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    if (this.#byId.get(entry.id) === entry) this.#byId.delete(entry.id);
  }

  /** Stops all timers. */
  stop(): void {
    for (const entry of this.#byKey.values()) {
      entry.timers.clear();
      entry.machine.stop();
    }
  }
}

/** True for a request within a dialog that may hold an offer: another one has to wait for its answer. */
export function mayOffer({ built, inDialog }: ClientEntry): boolean {
  const { method, body } = built.request;
  return inDialog && (method === 'INVITE' || (method === 'UPDATE' && body !== ''));
}
