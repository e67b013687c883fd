import type { EngineContext } from './context.js';
import type { ControlClients } from './control-clients.js';
import { Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import type { Flow } from './hop.js';
import { InitialScreen, passedUs } from './initial-screen.js';
import { Headers, serialize, utf8Length, type SipRequest, type SipResponse } from './message.js';
import { hasOption } from './option-tags.js';
import { PendingAcks } from './pending-acks.js';
import { ReliableResponses } from './reliable-responses.js';
import { applicationResponse, forApplication, serverResponse, stampVia } from './response-builder.js';
import { isAllowedInDialog, overloaded, refuseMethod, screenRequest, type Refusal } from './screening.js';
import { ServerTable, type ServerEntry } from './server-table.js';
import { endsSubscription } from './subscriptions.js';
import { refuseStateless, repeatStateless } from './stateless.js';
import type { UserAgentClient } from './uac.js';

/** Patience with an application that has not answered, milliseconds. */
const APP_TIMEOUT = {
  /** INVITE without any response. */
  inviteMs: 64_000,
  /** INVITE after its last provisional response (timer C of a proxy is three minutes, RFC 3261 section 16.6). */
  ringingMs: 300_000,
  /** Everything else; one second before the peer's timer F ends its transaction. */
  otherMs: 31_000,
} as const;

/** What the control protocol says of an answer that can not be sent any more. */
const UNKNOWN_TRANSACTION = 'Response not sent due to unknown transaction';

/** Methods that a dialog without a call has no use for. */
const OF_A_CALL = new Set(['INVITE', 'BYE', 'UPDATE', 'PRACK']);

/** Share of the transactions that is kept for requests of calls: a flood must not keep callers from hanging up. */
const RESERVED = 0.2;

/** The server side: requests from the network, and the application's answers to them. */
export class UserAgentServer {
  readonly #table: ServerTable;
  readonly #acks: PendingAcks;
  readonly #reliable: ReliableResponses;
  readonly #screen: InitialScreen;

  constructor(
    private readonly context: EngineContext,
    private readonly clients: ControlClients,
    private readonly client: UserAgentClient,
  ) {
    this.#table = new ServerTable(context);
    this.#acks = new PendingAcks(context, (dialog, reason) => this.client.endCall(dialog, reason, true));
    this.#reliable = new ReliableResponses(context, {
      release: ({ client: id, frameId, transactionId, answer }) =>
        this.respond(id, frameId, transactionId, answer),
      discard: ({ client: id, frameId }) => this.#reject(id, frameId, UNKNOWN_TRANSACTION),
      givenUp: (entry) => this.#appTimeout(entry, 504),
    });
    this.#screen = new InitialScreen(context, clients, {
      isKnown: (request, known) =>
        this.#table.isMerged(known) || passedUs(request, (via) => this.client.isOwnVia(via)),
      giveWay: (address) => this.#acks.giveWay(address),
    });
  }

  /** Server transactions alive. */
  get size(): number {
    return this.#table.size;
  }

  /** Where the requests came from that the application has not answered yet. */
  waitingFlows(): Flow[] {
    return this.#table.allWaiting().map(({ flow }) => flow);
  }

  /** True when nothing is to be said to requests of this source that belong to no call. */
  isShut(flow: Flow): boolean {
    return this.#screen.isShut(flow);
  }

  /** True while the table of transactions has room for a new call. */
  get takesCalls(): boolean {
    return this.#table.hasRoom(this.context.options.limits.serverTransactions * (1 - RESERVED));
  }

  /** True when requests of this source are answered at all. */
  isPeer(flow: Flow): boolean {
    return this.#screen.isPeer(flow);
  }

  /** A connection of this address was closed at once. */
  connectionRefused(address: string): void {
    this.#screen.drop('connection_limit', address);
  }

  /** Refuses a request that cannot be read whole, as far as its source may ask. */
  refuseMalformed(request: SipRequest, flow: Flow, refusal: Refusal): void {
    if (this.#screen.mayAsk(request, flow)) refuseStateless(this.context, request, flow, refusal);
  }

  /** Takes a well-formed request from the network. */
  receive(request: SipRequest, known: Essentials, flow: Flow): void {
    const { counters, options } = this.context;
    counters.requestIn(request.method);
    if (request.method === 'ACK') return this.#receiveAck(request, known, flow);
    const repeated = this.#table.find(request, known);
    if (repeated !== undefined) {
      counters.retransmissionsIn++;
      repeated.machine.retransmitted();
      return;
    }
    const dialog =
      known.toTag === '' ? undefined : this.context.dialogOf(known.callId, known.fromTag, known.toTag);
    const cancelled = request.method === 'CANCEL' ? this.#table.find(request, known, 'INVITE') : undefined;
    if (dialog === undefined && cancelled === undefined) return this.#receiveInitial(request, known, flow);
    if (!this.#table.makeRoom(options.limits.serverTransactions)) return this.#full(request, flow);
    const entry = this.#table.open(request, known, flow);
    if (cancelled !== undefined) return this.#receiveCancel(entry, cancelled);
    const refusal = screenRequest(request, options);
    if (refusal !== undefined) this.#refuse(entry, refusal);
    else if (dialog !== undefined) this.#receiveInDialog(entry, dialog);
  }

  #full(request: SipRequest, flow: Flow): void {
    this.context.counters.drop('table_full');
    refuseStateless(this.context, request, flow, overloaded(this.context.options.limits));
  }

  /** The application's response to a request: `sip|txn|`. */
  respond(client: number, frameId: string, transactionId: string, answer: SipResponse): void {
    const entry = this.#table.waiting(transactionId);
    if (entry === undefined || entry.client !== client || entry.final) {
      return this.#reject(client, frameId, UNKNOWN_TRANSACTION);
    }
    if (answer.status === 100) {
      const trying = serverResponse(entry.request, 100, '');
      this.#send(entry, trying);
      return this.#confirm(client, frameId, entry, serialize(trying));
    }
    const plan = this.#reliable.plan(entry, answer);
    if (plan === 'refuse') return this.#reject(client, frameId, 'Remote endpoint does not support 100rel');
    if (plan === 'hold') return this.#reliable.hold(entry, { client, frameId, transactionId, answer });
    this.#adoptToTag(entry, answer);
    const { hop, toTag, request } = entry;
    const reliable = plan === 'send_reliably';
    const extra = this.#ownHeaders(entry, answer, reliable);
    const options = { hop, toTag, inDialog: !entry.initial, extra, reliable };
    const { message, text } = applicationResponse(this.context, request, answer, options);
    entry.answered = true;
    this.#answered(entry, message);
    this.#send(entry, message, text);
    if (reliable && entry.dialog !== undefined) this.#reliable.sent(entry, entry.dialog, text);
    if (entry.initial && request.method !== 'INVITE') this.#screen.answered(request, answer, client);
    this.#confirm(client, frameId, entry, text);
  }

  /** Ends what a lost control client has left open. */
  clientGone(client: number): void {
    for (const entry of this.#table.allWaiting()) {
      if (entry.client === client) this.#refuse(entry, { status: 503 });
    }
    for (const dialog of [...this.context.dialogs.values()]) {
      if (dialog.owner !== client) continue;
      this.#acks.drop(dialog);
      if (dialog.state === 'confirmed' && dialog.subscription === undefined) {
        this.client.endCall(dialog, 'Application gone', false);
      } else this.context.endDialog(dialog);
    }
  }

  /** Stops all timers. */
  stop(): void {
    this.#table.stop();
    this.#acks.stop();
  }

  // --- requests outside a dialog

  #receiveInitial(request: SipRequest, known: Essentials, flow: Flow): void {
    const verdict = this.#screen.judge(request, known, flow);
    switch (verdict.action) {
      case 'silent':
        return;
      case 'refuse':
        return refuseStateless(this.context, request, flow, verdict.refusal);
      case 'repeat':
        return repeatStateless(this.context, request, flow, verdict.answer);
      case 'deliver': {
        const { serverTransactions } = this.context.options.limits;
        const limit = serverTransactions * (1 - RESERVED);
        if (!this.#table.makeRoom(limit)) return this.#full(request, flow);
        const entry = this.#table.open(request, known, flow);
        this.#table.claim(entry);
        if (request.method === 'INVITE') {
          entry.settle = this.#screen.gate.opened(flow.remote);
          this.#send(entry, serverResponse(request, 100, ''));
        }
        return this.#deliverInitial(entry, verdict.client);
      }
    }
  }

  #deliverInitial(entry: ServerEntry, client: number): void {
    const { flow, request } = entry;
    this.#expectAnswer(entry, client);
    const leader = `sip|network|${this.context.networkMeta(request.bytes, flow)}|${entry.id}|`;
    this.context.frame(client, `${leader}|${flow.localAddress}|${flow.localPort}|`, forApplication(request));
  }

  // --- requests inside a dialog

  #receiveInDialog(entry: ServerEntry, dialog: Dialog): void {
    const { request, known } = entry;
    const { method } = request;
    if (!isAllowedInDialog(method)) return this.#refuse(entry, refuseMethod(method));
    // A dialog made by SUBSCRIBE has no session to change or end.
    if (dialog.subscription !== undefined && OF_A_CALL.has(method)) {
      return this.#refuse(entry, { status: 481 });
    }
    if (dialog.remoteCSeq !== undefined && known.cseq.number <= dialog.remoteCSeq) {
      // RFC 3261 section 12.2.2: out of order.
      return this.#refuse(entry, { status: 500, reason: 'CSeq Out Of Order' });
    }
    if (!this.clients.has(dialog.owner)) {
      if (method === 'BYE') this.context.endDialog(dialog);
      return this.#refuse(entry, { status: 481 });
    }
    dialog.remoteCSeq = known.cseq.number;
    if (method === 'PRACK') {
      entry.acknowledges = this.#reliable.acknowledge(dialog, request);
      if (entry.acknowledges === undefined) return this.#refuse(entry, { status: 481 });
    }
    if (method === 'BYE') return this.#receiveBye(entry, dialog);
    if (method === 'INVITE' || method === 'UPDATE') {
      const busy = this.#offerRefusal(dialog);
      if (busy !== undefined) return this.#refuse(entry, busy);
      dialog.serverOffers++;
      dialog.refreshTarget(request.headers);
      dialog.flow = entry.flow;
      if (method === 'INVITE') this.#send(entry, serverResponse(request, 100, ''));
    }
    this.#deliverInDialog(entry, dialog);
  }

  /** Glare: RFC 3261 section 14.2 and RFC 3311 section 5.2. */
  #offerRefusal(dialog: Dialog): Refusal | undefined {
    if (dialog.clientOffers > 0) return { status: 491 };
    if (dialog.serverOffers === 0) return undefined;
    return { status: 500, headers: [['Retry-After', String(Math.floor(this.context.random.float() * 10))]] };
  }

  #receiveBye(entry: ServerEntry, dialog: Dialog): void {
    const early = dialog.state === 'early';
    // A callee must not end an early dialog with BYE (RFC 3261 section 15); the INVITE gets its own answer.
    if (early && dialog.role === 'uac') return this.#refuse(entry, { status: 481 });
    this.context.endDialog(dialog);
    this.#acks.drop(dialog);
    this.client.dialogEnded(dialog);
    // RFC 3261 section 15.1.2: requests still open in the dialog end with 487.
    for (const open of this.#table.allWaiting()) {
      if (open.dialog !== dialog || open.request.method !== 'INVITE') continue;
      this.#reportCancel(open, cancelFrom(open.request));
      this.#refuse(open, { status: 487 });
    }
    // The application never had a call to end; for it the INVITE was cancelled.
    if (early) this.#refuse(entry, { status: 200 });
    else this.#deliverInDialog(entry, dialog);
  }

  #deliverInDialog(entry: ServerEntry, dialog: Dialog): void {
    entry.dialog = dialog;
    this.#expectAnswer(entry, dialog.owner);
    const meta = this.context.networkMeta(entry.request.bytes, entry.flow);
    const leader = `sip|network|${meta}|${entry.id}|${dialog.id}|`;
    this.context.frame(dialog.owner, leader, forApplication(entry.request));
  }

  // --- ACK and CANCEL

  #receiveAck(request: SipRequest, known: Essentials, flow: Flow): void {
    if (this.#table.find(request, known, 'INVITE')?.invite?.acknowledged() === true) return;
    const dialog = this.context.dialogOf(known.callId, known.fromTag, known.toTag);
    const pending = dialog === undefined ? undefined : this.#acks.take(dialog, known);
    if (dialog === undefined || pending === undefined) return this.context.counters.drop('stray_ack');
    stampVia(request, known.via, flow);
    this.#table.linger(pending.entry);
    const transaction = pending.entry.initial ? pending.entry.id : this.context.random.uuid();
    const meta = this.context.networkMeta(request.bytes, flow);
    const leader = `sip|network|${meta}|${transaction}|${dialog.id}|`;
    this.context.frame(dialog.owner, leader, forApplication(request));
    this.client.acknowledged(dialog);
  }

  #receiveCancel(entry: ServerEntry, invite: ServerEntry): void {
    const { request } = entry;
    entry.toTag = invite.toTag;
    const pending = this.#acks.of(invite);
    if (invite.machine.state === 'proceeding') {
      this.#refuse(entry, { status: 200 });
      this.#reportCancel(invite, request);
      this.#refuse(invite, { status: 487 });
    } else if (pending !== undefined && invite.initial) {
      // The CANCEL crossed our 2xx: there is nothing left to cancel, but the caller wants no call.
      this.#refuse(entry, { status: 481 });
      this.#acks.hurry(pending, 'ACK-BYE due to cancel race condition');
    } else {
      // Too late to change anything; the call behind a re-INVITE goes on (RFC 3261 section 9.2).
      this.#refuse(entry, { status: 200 });
    }
  }

  /** Tells the application; drachtio-srf finds the INVITE by Call-ID. */
  #reportCancel(invite: ServerEntry, cancel: SipRequest): void {
    if (invite.client === undefined) return;
    const dialog = invite.answered ? (invite.dialog?.id ?? '') : '';
    const meta = this.context.networkMeta(cancel.bytes, invite.flow);
    this.context.frame(invite.client, `sip|network|${meta}|${invite.id}|${dialog}|`, forApplication(cancel));
  }

  // --- answers

  /** What the server adds to an answer of the application. */
  #ownHeaders(entry: ServerEntry, answer: SipResponse, reliable: boolean): [string, string][] {
    const { dialog, request } = entry;
    if (reliable) {
      const rseq: [string, string] = ['RSeq', String(this.#reliable.nextRSeq(entry))];
      return hasOption(answer.headers, 'require', '100rel') ? [rseq] : [['Require', '100rel'], rseq];
    }
    if (answer.status < 200 || answer.status >= 300) return [];
    if (request.method === 'SUBSCRIBE') return this.client.subscriptions.grant(request, answer);
    const offers = request.method === 'INVITE' || (request.method === 'UPDATE' && dialog !== undefined);
    return offers ? this.client.sessions.grant(request, answer, dialog) : [];
  }

  /** What an answer of the application changes in its dialog. */
  #answered(entry: ServerEntry, message: SipResponse): void {
    const { request } = entry;
    if (request.method === 'INVITE') this.#inviteAnswered(entry, message);
    if (message.status < 200 || message.status >= 300) return;
    if (request.method === 'SUBSCRIBE' && (entry.initial || entry.dialog?.subscription !== undefined)) {
      entry.dialog ??= this.#newDialog(entry);
      this.client.subscriptions.renewed(entry.dialog, message.headers);
    } else if (entry.dialog !== undefined && (request.method === 'INVITE' || request.method === 'UPDATE')) {
      this.client.sessions.answered(entry.dialog, request, message);
    }
  }

  #newDialog(entry: ServerEntry): Dialog {
    const dialog = Dialog.forServer(entry.request, entry.known, {
      owner: entry.client ?? -1,
      localTag: entry.toTag,
      flow: entry.flow,
      firstCSeq: 1 + Math.floor(this.context.random.float() * 0x3fffffff),
    });
    this.context.dialogs.set(dialog.id, dialog);
    return dialog;
  }

  #inviteAnswered(entry: ServerEntry, { status }: SipResponse): void {
    if (status < 300) entry.dialog ??= this.#newDialog(entry);
    if (status < 200) {
      entry.timers.start('app', APP_TIMEOUT.ringingMs, () => this.#appTimeout(entry, 480));
    } else if (status < 300 && entry.dialog !== undefined) {
      entry.dialog.state = 'confirmed';
      this.#acks.add(entry, entry.dialog);
    }
  }

  /** The application may choose the tag with its first response. */
  #adoptToTag(entry: ServerEntry, answer: SipResponse): void {
    if (entry.answered || !entry.initial) return;
    const tag = /;\s*tag=([^;\s>]+)/i.exec(answer.headers.get('to') ?? '')?.[1];
    if (tag !== undefined) entry.toTag = tag;
  }

  #expectAnswer(entry: ServerEntry, client: number): void {
    this.#table.wait(entry, client);
    const patience = entry.request.method === 'INVITE' ? APP_TIMEOUT.inviteMs : APP_TIMEOUT.otherMs;
    entry.timers.start('app', patience, () => this.#appTimeout(entry, 500));
  }

  #appTimeout(entry: ServerEntry, status: number): void {
    if (entry.request.method === 'INVITE') this.#reportCancel(entry, cancelFrom(entry.request));
    this.#refuse(entry, { status });
  }

  #refuse(entry: ServerEntry, refusal: Refusal): void {
    if (entry.final) return;
    this.#send(entry, serverResponse(entry.request, refusal.status, entry.toTag, refusal));
  }

  #send(entry: ServerEntry, message: SipResponse, text = serialize(message)): void {
    const { status } = message;
    const { dialog, request } = entry;
    this.context.counters.responseOut(status);
    if (status >= 200) {
      this.#table.closeToApplication(entry);
      if (dialog !== undefined && entry.initial && status >= 300) this.context.endDialog(dialog);
      if (
        dialog !== undefined &&
        !entry.initial &&
        (request.method === 'INVITE' || request.method === 'UPDATE')
      ) {
        dialog.serverOffers--;
      }
    }
    if (status >= 200) this.#reliable.settle(entry);
    entry.machine.respond(status, text);
    // A provisional answer means that the application takes its time, not that the caller owes an ACK.
    if (status > 100 && (status < 200 || status >= 300)) entry.settle?.();
    if (status >= 200 && !(request.method === 'INVITE' && status < 300)) this.#finished(entry, status);
    if (status < 300 && status >= 200 && dialog?.subscription !== undefined && request.method === 'NOTIFY') {
      if (endsSubscription(request.headers)) this.context.endDialog(dialog);
    }
    if (status >= 200 && entry.acknowledges !== undefined) this.#reliable.release(entry.acknowledges);
  }

  /** What may be done twice need not be remembered: a repetition of the request is answered anew. */
  #finished(entry: ServerEntry, status: number): void {
    const { initial, request } = entry;
    const repeatable =
      initial && request.method !== 'INVITE' && (request.method === 'OPTIONS' || status >= 300);
    if (repeatable) this.#table.drop(entry);
    else this.#table.linger(entry);
  }

  #reject(client: number, frameId: string, text: string): void {
    this.context.frame(client, `response|${frameId}|NOK|${text}`);
  }

  #confirm(client: number, frameId: string, entry: ServerEntry, text: string): void {
    const { protocol, address, port } = entry.hop;
    const meta = `${utf8Length(text)}|${protocol}|${address}|${port}|${this.context.time()}`;
    const dialog = entry.request.method === 'BYE' ? '' : (entry.dialog?.id ?? '');
    const leader = `response|${frameId}|OK|application|${meta}|${entry.id}|${dialog}||Msg sent:|`;
    this.context.frame(client, leader, text);
  }
}

/** A CANCEL as the caller would have sent it, for an INVITE that ended another way. */
function cancelFrom(invite: SipRequest): SipRequest {
  const headers = new Headers();
  for (const key of ['via', 'from', 'to', 'call-id']) headers.copy(invite.headers, key);
  headers.append('CSeq', (invite.headers.get('cseq') ?? '').replace('INVITE', 'CANCEL'));
  return { ...invite, method: 'CANCEL', headers, body: '', bytes: 0 };
}
