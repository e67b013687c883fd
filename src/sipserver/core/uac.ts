import {
  InviteClientTransaction,
  NonInviteClientTransaction,
  type ClientFailure,
  type ClientTransaction,
} from './client-transaction.js';
import type { EngineContext, LocateFailure } from './context.js';
import { Dialog, dialogId, withTag } from './dialog.js';
import type { Essentials } from './essentials.js';
import { formatAddress, parseAddress } from './header-values.js';
import type { Flow, Hop } from './hop.js';
import { Headers, reasonPhrase, serialize, type SipRequest, type SipResponse } from './message.js';
import {
  buildCancel,
  buildDialogRequest,
  buildNewRequest,
  buildTransactionAck,
  credentialsOf,
  plainRequest,
  type BuiltRequest,
} from './request-builder.js';
import { transactionTimeoutMs } from './timing.js';
import { NamedTimers } from './transaction-host.js';
import { parseUri } from './uri.js';

/** Longest time an INVITE of ours may ring. */
const RINGING_LIMIT_MS = 600_000;

/** One request of ours while its transaction lives. */
interface ClientEntry {
  readonly id: string;
  readonly key: string;
  /** Control client that wants the responses; `undefined` for requests of the server itself. */
  readonly client: number | undefined;
  readonly built: BuiltRequest;
  readonly hop: Hop;
  machine: ClientTransaction;
  /** Dialog the request was sent in, or the one its responses made. */
  dialog: Dialog | undefined;
  readonly inDialog: boolean;
  /** Field of the protocol's frames; empty for requests that make no dialog. */
  readonly dialogId: string;
  provisional: boolean;
  final: boolean;
  /** CANCEL asked for: not yet, waiting for a 1xx, or on the wire. */
  cancel: 'no' | 'held' | 'sent';
  sendCancel: (() => void) | undefined;
  readonly timers: NamedTimers;
  /** Flow of the response being handled, for its frame. */
  flow: Flow | undefined;
}

/** The client side: requests of the application and of the server itself, and the responses to them. */
export class UserAgentClient {
  readonly #byKey = new Map<string, ClientEntry>();
  readonly #byId = new Map<string, ClientEntry>();
  /** Requests that wait for the ACK of our own 2xx, by dialog. */
  readonly #afterAck = new Map<Dialog, () => void>();

  constructor(private readonly context: EngineContext) {}

  /** Client transactions alive. */
  get size(): number {
    return this.#byKey.size;
  }

  // --- requests of the application

