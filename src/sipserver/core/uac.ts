import { ClientRequests, type ClientEntry } from './client-requests.js';
import { ClientResponses } from './client-responses.js';
import type { EngineContext } from './context.js';
import { dialogId, type Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import { param, parseVia } from './header-values.js';
import type { Flow, Hop } from './hop.js';
import { serialize, utf8Length, type SipRequest, type SipResponse } from './message.js';
import { buildCancel, buildDialogRequest, buildNewRequest, plainRequest } from './request-builder.js';
import { SessionTimers } from './session-timers.js';
import { Subscriptions } from './subscriptions.js';
import { transactionTimeoutMs } from './timing.js';
import { parseUri } from './uri.js';

/** A hop that no message reaches; stands in where a request fails before it is sent. */
const NOWHERE: Hop = { protocol: 'udp', address: '', port: 0 };

/** The client side: requests of the application and of the server itself. */
export class UserAgentClient {
  readonly #requests: ClientRequests;
  readonly #responses: ClientResponses;
  readonly sessions: SessionTimers;
  readonly subscriptions: Subscriptions;

  constructor(private readonly context: EngineContext) {
    this.#requests = new ClientRequests(context);
    this.sessions = new SessionTimers(this.#requests, (dialog, reason) => this.endCall(dialog, reason, true));
    this.subscriptions = new Subscriptions(context);
    this.#responses = new ClientResponses(this.#requests, {
      sessions: this.sessions,
      subscriptions: this.subscriptions,
      endCall: (dialog, reason, report) => this.endCall(dialog, reason, report),
    });
  }

  /** Client transactions alive. */
  get size(): number {
    return this.#requests.size;
  }

  // --- requests of the application

  /** A request outside any dialog: `sip||` or `sip|||routeUri`. */
  newRequest(client: number, frameId: string, app: SipRequest, routeUri: string): void {
    const requests = this.#requests;
    if (parseUri(app.uri) === undefined) {
      return requests.refuse(client, frameId, `invalid request-uri: ${app.uri}`);
    }
    if (requests.size >= this.context.options.limits.clientTransactions) {
      return requests.refuse(client, frameId, 'too many transactions');
    }
    const nextHop = routeUri === '' ? app.uri : /^sips?:/i.test(routeUri) ? routeUri : `sip:${routeUri}`;
    this.context.locate(nextHop, (found) => {
      if (found === 'invalid') return requests.refuse(client, frameId, `invalid request-uri: ${nextHop}`);
      if (found === 'unsupported_transport') {
        return requests.refuse(client, frameId, 'requested protocol/transport not available');
      }
      if (typeof found !== 'string' && this.#isSelf(found)) {
        return requests.refuse(client, frameId, 'can not send request to myself');
      }
      const hop = typeof found === 'string' ? NOWHERE : found;
      const built = buildNewRequest(this.context, app, hop);
      if (!built.ok) return requests.refuse(client, frameId, built.error);
      const { callId, fromTag, request } = built.value;
      const makesDialog = app.method === 'INVITE' || app.method === 'SUBSCRIBE';
      const entry = requests.open({
        client,
        built: built.value,
        hop,
        dialogId: makesDialog ? dialogId(callId, fromTag) : '',
      });
      requests.confirm(client, frameId, entry.id, hop, serialize(request));
      if (found === 'unresolvable') this.#responses.endLocally(entry, 503, 'DNS Error');
      else if (found === 'unsupported_scheme') this.#responses.endLocally(entry, 416);
      else requests.start(entry);
    });
  }

  /** A request inside a dialog: `sip||dialogId`. */
  dialogRequest(client: number, frameId: string, id: string, app: SipRequest): void {
    const requests = this.#requests;
    const dialog = this.context.dialogs.get(id);
    if (app.method === 'ACK') return this.#sendAck(client, frameId, dialog, app);
    if (dialog === undefined || dialog.owner !== client) {
      const text = 'Server error: unable to find dialog for dialog id provided';
      return requests.refuse(client, frameId, text);
    }
    requests.locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, app, hop);
      if (!built.ok) return requests.refuse(client, frameId, built.error);
      const entry = requests.open({ client, built: built.value, hop, dialog });
      requests.confirm(client, frameId, entry.id, hop, serialize(built.value.request));
      // RFC 3261 section 15: no BYE before the ACK of our own 2xx.
      if (app.method === 'BYE' && dialog.awaitingAck) requests.hold(dialog, entry);
      else requests.start(entry);
    });
  }

  /** CANCEL of an INVITE of ours: `sip|txn|`. Held back until a 1xx has come (RFC 3261 section 9.1). */
  cancelRequest(client: number, frameId: string, transactionId: string, app: SipRequest): void {
    const entry = this.#requests.byId(transactionId);
    if (
      entry === undefined ||
      entry.client !== client ||
      entry.final ||
      entry.built.request.method !== 'INVITE'
    ) {
      const text = `unable to cancel unknown transaction id: ${transactionId}`;
      return this.#requests.refuse(client, frameId, text);
    }
    const text = serialize(buildCancel(entry.built.request, app));
    this.#requests.confirm(client, frameId, this.context.random.uuid(), entry.hop, text);
    if (entry.cancel !== 'no') return;
    entry.cancel = 'held';
    entry.sendCancel = (): void => this.#cancelNow(entry, app);
    if (entry.provisional) entry.sendCancel();
  }

  #cancelNow(entry: ClientEntry, app: SipRequest): void {
    entry.sendCancel = undefined;
    entry.cancel = 'sent';
    this.#requests.sendCancel(entry, app);
    // RFC 3261 section 9.1: without a final response in 64*T1 the INVITE counts as cancelled.
    const patience = transactionTimeoutMs(this.context.timing);
    entry.timers.start('cancelled', patience, () => this.#responses.endLocally(entry, 487));
  }

  #sendAck(client: number, frameId: string, dialog: Dialog | undefined, app: SipRequest): void {
    const unacked = dialog?.unacked;
    if (dialog === undefined || unacked === undefined || dialog.owner !== client) {
      const text = 'Server error: ACK for non-success final response is automatically generated by server';
      return this.#requests.refuse(client, frameId, text);
    }
    this.#requests.locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, app, hop, unacked);
      if (!built.ok) return this.#requests.refuse(client, frameId, built.error);
      this.#requests.transmitAck(dialog, built.value, hop);
      if (app.body.startsWith('v=0')) dialog.localSdp = app.body;
      const text = serialize(built.value.request);
      this.#requests.confirm(client, frameId, this.context.random.uuid(), hop, text);
      this.acknowledged(dialog);
    });
  }

  // --- requests of the server itself

  /** An ACK has come or gone: sends what waited for it. */
  acknowledged(dialog: Dialog): void {
    const held = this.#requests.takeHeld(dialog);
    const reason = dialog.byeAfterAck;
    dialog.byeAfterAck = undefined;
    if (held !== undefined) this.#requests.start(held);
    else if (reason !== undefined && dialog.state !== 'ended') this.endCall(dialog, reason, true);
  }

  /** Ends a call without being asked: BYE to the peer and, with `report`, an unsolicited BYE to the application. */
  endCall(dialog: Dialog, reason: string, report: boolean): void {
    const held = this.#requests.takeHeld(dialog);
    if (held !== undefined) return this.#requests.start(held);
    this.context.endDialog(dialog);
    const bye = plainRequest('BYE', [['Reason', `SIP;cause=200;text="${reason}"`]]);
    this.#requests.locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.context, dialog, bye, hop);
      if (!built.ok) return;
      this.#requests.start(this.#requests.open({ client: undefined, built: built.value, hop, dialog }));
      if (!report) return;
      const { host, port } = this.context.advertised(hop);
      const text = serialize(built.value.request);
      const meta = `${utf8Length(text)}|${hop.protocol}|${host}|${port}|${this.context.time()}`;
      this.context.frame(dialog.owner, `sip|application|${meta}|unsolicited|${dialog.id}|`, text);
    });
  }

  /** The peer has ended the dialog: a BYE that was held back is pointless. */
  dialogEnded(dialog: Dialog): void {
    const held = this.#requests.takeHeld(dialog);
    if (held !== undefined) this.#responses.endLocally(held, 481);
  }

  // --- from the network

  /** Takes a well-formed response. */
  receive(response: SipResponse, known: Essentials, flow: Flow): void {
    const { counters } = this.context;
    counters.responseIn(response.status);
    const entry = this.#requests.byKey(`${known.branch}|${known.cseq.method}`);
    if (entry === undefined) return counters.drop('stray_response');
    if (entry.final) counters.retransmissionsIn++;
    entry.flow = flow;
    entry.machine.received(response);
  }

  /** The transport could not deliver a request. */
  transportFailed(key: string): void {
    this.#requests.byKey(key)?.machine.transportFailed();
  }

  /** True for a Via value of a request of ours that is still open. */
  isOwnVia(value: string): boolean {
    const via = parseVia(value);
    const branch = via === undefined ? undefined : param(via.params, 'branch');
    return branch !== undefined && this.#requests.byKey(`${branch}|INVITE`) !== undefined;
  }

  /** Stops all timers. */
  stop(): void {
    this.#requests.stop();
  }

  #isSelf(hop: Hop): boolean {
    if (this.context.options.ports[hop.protocol] !== hop.port) return false;
    return this.context.options.localAddressFor(hop.address) === hop.address;
  }
}
