import type { EngineContext } from './context.js';
import type { ControlClients } from './control-clients.js';
import { Dialog } from './dialog.js';
import type { Essentials } from './essentials.js';
import { firstAddress } from './header-values.js';
import type { Flow } from './hop.js';
import { Headers, serialize, type SipRequest, type SipResponse } from './message.js';
import { applicationResponse, serverResponse, stampVia } from './response-builder.js';
import { ALLOW, isAllowedInDialog, refuseMethod, screenRequest, type Refusal } from './screening.js';
import { mergeKey, serverKey, type ServerEntry } from './server-entry.js';
import { InviteServerTransaction, NonInviteServerTransaction } from './server-transaction.js';
import { transactionTimeoutMs } from './timing.js';
import { NamedTimers } from './transaction-host.js';
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

/** A 2xx of ours that waits for its ACK. */
interface PendingAck {
  readonly entry: ServerEntry;
  readonly dialog: Dialog;
}

/** The server side: requests from the network, and the application's answers to them. */
export class UserAgentServer {
  readonly #byKey = new Map<string, ServerEntry>();
  readonly #byId = new Map<string, ServerEntry>();
  readonly #merged = new Map<string, ServerEntry>();
  /** By dialog id and CSeq number. */
  readonly #pendingAcks = new Map<string, PendingAck>();

  constructor(
    private readonly context: EngineContext,
    private readonly clients: ControlClients,
    private readonly client: UserAgentClient,
  ) {}