  /** A request outside any dialog: `sip||` or `sip|||routeUri`. */
  newRequest(client: number, frameId: string, app: SipRequest, routeUri: string): void {
    if (parseUri(app.uri) === undefined)
      return this.#refuse(client, frameId, `invalid request-uri: ${app.uri}`);
    if (this.#byKey.size >= this.context.options.limits.clientTransactions) {
      return this.#refuse(client, frameId, 'too many transactions');
    }
    const nextHop = routeUri === '' ? app.uri : /^sips?:/i.test(routeUri) ? routeUri : `sip:${routeUri}`;
    this.context.locate(nextHop, (found) => {
      if (typeof found !== 'string' && this.#isSelf(found)) {
        return this.#refuse(client, frameId, 'can not send request to myself');
      }
      if (found === 'unsupported_transport') {
        return this.#refuse(client, frameId, 'requested protocol/transport not available');
      }
      if (found === 'invalid') return this.#refuse(client, frameId, `invalid request-uri: ${nextHop}`);
      const hop: Hop = typeof found === 'string' ? { protocol: 'udp', address: '', port: 0 } : found;
      const built = buildNewRequest(this.context, app, hop);
      if (!built.ok) return this.#refuse(client, frameId, built.error);
      const { callId, fromTag } = built.value;
      const makesDialog = app.method === 'INVITE';
      const entry = this.#open(
        client,
        built.value,
        hop,
        undefined,
        makesDialog ? dialogId(callId, fromTag) : '',
      );
      this.#confirm(entry, frameId);
      if (typeof found === 'string') this.#failLocally(entry, found);
      else this.#start(entry);
    });
  }

  /** A request inside a dialog: `sip||dialogId`. */
  dialogRequest(client: number, frameId: string, id: string, app: SipRequest): void {
    const dialog = this.context.dialogs.get(id);
    if (app.method === 'ACK') return this.#sendAck(client, frameId, dialog, app);
    if (dialog === undefined || dialog.owner !== client) {
      return this.#refuse(client, frameId, 'Server error: unable to find dialog for dialog id provided');
    }
    this.#locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, app, hop);
      if (!built.ok) return this.#refuse(client, frameId, built.error);
      const entry = this.#open(client, built.value, hop, dialog, dialog.id);
      this.#confirm(entry, frameId);
      // RFC 3261 section 15: no BYE before the ACK of our own 2xx.
      if (app.method === 'BYE' && dialog.awaitingAck) this.#afterAck.set(dialog, () => this.#start(entry));
      else this.#start(entry);
    });
  }

  /** CANCEL of an INVITE of ours: `sip|txn|`. Held back until a 1xx has come (RFC 3261 section 9.1). */
  cancelRequest(client: number, frameId: string, transactionId: string, app: SipRequest): void {
    const entry = this.#byId.get(transactionId);
    if (
      entry === undefined ||
      entry.client !== client ||
      entry.final ||
      entry.built.request.method !== 'INVITE'
    ) {
      return this.#refuse(client, frameId, `unable to cancel unknown transaction id: ${transactionId}`);
    }
    const request = buildCancel(entry.built.request, app);
    const cancel = this.#open(undefined, { ...entry.built, request }, entry.hop, undefined, '');
    this.#confirm(cancel, frameId, client);
    if (entry.cancel !== 'no') return this.#forget(cancel);
    entry.sendCancel = (): void => {
      entry.sendCancel = undefined;
      entry.cancel = 'sent';
      entry.timers.start('cancelled', transactionTimeoutMs(this.context.timing), () => {
        if (!entry.final) this.#endLocally(entry, 487);
      });
      this.#start(cancel);
    };
    entry.cancel = 'held';
    if (entry.provisional) entry.sendCancel();
  }

  #sendAck(client: number, frameId: string, dialog: Dialog | undefined, app: SipRequest): void {
    const unacked = dialog?.unacked;
    if (dialog === undefined || unacked === undefined || dialog.owner !== client) {
      const text = 'Server error: ACK for non-success final response is automatically generated by server';
      return this.#refuse(client, frameId, text);
    }
    this.#locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, app, hop, unacked);
      if (!built.ok) return this.#refuse(client, frameId, built.error);
      this.#transmitAck(dialog, built.value, hop);
      this.#confirmText(client, frameId, this.context.random.uuid(), hop, serialize(built.value.request));
      this.acknowledged(dialog);
    });
  }

  #transmitAck(dialog: Dialog, built: BuiltRequest, hop: Hop): void {
    const text = serialize(built.request);
    dialog.unacked = undefined;
    dialog.lastAck = { cseq: built.cseq, hop, text };
    this.context.counters.requestOut('ACK');
    this.context.transmit(hop, text, false);
  }

  // --- requests of the server itself

  /** An ACK has come or gone: sends what waited for it. */
  acknowledged(dialog: Dialog): void {
    const waiting = this.#afterAck.get(dialog);
    this.#afterAck.delete(dialog);
    if (waiting !== undefined) return waiting();
    const reason = dialog.byeAfterAck;
    dialog.byeAfterAck = undefined;
    if (reason !== undefined && dialog.state !== 'ended') this.endCall(dialog, reason, true);
  }

  /** Ends a call without being asked: BYE to the peer and, with `report`, an unsolicited BYE to the application. */
  endCall(dialog: Dialog, reason: string, report: boolean): void {
    const waiting = this.#afterAck.get(dialog);
    this.#afterAck.delete(dialog);
    if (waiting !== undefined) return waiting();
    this.context.endDialog(dialog);
    const bye = plainRequest('BYE', [['Reason', `SIP;cause=200;text="${reason}"`]]);
    this.#locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, bye, hop);
      if (!built.ok) return;
      const entry = this.#open(undefined, built.value, hop, dialog, dialog.id);
      this.#start(entry);
      if (!report) return;
      const { host, port } = this.context.advertised(hop);
      const text = serialize(built.value.request);
      const meta = `${text.length}|${hop.protocol}|${host}|${port}|${this.context.time()}`;
      this.context.frame(dialog.owner, `sip|application|${meta}|unsolicited|${dialog.id}|`, text);
    });
  }

  // --- responses

  /** Takes a well-formed response from the network. */
  receive(response: SipResponse, known: Essentials, flow: Flow): void {
    const { counters } = this.context;
    counters.responseIn(response.status);
    const entry = this.#byKey.get(`${known.branch}|${known.cseq.method}`);
    if (entry === undefined) return counters.drop('stray_response');
    entry.flow = flow;
    if (entry.final) counters.retransmissionsIn++;
    entry.machine.received(response);
  }

  /** The transport could not deliver a request. */
  transportFailed(key: string): void {
    this.#byKey.get(key)?.machine.transportFailed();
  }

  /** Stops all timers. */
  stop(): void {
    for (const entry of this.#byKey.values()) {
      entry.timers.clear();
      entry.machine.stop();
    }
  }

  #onResponse(entry: ClientEntry, response: SipResponse): void {
    const { status } = response;
    const { method } = entry.built.request;
    if (status < 200) {
      entry.provisional = true;
      if (method === 'INVITE')
        entry.timers.start('ringing', RINGING_LIMIT_MS, () => this.#ringingTooLong(entry));
      if (status > 100 && method === 'INVITE') this.#adopt(entry, response, false);
      entry.sendCancel?.();
      if (status === 100) return;
    } else if (entry.final) {
      return this.#answeredAgain(entry, response);
    } else {
      this.#finish(entry, response);
    }
    this.#deliver(entry, response);
  }

  /** What the first final response changes. */
  #finish(entry: ClientEntry, response: SipResponse): void {
    const { status } = response;
    const { method } = entry.built.request;
    const success = status < 300;
    entry.final = true;
    entry.timers.clear();
    entry.sendCancel = undefined;
    const { dialog } = entry;
    if (method === 'INVITE') {
      if (success) {
        const answered = this.#adopt(entry, response, true);
        answered.unacked = { cseq: entry.built.cseq, credentials: credentialsOf(entry.built.request) };
        if (entry.cancel !== 'no') answered.byeAfterAck = 'ACK-BYE due to cancel race condition';
      } else if (!entry.inDialog && dialog !== undefined) {
        this.context.endDialog(dialog);
      }
    }
    if (entry.inDialog && dialog !== undefined) {
      if (method === 'INVITE' || method === 'UPDATE')
        dialog.clientOffers = Math.max(0, dialog.clientOffers - 1);
      if (method === 'UPDATE' && success) dialog.refreshTarget(response.headers);
      if (method === 'BYE' && status !== 401 && status !== 407) this.context.endDialog(dialog);
    }
  }

  /** Makes or updates the dialog a response to INVITE belongs to. */
  #adopt(entry: ClientEntry, response: SipResponse, confirmed: boolean): Dialog {
    const toTag = tagOf(response);
    if (entry.inDialog && entry.dialog !== undefined) {
      if (confirmed) entry.dialog.refreshTarget(response.headers);
      return entry.dialog;
    }
    if (entry.dialog === undefined) {
      const { callId, fromTag, cseq, request } = entry.built;
      const from = parseAddress(request.headers.get('from') ?? '');
      const to = parseAddress(request.headers.get('to') ?? '');
      entry.dialog = Dialog.forClient(
        { uri: request.uri, callId, localTag: fromTag, cseq, from: from!, to: to! },
        response,
        { owner: entry.client ?? -1, toTag },
      );
      this.context.dialogs.set(entry.dialog.id, entry.dialog);
    } else if (toTag !== '') {
      entry.dialog.adoptResponse(response, toTag);
    }
    if (entry.flow !== undefined) entry.dialog.flow = entry.flow;
    if (confirmed) entry.dialog.state = 'confirmed';
    return entry.dialog;
  }

  /** A 2xx after the first: its ACK again, or ACK and BYE for another branch of a fork (RFC 3261 section 13.2.2.4). */
  #answeredAgain(entry: ClientEntry, response: SipResponse): void {
    const { dialog } = entry;
    if (dialog === undefined) return;
    const toTag = tagOf(response);
    if (toTag === dialog.remoteTag) {
      const ack = dialog.lastAck;
      if (ack?.cseq === entry.built.cseq) this.context.transmit(ack.hop, ack.text, true);
      return;
    }
    const fork = dialog.fork(response, toTag);
    this.#locateDialog(fork, (hop) => {
      const ack = buildDialogRequest(this.context, fork, plainRequest('ACK'), hop, {
        cseq: entry.built.cseq,
      });
      if (!ack.ok) return;
      this.#transmitAck(fork, ack.value, hop);
      this.endCall(fork, 'Answered elsewhere', false);
    });
  }

  #onFailure(entry: ClientEntry, reason: ClientFailure): void {
    const status = reason === 'transport' ? 503 : entry.cancel === 'no' ? 408 : 487;
    this.#endLocally(entry, status);
  }

  #ringingTooLong(entry: ClientEntry): void {
    const cancel = buildCancel(entry.built.request, plainRequest('CANCEL'));
    this.#start(this.#open(undefined, { ...entry.built, request: cancel }, entry.hop, undefined, ''));
    this.#endLocally(entry, 408);
  }

  #failLocally(entry: ClientEntry, failure: LocateFailure): void {
    this.#forget(entry);
    if (failure === 'unsupported_scheme') this.#endLocally(entry, 416);
    else this.#endLocally(entry, 503, 'DNS Error');
  }

  /** Gives the application a final response that nobody sent. */
  #endLocally(entry: ClientEntry, status: number, reason = reasonPhrase(status)): void {
    if (entry.final) return;
    const { headers } = entry.built.request;
    const own = new Headers();
    for (const key of ['via', 'from']) own.copy(headers, key);
    const to = parseAddress(headers.get('to') ?? '');
    if (to !== undefined) {
      const tagged = entry.inDialog ? to : withTag(to, this.context.random.token());
      own.append('To', formatAddress(tagged));
    }
    for (const key of ['call-id', 'cseq']) own.copy(headers, key);
    entry.flow = undefined;
    const response: SipResponse = {
      kind: 'response',
      version: 'SIP/2.0',
      status,
      reason,
      headers: own,
      body: '',
      bytes: 0,
    };
    this.#finish(entry, response);
    entry.machine.stop();
    this.#deliver(entry, response);
    this.#forget(entry);
  }

  #deliver(entry: ClientEntry, response: SipResponse): void {
    if (entry.client === undefined) return;
    const meta =
      entry.flow === undefined
        ? `0|${entry.hop.protocol}||0|${this.context.time()}`
        : this.context.networkMeta(response.bytes, entry.flow);
    this.context.frame(
      entry.client,
      `sip|network|${meta}|${entry.id}|${entry.dialogId}|`,
      serialize(response),
    );
  }

  // --- plumbing

  #open(
    client: number | undefined,
    built: BuiltRequest,
    hop: Hop,
    dialog: Dialog | undefined,
    id: string,
  ): ClientEntry {
    const { method } = built.request;
    const key = `${built.branch}|${method}`;
    const wire = { key, hop, text: serialize(built.request) };
    const hooks = {
      response: (response: SipResponse): void => this.#onResponse(entry, response),
      failed: (reason: ClientFailure): void => this.#onFailure(entry, reason),
      terminated: (): void => this.#forget(entry),
    };
    const makeAck = (response: SipResponse): string =>
      serialize(buildTransactionAck(built.request, response));
    const machine =
      method === 'INVITE'
        ? new InviteClientTransaction(this.context, wire, makeAck, hooks)
        : new NonInviteClientTransaction(this.context, wire, hooks);
    const entry: ClientEntry = {
      id: this.context.random.uuid(),
      key,
      client,
      built,
      hop,
      machine,
      dialog,
      inDialog: dialog !== undefined,
      dialogId: id,
      provisional: false,
      final: false,
      cancel: 'no',
      sendCancel: undefined,
      timers: new NamedTimers(this.context),
      flow: undefined,
    };
    this.#byKey.set(key, entry);
    this.#byId.set(entry.id, entry);
    return entry;
  }

  #start(entry: ClientEntry): void {
    const { method } = entry.built.request;
    if (entry.dialog !== undefined && (method === 'INVITE' || method === 'UPDATE'))
      entry.dialog.clientOffers++;
    this.context.counters.requestOut(method);
    entry.machine.start();
  }

  #forget(entry: ClientEntry): void {
    entry.timers.clear();
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    this.#byId.delete(entry.id);
  }

  /** The hop of a request in a dialog: the peer's open connection, its target, or where it last came from. */
  #locateDialog(dialog: Dialog, done: (hop: Hop) => void): void {
    const remote = dialog.flow?.remote;
    if (remote !== undefined && remote.protocol !== 'udp') return done(remote);
    this.context.locate(dialog.routing().nextHop, (found) => {
      if (typeof found !== 'string') done(found);
      else if (remote !== undefined) done(remote);
      else done({ protocol: 'udp', address: '', port: 0 });
    });
  }

  #isSelf(hop: Hop): boolean {
    if (this.context.options.ports[hop.protocol] !== hop.port) return false;
    return this.context.options.localAddressFor(hop.address) === hop.address;
  }

  #refuse(client: number, frameId: string, text: string): void {
    this.context.frame(client, `response|${frameId}|NOK|${text.replace(/[|\r\n]/g, ' ')}`);
  }

  #confirm(entry: ClientEntry, frameId: string, client = entry.client): void {
    if (client === undefined) return;
    this.#confirmText(client, frameId, entry.id, entry.hop, serialize(entry.built.request));
  }

  #confirmText(client: number, frameId: string, transactionId: string, hop: Hop, text: string): void {
    const { host, port } = this.context.advertised(hop);
    const meta = `${text.length}|${hop.protocol}|${host}|${port}|${this.context.time()}`;
    this.context.frame(
      client,
      `response|${frameId}|OK|application|${meta}|${transactionId}|Msg sent:|`,
      text,
    );
  }
}

function tagOf(response: SipResponse): string {
  const to = parseAddress(response.headers.get('to') ?? '');
  return to?.params.find((entry) => entry.name === 'tag')?.value ?? '';
}