  /** Server transactions alive. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Takes a well-formed request from the network. */
  receive(request: SipRequest, known: Essentials, flow: Flow): void {
    const { counters, options } = this.context;
    counters.requestIn(request.method);
    if (request.method === 'ACK') return this.#receiveAck(request, known, flow);
    const key = serverKey(request, known, request.method);
    const repeated = this.#byKey.get(key);
    if (repeated !== undefined) {
      counters.retransmissionsIn++;
      repeated.machine.retransmitted();
      return;
    }
    if (this.#byKey.size >= options.limits.serverTransactions) {
      counters.drop('table_full');
      return this.refuseStateless(request, known, flow, this.#overloaded());
    }
    const entry = this.#open(request, known, flow, key);
    if (request.method === 'CANCEL') return this.#receiveCancel(entry);
    const refusal = screenRequest(request, known);
    if (refusal !== undefined) return this.#refuse(entry, refusal);
    if (known.toTag === '') this.#receiveInitial(entry);
    else this.#receiveInDialog(entry);
  }

  /** Answers without keeping state, with a tag that is the same for every repetition (RFC 3261 section 8.2.7). */
  refuseStateless(request: SipRequest, known: Essentials | undefined, flow: Flow, refusal: Refusal): void {
    const hop = known === undefined ? flow.remote : stampVia(request, known.via, flow);
    const response = serverResponse(request, refusal.status, `s${hash(known?.branch ?? '')}`, refusal);
    this.context.counters.responseOut(refusal.status);
    this.context.transmit(hop, serialize(response), false);
  }

  /** The application's response to a request: `sip|txn|`. */
  respond(client: number, frameId: string, transactionId: string, answer: SipResponse): void {
    const entry = this.#byId.get(transactionId);
    if (entry === undefined || entry.client !== client || entry.final) {
      return this.#reject(client, frameId, 'Response not sent due to unknown transaction');
    }
    if (answer.status === 100) {
      const trying = serverResponse(entry.request, 100, '');
      this.#send(entry, trying);
      return this.#confirm(client, frameId, entry, serialize(trying));
    }
    if (/(?:^|,)\s*100rel\s*(?:,|$)/i.test(answer.headers.all('require').join(',')) && answer.status < 200) {
      return this.#reject(client, frameId, 'Remote endpoint does not support 100rel');
    }
    this.#adoptToTag(entry, answer);
    const { hop, toTag, request } = entry;
    const { message, text } = applicationResponse(this.context, request, answer, {
      hop,
      toTag,
      inDialog: !entry.initial,
    });
    entry.answered = true;
    if (request.method === 'INVITE') this.#inviteAnswered(entry, message);
    else if (answer.status >= 200) this.#offerDone(entry);
    this.#send(entry, message, text);
    this.#confirm(client, frameId, entry, text);
  }

  /** Ends what a lost control client has left open. */
  clientGone(client: number): void {
    for (const entry of [...this.#byId.values()]) {
      if (entry.client !== client || entry.final) continue;
      this.#refuse(entry, { status: 503 });
    }
    for (const dialog of [...this.context.dialogs.values()]) {
      if (dialog.owner !== client) continue;
      if (dialog.state === 'confirmed') this.client.endCall(dialog, 'Application gone', false);
      else this.context.endDialog(dialog);
    }
  }

  /** Stops all timers. */
  stop(): void {
    for (const entry of this.#byKey.values()) {
      entry.timers.clear();
      entry.machine.stop();
    }
    for (const { entry } of this.#pendingAcks.values()) entry.timers.clear();
  }

  // --- requests outside a dialog

  #receiveInitial(entry: ServerEntry): void {
    const { request, known } = entry;
    const { method } = request;
    const merged = mergeKey(known);
    const first = this.#merged.get(merged);
    if (first !== undefined) return this.#refuse(entry, { status: 482 });
    this.#merged.set(merged, entry);
    if (method === 'INVITE') return this.#receiveInvite(entry);
    const client = this.clients.pick(method);
    if (client !== undefined && method !== 'BYE' && method !== 'UPDATE' && method !== 'PRACK') {
      this.#deliverInitial(entry, client);
    } else if (method === 'BYE' || method === 'UPDATE' || method === 'NOTIFY') {
      this.#refuse(entry, { status: 481 });
    } else if (method === 'OPTIONS') {
      this.#answerOptions(entry);
    } else {
      this.#refuse(entry, refuseMethod(method));
    }
  }

  /** Nobody routes OPTIONS: it says whether an INVITE would find somebody (RFC 3261 section 11.2). */
  #answerOptions(entry: ServerEntry): void {
    if (!this.clients.routed('invite')) return this.#refuse(entry, this.#overloaded());
    this.#refuse(entry, {
      status: 200,
      headers: [
        ['Allow', ALLOW],
        ['Accept', 'application/sdp'],
      ],
    });
  }

  #receiveInvite(entry: ServerEntry): void {
    const { request, known } = entry;
    if (firstAddress(request.headers.get('contact')) === undefined) {
      return this.#refuse(entry, { status: 400, reason: 'Missing or bad Contact' });
    }
    if (this.context.dialogs.has(`${known.callId};from-tag=${known.fromTag}`)) {
      return this.#refuse(entry, { status: 482 });
    }
    const client = this.clients.pick('invite');
    if (client === undefined || this.context.dialogs.size >= this.context.options.limits.dialogs) {
      return this.#refuse(entry, this.#overloaded());
    }
    this.#send(entry, serverResponse(request, 100, ''));
    this.#deliverInitial(entry, client);
  }

  #deliverInitial(entry: ServerEntry, client: number): void {
    const { flow } = entry;
    this.#expectAnswer(entry, client);
    const leader = `sip|network|${this.context.networkMeta(entry.request.bytes, flow)}|${entry.id}|`;
    this.context.frame(client, `${leader}|${flow.localAddress}|${flow.localPort}|`, serialize(entry.request));
  }

  // --- requests inside a dialog

  #receiveInDialog(entry: ServerEntry): void {
    const { request, known } = entry;
    const dialog = this.context.dialogOf(known.callId, known.fromTag, known.toTag);
    if (dialog === undefined) {
      const isOptions = request.method === 'OPTIONS';
      return isOptions ? this.#answerOptions(entry) : this.#refuse(entry, { status: 481 });
    }
    if (!isAllowedInDialog(request.method)) return this.#refuse(entry, refuseMethod(request.method));
    if (dialog.remoteCSeq !== undefined && known.cseq.number <= dialog.remoteCSeq) {
      // RFC 3261 section 12.2.2: out of order.
      return this.#refuse(entry, { status: 500, reason: 'CSeq Out Of Order' });
    }
    if (!this.clients.has(dialog.owner)) {
      if (request.method === 'BYE') this.context.endDialog(dialog);
      return this.#refuse(entry, { status: 481 });
    }
    dialog.remoteCSeq = known.cseq.number;
    entry.dialog = dialog;
    if (request.method === 'BYE') return this.#receiveBye(entry, dialog);
    if (request.method === 'INVITE' || request.method === 'UPDATE') {
      const busy = this.#offerRefusal(dialog);
      if (busy !== undefined) return this.#refuse(entry, busy);
      dialog.serverOffers++;
      dialog.refreshTarget(request.headers);
      dialog.flow = entry.flow;
      if (request.method === 'INVITE') this.#send(entry, serverResponse(request, 100, ''));
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
    const wasEarly = dialog.state === 'early';
    this.context.endDialog(dialog);
    this.#dropPendingAcks(dialog);
    // RFC 3261 section 15.1.2: requests still open in the dialog end with 487.
    for (const open of [...this.#byId.values()]) {
      if (open === entry || open.dialog !== dialog || open.final || open.request.method !== 'INVITE')
        continue;
      if (open.initial) this.#reportCancel(open, cancelFrom(open.request));
      this.#refuse(open, { status: 487 });
    }
    // An application never saw the early dialog, so the server answers; the INVITE was reported as cancelled.
    if (wasEarly && dialog.role === 'uas') return this.#refuse(entry, { status: 200 });
    this.#deliverInDialog(entry, dialog);
  }

  #deliverInDialog(entry: ServerEntry, dialog: Dialog): void {
    this.#expectAnswer(entry, dialog.owner);
    const meta = this.context.networkMeta(entry.request.bytes, entry.flow);
    this.context.frame(
      dialog.owner,
      `sip|network|${meta}|${entry.id}|${dialog.id}|`,
      serialize(entry.request),
    );
  }

  // --- ACK and CANCEL

  #receiveAck(request: SipRequest, known: Essentials, flow: Flow): void {
    const entry = this.#byKey.get(serverKey(request, known, 'INVITE'));
    if (entry?.invite?.acknowledged() === true) return;
    const dialog = this.context.dialogOf(known.callId, known.fromTag, known.toTag);
    const key = `${dialog?.id}|${known.cseq.number}`;
    const pending = this.#pendingAcks.get(key);
    if (dialog === undefined || pending === undefined) return this.context.counters.drop('stray_ack');
    this.#pendingAcks.delete(key);
    pending.entry.timers.clear();
    dialog.awaitingAck = false;
    stampVia(request, known.via, flow);
    const transaction = pending.entry.initial ? pending.entry.id : this.context.random.uuid();
    const meta = this.context.networkMeta(request.bytes, flow);
    this.context.frame(dialog.owner, `sip|network|${meta}|${transaction}|${dialog.id}|`, serialize(request));
    this.client.acknowledged(dialog);
  }

  #receiveCancel(entry: ServerEntry): void {
    const { request, known } = entry;
    const invite = this.#byKey.get(serverKey(request, known, 'INVITE'));
    if (invite === undefined) return this.#refuse(entry, { status: 481 });
    entry.toTag = invite.toTag;
    if (invite.machine.state === 'proceeding') {
      this.#refuse(entry, { status: 200 });
      this.#reportCancel(invite, request);
      return this.#refuse(invite, { status: 487 });
    }
    const pending = this.#pendingAckOf(invite);
    if (pending === undefined) return this.#refuse(entry, { status: 200 });
    // The CANCEL crossed our 2xx. The caller wants no call, but BYE has to wait for its ACK (RFC 3261 section 15); a
    // caller that considers the call cancelled may never send one, so the wait is short.
    this.#refuse(entry, { status: 481 });
    const reason = 'ACK-BYE due to cancel race condition';
    pending.dialog.byeAfterAck = reason;
    pending.entry.timers.start('cancelled', this.context.timing.t1, () => this.#giveUpAck(pending, reason));
  }

  /** Tells the application; drachtio-srf finds the INVITE by Call-ID. */
  #reportCancel(invite: ServerEntry, cancel: SipRequest): void {
    if (invite.client === undefined) return;
    const dialog = invite.answered ? (invite.dialog?.id ?? '') : '';
    const meta = this.context.networkMeta(cancel.bytes, invite.flow);
    this.context.frame(invite.client, `sip|network|${meta}|${invite.id}|${dialog}|`, serialize(cancel));
  }

  // --- answers

  #inviteAnswered(entry: ServerEntry, message: SipResponse): void {
    const { status } = message;
    if (entry.dialog === undefined && status < 300) {
      entry.dialog = Dialog.forServer(entry.request, entry.known, {
        owner: entry.client ?? -1,
        localTag: entry.toTag,
        flow: entry.flow,
        firstCSeq: 1 + Math.floor(this.context.random.float() * 0x3fffffff),
      });
      this.context.dialogs.set(entry.dialog.id, entry.dialog);
    }
    if (status < 200) {
      entry.timers.start('app', APP_TIMEOUT.ringingMs, () => this.#refuse(entry, { status: 480 }));
      return;
    }
    this.#offerDone(entry);
    if (status < 300 && entry.dialog !== undefined) this.#awaitAck(entry, entry.dialog);
  }

  /** Repeats the 2xx until its ACK comes, for 64*T1 at most (RFC 3261 section 13.3.1.4). */
  #awaitAck(entry: ServerEntry, dialog: Dialog): void {
    const pending: PendingAck = { entry, dialog };
    dialog.state = 'confirmed';
    dialog.awaitingAck = true;
    this.#pendingAcks.set(`${dialog.id}|${entry.known.cseq.number}`, pending);
    const { timing } = this.context;
    entry.timers.repeat('2xx', timing.t1, timing.t2, () => entry.invite?.repeatAccepted());
    entry.timers.start('ack', transactionTimeoutMs(timing), () => {
      this.context.counters.ackTimeouts++;
      this.#giveUpAck(pending, 'ACK timeout');
    });
  }

  #giveUpAck({ entry, dialog }: PendingAck, reason: string): void {
    entry.timers.clear();
    this.#pendingAcks.delete(`${dialog.id}|${entry.known.cseq.number}`);
    dialog.awaitingAck = false;
    if (dialog.state !== 'ended') this.client.endCall(dialog, reason, true);
  }

  #dropPendingAcks(dialog: Dialog): void {
    for (const [key, pending] of this.#pendingAcks) {
      if (pending.dialog !== dialog) continue;
      pending.entry.timers.clear();
      this.#pendingAcks.delete(key);
    }
    dialog.awaitingAck = false;
  }

  #pendingAckOf(entry: ServerEntry): PendingAck | undefined {
    return entry.dialog === undefined
      ? undefined
      : this.#pendingAcks.get(`${entry.dialog.id}|${entry.known.cseq.number}`);
  }

  /** The application may choose the tag with its first response. */
  #adoptToTag(entry: ServerEntry, answer: SipResponse): void {
    if (entry.answered || !entry.initial) return;
    const tag = /;\s*tag=([^;\s>]+)/i.exec(answer.headers.get('to') ?? '')?.[1];
    if (tag !== undefined) entry.toTag = tag;
  }

  #expectAnswer(entry: ServerEntry, client: number): void {
    entry.client = client;
    this.#byId.set(entry.id, entry);
    const patience = entry.request.method === 'INVITE' ? APP_TIMEOUT.inviteMs : APP_TIMEOUT.otherMs;
    entry.timers.start('app', patience, () => this.#refuse(entry, { status: 500 }));
  }

  #offerDone(entry: ServerEntry): void {
    const { method } = entry.request;
    if (
      entry.dialog !== undefined &&
      !entry.initial &&
      !entry.final &&
      (method === 'INVITE' || method === 'UPDATE')
    ) {
      entry.dialog.serverOffers = Math.max(0, entry.dialog.serverOffers - 1);
    }
  }

  #refuse(entry: ServerEntry, refusal: Refusal): void {
    if (entry.final) return;
    if (entry.client !== undefined) this.#offerDone(entry);
    this.#send(entry, serverResponse(entry.request, refusal.status, entry.toTag, refusal));
  }

  #send(entry: ServerEntry, message: SipResponse, text = serialize(message)): void {
    const { status } = message;
    this.context.counters.responseOut(status);
    if (status >= 200) {
      entry.final = true;
      entry.timers.stop('app');
      this.#byId.delete(entry.id);
      if (status >= 300 && entry.initial && entry.dialog !== undefined) this.context.endDialog(entry.dialog);
    }
    entry.machine.respond(status, text);
  }

  #open(request: SipRequest, known: Essentials, flow: Flow, key: string): ServerEntry {
    const hop = stampVia(request, known.via, flow);
    const initial = known.toTag === '';
    const hooks = { terminated: (): void => this.#forget(entry) };
    const invite =
      request.method === 'INVITE' ? new InviteServerTransaction(this.context, hop, hooks) : undefined;
    const entry: ServerEntry = {
      key,
      mergeKey: initial && request.method !== 'CANCEL' ? mergeKey(known) : undefined,
      id: this.context.random.uuid(),
      request,
      known,
      flow,
      hop,
      invite,
      machine: invite ?? new NonInviteServerTransaction(this.context, hop, hooks),
      client: undefined,
      toTag: initial ? this.context.random.token() : known.toTag,
      dialog: undefined,
      initial,
      answered: false,
      final: false,
      timers: new NamedTimers(this.context),
    };
    this.#byKey.set(key, entry);
    return entry;
  }

  #forget(entry: ServerEntry): void {
    entry.timers.stop('app');
    this.#byKey.delete(entry.key);
    this.#byId.delete(entry.id);
    if (entry.mergeKey !== undefined && this.#merged.get(entry.mergeKey) === entry)
      this.#merged.delete(entry.mergeKey);
  }

  #overloaded(): Refusal {
    return { status: 503, headers: [['Retry-After', String(this.context.options.limits.retryAfterS)]] };
  }

  #reject(client: number, frameId: string, text: string): void {
    this.context.frame(client, `response|${frameId}|NOK|${text}`);
  }

  #confirm(client: number, frameId: string, entry: ServerEntry, text: string): void {
    const { protocol, address, port } = entry.hop;
    const meta = `${text.length}|${protocol}|${address}|${port}|${this.context.time()}`;
    const isBye = entry.request.method === 'BYE';
    const dialog = isBye || entry.dialog === undefined ? '' : entry.dialog.id;
    this.context.frame(
      client,
      `response|${frameId}|OK|application|${meta}|${entry.id}|${dialog}||Msg sent:|`,
      text,
    );
  }
}

/** A CANCEL as the caller would have sent it, for an INVITE that ended another way. */
function cancelFrom(invite: SipRequest): SipRequest {
  const headers = new Headers();
  for (const key of ['via', 'from', 'to', 'call-id']) headers.copy(invite.headers, key);
  headers.append('CSeq', (invite.headers.get('cseq') ?? '').replace('INVITE', 'CANCEL'));
  return { ...invite, method: 'CANCEL', headers, body: '', bytes: 0 };
}

/** A short stable digest (FNV-1a); no secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(36);
}
